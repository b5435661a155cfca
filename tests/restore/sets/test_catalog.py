"""Which objects are sets of which database, and which set is taken."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo4j_restore import spec
from neo4j_restore.planning import choosing, refusals
from neo4j_restore.sets import catalog
from neo4j_restore.sets.backup_set import BackupSet, Shelf
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.stores import StoredObject
from neo4j_restore.timestamps import latest, stamped, until

NEO4J = spec.DatabaseName("neo4j")
GRAPH = spec.DatabaseName("graph.db")
UPLOADED = datetime(2026, 5, 1, tzinfo=UTC)


def stored(key: str, updated: datetime = UPLOADED) -> StoredObject:
    return StoredObject(key, 10, updated, "1")


def sets_of(*keys: str, database: spec.DatabaseName = NEO4J, prefix: str = "", exact: str = "") -> list[BackupSet]:
    return catalog.find_sets([stored(key) for key in keys], prefix, database, exact=exact)


@pytest.mark.parametrize(
    ("key", "kind", "stamp"),
    [
        ("neo4j-latest.tar.gz", Kind.ARCHIVE, "latest"),
        ("neo4j/neo4j-latest.tar.gz", Kind.ARCHIVE, "latest"),
        ("neo4j/neo4j-2026-01-31-02:00:00.tar.gz", Kind.ARCHIVE, "2026-01-31-02:00:00"),
        ("neo4j-2026-01-31T02:00:00.backup.tar.gz", Kind.ARCHIVE, "2026-01-31T02:00:00"),
        ("neo4j-20260131.tgz", Kind.ARCHIVE, "20260131"),
        ("neo4j.dump", Kind.DUMP, ""),
        ("neo4j-2026-01-31T02-00-00.dump", Kind.DUMP, "2026-01-31T02-00-00"),
        ("neo4j/neostore", Kind.DIRECTORY, ""),
        ("neo4j-latest/neostore", Kind.DIRECTORY, "latest"),
        ("neo4j/2026-01-31/neostore", Kind.DIRECTORY, "2026-01-31"),
        ("2026-01-31/backups/neo4j/block.metadata.db", Kind.DIRECTORY, "2026-01-31"),
        ("neo4j-2026-01-31/neo4j/neostore", Kind.DIRECTORY, "2026-01-31"),
    ],
)
def test_a_set_is_known_by_its_name(key: str, kind: Kind, stamp: str) -> None:
    (backup,) = sets_of(key)
    assert (backup.kind, backup.stamp) == (kind, stamp)
    assert backup.time == (catalog.time_of(stamp) or UPLOADED)


@pytest.mark.parametrize(
    ("key", "stamp"),
    [
        ("neo4j-backup-latest.tar.gz", "latest"),
        ("neo4j-backup-2026-01-31.dump", "2026-01-31"),
        ("backup-neo4j-20260131.tar.gz", "20260131"),
        ("neo4j-full-2026-01-31T02-00-00.backup", "2026-01-31T02-00-00"),
        ("daily-neo4j-backup-2026-01-31.zip", "2026-01-31"),
    ],
)
def test_a_general_word_beside_the_name_is_no_other_database_where_nothing_is_named_otherwise(
    key: str, stamp: str
) -> None:
    (backup,) = sets_of(key)
    assert (backup.key, backup.stamp) == (key, stamp)
    assert backup.name_doubt
    shelf = catalog.find([stored(key), stored("neo4j-2020-01-01.dump")], "", NEO4J)
    assert [each.stamp for each in shelf.sets] == ["2020-01-01"]
    assert [each.key for each in shelf.unclear] == [key]


@pytest.mark.parametrize("folder", ["my-cluster-{}", "backups/blue-{}-020000", "nightly-{}-x7k2p", "{}-mycluster"])
def test_folders_that_one_job_made_for_its_backups_are_of_one_environment(folder: str) -> None:
    keys = [f"{folder.format(day)}/neo4j.dump" for day in ("20260130", "20260131")]
    assert [each.key for each in sets_of(*keys)] == keys[::-1]
    assert sets_of(*keys, f"other-{folder.format('20260131')}/neo4j.dump") == []
    assert sets_of(*keys, "staging/neo4j-2026-02-01.dump") == []
    assert [each.key for each in sets_of(*keys, "neo4j-2020-01-01.dump")] == ["neo4j-2020-01-01.dump"]


def test_two_general_words_beside_the_name_may_be_two_databases() -> None:
    assert sets_of("neo4j-archive-2026-01-31.dump", "neo4j-export-2026-01-30.dump") == []
    assert len(sets_of("neo4j-full-2026-01-31.backup", "neo4j-diff-2026-01-30.backup")) == 2


@pytest.mark.parametrize(
    "key",
    [
        "neo4j-2026-01-31-02:00:00.report.tar.gz",
        "neo4j-2026-01-31T02:00:00.backup.report.tar.gz",
        "neo4j-test-latest.tar.gz",
        "neo4j-test/neo4j-test-latest.tar.gz",
        "neo4j2-latest.tar.gz",
        "other/neo4j-latest.tar.gz",
        "neo4j-2026-13-31.tar.gz",
        "neo4j-latest.tar.gz/",
        "neo4j-test/neostore",
        "neo4j/neostore.nodestore.db",
        "neo4j.txt",
    ],
)
def test_other_objects_are_no_sets_of_it(key: str) -> None:
    assert sets_of(key) == []


def test_the_old_tools_name_for_graph_db_is_known() -> None:
    keys = ("graph.db-backup-2020-01-31-02:00:00.tar.gz", "graph.db-backup/neostore")
    assert len(sets_of(*keys, database=GRAPH)) == 2


def test_a_directory_takes_all_below_it_and_nothing_beside() -> None:
    keys = ("p/neo4j/neostore", "p/neo4j/schema/index/1", "p/neo4j-test/neostore", "p/neo4j/")
    (backup,) = sets_of(*keys, prefix="p/")
    assert [each.key for each in backup.objects] == ["p/neo4j/neostore", "p/neo4j/schema/index/1"]


def test_the_pointer_is_taken_else_the_newest() -> None:
    stamps = ("neo4j-2026-01-31.dump", "neo4j-2026-03-31.dump", "neo4j-2026-02-28.dump")
    newest = choosing.choose(sets_of(*stamps), latest())
    pointer = choosing.choose(sets_of(*stamps, "neo4j-latest.dump"), latest())
    assert newest is not None
    assert pointer is not None
    assert (newest.stamp, pointer.stamp) == ("2026-03-31", "latest")
    assert choosing.choose([], latest()) is None


@given(st.sets(st.integers(0, 2**31), min_size=1), st.integers(0, 99), st.integers(0, 5))
def test_a_time_takes_the_newest_set_at_or_before_it(seconds: set[int], pick: int, after: int) -> None:
    times = [datetime.fromtimestamp(each, UTC) for each in sorted(seconds)]
    wanted = times[pick % len(times)] + timedelta(seconds=after)
    backup = choosing.choose(sets_of(*(f"neo4j-{time:%Y-%m-%dT%H:%M:%S}.dump" for time in times)), until(wanted))
    assert backup is not None
    assert backup.time == max(time for time in times if time <= wanted)


def test_an_exact_stamp_needs_no_time_in_it() -> None:
    keys = ("neo4j-before-upgrade.dump", "neo4j-2026-03-31.dump")
    backup = choosing.choose(sets_of(*keys, exact="before-upgrade"), stamped("before-upgrade"))
    assert backup is not None
    assert backup.key == "neo4j-before-upgrade.dump"
    assert choosing.choose(sets_of(*keys, exact="after-upgrade"), stamped("after-upgrade")) is None


def test_the_official_charts_stamp_may_have_its_ending() -> None:
    sets = sets_of("neo4j-2026-01-31T02:00:00.backup.tar.gz")
    for stamp in ("2026-01-31T02:00:00", "2026-01-31T02:00:00.backup"):
        assert choosing.choose(sets, stamped(stamp)) is sets[0]


def test_not_found_names_the_nearest_in_time() -> None:
    bucket = spec.parse_bucket("gs://backups")
    sets = sets_of("neo4j-2026-01-31.dump", "neo4j-2026-03-31.dump")
    wanted = datetime(2026, 1, 1, tzinfo=UTC)
    error = refusals.not_found(bucket, NEO4J, until(wanted), Shelf(sets), ["neo4j-2026-01-31.dump"])
    assert error.hint.startswith("nearest: gs://backups/neo4j-2026-01-31.dump")
    nothing = refusals.not_found(bucket, NEO4J, latest(), Shelf(), [])
    assert "check BUCKET and DATABASE" in nothing.hint
