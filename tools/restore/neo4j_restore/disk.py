"""Writes that are on the disk when they return, and the disk's errors in an operator's words.

A new file, or a new name for one, survives a power cut only after its folder was synced as well. So writers here sync
the file first, then change its name, then sync the folder.
"""

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import RawIOBase
from itertools import count as numbers
from itertools import islice
from pathlib import Path
from threading import Thread
from typing import BinaryIO

from neo4j_restore import owners, trees
from neo4j_restore.errors import NoSpaceError, VolumeError

# After this many bytes of a file, the disk is asked to begin with them.
BEGUN_BYTES = 8 * 1024 * 1024

# Source: sync_file_range(2). It begins with all dirty pages of the range, and waits for none.
_SYNC_FILE_RANGE_WRITE = 2

# Syncs at the same time share the file system's commits. With thousands of small files this takes a fifth of the time.
_SYNCS_AT_ONCE = 8

# How many paths a task of the pool syncs, and how many tasks the pool gets at once: see `fsync_tree`.
_PATHS_OF_TASK = 32
_TASKS_AT_ONCE = 300


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
    # `written` has synced the file. Renamed before that, the name could survive a power cut without the bytes.
    new.replace(path)
    # The rename is an entry of the folder, so it is on the disk only after this.
    fsync(path.parent)


@contextmanager
def written(new: Path) -> Iterator[BinaryIO]:
    """Yield a new file to write to, in place of any file there. It is on the disk when the block ends.

    As root, give it to the owner of its folder.
    """
    if os.path.lexists(new):
        # Left by a crash, or by another user. It is removed and never written to, because it may be a link to anywhere.
        new.unlink()
    with new.open("xb") as stream:
        owners.inherit_owner(new)
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


def append(path: Path, data: bytes) -> None:
    """Add `data` at the end of the file, and create the file if needed. It is on the disk when this returns."""
    is_new = not path.exists()
    with path.open("ab") as stream:
        if is_new:
            owners.inherit_owner(path)
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    # For a file that was new.
    fsync(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder, unless it is there, and bring it to the disk. As root, give it to the owner of its parent."""
    try:
        path.mkdir()
    except FileExistsError:
        if not path.is_dir():
            raise
        return
    owners.inherit_owner(path)
    fsync(path.parent)


def free_name(folder: Path, name: str) -> Path:
    """Return a path in `folder` at which nothing exists: `name` and a number."""
    return next(path for number in numbers(1) if not os.path.lexists(path := folder / f"{name}-{number}"))


def may(path: Path, *, read: bool = False, write: bool = False, search: bool = False) -> bool:
    """Tell whether this process has these rights to `path`. The kernel answers, by modes, ACLs and mounts."""
    mode = (os.R_OK if read else 0) | (os.W_OK if write else 0) | (os.X_OK if search else 0)
    return os.access(path, mode, effective_ids=True)


def _fsync_all(paths: Iterable[Path | str]) -> None:
    for path in paths:
        fsync(path)


def fsync(path: Path | str) -> None:
    """Bring a file, or a folder's own entries, to the disk. Raises OSError for a link, a FIFO or a device, without
    waiting.
    """
    # O_NONBLOCK: opening a FIFO would wait for a writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # The error of a descriptor names no file, and the message needs one.
        error.filename = str(path)
        raise
    finally:
        os.close(descriptor)


def fsync_tree(top: Path) -> None:
    """Bring every file and folder below `top`, and `top`, to the disk."""
    # Imported here: a start with nothing to do syncs no tree.
    from concurrent.futures import ThreadPoolExecutor

    # Files of a folder before the folder itself.
    paths = (path for folder, _, names in trees.walk(top) for path in (*(f"{folder}/{name}" for name in names), folder))
    # A task costs as much as a sync, so each takes some paths.
    tasks = iter(lambda: list(islice(paths, _PATHS_OF_TASK)), [])
    with ThreadPoolExecutor(_SYNCS_AT_ONCE) as pool:
        try:
            # The pool keeps a kilobyte for each task that it was given, so it gets them in portions.
            while portion := list(islice(tasks, _TASKS_AT_ONCE)):
                for _ in pool.map(_fsync_all, portion):
                    pass
        except BaseException:
            # After an error or SIGTERM, no more syncs begin.
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def write_all(file: RawIOBase, view: memoryview) -> None:
    """Write all of `view` to an unbuffered file. A single write may take only a piece."""
    while view:
        view = view[file.write(view) or 0 :]


def begin_writing(descriptor: int, start: int, count: int) -> None:
    """Ask the disk to begin with these bytes of a file, so that less is left for its fsync. This waits for nothing."""
    # Linux writes dirty pages out when told that they are not needed, and keeps them meanwhile. sync_file_range would
    # say exactly this, but Python does not have it.
    os.posix_fadvise(descriptor, start, count, os.POSIX_FADV_DONTNEED)


def begin_writing_tree(top: Path) -> None:
    """Ask the disk, in a thread of its own, to begin with all files below `top`. This waits for nothing.

    A file that can't be opened is left to its fsync, which says why. Without room for a thread, all of them are.
    """

    def begin() -> None:
        for folder, _, names in trees.walk(top):
            for name in names:
                # A file may vanish meanwhile, and the folder too if the restore fails.
                with suppress(OSError):
                    descriptor = os.open(f"{folder}/{name}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
                    try:
                        _begin_writing_all(descriptor)
                    finally:
                        os.close(descriptor)

    # RuntimeError: the container's limit of threads is reached.
    with suppress(RuntimeError):
        Thread(target=begin, name="begin", daemon=True).start()


def _begin_writing_all(descriptor: int) -> None:
    # Imported here: a start with nothing to do writes nothing.
    import ctypes

    # Not as in `begin_writing`: where the disk has written already, Linux would forget pages that are read again soon.
    with suppress(AttributeError):
        ctypes.CDLL(None).sync_file_range(descriptor, *map(ctypes.c_int64, (0, 0)), _SYNC_FILE_RANGE_WRITE)
