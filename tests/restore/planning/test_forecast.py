"""The forecast of a restore's time: what it is made of, and by which earlier restore."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from neo4j_restore.planning import forecast
from neo4j_restore.planning.forecast import DRILL, Forecast, Source
from neo4j_restore.planning.plan import Action, Decision, Plan, Step
from neo4j_restore.sets import drills
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.drills import Measured
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.spec import DatabaseName
from neo4j_restore.stopwatch import Phase, Stopwatch
from neo4j_restore.stores import StoredObject

RESTORE = Decision(Action.RESTORE, "it is absent")
PHASES = {"prepare": 2.0, "transfer": 100.0, "load": 0.0, "inspect": 1.0, "check": 0.0, "finish": 4.0}


def make_plan(kind: Kind = Kind.ARCHIVE, size: int = 1000, *names: str) -> Plan:
    """Return a plan that restores sets of a size each."""
    steps = []
    for name in names or ("neo4j",):
        stored = StoredObject(f"{name}.x", size, datetime(2026, 1, 31, tzinfo=UTC), "1")
        chosen = BackupSet(DatabaseName(name), kind, f"{name}.x", "", stored.updated, (stored,))
        steps.append(Step(DatabaseName(name), RESTORE, chosen))
    return Plan(tuple(steps))


def make_source(*, place: str = "drills/a.json", **changes: Any) -> Source:
    record = {
        "finished": "2026-01-31T03:00:00+00:00",
        "bytes": 1000,
        "seconds": 105.0,
        "restored": [{"database": "neo4j", "kind": "archive", "object": "x", "size_bytes": 1000}],
        "phases": PHASES,
        **changes,
    }
    measured = drills.measured(record)
    assert measured is not None
    return Source(DRILL, place, measured)


def made(plan: Plan, *sources: Source, checks: bool = False) -> Forecast:
    expected = forecast.forecast(plan, sources, checks=checks)
    assert expected is not None
    return expected


def test_the_same_set_takes_as_long_again() -> None:
    expected = made(make_plan(), make_source())
    assert (expected.transfer_seconds, expected.admin_seconds, expected.other_seconds) == (100, 1, 6)
    assert (expected.seconds, expected.bytes_per_second) == (107, 10)


def test_what_grows_with_the_bytes_grows_and_starts_do_not() -> None:
    phases = {**PHASES, "load": 11.0, "check": 21.0}
    expected = made(make_plan(size=3000), make_source(phases=phases), checks=True)
    # A start of neo4j-admin takes a second: of 11 s of the load, 10 grow.
    assert expected.admin_seconds == (1 + 3 * 10) + 1 + (1 + 3 * 20)
    assert (expected.transfer_seconds, expected.other_seconds) == (300, 2 + 3 * 4)


def test_a_dump_that_is_streamed_has_a_start_in_its_transfer() -> None:
    restored = [{"database": "neo4j", "kind": "dump", "object": "x"}]
    assert made(make_plan(Kind.DUMP, 2000), make_source(restored=restored)).transfer_seconds == 1 + 2 * 99


def test_a_check_that_is_not_asked_for_takes_no_time() -> None:
    source = make_source(phases={**PHASES, "check": 50.0})
    assert made(make_plan(), source).admin_seconds == 1
    assert made(make_plan(), source, checks=True).admin_seconds == 51


def test_one_database_of_several_takes_its_part() -> None:
    restored = [{"database": name, "kind": "archive", "object": "x"} for name in ("neo4j", "movies")]
    expected = made(make_plan(size=500), make_source(restored=restored, phases={**PHASES, "inspect": 2.0}))
    assert (expected.transfer_seconds, expected.admin_seconds) == (50, 1)


def test_a_result_without_phases_tells_the_speed_alone() -> None:
    expected = made(make_plan(size=2000), make_source(phases=None))
    assert (expected.seconds, expected.transfer_seconds) == (210, 210)


@pytest.mark.parametrize(
    "changes",
    [
        {"restored": [{"database": "movies", "kind": "archive", "object": "x"}]},
        {"restored": [{"database": "neo4j", "kind": "directory", "object": "x"}]},
        {"bytes": 0},
    ],
    ids=["another database", "another kind", "no bytes"],
)
def test_what_is_of_other_sets_tells_nothing(changes: dict[str, Any]) -> None:
    assert forecast.forecast(make_plan(), [make_source(**changes)], checks=False) is None


def test_a_check_of_unknown_length_is_not_guessed() -> None:
    assert forecast.forecast(make_plan(), [make_source()], checks=True) is None
    later = make_source(place="drills/b.json", phases={**PHASES, "check": 5.0})
    assert made(make_plan(), make_source(), later, checks=True).source is later


def test_nothing_is_read_behind_the_first_that_fits() -> None:
    def sources() -> Iterator[Source]:
        yield make_source()
        raise AssertionError

    expected = forecast.forecast(make_plan(), sources(), checks=False)
    assert expected is not None
    assert forecast.forecast(Plan(()), sources(), checks=False) is None


def test_a_phase_inside_another_counts_alone() -> None:
    times = iter([0.0, 1.0, 3.0, 8.0, 9.0, 9.0])
    watch = Stopwatch(lambda: next(times))
    watch.enter(Phase.TRANSFER)
    with watch.during(Phase.LOAD):
        pass
    watch.enter(Phase.FINISH)
    expected = {"prepare": 1.0, "transfer": 3.0, "load": 5.0, "inspect": 0.0, "check": 0.0, "finish": 0.0}
    assert watch.seconds() == expected


@pytest.mark.parametrize("phases", [{"load": -1}, {"load": "x"}, {"load": 1e400}, [1], "x"], ids=str)
def test_phases_that_can_not_be_are_no_measurement(phases: Any) -> None:
    record = {
        "finished": "2026-01-31T03:00:00+00:00",
        "bytes": 1000,
        "seconds": 105.0,
        "restored": [{"database": "neo4j", "object": "x"}],
        "phases": phases,
    }
    measured: Measured | None = drills.measured(record)
    assert measured is None
