"""What a report says of a database, by what was found of it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.generator.report.facts import GIB, NOW, a_fleet, make_drill, make_facts, make_pin, make_trend

from neo4j_scenarios.report.findings import Bounds, Finding
from neo4j_scenarios.report.rows import Drift, Facts, Row, State, rows
from neo4j_scenarios.report.summary import summary


def row(throughput: float | None = None, **changes: Any) -> Row:
    (only,) = rows([make_facts(**changes)], NOW, throughput)
    return only


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, State.FINE),
        ({"latest": make_pin(timedelta(hours=24))}, State.FINE),
        ({"latest": make_pin(timedelta(hours=24, seconds=1))}, State.LATE),
        ({"latest": make_pin(timedelta(seconds=2)), "rpo_seconds": 0.0}, State.LATE),
        ({"trend": make_trend(100, 100, 100, 70)}, State.FINE),
        ({"trend": make_trend(100, 100, 100, 69)}, State.SHRUNK),
        ({"trend": make_trend(100, 100, 100, 200)}, State.FINE),
        ({"trend": make_trend(100, 100, 100, 201)}, State.GROWN),
        ({"trend": make_trend(0, 0, 0, 201)}, State.FINE),
        ({"trend": make_trend(100, 1)}, State.FINE),
        ({"rpo_seconds": None}, State.UNKNOWN),
        ({"rpo_seconds": None, "trend": make_trend(9, 9, 9, 1)}, State.SHRUNK),
        ({"latest": None}, State.MISSING),
        ({"latest": None, "refused": "two could be meant"}, State.REFUSED),
        ({"latest": make_pin(timedelta(days=3)), "refused": "its header can't be read"}, State.REFUSED),
        ({"latest": None, "problem": "403"}, State.UNREADABLE),
    ],
)
def test_the_state_is_the_age_against_the_rpo(changes: dict[str, Any], state: State) -> None:
    assert row(**changes).state is state


def test_a_database_is_all_that_it_is_and_its_state_is_the_worst() -> None:
    database = row(latest=make_pin(timedelta(days=3)), trend=make_trend(9, 9, 9, 1))
    assert database.findings == (Finding.LATE, Finding.SHRUNK, Finding.NEVER_DRILLED)
    assert (database.state, database.rpo_ratio, round(database.growth or 0, 2)) == (State.LATE, 3, -0.89)


def test_bounds_are_given() -> None:
    facts = make_facts(trend=make_trend(100, 100, 100, 69), drill=make_drill())
    assert rows([facts], NOW, bounds=Bounds(shrink=0.31))[0].findings == ()


def test_of_a_bucket_that_was_not_read_no_drill_is_missed() -> None:
    assert row(latest=None, problem="403").findings == (Finding.UNREADABLE,)


old, new = make_pin(timedelta(days=2)), make_pin(timedelta(hours=12))


@pytest.mark.parametrize(
    ("changes", "drift"),
    [
        ({}, Drift.UNPINNED),
        ({"pin": new, "held": new}, Drift.LATEST),
        ({"pin": old, "held": old}, Drift.BEHIND),
        ({"pin": old}, Drift.GONE),
        ({"pin": old, "held": new}, Drift.GONE),
        ({"pin": old, "held": make_pin(timedelta(days=2), generation="2", checksum="crc32c:BBBBBB==")}, Drift.REPLACED),
        ({"pin": old, "held": make_pin(timedelta(days=2), generation="2")}, Drift.BEHIND),
        ({"pin": old, "latest": None, "problem": "403"}, Drift.UNTOLD),
    ],
)
def test_a_pin_drifts_by_what_is_in_the_bucket(changes: dict[str, Any], drift: Drift) -> None:
    assert row(**changes).drift is drift


def test_how_far_a_pin_is_behind_is_told() -> None:
    assert row(pin=old, held=old).behind_seconds == timedelta(hours=36).total_seconds()


def test_the_forecast_is_of_the_pinned_set_by_the_drills_speed() -> None:
    pin = make_pin(timedelta(days=2), 80 * GIB)
    database = row(pin=pin, held=pin, drill=make_drill(seconds=200), throughput=GIB)
    assert (database.rto_seconds, database.rto_source) == (400, "drill")


def test_without_a_drill_the_forecast_is_by_the_given_speed_or_unknown() -> None:
    assert (row(throughput=GIB).rto_seconds, row(throughput=GIB).rto_source) == (40, "given")
    assert (row().rto_seconds, row().rto_source) == (None, "")
    assert row(throughput=GIB, latest=None).rto_seconds is None


def test_the_worst_comes_first() -> None:
    table = rows(a_fleet(300), NOW)
    states = [each.state for each in table]
    assert states == sorted(states, key=list(State).index)
    assert set(State) == set(states)
    late = [each.rpo_ratio or 0 for each in table if each.state is State.LATE]
    assert late == sorted(late, reverse=True)


def test_an_hour_too_late_is_worse_than_a_day_that_is_allowed() -> None:
    hour = make_facts(cluster="hour", rpo_seconds=3600.0, latest=make_pin(timedelta(hours=5)))
    day = make_facts(cluster="day", latest=make_pin(timedelta(hours=30)))
    assert [each.facts.cluster for each in rows([day, hour], NOW)] == ["hour", "day"]


def test_the_json_has_all_of_it() -> None:
    drill = make_drill()
    facts: list[Facts] = [
        make_facts(pin=old, held=old, drill=drill, trend=((NOW, 7),), count=1, restored_as="staging"),
        make_facts(latest=None),
    ]
    result = json.loads(json.dumps(summary(rows(facts, NOW, GIB), GIB)))
    missing, fine = result["databases"]
    assert (result["findings"]["missing"], result["findings"]["never-drilled"]) == (1, 1)
    assert (missing["findings"], missing["rpo_ratio"]) == (["missing", "never-drilled"], None)
    assert [each["restored_as"] for each in (missing, fine)] == [None, "staging"]
    assert (result["throughput"], result["states"]["no set"], result["drifts"]["behind"]) == (GIB, 1, 1)
    assert (missing["latest"], missing["age_seconds"], missing["state"]) == (None, None, "no set")
    assert fine["latest"]["object"].startswith("gs://backups/prod/neo4j-")
    assert (fine["drift"], fine["rto_source"], fine["sizes"][0]["size_bytes"]) == ("behind", "drill", 7)
    assert fine["drill"] == {
        "time": drill.time.isoformat(),
        "object": drill.object,
        "bytes": drill.size_bytes,
        "seconds": 200,
    }
