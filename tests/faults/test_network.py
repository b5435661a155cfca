"""The whole command behind a faulting proxy: what passes is survived, what stays ends in time, and old data stays.

An answer that is wrong, late or missing is never evidence against the data that is there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.faults import answers, scene
from tests.faults.forks import Ended, Forks
from tests.faults.proxy import Exchange, Fault, Kind, Pins, Proxy, honest, proxy
from tests.faults.scene import KEY, Scene
from tests.faults.table import everything, record
from tests.stores import Bucket, Emulator

# The requests of a run: one listing; the set's first and last bytes; then its download.
LISTING, HEAD, TAIL, DOWNLOAD = (Kind.LIST, 1), (Kind.READ, 1), (Kind.READ, 2), (Kind.READ, 3)
PLACES = {"listing": LISTING, "head": HEAD, "tail": TAIL, "download": DOWNLOAD}

LOGIN = "<html><body>log in</body></html>"


NEW, NEWER = scene.files("new"), scene.files("newer")


@dataclass(frozen=True)
class Behind:
    """A pod with an old database, behind a proxy in front of a bucket with a new set."""

    proxy: Proxy
    bucket: Bucket
    pod: Scene

    def start(self, retry_seconds: str = "2", **settings: str) -> Ended:
        """Start the restore; it gives up what is silent for a second."""
        patience = {"RETRY_SECONDS": retry_seconds, "STALL_SECONDS": "1"}
        return self.pod.start(**{"STORAGE_EMULATOR_HOST": self.proxy.host, **patience, **settings})


@pytest.fixture
def behind(emulator: Emulator, bucket: Bucket, forking: Forks, tmp_path: Path) -> Iterator[Behind]:
    bucket.put(KEY, scene.archive("new"))
    with proxy(emulator.host) as running:
        yield Behind(running, bucket, scene.make(tmp_path, forking, bucket.url))


PASSING: dict[str, Fault] = {
    "cut before the first byte": answers.cut(0),
    "cut in the middle": answers.cut(100),
    "reset before the first byte": answers.reset(0),
    "reset in the middle": answers.reset(100),
    "no answer": answers.hang_up,
    "silence": answers.silent,
    "silence in the middle": answers.stall(100),
    "nothing, with a right-looking end": answers.shortened(0),
    "too little, with a right-looking end": answers.shortened(100),
    "Content-Length too long": answers.claiming(100),
    "Content-Length too short": answers.claiming(-2),
    "a login page": answers.says(LOGIN),
    "a trickle": answers.trickle(2000),
    "an error that is not the store's": answers.garbled(503),
    **{str(code): answers.status(code) for code in (408, 429, 500, 502, 503, 504)},
}


def everywhere(faults: dict[str, Fault], *sample: str) -> list[object]:
    """Return each fault at each place; without FAULTS=all at the download alone, or at the `sample`'s places."""
    return [
        pytest.param(fault, place, id=f"{name}, {where}")
        for name, fault in faults.items()
        for where, place in PLACES.items()
        if everything() or where in sample
    ]


def survived(kind: str, *, well: bool) -> bool:
    """Record one try."""
    record(f"network: {kind}", 1, int(well))
    return well


@pytest.mark.parametrize(("fault", "place"), everywhere(PASSING, "download"))
def test_a_fault_that_passes_is_survived(fault: Fault, place: tuple[Kind, int], behind: Behind) -> None:
    kind, first = place
    behind.proxy.meet(kind, fault, first=first)
    done = behind.start(retry_seconds="20")
    assert survived("passes", well=done.code == 0 and behind.pod.holds(NEW)), done.said


STAYING: dict[str, Fault] = {
    "cut": answers.cut(0),
    "reset": answers.reset(0),
    "no answer": answers.hang_up,
    "silence": answers.silent,
    "nothing, with a right-looking end": answers.shortened(0),
    "too little, with a right-looking end": answers.shortened(3),
    "a login page": answers.says(LOGIN),
    "an error that is not the store's": answers.garbled(503),
    **{str(code): answers.status(code) for code in (408, 429, 500, 503)},
}


