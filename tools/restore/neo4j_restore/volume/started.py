"""Which values the last start had whose restore container ended well: START_ID, kept in `start.json`.

`finalize` waits for it. Otherwise it may meet the server of before, which an upgrade is about to replace.
"""

from logging import getLogger
from pathlib import Path
from typing import Final

from neo4j_restore import disk
from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.volume import records

log = getLogger(__name__)

NAME: Final = "start.json"
FORMAT: Final = 1


def read(home: Path) -> str:
    """Return the START_ID of the last start that ended well, or an empty text if none is known."""
    try:
        record = records.load(home / NAME)
        return record.text("start_id") if record else ""
    except (OSError, ValueError, TargetOccupiedError) as error:
        log.warning("cannot read %s: %s", home / NAME, error)
        return ""


def note(home: Path, start_id: str) -> None:
    """Keep the START_ID of a start that ended well. A file that can't be written keeps no Neo4j from its start."""
    if not start_id or read(home) == start_id:
        return
    try:
        home.mkdir(exist_ok=True)
        disk.replace_file(home / NAME, records.text_of({"format": FORMAT, "start_id": start_id}) + "\n")
    except OSError as error:
        log.warning("cannot keep START_ID, for which finalize waits, in %s: %s", home / NAME, error.strerror)
