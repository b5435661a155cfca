"""Checks that the volume holds the requested databases, and of the requested sets, as far as the receipt says it.

The chart's `helm test` runs it. Needs no store and no key.
"""

from collections.abc import Mapping
from typing import Any

from neo4j_restore import disk
from neo4j_restore.errors import BackupNotFoundError, TargetOccupiedError
from neo4j_restore.planning.differences import differences, record_of
from neo4j_restore.request import Request
from neo4j_restore.sets.authfiles import WITH_USERS
from neo4j_restore.settings import Policy
from neo4j_restore.spec import DatabaseName
from neo4j_restore.volume import journal, swap
from neo4j_restore.volume.journal import Phase
from neo4j_restore.volume.paths import VolumePaths
from neo4j_restore.volume.receipt import Receipt
from neo4j_restore.volume.state import INCOMPLETE_HINT, Found, ReceiptUse, Volume, inspect, lacks


def verify(request: Request, policy: Policy) -> list[str]:
    """Return a line for each database that says which set it was restored from, by the receipt.

    Raises TargetOccupiedError while a restore is unfinished, for a database that lacks files, and for one that was
    restored from another bucket, from another set or for another request. Raises BackupNotFoundError for a database
    that is not there.
    """
    with disk.errors_of(request.data_dir):
        return _verified(request, policy, VolumePaths(request.data_dir))


def _verified(request: Request, policy: Policy, paths: VolumePaths) -> list[str]:
    state = inspect(paths, request.databases, use=ReceiptUse.DECIDES)
    unfinished = journal.read(paths)
    if unfinished and unfinished.phase is not Phase.SWAPPED:
        message = f"a restore on the volume at {paths.data} is not finished"
        raise TargetOccupiedError(message, hint="wait for the restore container, and read its log")
    absent = [name for name, content in state.databases.items() if content is not Found.DATABASE]
    if absent:
        message = f"the volume at {paths.data} has no database {', '.join(absent)}"
        raise BackupNotFoundError(message, hint="read the restore container's log: kubectl logs POD -c restore")
    receipt = swap.receipt_of(paths)
    restored = {name: record_of(name, receipt) for name in request.databases}
    lacking = {name: lacks(paths.data, name, restored=bool(restored[name])) for name in request.databases}
    if any(lacking.values()):
        incomplete = "; ".join(f"{name} lacks {', '.join(missing)}" for name, missing in lacking.items() if missing)
        message = f"a database on the volume at {paths.data} is incomplete: {incomplete}"
        raise TargetOccupiedError(message, hint=INCOMPLETE_HINT)
    _compare(request, policy, receipt)
    return [*_databases(request, restored, receipt), *(_auth_files(state, receipt) if request.auth_files else [])]


def _databases(request: Request, restored: Mapping[DatabaseName, Mapping[str, Any]], receipt: Receipt) -> list[str]:
    return [
        f"{request.naming_of(name)}: restored from {record.get('object')} at {receipt.last.get('finished')}"
        if record
        else f"{name}: present; {_words(receipt.last)}"
        for name, record in restored.items()
    ]


def _auth_files(state: Volume, receipt: Receipt) -> list[str]:
    """Return a line about the auth files. Raises BackupNotFoundError if the volume has no users."""
    names = {part.rpartition("/")[2] for part in state.auth_files}
    if not names & WITH_USERS:
        message = "AUTH_FILES is true, and the volume has neither dbms/auth nor dbms/auth.ini"
        hint = "to restore them, set FORCE_OVERWRITE to once and RESTORE_ID to a new name"
        raise BackupNotFoundError(message, hint=hint)
    restored = receipt.last.get("auth_files")
    if not restored:
        return ["auth files: present, and not of the last restore"]
    return [f"auth files: {', '.join(restored['names'])} from {restored['from']} at {receipt.last.get('finished')}"]


def _compare(request: Request, policy: Policy, receipt: Receipt) -> None:
    different = {name: differences(request, policy, name, receipt) for name in request.databases}
    if any(different.values()):
        problems = "; ".join(f"{name}: {', '.join(each)}" for name, each in different.items() if each)
        message = f"the volume at {request.data_dir} does not hold the requested restore: {problems}"
        hint = (
            "to restore what is requested now, set FORCE_OVERWRITE to once and RESTORE_ID to a new name. To keep the "
            "data, request what it was restored from"
        )
        raise TargetOccupiedError(message, hint=hint)


def _words(last: Mapping[str, Any]) -> str:
    if "rolled_back" in last:
        return f"the restore {last.get('restore_id')} was rolled back at {last.get('finished')}"
    return "the last restore left it alone" if last else "no restore is on record"
