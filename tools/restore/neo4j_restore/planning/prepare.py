"""Everything cheap, before anything that can't be undone: sets, versions, first bytes, room."""

from collections.abc import Mapping
from dataclasses import replace
from logging import getLogger
from pathlib import Path

from neo4j_restore import trees
from neo4j_restore.admin import admin, admin_commands
from neo4j_restore.admin.find import check_start, find_admin
from neo4j_restore.buckets import BucketUrl
from neo4j_restore.errors import ANOTHER_SET, BackupDamagedError, BackupNotFoundError, ConfigurationError, StoreError
from neo4j_restore.inspection import recognised
from neo4j_restore.inspection.heads import Heads
from neo4j_restore.planning import authfiles, compatibility, freshness, histories, member, plan, points, space
from neo4j_restore.planning.artifacts import Artifacts
from neo4j_restore.planning.authfiles import AuthFiles
from neo4j_restore.planning.beside import Finder
from neo4j_restore.planning.inspect_set import Inspection, Inspector
from neo4j_restore.planning.plan import Plan, Step
from neo4j_restore.planning.selection import Selection
from neo4j_restore.planning.streamed import is_streamed
from neo4j_restore.request import Request
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.settings import Policy, Settings
from neo4j_restore.spec import DatabaseName, SpaceMode
from neo4j_restore.stores import Store
from neo4j_restore.transfer import evidence
from neo4j_restore.volume import partial
from neo4j_restore.volume.paths import LOGS, VolumePaths, folders_of
from neo4j_restore.volume.state import Volume

log = getLogger(__name__)

# The first version of Neo4j that folds the names of databases. Source: operations manual 4.0, "Manage databases".
_FOLDS_CASE = 4


def prepare(
    settings: Settings,
    environment: Mapping[str, str],
    decided: Plan,
    state: Volume,
    store: Store,
    *,
    is_dry: bool = False,
) -> tuple[Plan, admin.Admin]:
    """Return the plan with its sets and the room it needs, and the neo4j-admin to use. Raises RestoreError.

    is_dry: nothing follows, so everything is checked here. Else a check is left out that the first step makes anyway.
    """
    program = find_admin(environment, settings.pace.heap_size, settings.pace.stall_seconds)
    _refuse_folded(settings.request, program.version)
    if decided.auth_files:
        authfiles.check_version(program.version)
    if settings.request.until:
        compatibility.check_until(settings.request.until, program.version, program.edition)
    try:
        prepared = _prepare(settings, program, decided, state, store)
    except StoreError as error:
        if not error.gone:
            raise
        # Chains are aggregated in place and old backups are removed, so a listed object may be gone a moment later.
        log.warning("%s. Listing the bucket once more", error)
        prepared = _prepare(settings, program, decided, state, store)
    if prepared.restores and (is_dry or not _begins_with_java(prepared, program, settings.policy)):
        check_start(program)
    return prepared, program


def _begins_with_java(prepared: Plan, program: admin.Admin, policy: Policy) -> bool:
    """Tell whether the first step starts neo4j-admin before it fetches much, and before anything is deleted."""
    chosen = prepared.restores[0].chosen
    if chosen is None or (chosen.inside and chosen.inside.container) or policy.space is SpaceMode.RECLAIM:
        return False
    return is_streamed(chosen, program.commands, program.edition)


def _refuse_folded(request: Request, version: admin_commands.Version) -> None:
    """Raise ConfigurationError for a name with upper case if Neo4j does not fold it: the server would start empty."""
    if request.folded and version.major < _FOLDS_CASE:
        name = request.folded[0]
        message = (
            f"DATABASE: {name!r} has upper case, which Neo4j {version} does not fold, but this restores {name.lower()}"
        )
        hint = f"write DATABASE={name.lower()}, and let the server open it: dbms.active_database={name.lower()}"
        raise ConfigurationError(message, hint=hint)


def _prepare(settings: Settings, program: admin.Admin, decided: Plan, state: Volume, store: Store) -> Plan:
    request, policy = settings.request, settings.policy
    reader = Artifacts(request, Heads.of(settings, store), settings.pace.connections)
    steps, sets = Selection(request, policy, store, reader).choose(decided.steps, state)
    for step in steps:
        if step.chosen:
            _check_others(request, step, step.chosen, sets[step.source])
    inspector = Inspector(request, store, reader, overlaps=program.version >= admin_commands.OVERLAPS)
    inspections: dict[DatabaseName, Inspection] = {}
    for step in steps:
        if step.chosen:
            inspections[step.database] = _inspect(request, policy, inspector, step.chosen, sets[step.source])
    steps = tuple(_inspected(step, inspections.get(step.database)) for step in steps)
    prepared = Plan(steps, program.version, edition=program.edition)
    member.check(prepared, request.bucket, str(request.data_dir), in_cluster=state.in_cluster)
    plan.check(prepared, request.bucket, policy.migrate)
    plan.check_sure(prepared, request.bucket, policy.space)
    for step in steps:
        if step.chosen:
            _check_whole(request.bucket, step.chosen)
            points.check(request.until, step.chosen, request.bucket.of(step.chosen.key))
    prepared = replace(prepared, steps=tuple(_with_deprecation(program.version, step) for step in prepared.steps))
    prepared = replace(prepared, steps=tuple(_with_verdict(request.bucket, policy, step) for step in prepared.steps))
    prepared = _with_auth_files(prepared, decided.auth_files, Finder(request, policy, store, reader.heads))
    estimates = [_estimate(inspection, program) for inspection in inspections.values()]
    need = sum(each.bytes for each in estimates)
    replaced = [step.database for step in prepared.restores if step.decision.replaces]
    reclaimed = sum(_size(request.data_dir, database) for database in replaced)
    free = state.free_bytes + partial.size_bytes(VolumePaths(request.data_dir))
    sources = {each.source for each in estimates}
    space.check(need, free, reclaimed, policy.space, replaces=bool(replaced), sources=sources)
    return replace(prepared, need_bytes=need)


