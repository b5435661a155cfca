"""What a refusal says about sets that are missing, in doubt or in conflict with the request."""

import fnmatch
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.restore.planning.objects import BUCKET, COPIED, NEO4J, shelf, stored

from neo4j_restore import spec
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.planning import refusals
from neo4j_restore.sets import catalog
from neo4j_restore.sets.backup_set import BackupSet, TimeSource, Unclear
from neo4j_restore.timestamps import Timestamp, latest, stamped, until


def test_a_refusal_names_both_sets_and_every_way_on() -> None:
    bucket = shelf("neo4j-2026-01-15.dump", "neo4j-backup-2026-01-31.dump", "staging/neo4j-2026-01-20.dump")
    error = refusals.refusal(bucket.sets[0], bucket.unclear, BUCKET, ["old/*"])
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
    bucket = shelf("blue/neo4j-2026-01-30.dump", "blue/neo4j-2026-01-31.dump", "green/neo4j-2026-01-31.dump")
    error = refusals.not_found(BUCKET, NEO4J, latest(), bucket, [])
    assert "2 sets of neo4j lie one folder deeper, in blue, and 1 other folders have some" in error.hint
    assert "BUCKET=gs://backups/p/blue" in error.hint


def test_a_missing_set_tells_which_databases_have_some_that_bear_its_name() -> None:
    bucket = shelf("neo4j-prod-2026-01-31.dump", "neo4j-prod-2026-01-30.dump", "movies-2026-01-31.dump")
    error = refusals.not_found(BUCKET, NEO4J, latest(), bucket, [])
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
