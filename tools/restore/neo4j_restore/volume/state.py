"""What is on the data volume now, and what would keep a restore away from it."""

import errno
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from pathlib import Path

from neo4j_restore import disk
from neo4j_restore.errors import ConfigurationError, RestoreError, TargetOccupiedError, VolumeError
from neo4j_restore.sets.backup_set import STORE_MARKERS
from neo4j_restore.spec import DatabaseName
from neo4j_restore.volume import receipt
from neo4j_restore.volume.paths import AUTH_FILES, CLUSTER_STATE, LOGS, RECORD_STORES, VolumePaths, folders_of
from neo4j_restore.volume.receipt import Receipt

_PROBE = "no-such-file"

# What to do about a database that lacks files.
INCOMPLETE_HINT = (
    "Neo4j may fail to start it, or start it without part of its data. Put the files back, or restore the database "
    "with FORCE_OVERWRITE=once and a new RESTORE_ID"
)


class Found(StrEnum):
    """What lies in the folders of a database. UNKNOWN: files, but not a store."""

    ABSENT = "absent"
    DATABASE = "database"
    UNKNOWN = "unknown"


class ReceiptUse(Enum):
    """What the receipt is for. DECIDES: without it nothing can be decided. WARNS: only a warning depends on it."""

    NONE = "none"
    WARNS = "warns"
    DECIDES = "decides"


@dataclass(frozen=True)
class Volume:
    """Facts about the volume at one moment. databases: an entry for each requested database.

    receipt: empty if it has no use, or if it is damaged and only a warning depends on it.
    reclaimed: data was deleted for a restore that has not succeeded yet.
    auth_files: the paths of the auth files of Neo4j 3.x that are there, relative to the data folder.
    """

    databases: Mapping[DatabaseName, Found]
    in_cluster: bool
    receipt: Receipt
    free_bytes: int
    reclaimed: bool = False
    auth_files: tuple[str, ...] = ()


def inspect(paths: VolumePaths, databases: tuple[DatabaseName, ...], *, use: ReceiptUse = ReceiptUse.NONE) -> Volume:
    """Return what is on the volume.

    use: what the receipt is for if every database is there. The start of a server without all of them always needs it.
    Raises VolumeError. Raises TargetOccupiedError for a receipt that can't be read, or a data folder inside the data
    folder.
    """
    with disk.errors_of(paths.data):
        if not paths.data.is_dir():
            message = f"the data folder {paths.data} does not exist"
            raise VolumeError(message, hint="mount the data volume there, or set DATA_DIR to where it is mounted")
        _refuse_nested(paths.data)
        contents = {database: find(paths.data, database) for database in databases}
        if Found.ABSENT in contents.values():
            use = ReceiptUse.DECIDES
        return Volume(
            databases=contents,
            in_cluster=(paths.data / CLUSTER_STATE).exists(),
            receipt=_receipt(paths, use),
            free_bytes=free_bytes(paths),
            auth_files=tuple(part for part in AUTH_FILES if os.path.lexists(paths.data / part)),
        )


def _receipt(paths: VolumePaths, use: ReceiptUse) -> Receipt:
    if use is ReceiptUse.NONE:
        return Receipt()
    try:
        return receipt.read(paths.home)
    except RestoreError:
        if use is ReceiptUse.DECIDES:
            raise
        # A damaged receipt must not keep a server with all its databases from starting.
        return Receipt()


def free_bytes(paths: VolumePaths) -> int:
    """Return the free bytes of the volume, without those that are reserved for root."""
    status = os.statvfs(paths.data)
    return status.f_bavail * status.f_frsize


def _refuse_nested(data: Path) -> None:
    """Refuse a volume that is mounted one folder too high: Neo4j would run on the folder below, not on this one."""
    if (data / "data" / "databases").is_dir() and not (data / "databases").exists():
        message = f"{data} holds a data folder, {data}/data, but no databases of its own"
        hint = (
            "mount the folder as Neo4j's container does: data.subPath=data in the chart neo4j-restore, "
            "subPathExpr: data in Neo4j's official chart"
        )
        raise TargetOccupiedError(message, hint=hint)


