"""The locks on a volume: ours, which keeps a second restore away, and those of a running server."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from neo4j_restore import disk
from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.volume import Layout


@contextmanager
def locked(layout: Layout) -> Iterator[int]:
    """Hold the volume's lock; yield its descriptor, for neo4j-admin to inherit: while it runs, the lock holds.

    The kernel gives the lock back when its last holder ends, so a lock file left over by a crash means nothing.
    Raises TargetOccupiedError while another restore uses the volume.
    """
    with disk.errors_of(layout.data):
        _take_after(layout)
        descriptor = _open_lock(layout)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"another neo4j-restore is at work on the volume at {layout.data}"
            raise TargetOccupiedError(message, hint="wait until it has ended: one pod a volume") from error
        yield descriptor
    finally:
        os.close(descriptor)


def _take_after(layout: Layout) -> None:
    """Make our folder, and let all that is made from now on be as shared as the volume is (fsGroup)."""
    os.umask(0o002 if layout.data.stat().st_mode & stat.S_IWGRP else 0o022)
    if not layout.home.exists():
        layout.home.mkdir(exist_ok=True)
        disk.fsync(layout.data)


def _open_lock(layout: Layout) -> int:
    path = layout.home / "lock"
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except PermissionError:
        # Another user's, of an earlier image: to lock it, reading is enough.
        return os.open(path, os.O_RDONLY)


def refuse_running_server(layout: Layout) -> None:
    """Raise TargetOccupiedError if a Neo4j server holds a lock on this data folder."""
    held = server_lock(layout)
    if held:
        message = f"a Neo4j server is running on {layout.data}: it holds {held}"
        raise TargetOccupiedError(message, hint="stop it first: a restore replaces files under it")


def server_lock(layout: Layout) -> str:
    """Return the lock that a Neo4j server holds, relative to the data folder, or nothing. Reads, and writes nothing."""
    with disk.errors_of(layout.data):
        held = [path for path in _server_locks(layout.data) if path.is_file() and _is_held(path)]
    return str(held[0].relative_to(layout.data)) if held else ""


def _server_locks(data: Path) -> list[Path]:
    """Return the lock files of all lines: 4.x and later have one for the server and one a database, 3.x the latter."""
    databases = data / "databases"
    names = ("store_lock", "database_lock")
    return [databases / "store_lock", *(path for name in names for path in databases.glob(f"*/{name}"))]


def _is_held(path: Path) -> bool:
    with path.open() as stream:
        try:
            # Java's file locks are POSIX ones, and exclusive; this one is shared, taken and given back at once.
            fcntl.lockf(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return True
    return False
