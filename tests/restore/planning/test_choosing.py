"""Which set is meant, and when that can't be told: decisions that need neither a bucket nor a volume."""

from datetime import UTC, datetime

import pytest
from tests.restore.planning.objects import day, shelf, stored

from neo4j_restore.errors import ConfigurationError
from neo4j_restore.planning import choosing
from neo4j_restore.stores import StoredObject
from neo4j_restore.timestamps import Timestamp, latest, stamped, until


@pytest.mark.parametrize(
    ("timestamp", "key"),
    [
        ("2026-01-30T02:00:00", "neo4j-2026-01-30T02-00-00.dump"),
        ("2026-01-30", "neo4j-2026-01-30T02-00-00.dump"),
        ("20260130-02", "neo4j-2026-01-30T02-00-00.dump"),
        ("2026-01-31-02-00", "neo4j-20260131_020000.dump"),
        ("2026-01-31", ""),
        ("2026-02-01", ""),
    ],
)
def test_a_text_that_tells_a_time_takes_the_one_set_of_it(timestamp: str, key: str) -> None:
    sets = shelf("neo4j-2026-01-30T02-00-00.dump", "neo4j-20260131_020000.dump", "neo4j-20260131_040000.dump").sets
    if timestamp == "2026-01-31":
        with pytest.raises(ConfigurationError, match=r"fits 2 sets .*_040000.*_020000"):
            choosing.choose(sets, stamped(timestamp))
    else:
        chosen = choosing.choose(sets, stamped(timestamp))
        assert (chosen.key.removeprefix("p/") if chosen else "") == key


def test_a_stamp_of_two_different_sets_is_refused_and_of_copies_is_not() -> None:
    one, copy = stored("neo4j-2026-01-31.dump", content="a"), stored("weekly/neo4j-2026-01-31.dump", content="a")
    assert choosing.choose(shelf(one, copy).sets, stamped("2026-01-31")) is not None
    other = stored("weekly/neo4j-2026-01-31.dump", content="b")
    with pytest.raises(ConfigurationError):
        choosing.choose(shelf(one, other).sets, stamped("2026-01-31"))


def test_the_stores_time_never_beats_a_stamp() -> None:
    sets = shelf("neo4j.dump", "neo4j-2026-01-31.dump").sets
    assert [(each.stamp, each.time_source) for each in sets] == [("2026-01-31", "name"), ("", "store")]


@pytest.mark.parametrize("form", ["%d-%m-%Y", "%m-%d-%Y", "%d%m%y", "%y%m%d"])
def test_a_bucket_of_dates_is_read_by_the_order_that_some_of_them_tell_though_it_was_copied(form: str) -> None:
    bucket = shelf(*(stored(f"neo4j-{day(number):{form}}.dump") for number in range(1, 32)))
    assert bucket.unclear == []
    assert [each.time.day for each in bucket.sets] == list(range(31, 0, -1))


def doubtful(timestamp: Timestamp, *names: StoredObject | str) -> list[str]:
    bucket = shelf(*names)
    chosen = choosing.choose(bucket.sets, timestamp)
    assert chosen is not None
    return [each.key.removeprefix("p/") for each in choosing.doubts(chosen, bucket.unclear, timestamp)]


def test_only_what_may_be_newer_is_in_doubt() -> None:
    names = ("neo4j-2026-01-15.dump", "prod_neo4j_20260131.dump", "neo4j-01-02-2026.dump")
    newer = ["neo4j-01-02-2026.dump", "prod_neo4j_20260131.dump"]
    assert doubtful(latest(), *names, "neo4j-backup-2026-01-01.dump") == newer
    assert doubtful(latest(), names[0], stored("neo4j-x_y.dump", day(1))) == []
    assert doubtful(latest(), names[0], stored("neo4j-x_y.dump", day(31))) == ["neo4j-x_y.dump"]


def test_a_time_bounds_what_is_in_doubt_and_a_stamp_leaves_nothing() -> None:
    names = ("neo4j-2026-01-15.dump", "prod_neo4j_20260131.dump")
    assert doubtful(until(datetime(2026, 1, 20, tzinfo=UTC)), *names) == []
    assert doubtful(until(datetime(2026, 2, 20, tzinfo=UTC)), *names) == ["prod_neo4j_20260131.dump"]
    assert doubtful(stamped("2026-01-15"), *names) == []
