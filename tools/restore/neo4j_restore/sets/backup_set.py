"""The types that `catalog` makes from a listing: backup sets, and objects that are not understood.

They are apart from the reading of names, because a start with nothing to do needs these types and reads no name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from neo4j_restore.checksums import Checksum
from neo4j_restore.errors import RestoreError
from neo4j_restore.sets.headers import Header
from neo4j_restore.sets.inside import Inside
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.spec import LATEST, DatabaseName
from neo4j_restore.stores import StoredObject
from neo4j_restore.timestamps import rfc3339
from neo4j_restore.until import Until

# A folder with one of these is a database: record formats, and the block format of 5.14 and later.
STORE_MARKERS = ("neostore", "block.metadata.db")


class TimeSource(StrEnum):
    """Where the time of a set comes from, the most certain first."""

    HEADER = "header"
    NAME = "name"
    CHECKSUM = "checksum"
    ENTRIES = "entries"
    STORE = "store"


@dataclass(frozen=True)
class Span:
    """The points at which a restore from a chain may end: behind its full backup, up to its last differential one.

    first_tx, last_tx: both are for RESTORE_UNTIL, which names the first transaction that is not restored.
    first_time, last_time: when the full and the last artifact were made, in UTC, or None if a header does not say.
    """

    first_tx: int
    last_tx: int
    first_time: datetime | None
    last_time: datetime | None

    def __str__(self) -> str:
        """Return it in words."""
        times = [rfc3339(each) if each else "an unknown time" for each in (self.first_time, self.last_time)]
        return f"transactions {self.first_tx} to {self.last_tx}, {' to '.join(times)}"


@dataclass(frozen=True)
class BackupSet:
    """One backup of one database.

    key: of the object. For a directory the prefix with a slash at its end, for a chain the key of its last object.
    stamp: as in the name, or empty. time: UTC.
    objects: for a chain in its order. sums: the `.sha256` files beside them.
    header: None before the set is inspected, and for a set without one. problem: why its header can't be read.
    checksums: from the `.sha256` files, by the keys of the objects.
    formats: by key, the format of each object whose format has a checksum of its own: see `ownchecks`.
    inside: what is packed in the set, and how. None before it is inspected.
    name_doubt: why its name does not say for certain which database it is of, or empty.
    place: the URL of the bucket, with a slash at its end. Keys are relative to it.
    span: of a chain, the points at which its restore may end. until: the requested one, or None to restore all of it.
    database, renamed_to: its database, and another name that this gets on the volume, or None.
    """

    database: DatabaseName
    kind: Kind
    key: str
    stamp: str
    time: datetime
    objects: tuple[StoredObject, ...]
    sums: tuple[StoredObject, ...] = ()
    header: Header | None = None
    checksums: Mapping[str, Checksum] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    time_source: TimeSource = TimeSource.NAME
    problem: RestoreError | None = field(default=None, compare=False)
    inside: Inside | None = None
    name_doubt: str = field(default="", compare=False)
    place: str = field(default="", compare=False)
    span: Span | None = None
    until: Until | None = None
    renamed_to: DatabaseName | None = field(default=None, compare=False)

    @property
    def target(self) -> DatabaseName:
        """Return the name that its database gets on the volume."""
        return self.renamed_to or self.database

    @property
    def url(self) -> str:
        """Return the URL of its object or folder, for messages."""
        return f"{self.place}{self.key}"

    @property
    def size_bytes(self) -> int:
        """Return the number of bytes to download."""
        return sum(stored.size_bytes for stored in self.objects)

    @property
    def is_stamped(self) -> bool:
        """Return whether its name has a stamp, so that no later backup replaces it."""
        return self.stamp not in {"", LATEST}

    @property
    def updated(self) -> datetime:
        """Return the upload time of its newest object, in UTC."""
        return max(stored.updated for stored in self.objects)


@dataclass(frozen=True)
class Unclear:
    """An object or folder that may be a backup of the database, but is not understood.

    time: from its name or its folders, else its upload time, in UTC. reason: why it is not a set.
    peek: its name does not show that it is a backup, so its first bytes decide.
    elsewhere: the folder below the bucket's path that makes it unclear, or empty.
    worded: general words in its name make it unclear. as_set: for these two cases, the set that it would be.
    """

    key: str
    size_bytes: int
    time: datetime
    time_source: TimeSource
    reason: str
    stored: StoredObject
    peek: bool = False
    elsewhere: str = ""
    as_set: BackupSet | None = None
    worded: bool = False


@dataclass(frozen=True)
class Shelf:
    """What a listing has for one database.

    sets: as `order` returns them. unclear: newest first. others: the number of sets of other databases, by name.
    """

    sets: list[BackupSet] = field(default_factory=list)
    unclear: list[Unclear] = field(default_factory=list)
    others: Mapping[str, int] = field(default_factory=dict)
