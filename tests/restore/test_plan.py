"""The guard and the checks: decisions that need neither a cloud nor a disk."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest

from neo4j_restore import plan, settings, spec
from neo4j_restore.admin import Version
from neo4j_restore.catalog import BackupSet, Kind
from neo4j_restore.errors import MigrationNeededError, NoSpaceError, TargetOccupiedError
from neo4j_restore.plan import Action, Decision, Plan, Step
from neo4j_restore.receipt import Receipt
from neo4j_restore.stores import StoredObject
from neo4j_restore.volume import Found, Volume

NEO4J = spec.DatabaseName("neo4j")
SETTINGS = settings.from_environment({"BUCKET": "gs://backups", "DATABASE": "neo4j", "RESTORE_ID": "wish"})
DONE = Receipt(wishes={"wish": {"neo4j": "2026-01-31T02:00:00+00:00"}})


def volume(found: Found = Found.ABSENT, *, receipt: Receipt | None = None, in_cluster: bool = False) -> Volume:
    return Volume({NEO4J: found}, in_cluster, receipt or Receipt(), free_bytes=1000)


def decide(overwrite: spec.Overwrite, state: Volume) -> Decision:
    return plan.guard(replace(SETTINGS, overwrite=overwrite), state)[NEO4J]


@pytest.mark.parametrize(
    ("found", "overwrite", "done", "action"),
    [
        (Found.ABSENT, spec.Overwrite.NEVER, False, Action.RESTORE),
        (Found.ABSENT, spec.Overwrite.ONCE, False, Action.RESTORE),
        # Somebody emptied the data folder, and the receipt, a hidden file, stayed: never start Neo4j empty.
        (Found.ABSENT, spec.Overwrite.ONCE, True, Action.RESTORE),
        (Found.ABSENT, spec.Overwrite.NEVER, True, Action.RESTORE),
        (Found.DATABASE, spec.Overwrite.NEVER, False, Action.SKIP),
        (Found.DATABASE, spec.Overwrite.ONCE, False, Action.RESTORE),
        (Found.DATABASE, spec.Overwrite.ONCE, True, Action.SKIP),
        (Found.DATABASE, spec.Overwrite.ALWAYS, True, Action.RESTORE),
    ],
)
def test_the_guard_decides_by_what_is_there_the_policy_and_the_receipt(
    found: Found, overwrite: spec.Overwrite, done: bool, action: Action
) -> None:
    decision = decide(overwrite, volume(found, receipt=DONE if done else None))
    assert (decision.action, bool(decision.reason)) == (action, True)
    assert decision.replaces == (action is Action.RESTORE and found is Found.DATABASE)


@pytest.mark.parametrize(("overwrite", "in_cluster"), [*product(spec.Overwrite, [True, False])])
def test_what_is_not_known_is_refused_under_every_policy(overwrite: spec.Overwrite, in_cluster: bool) -> None:
    decision = decide(overwrite, volume(Found.UNKNOWN, receipt=DONE, in_cluster=in_cluster))
    assert decision.action is Action.REFUSE
    with pytest.raises(TargetOccupiedError, match="neo4j: its folder"):
        plan.refuse({NEO4J: decision}, "/data")


def test_a_clusters_state_counts_as_existing_data() -> None:
    assert decide(spec.Overwrite.NEVER, volume(in_cluster=True)).action is Action.SKIP
    assert decide(spec.Overwrite.ONCE, volume(in_cluster=True)).action is Action.RESTORE


def test_the_wish_of_another_id_does_not_count() -> None:
    other = Receipt(wishes={"another": {"neo4j": "then"}, "wish": {"movies": "then"}})
    assert decide(spec.Overwrite.ONCE, volume(Found.DATABASE, receipt=other)).action is Action.RESTORE


def step(kind: Kind, size: int = 10, database: str = "neo4j") -> Step:
    name = spec.DatabaseName(database)
    now = datetime.now(UTC)
    chosen = BackupSet(name, kind, "key", "", now, (StoredObject("key", size, now, "1"),))
    return Step(name, Decision(Action.RESTORE, "so"), chosen)


@pytest.mark.parametrize(
    ("kind", "version", "database"),
    [
        (Kind.ARCHIVE, Version(5, 26), "neo4j"),
        (Kind.DIRECTORY, Version(2025, 1), "neo4j"),
        (Kind.DUMP, Version(3, 5), "system"),
    ],
)
def test_a_set_that_this_neo4j_cannot_take_is_refused_before_the_first_byte(
    kind: Kind, version: Version, database: str
) -> None:
    with pytest.raises(MigrationNeededError):
        plan.check(Plan((step(kind, database=database),), version), volume())


def test_a_volume_without_room_is_told_need_and_have() -> None:
    with pytest.raises(NoSpaceError, match="more than 1200 bytes, and the volume has 1000 free"):
        plan.check(Plan((step(Kind.DUMP, 600), step(Kind.DUMP, 600)), Version(5, 26)), volume())
    plan.check(Plan((step(Kind.DUMP, 600),), Version(5, 26)), volume())


def test_settings_take_the_contracts_defaults() -> None:
    found = settings.from_environment({"BUCKET": "b-1/p", "CLOUD_PROVIDER": "gcp", "DATABASE": "neo4j, system"})
    assert (str(found.bucket), found.databases, found.timestamp) == ("gs://b-1/p", ("neo4j", "system"), "latest")
    assert (found.overwrite, found.purge, found.data_dir) == (spec.Overwrite.NEVER, True, Path("/data"))
    assert found.credentials is None
