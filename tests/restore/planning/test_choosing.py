"""Which set is meant, and when that can't be told: decisions that need neither a bucket nor a volume."""

import fnmatch
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo4j_restore import spec
from neo4j_restore.checksums import Checksum
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.planning import choosing, freshness, pointers, refusals
from neo4j_restore.sets import catalog
from neo4j_restore.sets.backup_set import BackupSet, Shelf, TimeSource, Unclear
from neo4j_restore.sets.inside import Inside
from neo4j_restore.spec import OnStaleLatest, Scheme
from neo4j_restore.stores import StoredObject
from neo4j_restore.timestamps import Timestamp, latest, stamped, until

NEO4J = spec.DatabaseName("neo4j")
BUCKET = spec.parse_bucket("gs://backups/p")
# The moment at which all objects of a bucket were written by a copy of it.
COPIED = datetime(2026, 8, 1, tzinfo=UTC)


def stored(name: str, updated: datetime = COPIED, content: str = "", size: int = 10) -> StoredObject:
    return StoredObject(f"p/{name}", size, updated, name, Checksum("md5", content.encode()) if content else None)


def shelf(*objects: StoredObject | str, exact: str = "") -> Shelf:
    there = [stored(each) if isinstance(each, str) else each for each in objects]
    return catalog.find(there, "p/", NEO4J, exact=exact, place="gs://backups/")


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


def day(number: int, hour: int = 3) -> datetime:
    return datetime(2026, 1, number, hour, tzinfo=UTC)


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
        found = choosing.choose(sets, stamped(timestamp))
        assert (found.key.removeprefix("p/") if found else "") == key


def test_a_stamp_of_two_different_sets_is_refused_and_of_copies_is_not() -> None:
    one, copy = stored("neo4j-2026-01-31.dump", content="a"), stored("weekly/neo4j-2026-01-31.dump", content="a")
    assert choosing.choose(shelf(one, copy).sets, stamped("2026-01-31")) is not None
    other = stored("weekly/neo4j-2026-01-31.dump", content="b")
    with pytest.raises(ConfigurationError):
        choosing.choose(shelf(one, other).sets, stamped("2026-01-31"))


def test_the_stores_time_never_beats_a_stamp() -> None:
    sets = shelf("neo4j.dump", "neo4j-2026-01-31.dump").sets
    assert [(each.stamp, each.time_source) for each in sets] == [("2026-01-31", "name"), ("", "store")]


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
    found = judged(stored("neo4j-latest.dump", pointer), stored("neo4j-2026-01-31T02-00-00.dump", newest))
    assert (bool(found.doubt), bool(found.warnings)) == (doubt, warned)
    assert found.chosen.stamp == "latest"


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


@pytest.mark.parametrize("form", ["%d-%m-%Y", "%m-%d-%Y", "%d%m%y", "%y%m%d"])
def test_a_bucket_of_dates_is_read_by_the_order_that_some_of_them_tell_though_it_was_copied(form: str) -> None:
    found = shelf(*(stored(f"neo4j-{day(number):{form}}.dump") for number in range(1, 32)))
    assert found.unclear == []
    assert [each.time.day for each in found.sets] == list(range(31, 0, -1))


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


def doubtful(timestamp: Timestamp, *names: StoredObject | str) -> list[str]:
    found = shelf(*names)
    chosen = choosing.choose(found.sets, timestamp)
    assert chosen is not None
    return [each.key.removeprefix("p/") for each in choosing.doubts(chosen, found.unclear, timestamp)]


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


def test_a_refusal_names_both_sets_and_every_way_on() -> None:
    found = shelf("neo4j-2026-01-15.dump", "neo4j-backup-2026-01-31.dump", "staging/neo4j-2026-01-20.dump")
    error = refusals.refusal(found.sets[0], found.unclear, BUCKET, ["old/*"])
    assert error.exit_code == 10
    assert "gs://backups/p/neo4j-backup-2026-01-31.dump looks like a backup of neo4j that is newer than" in str(error)
    assert "set BUCKET=gs://backups/p/neo4j-backup-2026-01-31.dump" in error.hint
    assert "IGNORE_OBJECTS=old/*,neo4j-backup-2026-01-31.dump,staging/*" in error.hint
    assert "TIMESTAMP=2026-01-15" in error.hint


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30))
def test_the_pattern_of_an_object_names_it(name: str) -> None:
    key = f"{BUCKET.prefix}neo4j_x{name}"
    at = stored("neo4j")
    each = Unclear(key, 1, COPIED, TimeSource.STORE, "so", at)
    (pattern,) = spec.parse_patterns(refusals.pattern(each, BUCKET)) if name == name.strip() else ("*",)
    assert fnmatch.fnmatchcase(key.removeprefix(BUCKET.prefix), pattern)


def test_a_missing_set_tells_how_many_lie_in_which_folder() -> None:
    found = shelf("blue/neo4j-2026-01-30.dump", "blue/neo4j-2026-01-31.dump", "green/neo4j-2026-01-31.dump")
    error = refusals.not_found(BUCKET, NEO4J, latest(), found, [])
    assert "2 sets of neo4j lie one folder deeper, in blue, and 1 other folders have some" in error.hint
    assert "BUCKET=gs://backups/p/blue" in error.hint


def test_a_missing_set_tells_which_databases_have_some_that_bear_its_name() -> None:
    found = shelf("neo4j-prod-2026-01-31.dump", "neo4j-prod-2026-01-30.dump", "movies-2026-01-31.dump")
    error = refusals.not_found(BUCKET, NEO4J, latest(), found, [])
    assert "neo4j-prod (2). Set DATABASE to one of these, or to neo4j=neo4j-prod to restore" in error.hint
    assert "movies" not in error.hint


def named(key: str, database: str = "neo4j") -> BackupSet:
    return catalog.named(spec.DatabaseName(database), stored(key), [])


@pytest.mark.parametrize(
    ("timestamp", "databases", "said"),
    [
        (latest(), ("neo4j",), ""),
        (stamped("2026-01-31"), ("neo4j",), ""),
        (stamped("2026-01-31T02:00:00"), ("neo4j",), ""),
        (until(datetime(2026, 2, 1, tzinfo=UTC)), ("neo4j",), ""),
        (stamped("2026-01-30"), ("neo4j",), "which has the stamp 20260131_020000, but TIMESTAMP is 2026-01-30"),
        (until(datetime(2026, 1, 1, tzinfo=UTC)), ("neo4j",), "TIMESTAMP is 2026-01-01"),
        (latest(), ("neo4j", "movies"), "DATABASE names 2: neo4j, movies"),
    ],
)
def test_what_bucket_names_has_to_agree_with_the_rest(timestamp: Timestamp, databases: Any, said: str) -> None:
    one = named("anything-20260131_020000.dump")
    if not said:
        refusals.refuse_disagreeing(one, timestamp, databases, "gs://b/o")
        return
    with pytest.raises(ConfigurationError, match=said):
        refusals.refuse_disagreeing(one, timestamp, databases, "gs://b/o")


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
