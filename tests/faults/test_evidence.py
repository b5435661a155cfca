"""What a store says, or fails to say, is never evidence against the data that is there."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.faults import answers
from tests.faults.behind import LOGIN, NEW, Behind, behind_a_proxy, sampled, survived
from tests.faults.forks import Forks
from tests.faults.proxy import Fault, Kind
from tests.faults.scene import KEY
from tests.support.stores import Bucket


@pytest.fixture
def behind(bucket: Bucket, forking: Forks, tmp_path: Path) -> Iterator[Behind]:
    with behind_a_proxy(bucket, forking, tmp_path) as made:
        yield made


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


SOME = sampled(NO_LISTINGS, "a word", "an item without a size", "nobody's")


@pytest.mark.parametrize("text", SOME.values(), ids=SOME)
def test_an_answer_that_is_no_listing_is_not_taken_for_one(text: str, behind: Behind) -> None:
    fault = answers.says(text, "application/json")
    behind.proxy.meet(Kind.LIST, fault, forever=True)
    done = behind.start(retry_seconds="0.5", ON_MISSING="start-empty")
    assert survived("no listing", well=(done.code, behind.pod.is_untouched()) == (20, True)), done.said
    behind.proxy.meet(Kind.LIST, fault)
    assert behind.start().code == 0
    assert behind.pod.holds(NEW)


def test_a_listing_without_end_is_an_error(behind: Behind) -> None:
    page = '{"kind": "storage#objects", "items": [], "nextPageToken": "again"}'
    behind.proxy.meet(Kind.LIST, answers.says(page, "application/json"), forever=True)
    done = behind.start(retry_seconds="0.5")
    assert survived("no listing", well=(done.code, behind.pod.is_untouched()) == (20, True)), done.said


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
