"""Puts back the previous generation, which a restore with KEEP_PREVIOUS=true kept, by the same swap in reverse.

The data that is rolled back becomes the previous generation, so nothing is lost. A second rollback changes nothing, so
a pod may run it at every start.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from logging import getLogger
from pathlib import Path
from typing import Any

from neo4j_restore import disk
from neo4j_restore.errors import BackupNotFoundError, LockError
from neo4j_restore.planning import preflight
from neo4j_restore.spec import DatabaseName
from neo4j_restore.volume import journal, locks, receipt, recovery, swap
from neo4j_restore.volume.fingerprint import fingerprint
from neo4j_restore.volume.journal import Journal, Phase
from neo4j_restore.volume.moves import parts_present
from neo4j_restore.volume.paths import AUTH_FILES, VolumePaths, membership
from neo4j_restore.volume.state import inspect, refuse_links

log = getLogger(__name__)


def rollback(data_dir: Path) -> tuple[str, ...]:
    """Return the databases and auth files that were put back: none if the last change here was a rollback already.

    Raises BackupNotFoundError if no generation is kept, TargetOccupiedError while Neo4j runs on the volume.
    """
    paths = VolumePaths(data_dir)
    inspect(paths, ())
    with ExitStack() as locked, disk.errors_of(paths.data):
        try:
            locked.enter_context(locks.locked(paths))
        except LockError as error:
            if journal.read(paths) or not _is_done(receipt.read(paths.home).last):
                raise
            log.warning("%s. There is nothing to do, so Neo4j may start. A rollback needs this: %s", error, error.hint)
            return ()
        # The last receipt may still be owed by a journal. Only after this is it known which restore to roll back.
        recovery.recover(paths)
        last = swap.receipt_of(paths).last
        if _is_done(last):
            return ()
        recovery.refuse_unfinished(paths)
        refuse_links(paths)
        locks.refuse_running_server(paths)
        return _swap_back(paths, last)


def _is_done(last: Mapping[str, Any]) -> bool:
    """Return whether the last change here was a rollback."""
    if "rolled_back" in last:
        log.info("nothing to do: the restore %s was rolled back at %s", last.get("restore_id"), last.get("finished"))
    return "rolled_back" in last


def _swap_back(paths: VolumePaths, last: Mapping[str, Any]) -> tuple[str, ...]:
    restore_id, restored = str(last.get("restore_id", "")), _names(last.get("restored", []))
    kept, auth_files = _kept(paths.previous / "databases"), parts_present(paths.previous, AUTH_FILES)
    if not kept and not auth_files:
        message = f"the volume at {paths.data} holds no previous generation"
        hint = "restore an older set. For the next time: a restore with KEEP_PREVIOUS=true keeps what it replaces"
        raise BackupNotFoundError(message, hint=hint)
    databases, removed = tuple(sorted(kept | restored)), sorted(restored - kept)
    # Auth files that the restore brought where there were none go as well.
    auth = bool(auth_files or last.get("auth_files"))
    preflight.check(paths, databases, incoming=paths.previous, auth_files=auth)
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    record: dict[str, Any] = {"restore_id": restore_id, "rolled_back": sorted(kept), "removed": removed}
    # The data that comes back is of the same volume.
    record |= {"volume": last.get("volume"), "restored": [], "finished": now}
    if auth:
        record["auth_files"] = {"from": "the previous generation", "names": [Path(part).name for part in auth_files]}
    # The old data was that of a member of a cluster, if the restore unbound it. Both go back together.
    retire = (*swap.parts_of(paths.data, databases, auth_files=auth), *membership(paths.data))
    install = (*swap.parts_of(paths.previous, databases, auth_files=auth), *membership(paths.previous))
    digest = fingerprint(paths.data, retire)
    # Sealed at once: nothing has to be staged, as the previous generation is on the volume and was synced when it was.
    sealed = Journal(
        Phase.VERIFIED, restore_id, journal.FROM_PREVIOUS, retire, install, record, keep=True, fingerprint=digest
    )
    journal.write(paths, sealed)
    swap.complete(paths, sealed)
    put_back = (*sorted(kept), *auth_files)
    log.info("put back %s, as before the restore %s", ", ".join(put_back), restore_id)
    return put_back


def _kept(folder: Path) -> set[DatabaseName]:
    """Return the databases of a generation: none if it is not there. Raises OSError if it can't be read."""
    try:
        return {DatabaseName(path.name) for path in folder.iterdir()}
    except FileNotFoundError:
        return set()


def _names(restored: list[dict[str, str]]) -> set[DatabaseName]:
    return {DatabaseName(each["database"]) for each in restored}
