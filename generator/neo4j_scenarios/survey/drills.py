"""Reads the receipts of restore drills: `drills/NAME.json` below a bucket's path.

A drill is a restore that is made to prove that it works. Its receipt has the form of `last` in the image's
`receipt.json`. We read `finished` (ISO 8601), `bytes`, `seconds`, and `restored`, a list of items with `database` and
`object`. A result of `neo4j-restore drill` has `drill` too: one whose assertions do not hold proves nothing. Other
files in the folder, and receipts that can't be read, are ignored.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from neo4j_restore import spec
from neo4j_restore.errors import StoreError
from neo4j_restore.stores import Store, StoredObject

_FOLDER: Final = "drills/"

# Only the newest receipts are read, and only if they are small.
_MOST_RECEIPTS: Final = 5
_MOST_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Drill:
    """One restore drill. time: when it ended, in UTC. object: the set that was restored."""

    time: datetime
    object: str
    size_bytes: int
    seconds: float

    @property
    def bytes_per_second(self) -> float:
        """The speed of the drill, from the first byte to a database on which Neo4j can start."""
        return self.size_bytes / self.seconds


class Newest:
    """Collects the newest receipts of a listing, and forgets the others."""

    def __init__(self, prefix: str) -> None:
        """Take the bucket's path, with which all keys start."""
        self._prefix = prefix + _FOLDER
        self.objects: list[StoredObject] = []

    def takes(self, stored: StoredObject) -> bool:
        """Return whether an object is in the folder of drills. Keep it if it is one of the newest receipts."""
        if not stored.key.startswith(self._prefix):
            return False
        if stored.key.endswith(".json") and stored.size_bytes <= _MOST_BYTES:
            newest = sorted([*self.objects, stored], key=lambda each: (each.updated, each.key), reverse=True)
            self.objects = newest[:_MOST_RECEIPTS]
        return True


def read(store: Store, receipts: Sequence[StoredObject]) -> dict[spec.DatabaseName, Drill]:
    """Return the last drill of each database. receipts: the newest first. Unreadable receipts are ignored."""
    last: dict[spec.DatabaseName, Drill] = {}
    for stored in receipts:
        try:
            with closing(store.read(stored)) as stream:
                text = b"".join(iter(lambda: stream.read(_MOST_BYTES) or b"", b""))
        except StoreError:
            continue
        for database, drill in parse(text).items():
            if database not in last or drill.time > last[database].time:
                last[database] = drill
    return last


def parse(text: bytes) -> dict[spec.DatabaseName, Drill]:
    """Return the drills of a receipt, by database. There are none if the text is not a receipt."""
    try:
        receipt: Mapping[str, Any] = json.loads(text)
        seconds, size = float(receipt["seconds"]), int(receipt["bytes"])
        time = datetime.fromisoformat(receipt["finished"]).astimezone(UTC)
        names = {_source(each): str(each["object"]) for each in receipt["restored"]}
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return {}
    if not (0 < seconds < float("inf") and size >= 0):
        return {}
    drill = receipt.get("drill", {})
    if not isinstance(drill, Mapping) or drill.get("succeeded", True) is not True:
        return {}
    return {database: Drill(time, name, size, seconds) for database, name in names.items()}


def _source(restored: Mapping[str, Any]) -> spec.DatabaseName:
    """Return the database whose set was restored. Receipts of earlier versions have no other name than that."""
    return spec.DatabaseName(str(restored.get("source_database") or restored["database"]))