def refuse_links(paths: VolumePaths) -> None:
    """Raise TargetOccupiedError for a folder of the swap that is a link.

    Only a restore calls this. A server may start again on such a volume.
    """
    for folder in (paths.data / "databases", paths.data / "transactions", paths.home):
        # A sync of the data folder would not reach renames behind the link.
        if folder.is_symlink():
            message = f"{folder} is a symbolic link to {folder.readlink()}: a restore needs the folder itself there"
            hint = "stop Neo4j, remove the link and move the folder that it leads to into its place. Then start again"
            raise TargetOccupiedError(message, hint=hint)


def refuse_other_case(paths: VolumePaths, databases: Iterable[DatabaseName]) -> None:
    """Raise TargetOccupiedError for a database whose folder has the name of one of `databases` in another case.

    From 4.0 on Neo4j makes no such folder. 3.x does, and would not see the restored database beside it.
    """
    names = set(databases)
    for name in sorted(_names(paths.data / "databases")):
        folder = paths.data / "databases" / name
        if name not in names and name.lower() in names and any((folder / each).is_file() for each in STORE_MARKERS):
            message = f"{folder} holds a database, and the restore would make another one at databases/{name.lower()}"
            hint = (
                f"to keep the data, restore nothing here. To replace it, stop Neo4j, rename the folder to "
                f"{name.lower()}, and set dbms.active_database={name.lower()} (Neo4j 3.x) and FORCE_OVERWRITE=once"
            )
            raise TargetOccupiedError(message, hint=hint)


def check_renames(paths: VolumePaths) -> None:
    """Raise ConfigurationError if nothing can be renamed from our folder to Neo4j's: the swap consists of renames."""
    for folder in (paths.data / "databases", paths.data / "transactions"):
        if folder.is_dir():
            try:
                # This file does not exist, so nothing can be left behind: the kernel compares the mounts first. Device
                # numbers would not do: two mounts of one file system have the same, and refuse a rename as well.
                (paths.home / _PROBE).rename(folder / _PROBE)
            except FileNotFoundError:
                continue
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                message = f"cannot rename from {paths.home} to {folder}: {error.strerror}"
                hint = "mount one volume at DATA_DIR, with databases and transactions in it"
                raise ConfigurationError(message, hint=hint) from error


def find(data: Path, database: DatabaseName) -> Found:
    """Return what lies in the data folder `data` for `database`.

    Source: Neo4j itself tests for the store file. A folder with only a lock in it is not a database.
    """
    store, logs = (data / part for part in folders_of(database))
    if any((store / marker).is_file() for marker in STORE_MARKERS):
        return Found.DATABASE
    content = [*_names(store), *_names(logs)]
    return Found.ABSENT if set(content) <= {"database_lock"} else Found.UNKNOWN


def missing_stores(store: Path) -> list[str]:
    """Return the files that the record store in the folder `store` lacks: none for the block format."""
    if (store / "block.metadata.db").is_file():
        return []
    return [name for name in RECORD_STORES if not (store / name).is_file()]


def has_logs(data: Path, database: DatabaseName) -> bool:
    """Return whether the database in the data folder `data` has transaction logs. Without them it stays offline."""
    return any(any((data / part).glob(f"{LOGS}*")) for part in folders_of(database))


def _names(path: Path) -> list[str]:
    if path.is_symlink() or path.is_file():
        return [path.name]
    return [entry.name for entry in path.iterdir()] if path.is_dir() else []


def lacks(data: Path, database: DatabaseName, *, restored: bool = False) -> list[str]:
    """Return the files that a database on the volume needs and lacks: none for one that is absent or complete.

    restored: we restored this database here, with its logs.
    """
    if find(data, database) is not Found.DATABASE:
        return []
    store, logs = (data / part for part in folders_of(database))
    missing = missing_stores(store)
    # Without a folder `transactions` the logs may lie elsewhere: 3.x was often configured so. They are not missed then.
    if (restored or logs.parent.is_dir()) and not has_logs(data, database):
        missing.append(f"{logs.parent.name}/{database}/{LOGS}.*")
    return missing


def cluster_warning(paths: VolumePaths) -> str:
    """Return one line that says what a cluster's state on the volume means, and what to do."""
    return (
        f"{paths.data / CLUSTER_STATE} is the state of a cluster member. A restore takes it away, as neo4j-admin "
        "unbind does, so restore all members together, while all of them are stopped (Neo4j 3 and 4). In a running "
        "cluster of Neo4j 5 or later, restore with Cypher: CREATE DATABASE with OPTIONS {seedURI}"
    )