@pytest.mark.parametrize(("fault", "place"), everywhere(STAYING, "listing"))
def test_a_fault_that_stays_is_told_in_time_and_changes_nothing(
    fault: Fault, place: tuple[Kind, int], behind: Behind
) -> None:
    kind, first = place
    behind.proxy.meet(kind, fault, first=first, forever=True)
    done = behind.start(retry_seconds="0.5")
    name = f"{behind.bucket.url}/{KEY if kind is Kind.READ else ''} with no identity"
    well = (done.code, name in behind.pod.reason(), behind.pod.is_untouched()) == (20, True, True)
    assert survived("stays", well=well), done.said
    # By a pause of a quarter of a second or more before each, no more tries than these fit the half second given.
    assert behind.proxy.seen[kind] < first + 3
    assert_next_start_restores(behind)


REFUSALS = {str(code): answers.status(code) for code in (400, 401, 403, 404, 410, 412)}


@pytest.mark.parametrize(("fault", "place"), everywhere(REFUSALS, "listing", "download"))
def test_a_refusal_is_told_at_once_and_changes_nothing(fault: Fault, place: tuple[Kind, int], behind: Behind) -> None:
    kind, first = place
    behind.proxy.meet(kind, fault, first=first, forever=True)
    done = behind.start()
    well = (done.code, behind.bucket.url in behind.pod.reason(), behind.pod.is_untouched()) == (20, True, True)
    assert survived("refusal", well=well), done.said
    assert behind.proxy.seen[kind] == first
    assert_next_start_restores(behind)


def assert_next_start_restores(behind: Behind, store: dict[str, bytes] = NEW) -> None:
    behind.proxy.heal()
    done = behind.start()
    assert done.code == 0, done.said
    assert behind.pod.holds(store)


NO_LISTINGS = {
    "a list": "[]",
    "a word": '"busy"',
    "null": "null",
    "nothing": "",
    "cut JSON": '{"kind": "storage#objects", "items": [',
    "items that are none": '{"kind": "storage#objects", "items": "none"}',
    "an item without a name": '{"kind": "storage#objects", "items": [{"size": "1"}]}',
    "an item without a size": f'{{"kind": "storage#objects", "items": [{{"name": "{KEY}", "generation": "1"}}]}}',
    "an error": '{"error": {"code": 503}}',
    "nobody's": "{}",
}


@pytest.mark.parametrize("text", NO_LISTINGS.values(), ids=NO_LISTINGS)
def test_an_answer_that_is_no_listing_is_not_taken_for_one(text: str, behind: Behind) -> None:
    fault = answers.says(text, "application/json")
    behind.proxy.meet(Kind.LIST, fault, forever=True)
    done = behind.start(retry_seconds="0.5", ON_MISSING="start-empty")
    assert survived("no listing", well=(done.code, behind.pod.is_untouched()) == (20, True)), done.said
    behind.proxy.meet(Kind.LIST, fault)
    assert behind.start(retry_seconds="20").code == 0
    assert behind.pod.holds(NEW)


def test_a_listing_without_end_is_an_error(behind: Behind) -> None:
    page = '{"kind": "storage#objects", "items": [], "nextPageToken": "again"}'
    behind.proxy.meet(Kind.LIST, answers.says(page, "application/json"), forever=True)
    done = behind.start(retry_seconds="0.5")
    assert survived("no listing", well=(done.code, behind.pod.is_untouched()) == (20, True)), done.said


def test_a_gateway_that_cuts_every_connection_is_outlasted(behind: Behind) -> None:
    behind.proxy.meet(Kind.READ, answers.cut(60_000), forever=True)
    done = behind.start()
    assert survived("resumed again and again", well=done.code == 0 and behind.pod.holds(NEW)), done.said
    # The head and the download in six parts each, and the tail: nothing is asked for twice.
    assert behind.proxy.seen[Kind.READ] == 13


