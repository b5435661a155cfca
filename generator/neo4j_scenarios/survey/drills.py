"""Reads the results of restore drills: `drills/NAME.json` below a bucket's path.

A drill is a restore that is made to prove that it works. The image says what a result is, in its `sets/drills.py`. A
drill whose assertions do not hold proves nothing. Other files in the folder, and results that can't be read, are
ignored.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from neo4j_restore import spec
from neo4j_restore.errors import StoreError
from neo4j_restore.sets import drills
from neo4j_restore.stores import Store, StoredObject

# Of each drill, by its name, only the newest results are kept. Of results without such a name too.
_MOST_OF_ONE: Final = 5
_MOST_KEPT: Final = 2_000


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
    """Collects the newest results of each drill in a listing, and forgets the others."""

    def __init__(self, prefix: str) -> None:
        """Take the bucket's path, with which all keys start."""
        self._prefix = prefix
        self._of_drills: dict[str, list[StoredObject]] = {}

    def takes(self, stored: StoredObject) -> bool:
        """Return whether an object is a result. Keep it if it is one of the newest."""
        relative = stored.key.removeprefix(self._prefix)
        if not drills.is_result(relative):
            return False
        if stored.size_bytes <= drills.MOST_BYTES:
            newest = self._of_drills.setdefault(drills.name_of(relative), [])
            newest.append(stored)
            newest.sort(key=_age, reverse=True)
            del newest[_MOST_OF_ONE:]
        return True

    @property
    def objects(self) -> list[StoredObject]:
        """Return those that were kept, the newest first."""
        newest = [each for several in self._of_drills.values() for each in several]
        return sorted(newest, key=_age, reverse=True)[:_MOST_KEPT]


def _age(stored: StoredObject) -> tuple[datetime, str]:
    return stored.updated, stored.key


def read(store: Store, prefix: str, results: Sequence[StoredObject]) -> dict[spec.DatabaseName, Drill]:
    """Return the last drill of each database. results: the newest first. Unreadable ones are ignored."""
    last: dict[spec.DatabaseName, Drill] = {}
    names: set[str] = set()
    for stored in results:
        name = drills.name_of(stored.key.removeprefix(prefix))
        if name in names:
            continue
        try:
            with closing(store.read(stored)) as stream:
                text = b"".join(iter(lambda: stream.read(drills.MOST_BYTES) or b"", b""))
        except StoreError:
            continue
        parsed = parse(text)
        if parsed and name:
            # Older results of the same drill can't be newer.
            names.add(name)
        for database, drill in parsed.items():
            if database not in last or drill.time > last[database].time:
                last[database] = drill
    return last


def parse(text: bytes) -> dict[spec.DatabaseName, Drill]:
    """Return the drills of a result, by database. There are none if the text is not a result."""
    measured = drills.parse(text)
    if measured is None:
        return {}
    return {
        database: Drill(measured.finished, each.object, measured.size_bytes, measured.seconds)
        for database, each in measured.sets.items()
    }
