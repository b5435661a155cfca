"""Does the volume hold what was asked for? The chart's `helm test` asks this; no store, no key, no neo4j-admin."""

from neo4j_restore import journal, volume
from neo4j_restore.errors import BackupNotFoundError, TargetOccupiedError
from neo4j_restore.receipt import Receipt
from neo4j_restore.settings import Settings
from neo4j_restore.volume import Found, Layout


def verify(settings: Settings) -> list[str]:
    """Return a line for each database: where it is from, by the receipt.

    Raises TargetOccupiedError while a restore is unfinished, BackupNotFoundError for a database that is not there.
    """
    layout = Layout(settings.data_dir)
    state = volume.inspect(layout, settings.databases, needs_receipt=True)
    if journal.read(layout):
        message = f"a restore on the volume at {layout.data} is not finished"
        raise TargetOccupiedError(message, hint="wait for the restore container, and read its log")
    absent = [name for name, found in state.databases.items() if found is not Found.DATABASE]
    if absent:
        message = f"the volume at {layout.data} has no database {', '.join(absent)}"
        raise BackupNotFoundError(message, hint="read the restore container's log: kubectl logs POD -c restore")
    restored = {each["database"]: each for each in state.receipt.last.get("restored", [])}
    return [
        f"{name}: restored from {restored[name]['object']} at {state.receipt.last['finished']}"
        if name in restored
        else f"{name}: present; {_words(state.receipt)}"
        for name in settings.databases
    ]


def _words(found: Receipt) -> str:
    if "rolled_back" in found.last:
        return f"the restore {found.last['restore_id']} was rolled back at {found.last['finished']}"
    return "the last restore left it alone" if found.last else "no restore is on record"
