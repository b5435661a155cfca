"""Whether the set that `latest` names is the newest one, and when that can't be known."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.restore.planning.objects import COPIED, day, shelf, stored

from neo4j_restore.planning import choosing, freshness, pointers
from neo4j_restore.sets.backup_set import TimeSource
from neo4j_restore.sets.inside import Inside
from neo4j_restore.spec import OnStaleLatest, Scheme
from neo4j_restore.stores import StoredObject
from neo4j_restore.timestamps import latest


def judged(*objects: StoredObject, on_stale: OnStaleLatest = OnStaleLatest.FAIL) -> freshness.Choice:
    sets = pointers.dated(shelf(*objects).sets, lambda each: each, Scheme.GCS)
    chosen = choosing.choose(sets, latest())
    assert chosen is not None
    return freshness.judge(chosen, sets, on_stale)


def seen(newest: datetime | None, *objects: StoredObject, on_stale: OnStaleLatest = OnStaleLatest.FAIL) -> Any:
    """Return the choice after a look into the pointer, whose newest file is of `newest`."""
    sets = shelf(*objects).sets
    pointer = replace(next(each for each in sets if each.stamp == "latest"), inside=Inside(newest=newest))
    return freshness.by_entries(pointer, sets, on_stale)


def test_the_twin_of_a_pointer_tells_its_time() -> None:
    pointer, old = stored("neo4j-latest.dump", content="a"), stored("neo4j-2026-01-30.dump", content="a")
    new = stored("neo4j-2026-01-31.dump", content="b")
    fresh = judged(pointer, old)
    assert (fresh.chosen.stamp, fresh.chosen.time_source, fresh.doubt) == ("latest", TimeSource.CHECKSUM, "")
    assert fresh.warnings == ()
    stale = judged(pointer, old, new)
    assert "p/neo4j-latest.dump is of 2026-01-30" in stale.doubt
    assert "ON_STALE_LATEST=newest" in stale.hint
    assert judged(pointer, old, new, on_stale=OnStaleLatest.NEWEST).chosen.stamp == "2026-01-31"
    taken = judged(pointer, old, new, on_stale=OnStaleLatest.LATEST)
    assert (taken.chosen.stamp, taken.doubt, len(taken.warnings)) == ("latest", "", 1)


@pytest.mark.parametrize(
    ("pointer", "newest", "doubt", "warned"),
    [
        # As a job uploads them, one after the other, its clock in any zone.
        (day(31), day(31), False, False),
        (day(31, 1), day(31, 9), True, True),
        # The upload of the pointer failed, for a day or longer.
        (day(30), day(31), True, True),
        (day(2), day(31), True, True),
        # A copy of the bucket.
        (COPIED, COPIED, False, True),
    ],
)
def test_a_pointer_without_a_twin_is_judged_by_the_stores_times(
    pointer: datetime, newest: datetime, doubt: bool, warned: bool
) -> None:
    judgement = judged(stored("neo4j-latest.dump", pointer), stored("neo4j-2026-01-31T02-00-00.dump", newest))
    assert (bool(judgement.doubt), bool(judgement.warnings)) == (doubt, warned)
    assert judgement.chosen.stamp == "latest"


def test_the_newest_file_in_a_pointer_tells_what_a_copy_of_the_bucket_hides() -> None:
    objects = (stored("neo4j-latest.dump"), stored("neo4j-2026-01-15T02-00-00.dump"))
    fresh = seen(day(15), *objects)
    assert (fresh.chosen.time, fresh.chosen.time_source, fresh.doubt) == (day(15), TimeSource.ENTRIES, "")
    stale = seen(day(2), *objects)
    assert "is of 2026-01-02T03:00:00Z (by the newest file in it), and gs://backups/p/neo4j-2026-01-15" in stale.doubt
    assert seen(day(2), *objects, on_stale=OnStaleLatest.NEWEST).chosen.stamp == "2026-01-15T02-00-00"
    assert seen(day(2), *objects, on_stale=OnStaleLatest.LATEST).chosen.time_source is TimeSource.ENTRIES
    # Near the stamp, of no time, from the future, and where the store's own time can be believed.
    assert seen(day(14), *objects) is None
    assert seen(None, *objects) is None
    assert seen(COPIED + timedelta(1), *objects) is None
    assert seen(day(2), stored("neo4j-latest.dump", day(15)), stored("neo4j-2026-01-15T02-00-00.dump", day(15))) is None


def test_a_date_alone_makes_no_pointer_of_that_day_stale() -> None:
    assert not judged(stored("neo4j-latest.dump", day(31)), stored("neo4j-2026-01-31.dump", day(31))).doubt


def test_a_bare_name_that_was_written_after_the_newest_stamp_is_in_doubt() -> None:
    stamped = stored("neo4j-2026-01-02T02-00-00.dump", day(2))
    later = judged(stored("neo4j.dump", day(31)), stamped)
    assert "it is not known which of them is the latest" in later.doubt
    assert "TIMESTAMP=2026-01-02T02-00-00" in later.hint
    assert not judged(stored("neo4j.dump", day(1)), stamped).doubt
    copied = judged(stored("neo4j.dump"), stored("neo4j-2026-01-02T02-00-00.dump"))
    assert (copied.chosen.stamp, copied.doubt, len(copied.warnings)) == ("2026-01-02T02-00-00", "", 1)


def test_of_sets_that_the_store_alone_dates_those_of_one_moment_are_in_doubt() -> None:
    def choice(apart: timedelta, second: str = "weekly/neo4j.dump") -> freshness.Choice:
        return judged(stored("daily/neo4j.dump", COPIED, size=1), stored(second, COPIED - apart, size=2))

    assert choice(timedelta()).doubt.startswith("only their upload times tell which of")
    assert (choice(timedelta(minutes=5)).doubt, len(choice(timedelta(minutes=5)).warnings)) == ("", 1)
    assert choice(timedelta(days=1)) == freshness.Choice(choice(timedelta(days=1)).chosen)
    pointer = choice(timedelta(days=1), "neo4j-latest.dump")
    assert "p/daily/neo4j.dump is newer: the pointer may be stale" in pointer.doubt
    assert "BUCKET=gs://backups/p/daily/neo4j.dump" in pointer.hint
    assert choice(timedelta(seconds=5), "neo4j-latest.dump").warnings == ()


def test_one_file_with_two_names_is_its_own_twin() -> None:
    pointer = StoredObject("p/neo4j-latest.dump", 10, COPIED, "inode 7")
    stamped = StoredObject("p/neo4j-2026-01-31.dump", 10, COPIED - timedelta(1), "inode 7")
    sets = shelf(pointer, stamped).sets
    by_scheme = {each: pointers.dated(sets, lambda one: one, each)[0].time_source for each in (Scheme.FILE, Scheme.GCS)}
    assert by_scheme[Scheme.GCS] is TimeSource.NAME
    assert {each.time_source for each in pointers.dated(sets, lambda one: one, Scheme.FILE)} == {"name", "checksum"}


def autumn(name: str, hour: int, minute: int) -> StoredObject:
    """Return an object of the night in which summer time ends in Europe, at 01:00 UTC, uploaded at a time in UTC."""
    return stored(f"neo4j-2026-10-25T{name}.dump", datetime(2026, 10, 25, hour, minute, tzinfo=UTC), name)


def test_a_clock_that_was_put_back_between_two_backups_is_told() -> None:
    summer, winter = autumn("02-30-00", 0, 31), autumn("02-00-00", 1, 1)
    (warning,) = judged(summer, winter).warnings
    assert "p/neo4j-2026-10-25T02-00-00.dump was written after gs://backups/p/neo4j-2026-10-25T02-30-00.dump" in warning
    assert warning.endswith("TIMESTAMP=2026-10-25T02-00-00 restores it")
    assert judged(summer, winter, autumn("02-30-01", 1, 31)).warnings == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (autumn("02-00-00", 0, 1), autumn("02-30-00", 0, 31)),
        (autumn("02-30-00Z", 2, 31), autumn("02-00-00Z", 3, 1)),
        (autumn("04-30-00", 3, 31), autumn("02-00-00", 4, 1)),
    ],
    ids=["in order", "with a zone", "hours apart"],
)
def test_other_stamps_are_no_clock_that_was_put_back(first: StoredObject, second: StoredObject) -> None:
    assert judged(first, second).warnings == ()
