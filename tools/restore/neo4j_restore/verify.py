"""Checks that the volume holds the requested databases. The chart's `helm test` runs it. Needs no store and no key."""

from collections.abc import Mapping
from typing import Any

from neo4j_restore import disk
from neo4j_restore.errors import BackupNotFoundError, TargetOccupiedError
from neo4j_restore.settings import Settings
from neo4j_restore.volume import journal, swap, volume
from neo4j_restore.volume.journal import Phase
from neo4j_restore.volume.volume import Found, VolumePaths


def verify(settings: Settings) -> list[str]:
    """Return a line for each database that says which set it was restored from, by the receipt.

    Raises TargetOccupiedError while a restore is unfinished, and for a database that lacks files. Raises
    BackupNotFoundError for a database that is not there.
    """
    with disk.errors_of(settings.data_dir):
        return _verified(settings, VolumePaths(settings.data_dir))


def _verified(settings: Settings, layout: VolumePaths) -> list[str]:
    state = volume.inspect(layout, settings.databases, needs_receipt=True)
    unfinished = journal.read(layout)
    if unfinished and unfinished.phase is not Phase.SWAPPED:
        message = f"a restore on the volume at {layout.data} is not finished"
        raise TargetOccupiedError(message, hint="wait for the restore container, and read its log")
    absent = [name for name, content in state.databases.items() if content is not Found.DATABASE]
    if absent:
        message = f"the volume at {layout.data} has no database {', '.join(absent)}"
        raise BackupNotFoundError(message, hint="read the restore container's log: kubectl logs POD -c restore")
    last = swap.receipt_of(layout).last
    restored = {each["database"]: each for each in last.get("restored", [])}
    lacking = {name: volume.lacks(layout.data, name, restored=name in restored) for name in settings.databases}
    if any(lacking.values()):
        incomplete = "; ".join(f"{name} lacks {', '.join(missing)}" for name, missing in lacking.items() if missing)
        message = f"a database on the volume at {layout.data} is incomplete: {incomplete}"
        raise TargetOccupiedError(message, hint=volume.INCOMPLETE_HINT)
    return [
        f"{name}: restored from {restored[name].get('object')} at {last.get('finished')}"
        if name in restored
        else f"{name}: present; {_words(last)}"
        for name in settings.databases
    ]


def _words(last: Mapping[str, Any]) -> str:
    if "rolled_back" in last:
        return f"the restore {last.get('restore_id')} was rolled back at {last.get('finished')}"
    return "the last restore left it alone" if last else "no restore is on record"
