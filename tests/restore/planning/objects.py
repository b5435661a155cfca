"""Objects of an emulated bucket, and the sets that they are."""

from datetime import UTC, datetime

from neo4j_restore import spec
from neo4j_restore.checksums import Checksum
from neo4j_restore.sets import catalog
from neo4j_restore.sets.backup_set import Shelf
from neo4j_restore.stores import StoredObject

NEO4J = spec.DatabaseName("neo4j")
BUCKET = spec.parse_bucket("gs://backups/p")
# The moment at which all objects of a bucket were written by a copy of it.
COPIED = datetime(2026, 8, 1, tzinfo=UTC)


def stored(name: str, updated: datetime = COPIED, content: str = "", size: int = 10) -> StoredObject:
    return StoredObject(f"p/{name}", size, updated, name, Checksum("md5", content.encode()) if content else None)


def shelf(*objects: StoredObject | str, exact: str = "") -> Shelf:
    there = [stored(each) if isinstance(each, str) else each for each in objects]
    return catalog.find(there, "p/", NEO4J, exact=exact, place="gs://backups/")


def day(number: int, hour: int = 3) -> datetime:
    return datetime(2026, 1, number, hour, tzinfo=UTC)
