"""Everything that costs little, before anything that can't be taken back: sets, versions, first bytes, room."""

from collections.abc import Mapping
from dataclasses import replace
from logging import getLogger
from pathlib import Path

from neo4j_restore import admin, catalog, layouts, plan, space, transfer
from neo4j_restore.catalog import BackupSet, Kind
from neo4j_restore.errors import BackupNotFoundError, ConfigurationError, RestoreError, StoreError
from neo4j_restore.plan import Action, Decision, Plan, Step
from neo4j_restore.settings import Settings
from neo4j_restore.spec import DatabaseName
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.volume import Volume, parts_of

log = getLogger(__name__)

_MOST_OTHERS = 1000

_HEAD_BYTES = {Kind.ARCHIVE: 1024 * 1024, Kind.DUMP: 16 * 1024}


def prepare(
    settings: Settings, environment: Mapping[str, str], decided: Plan, state: Volume, store: Store
) -> tuple[Plan, admin.Admin]:
    """Return the plan with its sets and the room it needs, and the neo4j-admin to use. Raises RestoreError."""
    program = admin.find_admin(environment, settings.heap_size)
    steps = choose_sets(settings, store, decided.steps, state)
    steps = tuple(replace(step, chosen=step.chosen and _looked_at(settings, store, step.chosen)) for step in steps)
    for step in steps:
        if step.warning:
            log.warning("%s: %s", step.database, step.warning)
    prepared = Plan(steps, program.version)
    plan.check(prepared)
    estimates = [_look(settings, store, step.chosen, program.family) for step in prepared.restores if step.chosen]
    need = sum(each.bytes for each in estimates)
    replaced = [step.database for step in prepared.restores if step.decision.replaces]
    reclaimed = sum(_size(settings.data_dir, database) for database in replaced)
    space.check(need, state.free_bytes, reclaimed, settings.space, replaces=bool(replaced))
    return replace(prepared, need_bytes=need), program


def find_sets(settings: Settings, store: Store, database: DatabaseName) -> tuple[list[BackupSet], list[str]]:
    """Return the sets of `database`, newest first, and keys that were looked at: all that bear its name, and others.

    The whole path is listed, for sets may lie in dated folders; only what may be of this database is kept.
    """
    prefix, directory = settings.bucket.prefix, settings.backup_set_dir
    exact = settings.timestamp if isinstance(settings.timestamp, str) else ""

    def listing() -> tuple[list[StoredObject], list[str]]:
        near: list[StoredObject] = []
        others: list[str] = []
        for stored in store.list(prefix):
            if catalog.bears_name(stored.key, prefix, database) or (directory and directory in stored.key):
                near.append(stored)
            elif len(others) < _MOST_OTHERS:
                others.append(stored.key)
        return near, others

    near, others = transfer.Retry(settings.retry_seconds).call(listing)
    sets = catalog.find_sets(near, prefix, database, exact=exact, directory=directory)
    return sets, [*(stored.key for stored in near), *others]


def choose_sets(settings: Settings, store: Store, steps: tuple[Step, ...], state: Volume) -> tuple[Step, ...]:
    """Return the steps with their sets.

    Raises BackupNotFoundError that names all which have none; ConfigurationError if one set would be two databases.
    """
    chosen: list[Step] = []
    missing: list[RestoreError] = []
    for step in steps:
        if step.decision.action is not Action.RESTORE:
            chosen.append(step)
            continue
        sets, keys = find_sets(settings, store, step.database)
        found = catalog.choose(sets, settings.timestamp)
        near = sum(catalog.bears_name(key, settings.bucket.prefix, step.database) for key in keys)
        if found:
            chosen.append(replace(step, chosen=found, warning=catalog.stale_pointer(found, sets)))
        elif plan.missing_is_fine(settings, step, state, near):
            reason = f"{settings.bucket} has no set of it, and ON_MISSING is start-empty"
            log.warning("%s: skip: %s", step.database, reason)
            chosen.append(Step(step.database, Decision(Action.SKIP, reason), None))
        else:
            missing.append(catalog.not_found(settings.bucket, step.database, settings.timestamp, sets, keys))
    if missing:
        hints = dict.fromkeys(error.hint for error in missing)
        raise BackupNotFoundError("; ".join(map(str, missing)), hint="; ".join(hints))
    _refuse_shared([step.chosen for step in chosen if step.chosen])
    return tuple(chosen)


def _refuse_shared(chosen: list[BackupSet]) -> None:
    keys = [each.key for each in chosen]
    if len(set(keys)) < len(keys):
        message = f"{max(keys, key=keys.count)} would be restored as more than one database"
        raise ConfigurationError(message, hint="BACKUP_SET_DIR names one database's folder: ask for one database")


def _looked_at(settings: Settings, store: Store, chosen: BackupSet) -> BackupSet:
    """Return the set with what its listing does not tell. Raises StoreError for one that has to be thawed first."""
    objects = chosen.objects
    if chosen.kind is not Kind.DIRECTORY:
        # The files of a directory are many, and each tells its checksum when it is read.
        objects = (transfer.Retry(settings.retry_seconds).call(lambda: store.look(chosen.objects[0])),)
    frozen = [each for each in objects if each.thaw]
    if frozen:
        more = f" (and {len(frozen) - 1} more)" if len(frozen) > 1 else ""
        message = (
            f"{settings.bucket.of(frozen[0].key)}{more} is in an archive tier, and can't be read before it is thawed"
        )
        raise StoreError(message, hint=f"thaw it, then start again: {frozen[0].thaw}")
    return replace(chosen, objects=objects)


def _look(settings: Settings, store: Store, chosen: BackupSet, family: admin.Family) -> space.Estimate:
    """Look at a set's first and last bytes: is it what its name says, and what will it take?"""
    head = tail = b""
    if chosen.kind is not Kind.DIRECTORY:
        stored, retry = chosen.objects[0], transfer.Retry(settings.retry_seconds)
        head = transfer.part(store, stored, retry, 0, _HEAD_BYTES[chosen.kind])
        layouts.check_head(chosen.kind, head, settings.bucket.of(chosen.key))
        tail = transfer.part(store, stored, retry, max(0, stored.size_bytes - 4), 4)
    found = space.estimate(chosen, head, tail, family)
    log.info("%s: needs %d bytes on the volume, by the %s", chosen.database, found.bytes, found.source)
    return found


def _size(data: Path, database: DatabaseName) -> int:
    tops = [data / part for part in parts_of(database)]
    return sum(path.stat().st_blocks * 512 for top in tops for path in top.rglob("*") if path.is_file())
