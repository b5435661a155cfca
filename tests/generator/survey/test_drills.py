"""Receipts of drills, as whoever makes drills leaves them beside the sets."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.generator.survey.asking import NEO4J, QUICK, SYSTEM, answer, fill, make_question
from tests.generator.survey.receipts import make_receipt

from neo4j_restore.stores import StoredObject
from neo4j_scenarios.survey import Options, drills

WITH_DRILLS = Options(deadline_seconds=30, retry_seconds=0, stall_seconds=10, drills=True)


def test_a_receipt_tells_when_what_and_how_fast() -> None:
    drill = drills.parse(make_receipt())[NEO4J]
    assert drill.time == datetime(2026, 5, 1, 3, tzinfo=UTC)
    assert drill.object == "gs://b/neo4j-2026-05-01.dump"
    assert drill.bytes_per_second == 200


@pytest.mark.parametrize(("drill", "counts"), [({"succeeded": True}, True), ({"succeeded": False}, False), (1, False)])
def test_only_a_drill_whose_assertions_hold_is_one(drill: object, counts: bool) -> None:
    assert bool(drills.parse(make_receipt(drill=drill))) is counts


def test_a_drill_under_another_name_is_one_of_the_sets_database() -> None:
    restored = {"database": "drill", "source_database": "neo4j", "object": "gs://b/neo4j-2026-05-01.dump"}
    assert [*drills.parse(make_receipt(restored=[restored]))] == [NEO4J]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        make_receipt(seconds=0),
        make_receipt(seconds=float("nan")),
        make_receipt(finished="yesterday"),
        make_receipt(bytes=-1),
        make_receipt(restored=[1]),
    ],
)
def test_what_is_no_receipt_is_no_drill(text: bytes) -> None:
    assert drills.parse(text) == {}


@given(
    st.binary() | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(lambda it: json.dumps(it).encode())
)
def test_nothing_in_the_folder_breaks_a_report(text: bytes) -> None:
    assert drills.parse(text) == {}


def test_few_receipts_are_kept_of_however_many() -> None:
    newest = drills.Newest("p/")
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for day in range(100):
        assert newest.takes(StoredObject(f"p/drills/{day:03}.json", 10, start + timedelta(day), "1"))
    assert not newest.takes(StoredObject("p/neo4j.dump", 10, start, "1"))
    assert [each.key for each in newest.objects] == [f"p/drills/{day:03}.json" for day in (99, 98, 97, 96, 95)]


def test_the_last_drill_of_each_database_is_told(tmp_path: Path) -> None:
    url = fill(tmp_path, "neo4j-2026-05-01.dump", "system-2026-05-01.dump")
    (tmp_path / "drills").mkdir()
    for name, finished in {"a": "2026-05-03T03:00:00+00:00", "b": "2026-05-02T03:00:00+00:00"}.items():
        (tmp_path / "drills" / f"{name}.json").write_bytes(make_receipt(finished))
    (tmp_path / "drills" / "broken.json").write_bytes(b"{")
    drills = answer(make_question(url, databases=(NEO4J, SYSTEM)), WITH_DRILLS).drills
    assert {name: drill.time.day for name, drill in drills.items()} == {NEO4J: 3}


def test_drills_are_read_for_reports_alone(tmp_path: Path) -> None:
    url = fill(tmp_path, "neo4j-2026-05-01.dump")
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "a.json").write_bytes(make_receipt())
    assert answer(make_question(url), QUICK).drills == {}


def test_the_drills_of_many_releases_do_not_push_one_another_out(tmp_path: Path) -> None:
    url = fill(tmp_path, "neo4j-2026-05-01.dump", "system-2026-05-01.dump")
    (tmp_path / "drills").mkdir()
    old = [{"database": "system", "object": "gs://b/system-2026-05-01.dump"}]
    rare = tmp_path / "drills/2026-05-01T03-00-00.000Z_rare.json"
    rare.write_bytes(make_receipt("2026-05-01T03:00:00+00:00", restored=old))
    os.utime(rare, (1, 1))
    for day in range(1, 20):
        name = f"2026-05-{day:02}T04-00-00.000Z_often.json"
        (tmp_path / "drills" / name).write_bytes(make_receipt(f"2026-05-{day:02}T04:00:00+00:00"))
    drills = answer(make_question(url, databases=(NEO4J, SYSTEM)), WITH_DRILLS).drills
    assert {name: drill.time.day for name, drill in drills.items()} == {NEO4J: 19, SYSTEM: 1}
