"""What neo4j-admin's words about a staged store mean: it can't read, check or migrate it. Pure.

`endings` has what any of its runs may end with.
"""

import re
from typing import Final

from neo4j_restore.admin import endings
from neo4j_restore.admin.endings import Run
from neo4j_restore.errors import ANOTHER_SET, AdminError, BackupDamagedError, MigrationNeededError, RestoreError

_UNCHECKED: Final = "set CONSISTENCY_CHECK to false to restore it as it is"

# Printed by `check-consistency` and `database check` of 3.3 to 2026.
_INCONSISTENT = re.compile(r"Inconsistencies found")
_ERRORS = re.compile(r"Number of errors: (\d{1,19})")
_TO_RECOVER = re.compile(r"Please recover database before running the consistency check")

# Printed by `database migrate` of 5 to 2026.
_UNCLEAN = re.compile(r"is not cleanly shutdown|needs recovery")

# Printed by `store-info` and `database info` of 3.3 to 2026. A store that is locked is not meant.
_UNREADABLE = re.compile(r"Failed to execute command(?! as the database)|Could not find version metadata")
_OF_THE_SYSTEM = re.compile(r"Permission denied|AccessDenied|Input/output error|Too many open files")


def unreadable(run: Run) -> RestoreError | None:
    """Return the error of a question about a store that neo4j-admin can't read, else None."""
    other = _OF_THE_SYSTEM.search(run.text) or endings.known_error_of(run)
    if run.status == 0 or other or not _UNREADABLE.search(run.text):
        return None
    message = f"neo4j-admin can't read the store that {run.about} became: {run.last_output}"
    hint = f"{ANOTHER_SET}. If this set is of another edition or a newer Neo4j, use an image of that one"
    return BackupDamagedError(message, hint=hint)


def inconsistent(run: Run) -> RestoreError | None:
    """Return the error of a check that found inconsistencies, or that could not be made, else None."""
    if run.status == 0:
        return None
    if _INCONSISTENT.search(run.text):
        errors = _ERRORS.search(run.text)
        count = f" {errors[1]}" if errors else ""
        message = f"neo4j-admin found{count} inconsistencies in the store that {run.about} became"
        return BackupDamagedError(message, hint=f"{ANOTHER_SET}, or {_UNCHECKED}")
    if _TO_RECOVER.search(run.text):
        message = f"CONSISTENCY_CHECK: the store that {run.about} became needs a recovery before it can be checked"
        return AdminError(message, hint=f"take a set of a database that was shut down cleanly, or {_UNCHECKED}")
    return None


def unmigrated(run: Run) -> RestoreError | None:
    """Return the error of a migration that the store itself does not allow, else None."""
    if run.status == 0 or not _UNCLEAN.search(run.text):
        return None
    message = f"MIGRATE: the store that {run.about} became needs a recovery by the Neo4j that wrote it: "
    hint = "take a set of a database that was shut down cleanly, or start its own Neo4j on it once, and back that up"
    return MigrationNeededError(message + run.last_output, hint=hint)
