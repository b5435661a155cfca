"""The guard and the checks: decisions that need neither a cloud nor a disk."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from neo4j_restore import settings, spec
from neo4j_restore.admin.admin_commands import Edition, Version
from neo4j_restore.errors import ConfigurationError, MigrationNeededError, TargetOccupiedError
from neo4j_restore.planning import compatibility, plan
from neo4j_restore.planning.plan import Action, Decision, Plan, Step
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.headers import Header, StoreFormat
from neo4j_restore.sets.inside import DATA_FOLDER, STORE_FILES, Inside, StoreVersion
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.stores import StoredObject
from neo4j_restore.timestamps import latest
from neo4j_restore.volume.receipt import Receipt
from neo4j_restore.volume.state import Found, Volume

NEO4J = spec.DatabaseName("neo4j")
BUCKET = spec.parse_bucket("gs://backups")
SETTINGS = settings.from_environment({"BUCKET": "gs://backups", "DATABASE": "neo4j", "RESTORE_ID": "wish"})
REQUEST, POLICY = SETTINGS.request, SETTINGS.policy
NOW = datetime(2026, 5, 1, tzinfo=UTC)
DONE = Receipt(wishes={"wish": {"neo4j": "2026-01-31T02:00:00+00:00"}})


def volume(there: Found = Found.ABSENT, *, receipt: Receipt | None = None, in_cluster: bool = False) -> Volume:
    return Volume({NEO4J: there}, in_cluster, receipt or Receipt(), free_bytes=1000)


def decide(overwrite: spec.Overwrite, state: Volume, **changes: Any) -> Decision:
    """Decide about the database. changes: of the request."""
    return plan.guard(replace(REQUEST, **changes), replace(POLICY, overwrite=overwrite), state, NOW)[NEO4J]


@pytest.mark.parametrize(
    ("there", "overwrite", "done", "action"),
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
    there: Found, overwrite: spec.Overwrite, done: bool, action: Action
) -> None:
    decision = decide(overwrite, volume(there, receipt=DONE if done else None))
    assert (decision.action, bool(decision.reason)) == (action, True)
    assert decision.replaces == (action is Action.RESTORE and there is Found.DATABASE)


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


def step(kind: Kind, size: int = 10, database: str = "neo4j", inside: Inside | None = None) -> Step:
    name = spec.DatabaseName(database)
    now = datetime.now(UTC)
    chosen = BackupSet(name, kind, "key", "", now, (StoredObject("key", size, now, "1"),), inside=inside)
    return Step(name, Decision(Action.RESTORE, "so"), chosen)


STORE, FOLDER = Inside(what=STORE_FILES, sure=True), Inside(what=DATA_FOLDER, sure=True)
OF_3, OF_4, OF_5 = StoreVersion(3, "v0.A.9"), StoreVersion(4, "AF4.3.0"), StoreVersion(5, "record aligned 1.1")


@pytest.mark.parametrize(
    ("kind", "version", "database", "inside", "said"),
    [
        (Kind.ARCHIVE, Version(5, 26), "neo4j", STORE, "neo4j-admin 5.26.0 has no command that restores them"),
        (Kind.DIRECTORY, Version(2025, 1), "neo4j", STORE, "no command"),
        (Kind.ARCHIVE, Version(5, 26), "neo4j", replace(STORE, store=OF_5), "of Neo4j 5 or later (record aligned 1.1)"),
        (Kind.ZIP, Version(5, 26), "neo4j", replace(STORE, store=OF_4), "store files of Neo4j 4 (AF4.3.0), but"),
        (Kind.ARCHIVE, Version(5, 26), "neo4j", replace(FOLDER, store=OF_4), "store files of Neo4j 4 (AF4.3.0), but"),
        (Kind.ARCHIVE, Version(4, 4), "neo4j", replace(STORE, store=OF_5), "store files of Neo4j 5 or later"),
        (Kind.ARCHIVE, Version(4, 4), "neo4j", replace(FOLDER, store=OF_3), "data folder of Neo4j 3 (v0.A.9)"),
        (Kind.ARCHIVE, Version(3, 5), "neo4j", replace(STORE, store=OF_4), "store files of Neo4j 4 (AF4.3.0), but"),
        (Kind.DUMP, Version(3, 5), "system", None, "no system database"),
        (Kind.BACKUP, Version(4, 4), "neo4j", None, "a backup of Neo4j 5 or later"),
    ],
)
def test_a_set_that_this_neo4j_cannot_take_is_refused_before_the_first_byte(
    kind: Kind, version: Version, database: str, inside: Inside | None, said: str
) -> None:
    with pytest.raises(MigrationNeededError, match=re.escape(said)):
        plan.check(Plan((step(kind, database=database, inside=inside),), version), BUCKET)


@pytest.mark.parametrize(
    ("version", "inside"),
    [
        (Version(5, 26), replace(FOLDER, store=OF_5)),
        (Version(2026, 8), replace(FOLDER, store=OF_5)),
        (Version(4, 4), replace(FOLDER, store=OF_4)),
        # What was not seen yet is neo4j-admin's to judge.
        (Version(5, 26), Inside(("gzip",), "tar")),
    ],
)
def test_store_files_that_this_neo4j_may_take_pass(version: Version, inside: Inside) -> None:
    plan.check(Plan((step(Kind.ARCHIVE, inside=inside),), version), BUCKET)


def test_a_store_of_blocks_in_an_archive_is_not_for_community() -> None:
    one = step(Kind.ARCHIVE, inside=replace(FOLDER, store=StoreVersion(5, "block")))
    plan.check(Plan((one,), Version(5, 26), edition=Edition.ENTERPRISE), BUCKET)
    with pytest.raises(ConfigurationError, match="the block format"):
        plan.check(Plan((one,), Version(5, 26), edition=Edition.COMMUNITY), BUCKET)


@pytest.mark.parametrize("inside", [None, Inside(("gzip",), "tar"), Inside(what="dump")])
def test_reclaim_needs_a_set_that_was_seen(inside: Inside | None) -> None:
    one = step(Kind.DUMP, inside=inside)
    replacing = replace(one, decision=replace(one.decision, replaces=True))
    with pytest.raises(ConfigurationError, match="do not show a backup of neo4j"):
        plan.check_sure(Plan((replacing,)), BUCKET, spec.SpaceMode.RECLAIM)
    plan.check_sure(Plan((replacing,)), BUCKET, spec.SpaceMode.KEEP)
    plan.check_sure(Plan((one,)), BUCKET, spec.SpaceMode.RECLAIM)


@pytest.mark.parametrize("kind", Kind)
def test_a_set_that_this_neo4j_takes_passes(kind: Kind) -> None:
    version = Version(5, 0) if kind is Kind.BACKUP else Version(4, 4)
    plan.check(Plan((step(kind, database="system"),), version), BUCKET)


BLOCK, RECORD = Header(store_format=StoreFormat.BLOCK, full=True), Header(store_format=StoreFormat.RECORD, full=True)
EDITIONS = {
    "block dump": (Kind.DUMP, BLOCK, Version(5, 26), "the block format, which the Community Edition"),
    "block backup": (Kind.BACKUP, BLOCK, Version(5, 26), "the block format, which the Community Edition"),
    "differential": (Kind.BACKUP, replace(RECORD, full=False), Version(5, 26), "a differential backup, which"),
    "backup before 5.20": (Kind.BACKUP, RECORD, Version(5, 19), "from 5.20 on"),
    "record dump": (Kind.DUMP, RECORD, Version(5, 26), ""),
    "dump that does not tell": (Kind.DUMP, Header(), Version(5, 26), ""),
    "full backup": (Kind.BACKUP, RECORD, Version(5, 20), ""),
}


@pytest.mark.parametrize(("kind", "header", "version", "said"), EDITIONS.values(), ids=EDITIONS)
def test_what_needs_enterprise_never_reaches_community(kind: Kind, header: Header, version: Version, said: str) -> None:
    one = step(kind)
    assert one.chosen
    looked = (replace(one, chosen=replace(one.chosen, header=header)),)
    for edition in (Edition.ENTERPRISE, None):
        plan.check(Plan(looked, version, edition=edition), BUCKET)
    if said:
        with pytest.raises(ConfigurationError, match=f"^gs://backups/.*{said}") as raised:
            plan.check(Plan(looked, version, edition=Edition.COMMUNITY), BUCKET)
        assert "NEO4J_IMAGE" in raised.value.hint
    else:
        plan.check(Plan(looked, version, edition=Edition.COMMUNITY), BUCKET)


@pytest.mark.parametrize("overwrite", spec.Overwrite)
def test_an_expired_wish_keeps_existing_data_and_fails_on_an_empty_volume(overwrite: spec.Overwrite) -> None:
    expired = {"not_after": NOW - timedelta(seconds=1)}
    assert decide(overwrite, volume(Found.DATABASE), **expired).action is Action.SKIP
    absent = decide(overwrite, volume(), **expired)
    with pytest.raises(ConfigurationError, match="the request expired at") as raised:
        plan.refuse({NEO4J: absent}, "/data")
    assert "RESTORE_NOT_AFTER" in raised.value.hint


def test_a_wish_that_has_not_expired_is_carried_out() -> None:
    assert decide(spec.Overwrite.ALWAYS, volume(Found.DATABASE), not_after=NOW).action is Action.RESTORE


@pytest.mark.parametrize(
    ("on_missing", "replaces", "near", "reclaimed", "fine"),
    [
        (spec.OnMissing.START_EMPTY, False, 0, False, True),
        (spec.OnMissing.START_EMPTY, False, 1, False, False),
        (spec.OnMissing.START_EMPTY, True, 0, False, False),
        (spec.OnMissing.START_EMPTY, False, 0, True, False),
        (spec.OnMissing.FAIL, False, 0, False, False),
    ],
)
def test_neo4j_starts_empty_only_if_asked_and_nothing_is_there_at_all(
    on_missing: spec.OnMissing, replaces: bool, near: int, reclaimed: bool, fine: bool
) -> None:
    absent = replace(step(Kind.DUMP), decision=Decision(Action.RESTORE, "so", replaces))
    state = replace(volume(), reclaimed=reclaimed)
    assert plan.missing_is_fine(replace(POLICY, on_missing=on_missing), absent, state, near) is fine


def test_what_a_rollback_removed_stays_away_until_a_new_wish() -> None:
    removed = {"removed": ["neo4j"]}
    assert decide(spec.Overwrite.NEVER, volume(receipt=Receipt(removed))).action is Action.SKIP
    assert decide(spec.Overwrite.ONCE, volume(receipt=Receipt(removed, DONE.wishes))).action is Action.SKIP
    assert decide(spec.Overwrite.ONCE, volume(receipt=Receipt(removed))).action is Action.RESTORE


def test_what_a_rollback_put_back_and_is_gone_now_is_restored() -> None:
    put_back = Receipt({"rolled_back": ["neo4j"], "removed": []})
    assert decide(spec.Overwrite.NEVER, volume(receipt=put_back)).action is Action.RESTORE


def test_asking_for_one_more_database_does_not_overwrite_the_others_again() -> None:
    one = settings.from_environment({"BUCKET": "gs://backups", "DATABASE": "neo4j"})
    two = settings.from_environment({"BUCKET": "gs://backups", "DATABASE": "movies,neo4j"})
    assert one.request.name_of(NEO4J) == two.request.name_of(NEO4J)
    assert two.request.name_of(NEO4J) != two.request.name_of(spec.DatabaseName("movies"))


def test_settings_take_the_contracts_defaults() -> None:
    parsed = settings.from_environment({"BUCKET": "b-1/p", "CLOUD_PROVIDER": "gcp", "DATABASE": "neo4j, system"})
    request, policy = parsed.request, parsed.policy
    assert (str(request.bucket), request.databases, request.timestamp) == ("gs://b-1/p", ("neo4j", "system"), latest())
    assert (policy.overwrite, policy.purge, request.data_dir) == (spec.Overwrite.NEVER, True, Path("/data"))
    assert parsed.access.credentials is None


@pytest.mark.parametrize(
    ("store_format", "version", "words"),
    [
        ("record-high_limit-1.1", Version(5, 23), "do not start on it"),
        ("record-high_limit-1.1", Version(2026, 8), "to block after the restore"),
        ("record-standard-1.1", Version(5, 26), "to aligned or block"),
        ("record-high_limit-1.1", Version(5, 22), ""),
        ("record-aligned-1.1", Version(2026, 8), ""),
        ("block-block-1.1", Version(2026, 8), ""),
        ("AF4.3.0", Version(4, 4), ""),
        ("", Version(2026, 8), ""),
    ],
)
def test_a_format_that_this_version_has_deprecated_is_a_warning(
    store_format: str, version: Version, words: str
) -> None:
    warning = compatibility.deprecation(store_format, version)
    assert words in warning
    assert (store_format in warning) if words else not warning
