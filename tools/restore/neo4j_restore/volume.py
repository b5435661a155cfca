"""The data volume as it is: where things lie, and what is there."""

import errno
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from neo4j_restore import disk, receipt
from neo4j_restore.errors import ConfigurationError, TargetOccupiedError, VolumeError
from neo4j_restore.receipt import Receipt
from neo4j_restore.sets import STORE_MARKERS
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


# The names of transaction logs begin with it.
LOGS = "neostore.transaction.db"

_PROBE = "no-such-file"


# What to do about a database that lacks files.
INCOMPLETE_HINT = (
    "Neo4j may not start it, or start without part of its data; put the files back, or restore it with "
    "FORCE_OVERWRITE=once and a new RESTORE_ID"
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
    def outgoing(self) -> Path:
        """Return where replaced databases go until the swap is complete."""
        return self.home / "outgoing"

    @property
    def reclaimed(self) -> Path:
        """Return what SPACE_MODE=reclaim is deleting."""
        return self.home / "reclaimed"

    @property
    def kept(self) -> Path:
        """Return what a restore that broke off had fetched."""
        return self.home / "kept"

    @property
    def previous(self) -> Path:
        """Return the one generation that KEEP_PREVIOUS keeps, a data folder."""
        return self.home / "previous"


def parts_of(database: DatabaseName) -> tuple[str, str]:
    """Return the two folders that hold a database, relative to a data folder. 3.x has the first alone."""
    return f"databases/{database}", f"transactions/{database}"


@dataclass(frozen=True)
class Volume:
    """Facts of one moment; `databases` has an entry for each that was asked for.

    receipt: empty where it was not needed. reclaimed: data was deleted for a restore that has not succeeded yet.
    """

    databases: Mapping[DatabaseName, Found]
    in_cluster: bool
    receipt: Receipt
    free_bytes: int
    reclaimed: bool = False


def inspect(layout: Layout, databases: tuple[DatabaseName, ...], *, needs_receipt: bool = False) -> Volume:
    """Return what is on the volume.

    needs_receipt: read it though every database is there. A healthy server needs none to start again.
    Raises VolumeError; TargetOccupiedError for a receipt that can't be read, or a data folder inside the data folder.
    """
    with disk.errors_of(layout.data):
        if not layout.data.is_dir():
            message = f"the data folder {layout.data} is not there"
            raise VolumeError(message, hint="mount the data volume there, or set DATA_DIR to where it is mounted")
        _refuse_nested(layout.data)
        found = {database: find(layout.data, database) for database in databases}
        needed = needs_receipt or Found.ABSENT in found.values()
        return Volume(
            databases=found,
            in_cluster=(layout.data / "cluster-state").exists(),
            receipt=receipt.read(layout.home) if needed else Receipt(),
            free_bytes=free_bytes(layout),
        )


def free_bytes(layout: Layout) -> int:
    """Return the room on the volume that is not root's alone."""
    status = os.statvfs(layout.data)
    return status.f_bavail * status.f_frsize


def _refuse_nested(data: Path) -> None:
    """Refuse a volume mounted one folder too high: Neo4j would run on the data below, not on what is restored here."""
    if (data / "data" / "databases").is_dir() and not (data / "databases").exists():
        message = f"{data} has a data folder in it, {data}/data, and no databases of its own"
        hint = "mount the volume with the subPath that Neo4j's container has (data, in the official chart)"
        raise TargetOccupiedError(message, hint=hint)


def refuse_links(layout: Layout) -> None:
    """Raise TargetOccupiedError for a folder of the swap that is a link: its renames could not be brought to the disk.

    A server that only starts again on such a volume is none of our business.
    """
    for folder in (layout.data / "databases", layout.data / "transactions", layout.home):
        if folder.is_symlink():
            message = f"{folder} is a symbolic link, to {folder.readlink()}: a restore needs the folder itself there"
            hint = "stop Neo4j, remove the link and move the folder that it leads to into its place; then start again"
            raise TargetOccupiedError(message, hint=hint)


def refuse_other_case(layout: Layout, databases: Iterable[DatabaseName]) -> None:
    """Raise TargetOccupiedError for a database whose folder has the name of one of `databases` in another case.

    From 4.0 on Neo4j makes no such folder. 3.x does, and would not see what is restored beside it.
    """
    wanted = set(databases)
    for name in sorted(_names(layout.data / "databases")):
        folder = layout.data / "databases" / name
        if name not in wanted and name.lower() in wanted and any((folder / each).is_file() for each in STORE_MARKERS):
            message = f"{folder} holds a database, and the restore would make another one at databases/{name.lower()}"
            hint = (
                f"to leave the data as it is, restore nothing here; to replace it, stop Neo4j, rename the folder to "
                f"{name.lower()}, set dbms.active_database={name.lower()} (Neo4j 3.x) and FORCE_OVERWRITE=once"
            )
            raise TargetOccupiedError(message, hint=hint)


def check_renames(layout: Layout) -> None:
    """Raise ConfigurationError if no rename reaches from our folder to Neo4j's: the swap is made of renames.

    Tried with a file that is not there, so nothing can be left behind: the kernel compares the mounts first, and
    two mounts of one file system, whose device numbers are the same, refuse as well.
    """
    for folder in (layout.data / "databases", layout.data / "transactions"):
        if folder.is_dir():
            try:
                (layout.home / _PROBE).rename(folder / _PROBE)
            except FileNotFoundError:
                continue
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                message = f"{folder} can't be reached by a rename from {layout.home}: {error.strerror}"
                hint = "mount one volume at DATA_DIR, with databases and transactions in it"
                raise ConfigurationError(message, hint=hint) from error


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


def has_logs(data: Path, database: DatabaseName) -> bool:
    """Tell whether the database in the data folder `data` has transaction logs; without, a server leaves it offline."""
    return any(any((data / part).glob(f"{LOGS}*")) for part in parts_of(database))


def _names(path: Path) -> list[str]:
    if path.is_symlink() or path.is_file():
        return [path.name]
    return [entry.name for entry in path.iterdir()] if path.is_dir() else []


def lacks(data: Path, database: DatabaseName, *, restored: bool = False) -> list[str]:
    """Return the files that a database on the volume needs and lacks; none for one that is absent or whole.

    A folder that only Neo4j's lock is in is absent. Logs that may lie elsewhere are not missed: without a folder
    `transactions` Neo4j may be configured with another one for them, as 3.x often was. restored: we restored this
    database, logs and all, to just here.
    """
    if find(data, database) is not Found.DATABASE:
        return []
    store, logs = (data / part for part in parts_of(database))
    missing = missing_stores(store)
    if (restored or logs.parent.is_dir()) and not has_logs(data, database):
        missing.append(f"{logs.parent.name}/{database}/{LOGS}.*")
    return missing


def cluster_warning(layout: Layout) -> str:
    """Return in one line what a cluster's state on the volume means, and what to do."""
    return (
        f"{layout.data / 'cluster-state'} is the state of a cluster member: what is restored here alone differs from "
        "the other members. If this server is to run alone, stop Neo4j and unbind it: neo4j-admin unbind "
        "(Neo4j 3 and 4), neo4j-admin dbms unbind-system-db (5 and later). In a running cluster restore with Cypher: "
        "CREATE DATABASE with OPTIONS {seedURI}"
    )
