"""Receipts of restore drills: `drills/NAME.json` below a bucket's path, each as the image's `receipt.json` has `last`.

What is read: `finished` (ISO 8601), `bytes`, `seconds`, and `restored`, a list whose items have `database` and
`object`. Anything else in the folder, and what can't be read, is no drill.
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

# So many of the newest are read, and of each so many bytes.
_READ: Final = 5
_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Drill:
    """One restore that was made to prove that it works: when it ended (UTC), of which object, how much and how fast."""

    time: datetime
    object: str
    size_bytes: int
    seconds: float

    @property
    def bytes_per_second(self) -> float:
        """Return how fast it was, from the first byte to a database that Neo4j can start on."""
        return self.size_bytes / self.seconds


class Newest:
    """The newest receipts of a listing: few, however many there are."""

    def __init__(self, prefix: str) -> None:
        """Take the bucket's path, as keys start with it."""
        self._prefix = prefix + _FOLDER
        self.found: list[StoredObject] = []

    def takes(self, stored: StoredObject) -> bool:
        """Tell whether this is a drill's; it is kept if it is one of the newest."""
        if not stored.key.startswith(self._prefix):
            return False
        if stored.key.endswith(".json") and stored.size_bytes <= _BYTES:
            newest = sorted([*self.found, stored], key=lambda each: (each.updated, each.key), reverse=True)
            self.found = newest[:_READ]
        return True


def read(store: Store, receipts: Sequence[StoredObject]) -> dict[spec.DatabaseName, Drill]:
    """Return the last drill of each database. receipts: the newest first. What can't be read counts as none."""
    found: dict[spec.DatabaseName, Drill] = {}
    for stored in receipts:
        try:
            with closing(store.read(stored)) as stream:
                text = b"".join(iter(lambda: stream.read(_BYTES) or b"", b""))
        except StoreError:
            continue
        for database, drill in parse(text).items():
            if database not in found or drill.time > found[database].time:
                found[database] = drill
    return found


def parse(text: bytes) -> dict[spec.DatabaseName, Drill]:
    """Return the drills, by database, that a receipt tells of; none if it is not one."""
    try:
        said: Mapping[str, Any] = json.loads(text)
        seconds, size = float(said["seconds"]), int(said["bytes"])
        time = datetime.fromisoformat(said["finished"]).astimezone(UTC)
        names = {spec.DatabaseName(str(each["database"])): str(each["object"]) for each in said["restored"]}
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return {}
    if not (0 < seconds < float("inf") and size >= 0):
        return {}
    return {database: Drill(time, name, size, seconds) for database, name in names.items()}
