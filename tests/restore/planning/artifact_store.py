"""A store in memory with backup artifacts, and what a restore takes from it."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from tests.support import archives
from tests.support.artifacts import Artifact

from neo4j_restore import settings, spec
from neo4j_restore.errors import StoreError
from neo4j_restore.inspection.heads import Heads
from neo4j_restore.planning import histories
from neo4j_restore.planning.artifacts import Artifacts
from neo4j_restore.sets import catalog
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.stores import StoredObject

NEO4J = spec.DatabaseName("neo4j")
START = datetime(2026, 1, 1, tzinfo=UTC)


class Bytes(io.RawIOBase):
    """An answer."""

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        return self._stream.readinto(buffer)


class Memory:
    """A store of these objects, by their keys, that counts the bytes it gave."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects, self.updated = objects, dict.fromkeys(objects, START)
        self.reads: list[tuple[str, int]] = []

    def list(self, prefix: str) -> Iterator[StoredObject]:
        for key, data in self.objects.items():
            if key.startswith(prefix):
                yield StoredObject(key, len(data), self.updated[key], "1")

    def stat(self, stored: StoredObject) -> StoredObject:
        return stored

    def plain_get(self, stored: StoredObject, start: int, end: int) -> None:
        return None

    def read(self, stored: StoredObject, start: int = 0, end: int | None = None) -> io.RawIOBase:
        if stored.key not in self.objects:
            message = f"{stored.key}: it is not there"
            gone = StoreError(message, hint="")
            gone.gone = True
            raise gone
        self.reads.append((stored.key, (end or stored.size_bytes) - start))
        return Bytes(self.objects[stored.key][start:end])

    def close(self) -> None:
        """Nothing is held."""


def reader_of(store: Memory, timestamp: str = "latest") -> Artifacts:
    given = settings.from_environment({"BUCKET": "file:///b", "DATABASE": "neo4j", "TIMESTAMP": timestamp})
    return Artifacts(given.request, Heads.of(given, store), given.pace.connections)


def sets_of(store: Memory, timestamp: str = "latest") -> list[BackupSet]:
    by_name = catalog.find_sets(store.list(""), "", NEO4J, exact=timestamp)
    return reader_of(store, timestamp).dated(by_name)


def content(
    lowest: int, highest: int, hours: float, *, full: bool = False, database_id: int = 1, pad: int = 0
) -> bytes:
    """Return an artifact of so many hours after the start. `pad` makes it larger."""
    seconds = int((START + timedelta(hours=hours)).timestamp())
    made = Artifact(full=full, lowest=lowest, highest=highest, seconds=seconds, database_id=database_id)
    return made.write("BTV1", archives.tar_bytes({"x": bytes(pad)}))


def key_at(hours: float, tail: str = "") -> str:
    return f"neo4j-{START + timedelta(hours=hours):%Y-%m-%dT%H-%M-%S}{tail}.backup"


def taken(store: Memory, timestamp: str = "latest", *, overlaps: bool = True) -> list[str]:
    """Return the keys of the chain that is restored."""
    sets = sets_of(store, timestamp)
    chosen = histories.choose(sets, spec.parse_timestamp(timestamp))
    assert chosen
    reader = reader_of(store, timestamp)
    return [each.key for each in reader.chained(chosen, sets, overlaps=overlaps).objects]


FULL, ONE, TWO = content(1, 100, 0, full=True), content(101, 150, 1), content(151, 200, 2)
