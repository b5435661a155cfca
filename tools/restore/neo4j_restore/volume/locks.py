"""The locks on a volume: ours, which keeps out a second restore, and those of a running server."""

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from neo4j_restore import disk, owners
from neo4j_restore.errors import LockError, NoSpaceForLockError, TargetOccupiedError
from neo4j_restore.volume.paths import VolumePaths


@contextmanager
def locked(paths: VolumePaths) -> Iterator[int]:
    """Hold the volume's lock. Yields its descriptor, which neo4j-admin inherits, so the lock holds while neo4j-admin
    runs.

    The kernel releases the lock when its last holder ends. A lock file left by a crash therefore means nothing.
    Raises TargetOccupiedError while another restore uses the volume, and LockError where no lock can be taken at all.
    """
    descriptor = _open_lock(paths)
    try:
        _take(descriptor, paths)
        # Only under the lock: otherwise another start may rename or remove the files that are given away here.
        _give_home(paths)
        yield descriptor
    finally:
        # This releases the lock, unless neo4j-admin still has the descriptor.
        os.close(descriptor)


def _take(descriptor: int, paths: VolumePaths) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"another neo4j-restore is using the volume at {paths.data}"
        raise TargetOccupiedError(message, hint="wait until it has ended, and use one pod for each volume") from error
    except OSError as error:
        message = f"cannot lock {paths.home / 'lock'} with flock: {error.strerror}"
        hint = (
            "keep the data on a file system with locks (for NFS: version 4, or a server with lockd), "
            f"writable by uid {os.geteuid()}"
        )
        raise LockError(message, hint=hint) from error


def _open_lock(paths: VolumePaths) -> int:
    """Open the lock file. Make it and our folder if needed."""
    path = paths.home / "lock"
    try:
        _make_home(paths)
        descriptor = _opened(path)
    except OSError as error:
        message = f"cannot open the lock {path} as uid {os.geteuid()}: {error.strerror}"
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise NoSpaceForLockError(message, hint="make the volume larger, or free room on it") from error
        hint = f"it must be a file of this user, in a folder of this user. To see what is there: ls -la {paths.home}"
        raise LockError(message, hint=hint) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        message = f"{path} is not a regular file"
        raise LockError(message, hint=f"find out what created it, then move it away: mv {path} {path}.moved")
    return descriptor


def _opened(path: Path) -> int:
    is_new = not path.exists()
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
    except PermissionError:
        # It belongs to another user, from an earlier image. Reading is enough to lock it, except on NFS.
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if is_new:
        owners.inherit_owner(path)
    return descriptor


def _make_home(paths: VolumePaths) -> None:
    """Make our folder. Files made from now on are shared with the group where the volume is (fsGroup)."""
    os.umask(0o002 if paths.data.stat().st_mode & stat.S_IWGRP else 0o022)
    if not paths.home.exists():
        # Another start may make it at this moment. The lock decides which of the two goes on.
        paths.home.mkdir(exist_ok=True)
        owners.give(paths.data, [paths.home])
        disk.fsync(paths.data)


def _give_home(paths: VolumePaths) -> None:
    try:
        owners.give_home(paths.data, paths.home)
    except OSError as error:
        message = f"cannot give {error.filename or paths.home} to Neo4j's user: {error.strerror}"
        raise LockError(message, hint=f"to see what is there: ls -la {paths.home}") from error


def refuse_running_server(paths: VolumePaths) -> None:
    """Raise TargetOccupiedError if a Neo4j server holds a lock on this data folder."""
    lock = server_lock(paths)
    if lock:
        message = f"a Neo4j server is running on {paths.data}: it holds {lock}"
        raise TargetOccupiedError(message, hint="stop the server first: a restore replaces its files")


def server_lock(paths: VolumePaths) -> str:
    """Return the lock that a Neo4j server holds, relative to the data folder, empty if none. Writes nothing."""
    with disk.errors_of(paths.data):
        locks = [path for path in _server_locks(paths.data) if path.is_file() and _is_held(path)]
    return str(locks[0].relative_to(paths.data)) if locks else ""


def _server_locks(data: Path) -> list[Path]:
    """Return the lock files of all lines. 4.x and later lock the server and each database, 3.x each database."""
    databases = data / "databases"
    names = ("store_lock", "database_lock")
    return [databases / "store_lock", *(path for name in names for path in databases.glob(f"*/{name}"))]


def _is_held(path: Path) -> bool:
    with path.open() as stream:
        try:
            # Java's file locks are POSIX locks, and exclusive. This one is shared, and is released when the file is
            # closed.
            fcntl.lockf(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return True
    return False
