"""Writes that are on the disk when they return, and the disk's errors in an operator's words."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import RawIOBase
from itertools import count as numbers
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from neo4j_restore import trees
from neo4j_restore.errors import NoSpaceError, VolumeError

# Source: the Dockerfiles of the Neo4j images from 4.0 on.
NEO4J_ID = 7474

# After so many bytes of a file the disk begins with them.
BEGUN_BYTES = 8 * 1024 * 1024

# Syncs that come together share the file system's commits: thousands of small files take a fifth of the time.
_SYNCS_AT_ONCE = 8

_PATHS_AT_ONCE = 10_000


@contextmanager
def errors_of(path: Path) -> Iterator[None]:
    """Turn the operating system's errors about the volume at `path` into NoSpaceError or VolumeError."""
    try:
        yield
    except OSError as error:
        where = error.filename or path
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            message = f"the volume at {path} is full: {shutil.disk_usage(path).free} bytes free, writing {where}"
            raise NoSpaceError(message, hint="make the volume larger, or free room on it") from error
        message = f"cannot use {where} on the volume at {path} as uid {os.geteuid()}: {error.strerror or error}"
        hint = "check that the data volume is mounted there, sound, and owned by this user or group (fsGroup)"
        raise VolumeError(message, hint=hint) from error


def replace_file(path: Path, text: str) -> None:
    """Write `text` at `path`: whole or not at all, and on the disk when this returns."""
    new = path.with_name(f"{path.name}.new")
    with written(new) as stream:
        stream.write(text.encode())
    new.replace(path)
    fsync(path.parent)


@contextmanager
def written(new: Path) -> Iterator[BinaryIO]:
    """Yield a new file to write to, in place of whatever file is there; it is on the disk when the block ends.

    As root it is given to the owner of its folder.
    """
    if os.path.lexists(new):
        # Of a crash, or another user's: made anew, never written to, wherever it leads.
        new.unlink()
    with new.open("xb") as stream:
        inherit_owner(new)
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


def append(path: Path, data: bytes) -> None:
    """Add `data` at the end of the file, which is made if need be; on the disk when this returns."""
    is_new = not path.exists()
    with path.open("ab") as stream:
        if is_new:
            inherit_owner(path)
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    fsync(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder, unless it is there; it is on the disk when this returns. As root it is its parent's owner's."""
    try:
        path.mkdir()
    except FileExistsError:
        if not path.is_dir():
            raise
        return
    inherit_owner(path)
    fsync(path.parent)


def inherit_owner(path: Path) -> None:
    """As root, give what was just made to the owner of its folder: the next start may be another user's."""
    if os.geteuid() != 0:
        return
    status = path.parent.stat()
    # Where root may not give files away, a restore is refused before (`check_giving`).
    with suppress(PermissionError):
        _give(path, status.st_uid, status.st_gid)


def free_name(folder: Path, name: str) -> Path:
    """Return a path in `folder` at which nothing is: `name` and a number."""
    return next(path for number in numbers(1) if not os.path.lexists(path := folder / f"{name}-{number}"))


def may(path: Path, *, read: bool = False, write: bool = False, search: bool = False) -> bool:
    """Tell whether this process has these rights to what is at `path`, by the kernel's word: modes, ACLs and mounts."""
    mode = (os.R_OK if read else 0) | (os.W_OK if write else 0) | (os.X_OK if search else 0)
    return os.access(path, mode, effective_ids=True)


def fsync(path: Path) -> None:
    """Bring a file, or a folder's own entries, to the disk. A link, a FIFO or a device is an OSError, and no wait."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        os.fsync(descriptor)
    except OSError as error:
        error.filename = str(path)
        raise
    finally:
        os.close(descriptor)


def fsync_tree(top: Path) -> None:
    """Bring every file and folder below `top`, and `top`, to the disk."""
    # Imported here: a start with nothing to do syncs no tree.
    from concurrent.futures import ThreadPoolExecutor

    paths = (folder / name for folder, _, names in trees.walk(top) for name in (*names, ""))
    with ThreadPoolExecutor(_SYNCS_AT_ONCE) as pool:
        try:
            # The pool keeps a kilobyte for each path that it was given.
            while some := list(islice(paths, _PATHS_AT_ONCE)):
                for _ in pool.map(fsync, some):
                    pass
        except BaseException:
            # An error, or SIGTERM: nothing more is begun.
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def write_all(file: RawIOBase, view: memoryview) -> None:
    """Write all of `view` to an unbuffered file, which may take it in pieces."""
    while view:
        view = view[file.write(view) or 0 :]


def begin_writing(descriptor: int, start: int, count: int) -> None:
    """Let the disk begin with these bytes of a file, so that less is left for its fsync; waits for nothing."""
    # Linux writes dirty pages out when told that they are not needed, and keeps them meanwhile. sync_file_range, which
    # says just that, is not in Python.
    os.posix_fadvise(descriptor, start, count, os.POSIX_FADV_DONTNEED)


def give_to_owner(volume: Path, top: Path) -> None:
    """Where this runs as root, give all below `top`, and Neo4j's folders, to the user that Neo4j runs as.

    That is the volume's owner; for a volume that is root's own, 7474, the user of Neo4j's images.
    """
    if os.geteuid() != 0:
        return
    owner, group = _owner(volume)
    for name in ("databases", "transactions"):
        (volume / name).mkdir(exist_ok=True)
        _give(volume / name, owner, group)
    for path in (folder / name for folder, _, names in trees.walk(top) for name in ("", *names)):
        _give(path, owner, group)


def give_home(volume: Path, home: Path) -> None:
    """As root, give our folder and what lies in it, two folders deep, to the user that Neo4j runs as.

    Earlier versions left their own files and folders root's, and the next start may be another user's. Databases, which
    lie deeper, were given to that user before they were swapped in.
    """
    if os.geteuid() != 0 or home.is_symlink():
        return
    owner, group = _owner(volume)
    # Where root may not give files away, a restore is refused before (`check_giving`).
    with suppress(PermissionError):
        for path in (home, *home.glob("*"), *home.glob("*/*")):
            _give(path, owner, group)


def give(volume: Path, path: Path) -> None:
    """As root, give one file or folder of ours to the user that Neo4j runs as."""
    if os.geteuid() != 0:
        return
    with suppress(PermissionError):
        _give(path, *_owner(volume))


def check_giving(volume: Path, home: Path) -> None:
    """Raise VolumeError, before anything is fetched, where this runs as root and may not give files to Neo4j's user."""
    if os.geteuid() != 0:
        return
    owner, group = _owner(volume)
    probe = home / "probe"
    probe.touch()
    try:
        _give(probe, owner, group)
    except PermissionError as error:
        message = f"root may not give files on the volume at {volume} to {owner}:{group}, as Neo4j needs them"
        hint = f"run the container as the volume's owner (runAsUser: {owner}), or with the capability CHOWN"
        raise VolumeError(message, hint=hint) from error
    finally:
        probe.unlink()


def _owner(volume: Path) -> tuple[int, int]:
    status = volume.stat()
    return status.st_uid or NEO4J_ID, status.st_gid or NEO4J_ID


def _give(path: Path, owner: int, group: int) -> None:
    """Give one file; a file system that makes all files one user's needs no right for it."""
    status = path.lstat()
    if (status.st_uid, status.st_gid) != (owner, group):
        os.chown(path, owner, group, follow_symlinks=False)