@pytest.mark.parametrize(
    ("place", "faults"),
    [(TAIL, [answers.whole]), (DOWNLOAD, [answers.cut(100_000), answers.whole])],
    ids=["tail", "on"],
)
def test_a_range_answered_with_the_whole_object_mixes_nothing(
    place: tuple[Kind, int], faults: list[Fault], behind: Behind
) -> None:
    kind, first = place
    behind.proxy.meet(kind, *faults, first=first)
    done = behind.start()
    assert survived("range ignored", well=done.code == 0 and behind.pod.holds(NEW)), done.said


def test_a_gateway_that_knows_no_ranges_gives_right_bytes_or_a_clear_error(behind: Behind) -> None:
    behind.proxy.meet(Kind.READ, answers.cut(100_000), answers.whole, first=3, forever=True)
    done = behind.start(retry_seconds="0.5")
    restored = done.code == 0 and behind.pod.holds(NEW)
    refused = done.code == 20 and behind.pod.is_untouched() and done.said.isascii()
    assert survived("range ignored", well=restored or refused), done.said


def test_a_bit_flipped_on_the_way_is_found(behind: Behind) -> None:
    behind.proxy.meet(Kind.READ, answers.flipped(150_000), first=3)
    done = behind.start()
    well = (done.code, "is damaged" in behind.pod.reason(), behind.pod.is_untouched()) == (11, True, True)
    assert survived("flipped on the way", well=well), done.said
    assert_next_start_restores(behind)


def replaced(bucket: Bucket, fault: Fault) -> Fault:
    """Replace the object before the answer."""

    def act(exchange: Exchange) -> None:
        bucket.put(KEY, scene.archive("newer"))
        fault(exchange)

    return act


@pytest.mark.parametrize("pins", Pins)
@pytest.mark.parametrize("where", ["head", "tail", "download", "between two ranges"])
def test_an_object_replaced_in_the_middle_is_never_mixed_in(where: str, pins: Pins, behind: Behind) -> None:
    behind.proxy.pins = pins
    kind, first = PLACES.get(where, DOWNLOAD)
    faults = [answers.cut(100_000), replaced(behind.bucket, honest)]
    behind.proxy.meet(kind, *(faults if where == "between two ranges" else faults[1:]), first=first)
    done = behind.start()
    codes = {11, 20} if pins is Pins.IGNORES else {20}
    assert survived("replaced", well=done.code in codes and behind.pod.is_untouched()), done.said
    assert pins is Pins.IGNORES or "another generation" in done.said or "was replaced" in done.said
    assert_next_start_restores(behind, NEWER)


def gone(behind: Behind) -> None:
    behind.bucket.handle.blob(KEY).delete()


def unanswered(fault: Fault) -> Callable[[Behind], None]:
    return lambda behind: behind.proxy.meet(Kind.LIST, fault, forever=True)


STORES: dict[str, tuple[Callable[[Behind], None], int]] = {
    "empty": (gone, 10),
    "away": (unanswered(answers.hang_up), 20),
    "denied": (unanswered(answers.status(403)), 20),
    "not the store": (unanswered(answers.says(LOGIN)), 20),
}


@pytest.mark.parametrize(("trouble", "code"), STORES.values(), ids=STORES)
@pytest.mark.parametrize("policy", ["false", "once", "true"])
def test_no_state_of_the_store_is_evidence_against_local_data(
    policy: str, trouble: Callable[[Behind], None], code: int, behind: Behind
) -> None:
    trouble(behind)
    settings = {"FORCE_OVERWRITE": policy, "ON_MISSING": "start-empty"}
    for settings["SPACE_MODE"] in ("keep", "reclaim") if policy == "true" else ("keep",):
        done = behind.start(retry_seconds="0.5", **settings)
        well = done.code == (0 if policy == "false" else code) and behind.pod.is_untouched()
        assert survived("no evidence", well=well), done.said
    assert policy != "false" or sum(behind.proxy.seen.values()) == 0
