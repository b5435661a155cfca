"""Whose an object is by its name: the database's, another one's, or unclear and why."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo4j_restore.sets.naming import Namer, Reading
from neo4j_restore.spec import DatabaseName

UPLOADED = datetime(2026, 11, 1, tzinfo=UTC)


def named(key: str, database: str = "neo4j", *, exact: str = "", prefix: str = "") -> tuple[Reading, str, str]:
    name = Namer(prefix, DatabaseName(database), exact).file(key.removeprefix(prefix), UPLOADED)
    return name.reading, name.tag, name.owner or name.reason


@pytest.mark.parametrize(
    ("key", "stamp"),
    [
        ("neo4j.013126.tar.gz", "013126"),
        ("Neo4j-2026-01-31T00-00-00.tar.gz", "2026-01-31T00-00-00"),
        ("NEO4J-LATEST.TAR.GZ", "latest"),
        ("2026-01-31T02-00-00.neo4j.tar.gz", "2026-01-31T02-00-00"),
        ("20260131-0200-neo4j.dump", "20260131-0200"),
        ("neo4j-2026-01-31-02%3A00%3A00.tar.gz", "2026-01-31-02:00:00"),
        ("neo4j-2026-01-31T02-00-00.tar.xz", "2026-01-31T02-00-00"),
        ("neo4j-2026-01-31T02-00-00.dump.gz", "2026-01-31T02-00-00"),
        ("neo4j_2026-01-31.gz", "2026-01-31"),
        ("neo4j.dump.20260131", "20260131"),
        ("neo4j_backup_20260131.dump", "20260131"),
        ("backup_neo4j_20260131.dump", "20260131"),
        ("neo4j_2026-01-31_full.dump", "2026-01-31"),
        ("backup-2026-01-31-neo4j.tar.gz", "2026-01-31"),
        ("neo4j@2026-01-31.dump", "2026-01-31"),
        ("neo4j-Sat-Jan-31-2026.tar.gz", "Sat-Jan-31-2026"),
        ("2026-01-31/neo4j.tar.gz", "2026-01-31"),
        ("2026/Jan/31/neo4j.tar.gz", "2026-Jan-31"),
        ("backups/2026/01/31/neo4j.tar.gz", "2026-01-31"),
        ("neo4j/daily/2026/01/31/neo4j.tar.gz", "2026-01-31"),
        ("Saturday/neo4j.dump", ""),
        ("daily.0/neo4j.dump", ""),
        ("neo4j/5.26/neo4j-2026-01-31.dump", "2026-01-31"),
        ("v5/neo4j-2026-01-31.dump", "2026-01-31"),
        ("2026-01-31/neo4j-latest.tar.gz", "2026-01-31"),
        ("2026/01/31/02/neo4j.tar.gz", "2026-01-31-02"),
        ("year=2026/month=01/day=31/neo4j.dump", "2026-01-31"),
        ("nightly-20260131-020000/neo4j-2026-01-31T02-00-05.tar.gz", "2026-01-31T02-00-05"),
        ("nightly-20260131-020000/neo4j.tar.gz", "20260131-020000"),
        ("2026/neo4j-2026-01-31.dump", "2026-01-31"),
        ("neo4j-backups/full/neo4j-2026-01-31.backup", "2026-01-31"),
        ("neo4j/2026-01-31.tar.gz", "2026-01-31"),
        ("/neo4j-latest.tar.gz", "latest"),
        ("//neo4j.dump", ""),
    ],
)
def test_the_names_that_scripts_write_are_the_databases(key: str, stamp: str) -> None:
    assert named(key)[:2] == (Reading.OWN, stamp)


@pytest.mark.parametrize(
    ("key", "database", "owner"),
    [
        ("neo4j-test-2026-01-31T02-00-00.backup", "neo4j", "neo4j-test"),
        ("neo4j-test.dump", "neo4j", "neo4j-test"),
        ("neo4j2-latest.tar.gz", "neo4j", "neo4j2"),
        ("neo4j-2-2026-01-31T02-00-00.backup", "neo4j", "neo4j-2"),
        ("presales-2026-01-31.dump", "sales", "presales"),
        ("pre-sales-2026-01-31.dump", "sales", "pre-sales"),
        ("sales-2025-2026-01-31T02-00-00.backup", "sales", "sales-2025"),
        ("neo4j/movies-2026-01-31.dump", "neo4j", "movies"),
        ("neo4j-community-5.26.0-unix.tar.gz", "neo4j", "neo4j-community-5.26.0-unix"),
    ],
)
def test_the_sets_of_other_databases_are_theirs(key: str, database: str, owner: str) -> None:
    assert named(key, database) == (Reading.OTHER, "", owner)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("neo4j-01-02-2026.dump", "'01-02-2026' in its name could be several times"),
        ("neo4j-2026-13-31.dump", "'2026-13-31' in its name is not a known form of time"),
        ("neo4j-20260131-final.dump", "'20260131-final' in its name is not a known form of time"),
        ("neo4j-2026-W05.dump", "'2026-w05' in its name is not a known form of time"),
        ("neo4j-Sat.dump", "'sat' in its name is not a known form of time"),
        ("neo4j-current.tar.gz", "'current' in its name is not a known form of time"),
        ("neo4j-backup-20260131.dump", "it could be of a database called neo4j-backup"),
        ("backup-neo4j-20260131.dump", "it could be of a database called backup-neo4j"),
        ("prod_neo4j_20260131.dump", "'prod_neo4j' is more than neo4j, but not the name of a database"),
        ("staging/neo4j-latest.tar.gz", "it lies in staging/, which may be another environment"),
        ("neo4j/dump.tar.gz", "its folder says neo4j, but its own name does not"),
        ("neo4j-2026-01-31.tar.gz.gpg", "its ending '.gpg' is not known"),
        ("neo4j-2026-01-31.tar.gz.001", "its ending '.001' is not known"),
        ("neo4j.dump.old", "its ending '.old' is not known"),
        ("neo4j-2026-01-31", "its name has no ending"),
    ],
)
def test_what_is_not_understood_is_told_why(key: str, reason: str) -> None:
    assert named(key)[::2] == (Reading.UNCLEAR, reason)


@pytest.mark.parametrize(
    "key",
    [
        "neo4j-2026-01-31.report.tar.gz",
        "neo4j-2026-01-31T02:00:00.backup.report.tar.gz",
        "neo4j-logs-2026-01-31.tar.gz",
        "neo4j.conf",
        "neo4j-2026-01-31.log.gz",
        "neo4j-2026-01-31.tar.gz.sha256",
        "neo4j-2026-01-31.tar.gz.md5",
        "neo4j-2026-01-31.dump.tmp",
        ".neo4j-2026-01-31.dump.Xa12fG",
        "neo4j.json",
        "backup.dump",
        "2026-01-31.tar.gz",
    ],
)
def test_what_is_no_backup_of_it_is_left_alone(key: str) -> None:
    assert named(key) == (Reading.NOTHING, "", "")


def test_an_exact_stamp_needs_no_time_and_may_begin_with_a_general_word() -> None:
    assert named("neo4j-backup-x.dump", exact="backup-x")[:2] == (Reading.OWN, "backup-x")
    assert named("neo4j/before-upgrade.dump", exact="before-upgrade")[:2] == (Reading.OWN, "before-upgrade")


def test_the_buckets_own_folder_may_say_whose_it_is() -> None:
    assert named("p/neo4j/2026-01-31.tar.gz", prefix="p/neo4j/")[:2] == (Reading.OWN, "2026-01-31")
    assert named("p/movies/2026-01-31.tar.gz", prefix="p/movies/")[0] is Reading.NOTHING


DATABASES = st.from_regex(r"[a-z][a-z0-9]{2,8}(-[a-z]{3,6})?", fullmatch=True)


@given(DATABASES, DATABASES)
def test_no_set_is_of_two_databases(one: str, other: str) -> None:
    readings = [named(f"{one}-2026-01-31T02-00-00.backup", each)[0] for each in (one, other)]
    assert readings[0] is Reading.OWN
    assert (readings[1] is Reading.OWN) == (one == other)


@given(st.text(max_size=60), st.text(max_size=30))
def test_any_name_is_read(key: str, exact: str) -> None:
    assert named(key, exact=exact)[0] in Reading
