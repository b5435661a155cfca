"""What a bucket's listing turns into: backup sets, and what is not understood; `catalog` makes them.

Kept apart from the reading of names, which takes a good part of a start with nothing to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from neo4j_restore.checksums import Checksum
from neo4j_restore.errors import RestoreError
from neo4j_restore.headers import Header
from neo4j_restore.inside import Inside
from neo4j_restore.kinds import Kind
from neo4j_restore.spec import LATEST, DatabaseName
from neo4j_restore.stores import StoredObject

# A folder with one of these is a database: record formats, and the block format of 5.14 and later.
STORE_MARKERS = ("neostore", "block.metadata.db")


class TimeSource(StrEnum):
    """What tells the time of a set, the surest first."""

    HEADER = "header"
    NAME = "name"
    CHECKSUM = "checksum"
    ENTRIES = "entries"
    STORE = "store"


@dataclass(frozen=True)
class BackupSet:
    """One backup of one database.

    key: the object's, or for a directory its prefix with a slash at the end; of a chain its last one's.
    stamp: as in the name, or empty. time: UTC. time_source: what tells it.
    objects: of a chain in its order. sums: the `.sha256` files beside them, as many as there are.
    header: what it says of itself; None before it was looked into. problem: why its header can't be read.
    checksums: of its objects by their keys, as far as `sums` tell them.
    formats: of those objects whose format has a checksum of its own, by their keys: see `ownchecks`.
    inside: what is packed in it and how; None before it was looked into.
    name_doubt: why its name leaves open whose it is, where it is taken for the database's all the same.
    place: the URL of the bucket, which its key is relative to, with a slash at the end.
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

    @property
    def url(self) -> str:
        """The URL of its object or folder, as messages have it."""
        return f"{self.place}{self.key}"

    @property
    def size_bytes(self) -> int:
        """Bytes to download."""
        return sum(stored.size_bytes for stored in self.objects)

    @property
    def is_stamped(self) -> bool:
        """Tell whether its name has a stamp of its own, so that no later backup replaces it."""
        return self.stamp not in {"", LATEST}

    @property
    def updated(self) -> datetime:
        """When the store says that its newest object was written, in UTC."""
        return max(stored.updated for stored in self.objects)


@dataclass(frozen=True)
class Unclear:
    """An object or folder that may be a backup of the database, and is not understood.

    time: what its name or its folders could tell, else the store's time of it; UTC. reason: why it is not a set.
    peek: only its first bytes tell whether it is a backup at all.
    elsewhere: the folder below the bucket's path that makes it unclear. worded: general words in its name do.
    as_set: what it would be, for either.
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
    """What a listing has of one database.

    sets: as `order` has them. unclear: newest first. others: how many sets of other databases, by their names.
    """

    sets: list[BackupSet] = field(default_factory=list)
    unclear: list[Unclear] = field(default_factory=list)
    others: Mapping[str, int] = field(default_factory=dict)
