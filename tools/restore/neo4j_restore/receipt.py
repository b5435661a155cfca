"""What was restored, kept beside the data: `receipt.json` for the last time, `history.jsonl` for all of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neo4j_restore import disk
from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.spec import DatabaseName

FORMAT = 1


@dataclass(frozen=True)
class Receipt:
    """The last restore, and all wishes fulfilled on this volume.

    last: the published record: restore_id, request, restored, left_alone, versions, times, bytes, seconds.
    wishes: RESTORE_ID, or its default for one database, to database to the time, ISO 8601, at which it was fulfilled.
    """

    last: Mapping[str, Any] = field(default_factory=dict)
    wishes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def fulfilled(self, restore_id: str, database: DatabaseName) -> str:
        """Return when the wish was fulfilled for `database`, or an empty text."""
        return self.wishes.get(restore_id, {}).get(database, "")

    def removed(self, database: DatabaseName) -> bool:
        """Tell whether the last thing done here was a rollback to a time when there was no `database`."""
        return database in self.last.get("removed", [])

    def plus(self, record: Mapping[str, Any]) -> "Receipt":
        """Return the receipt after the restore that `record` tells of."""
        wishes = {wish: dict(done) for wish, done in self.wishes.items()}
        for each in record["restored"]:
            wishes.setdefault(each["wish"], {})[each["database"]] = record["finished"]
        return Receipt(record, wishes)


def read(home: Path) -> Receipt:
    """Return the receipt in `home`, the volume's `.neo4j-restore`; an empty one where there is none.

    Raises TargetOccupiedError for one that can't be read: what it says is not known, so nothing may be overwritten.
    """
    path = home / "receipt.json"
    try:
        found = json.loads(path.read_text())
        if found["format"] != FORMAT:
            message = f"{path} has format {found['format']}, expected {FORMAT}"
            raise TargetOccupiedError(message, hint="use the version of neo4j-restore that wrote it, or a newer one")
        return Receipt(dict(found["last"]), {wish: dict(done) for wish, done in found["wishes"].items()})
    except FileNotFoundError:
        return Receipt()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{path} is no receipt ({error}): whether this wish was fulfilled can't be known"
        raise TargetOccupiedError(message, hint=f"look at {home / 'history.jsonl'}, then move the file away") from error


def write(home: Path, receipt: Receipt) -> None:
    """Replace the receipt, and add it to the history if it is not there yet: done twice, it is written once."""
    text = {"format": FORMAT, "last": receipt.last, "wishes": receipt.wishes}
    disk.replace_file(home / "receipt.json", json.dumps(text, indent=1, sort_keys=True) + "\n")
    disk.append_line(home / "history.jsonl", json.dumps(receipt.last, sort_keys=True))
