"""The data volume as it is: where things lie, what is there, and the lock that keeps a second restore away."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from neo4j_restore import disk, receipt
from neo4j_restore.catalog import STORE_MARKERS
from neo4j_restore.errors import TargetOccupiedError, VolumeError
from neo4j_restore.receipt import Receipt
from neo4j_restore.spec import DatabaseName

# The files without which a record store is none, in every version from 3.x to 5: the tools copy and load a set that
# lacks one without a word, and a server of 3.x then starts with the nodes there and their properties gone.
RECORD_STORES = (
    "neostore",
    "neostore.labeltokenstore.db",
    "neostore.labeltokenstore.db.names",
    "neostore.nodestore.db",
    "neostore.nodestore.db.labels",
    "neostore.propertystore.db",
    "neostore.propertystore.db.arrays",
    "neostore.propertystore.db.index",
    "neostore.propertystore.db.index.keys",
    "neostore.propertystore.db.strings",
    "neostore.relationshipgroupstore.db",
    "neostore.relationshipstore.db",
    "neostore.relationshiptypestore.db",
    "neostore.relationshiptypestore.db.names",
    "neostore.schemastore.db",
)


class Found(StrEnum):
    """What lies where a database would be."""

    ABSENT = "absent"
    DATABASE = "database"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Layout:
    """The paths on the volume; `data` is Neo4j's data folder. All of ours is below `home`, on the same file system."""

    data: Path

    @property
    def home(self) -> Path:
        """Return the folder of receipt, journal, lock and staging."""
        return self.data / ".neo4j-restore"

    @property
    def staging(self) -> Path:
        """Return the one staging folder: a crash leaves nothing to pile up."""
        return self.home / "staging"

    @property
    def staged_data(self) -> Path:
        """Return the data folder that neo4j-admin fills."""
        return self.staging / "data"

    @property
    def previous(self) -> Path:
        """Return where replaced databases go until the swap is complete."""
        return self.home / "previous"


def parts_of(database: DatabaseName) -> tuple[str, str]:
    """Return the two folders that hold a database, relative to a data folder. 3.x has the first alone."""
    return f"databases/{database}", f"transactions/{database}"


@dataclass(frozen=True)
class Volume:
    """Facts of one moment; `databases` has an entry for each that was asked for."""

    databases: Mapping[DatabaseName, Found]
    in_cluster: bool
    receipt: Receipt
    free_bytes: int


def inspect(layout: Layout, databases: tuple[DatabaseName, ...]) -> Volume:
    """Return what is on the volume. Raises VolumeError, or TargetOccupiedError for a receipt that can't be read."""
    with disk.errors_of(layout.data):
        if not layout.data.is_dir():
            message = f"the data folder {layout.data} is not there"
            raise VolumeError(message, hint="mount the data volume there, or set DATA_DIR to where it is mounted")
        status = os.statvfs(layout.data)
        return Volume(
            databases={database: find(layout.data, database) for database in databases},
            in_cluster=(layout.data / "cluster-state").exists(),
            receipt=receipt.read(layout.home),
            free_bytes=status.f_bavail * status.f_frsize,
        )


def find(data: Path, database: DatabaseName) -> Found:
    """Return what lies in the data folder `data` for `database`.

    Source: Neo4j's own existence test is the store file; a folder with only a lock in it is no database.
    """
    store, logs = (data / part for part in parts_of(database))
    if any((store / marker).is_file() for marker in STORE_MARKERS):
        return Found.DATABASE
    content = [*_names(store), *_names(logs)]
    return Found.ABSENT if set(content) <= {"database_lock"} else Found.UNKNOWN


def missing_stores(store: Path) -> list[str]:
    """Return the files that the record store in the folder `store` lacks; none for the block format."""
    if (store / "block.metadata.db").is_file():
        return []
    return [name for name in RECORD_STORES if not (store / name).is_file()]


def _names(path: Path) -> list[str]:
    if path.is_symlink() or path.is_file():
        return [path.name]
    return [entry.name for entry in path.iterdir()] if path.is_dir() else []


@contextmanager
def locked(layout: Layout) -> Iterator[int]:
    """Hold the volume's lock; yield its descriptor, for neo4j-admin to inherit: while it runs, the lock holds.

    The kernel gives the lock back when its last holder ends, so a lock file left over by a crash means nothing.
    Raises TargetOccupiedError while another restore, or a running Neo4j, uses the volume.
    """
    with disk.errors_of(layout.data):
        layout.home.mkdir(exist_ok=True)
        descriptor = os.open(layout.home / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"another neo4j-restore is at work on the volume at {layout.data}"
            raise TargetOccupiedError(message, hint="wait until it has ended: one pod a volume") from error
        yield descriptor
    finally:
        os.close(descriptor)


def refuse_running_server(layout: Layout) -> None:
    """Raise TargetOccupiedError if a Neo4j server holds a lock on this data folder."""
    with disk.errors_of(layout.data):
        held = [path for path in _server_locks(layout.data) if path.is_file() and _is_held(path)]
    if held:
        message = f"a Neo4j server is running on {layout.data}: it holds {held[0].relative_to(layout.data)}"
        raise TargetOccupiedError(message, hint="stop it first: a restore replaces files under it")


def _server_locks(data: Path) -> list[Path]:
    """Return the lock files of all lines: 4.x and later have one for the server and one a database, 3.x the latter."""
    databases = data / "databases"
    names = ("store_lock", "database_lock")
    return [databases / "store_lock", *(path for name in names for path in databases.glob(f"*/{name}"))]


def _is_held(path: Path) -> bool:
    with path.open("r+") as stream:
        try:
            # Java's file locks are POSIX ones; taken and given back at once.
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return True
    return False