def _inspect(
    request: Request, policy: Policy, inspector: Inspector, chosen: BackupSet, sets: list[BackupSet]
) -> Inspection:
    """Return the set with what its bytes say. If they show that a `latest` is stale, the set to take instead."""
    inspection = inspector.inspect(chosen, sets)
    choice = (
        freshness.by_entries(inspection.chosen, sets, policy.on_stale_latest) if request.timestamp.is_latest else None
    )
    if choice is None:
        return inspection
    if choice.doubt:
        raise BackupNotFoundError(choice.doubt, hint=choice.hint)
    for warning in choice.warnings:
        log.warning("%s: %s", chosen.database, warning)
    if choice.chosen.key != inspection.chosen.key:
        return inspector.inspect(choice.chosen, sets)
    return replace(inspection, chosen=choice.chosen)


def _inspected(step: Step, inspection: Inspection | None) -> Step:
    """Return the step with its set as it was inspected."""
    if inspection is None or step.chosen is None:
        return step
    # The warning says that a time is not proved. If the set's bytes have told the time, it is not true any more.
    warning = "" if inspection.chosen.time_source is not step.chosen.time_source else step.warning
    if warning:
        log.warning("%s: %s", step.database, warning)
    chosen = replace(inspection.chosen, renamed_to=step.database if step.renamed_from else None)
    if step.renamed_from:
        log.info("%s: it gets the set of %s (DATABASE)", step.database, step.renamed_from)
    return replace(step, chosen=chosen, warning=warning)


def _with_deprecation(version: admin_commands.Version, step: Step) -> Step:
    """Return the step with a warning if Neo4j has deprecated the store format of its set."""
    store_format = compatibility.store_version(step.chosen) if step.chosen else ""
    warning = compatibility.deprecation(store_format, version)
    if not warning:
        return step
    log.warning("%s: %s", step.database, warning)
    return replace(step, warning="; ".join(filter(None, [step.warning, warning])))


def _with_auth_files(prepared: Plan, decided: AuthFiles | None, finder: Finder) -> Plan:
    """Return the plan with the auth files. They are those of the first database that is restored."""
    chosen = next((step.chosen for step in prepared.restores if step.chosen), None)
    if decided is None or chosen is None:
        return prepared
    return replace(prepared, auth_files=finder.found(decided, chosen) if decided.restores else decided)


def _with_verdict(bucket: BucketUrl, policy: Policy, step: Step) -> Step:
    """Return the step with a warning if nothing can verify its set. With REQUIRE_CHECKSUM raise an error."""
    verdict = evidence.expected(step.chosen, bucket.scheme) if step.chosen else None
    warning = verdict.warning(bucket) if verdict else ""
    if not verdict or not warning:
        return step
    if policy.require_checksum:
        error = verdict.refusal(bucket)
        error.database = step.database
        raise error
    log.warning("%s: %s", step.database, warning)
    return replace(step, warning="; ".join(filter(None, [step.warning, warning])))


def _check_others(request: Request, step: Step, chosen: BackupSet, sets: list[BackupSet]) -> None:
    """Log which artifacts belong to another database of the same name. Raise the error of one that may be newer."""
    for other in histories.others(chosen, sets):
        log.info(
            "%s: ignoring the backups with the database id %s, of which the newest is of %s: %s has another id",
            *(chosen.database, other.header and other.header.database_id, other.time, chosen.key),
        )
    unread = histories.doubtful(chosen, sets, request.timestamp)
    if unread and unread.problem:
        why = f"by its name or its upload time it may be newer than {request.bucket.of(chosen.key)}"
        error = unread.problem.with_more(why)
        error.database = step.database
        raise error


def _check_whole(bucket: BucketUrl, chosen: BackupSet) -> None:
    """Raise BackupDamagedError for a raw directory that lacks files, before it is downloaded."""
    missing = recognised.lacks(chosen)
    if not missing:
        return
    message = f"{bucket.of(chosen.key)} is incomplete: it lacks {', '.join(missing)}"
    hint = ANOTHER_SET
    if missing == [f"{LOGS}.*"]:
        store, logs = folders_of(chosen.database)
        hint = (
            f"a data folder has its transaction logs in another folder. Pack both, and restore the archive: tar czf "
            f"{chosen.database}-latest.tar.gz {store} {logs}. Or {ANOTHER_SET}"
        )
    error = BackupDamagedError(message, hint=hint)
    error.database = chosen.target
    raise error


def _estimate(inspection: Inspection, program: admin.Admin) -> space.Estimate:
    estimate = space.estimate(inspection.chosen, inspection.head, inspection.tail, program.commands, program.edition)
    if compatibility.is_migrated(inspection.chosen, program.version):
        # neo4j-admin writes the migrated files beside the old ones.
        estimate = replace(estimate, bytes=2 * estimate.bytes)
    log.info("%s: needs %d bytes on the volume, by the %s", inspection.chosen.database, estimate.bytes, estimate.source)
    return estimate


def _size(data: Path, database: DatabaseName) -> int:
    tops = [data / part for part in folders_of(database)]
    return sum(path.stat().st_blocks * 512 for top in tops for path in trees.files(top))
