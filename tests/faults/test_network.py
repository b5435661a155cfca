"""The whole command behind a faulting proxy: what passes is survived, what stays ends in time, and old data stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults import answers, scene
from tests.faults.behind import LOGIN, NEW, NEWER, Behind, behind_a_proxy, sampled, survived
from tests.faults.forks import Forks
from tests.faults.proxy import Exchange, Fault, Kind, Pins, honest
from tests.faults.scene import KEY
from tests.faults.table import everything
from tests.support.stores import Bucket

# The requests of a run: one listing; the set's first and last bytes; then its download.
LISTING, HEAD, TAIL, DOWNLOAD = (Kind.LIST, 1), (Kind.READ, 1), (Kind.READ, 2), (Kind.READ, 3)
PLACES = {"listing": LISTING, "head": HEAD, "tail": TAIL, "download": DOWNLOAD}


@pytest.fixture
def behind(bucket: Bucket, forking: Forks, tmp_path: Path) -> Iterator[Behind]:
    with behind_a_proxy(bucket, forking, tmp_path) as made:
        yield made


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


# Without FAULTS=all.
SOME = ("cut", "cut in the middle", "reset in the middle", "silence in the middle", "silence", "a login page", "503")


def everywhere(faults: dict[str, Fault], *sample: str) -> list[object]:
    """Return each fault at each place. Without FAULTS=all at the places of the `sample` alone."""
    return [
        pytest.param(fault, place, id=f"{name}, {where}")
        for name, fault in faults.items()
        for where, place in PLACES.items()
        if everything() or where in sample
    ]


@pytest.mark.parametrize(("fault", "place"), everywhere(sampled(PASSING, *SOME), "download"))
def test_a_fault_that_passes_is_survived(fault: Fault, place: tuple[Kind, int], behind: Behind) -> None:
    kind, first = place
    behind.proxy.meet(kind, fault, first=first)
    done = behind.start()
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


@pytest.mark.parametrize(("fault", "place"), everywhere(sampled(STAYING, *SOME), "listing"))
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
    behind.assert_next_start_restores()


REFUSALS = {str(code): answers.status(code) for code in (400, 401, 403, 404, 410, 412)}


@pytest.mark.parametrize(("fault", "place"), everywhere(sampled(REFUSALS, "403", "404"), "listing", "download"))
def test_a_refusal_is_told_at_once_and_changes_nothing(fault: Fault, place: tuple[Kind, int], behind: Behind) -> None:
    kind, first = place
    behind.proxy.meet(kind, fault, first=first, forever=True)
    done = behind.start()
    well = (done.code, behind.bucket.url in behind.pod.reason(), behind.pod.is_untouched()) == (20, True, True)
    assert survived("refusal", well=well), done.said
    # What was listed may be gone a moment later: the bucket is listed once more before that is believed.
    again = fault is REFUSALS["404"] and place in {HEAD, TAIL}
    assert behind.proxy.seen[kind] == first + again
    behind.assert_next_start_restores()


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


def test_a_download_past_its_deadline_is_told_and_changes_nothing(behind: Behind) -> None:
    behind.proxy.meet(Kind.READ, answers.stall(100_000), first=3, forever=True)
    done = behind.start(DEADLINE_SECONDS="0.5")
    well = (done.code, "longer than 0.5 s" in behind.pod.reason(), behind.pod.is_untouched()) == (20, True, True)
    assert survived("deadline", well=well), done.said
    behind.assert_next_start_restores()


def test_a_bit_flipped_on_the_way_is_found_and_the_bytes_are_fetched_again(behind: Behind) -> None:
    behind.proxy.meet(Kind.READ, answers.flipped(150_000), first=3)
    done = behind.start()
    well = (done.code, "is damaged" in done.said, behind.pod.holds(NEW)) == (0, True, True)
    assert survived("flipped once on the way", well=well), done.said


def test_a_bit_flipped_on_the_way_each_time_is_damage(behind: Behind) -> None:
    behind.proxy.meet(Kind.READ, answers.flipped(150_000), first=3, forever=True)
    done = behind.start()
    reason = behind.pod.reason()
    named = "://" in reason.partition("is damaged")[0] and "is damaged" in reason
    well = (done.code, named, behind.pod.is_untouched()) == (11, True, True)
    assert survived("flipped on the way", well=well), done.said
    behind.assert_next_start_restores()


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
    # What is replaced while it is looked at is listed once more, and the new object is restored whole.
    whole = where in {"head", "tail"} and done.code == 0 and behind.pod.holds(NEWER)
    assert survived("replaced", well=whole or (done.code in codes and behind.pod.is_untouched())), done.said
    assert pins is Pins.IGNORES or "another generation" in done.said or "was replaced" in done.said
    behind.assert_next_start_restores(NEWER)
