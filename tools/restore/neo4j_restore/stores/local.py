"""The `file://` store: a folder, such as a mounted share or a volume snapshot."""

import errno
import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO, RawIOBase
from logging import getLogger
from pathlib import Path
from typing import Any

from neo4j_restore.errors import StoreError
from neo4j_restore.stores import StoredObject
from neo4j_restore.stores.beneath import FOLDER, LeavesError, place

log = getLogger(__name__)

# A network file system that is away for a moment answers with one of these.
_TRANSIENT = {errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EAGAIN, errno.EINTR, errno.EHOSTUNREACH, errno.ENETDOWN}

# Errors of one folder or link only, next to which others can be read. ENOENT is a file that is gone by now, or a link
# to nothing.
_OF_ONE = {errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.ELOOP}

# How many skipped files the log names.
_MOST_TOLD = 20

# How many skipped files are remembered.
_MOST_REMEMBERED = 10_000

# Links to folders with links in them make many paths to few folders.
_MOST_VISITS = 100


class LocalStore:
    """Files as objects. A key is an absolute path without its first slash.

    Links are followed while they stay inside the bucket's folder, because mounted ConfigMaps, Secrets and CSI volumes
    consist of links. A link that leads out could expose any file of this container, so it is logged and skipped.
    """

    def __init__(self, folder: Path = Path("/")) -> None:
        """Take the bucket's folder. The folder itself may be reached by links."""
        self._folder = folder
        self._skipped: set[str] = set()
        # The keys of skipped files, logged or not. A bucket that only has such files is not empty.
        self.skipped: set[str] = set()

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the regular files whose paths start with `prefix`. Raises StoreError if the folder does not exist.

        As in the clouds, nothing lies below a file: if `a/b.dump` is a file, `a/b.dump/` lists nothing.
        """
        top = Path("/", prefix) if prefix.endswith("/") or not prefix else Path("/", prefix).parent
        with _translated("list", top):
            if top.is_file():
                return
            if not top.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, "no such folder", str(top))
        root = self._folder if top.is_relative_to(self._folder) else top
        for path, status in self._walk(root, top, prefix):
            updated = datetime.fromtimestamp(status.st_mtime, UTC)
            yield StoredObject(str(path).lstrip("/"), status.st_size, updated, _generation(status))

    def _walk(self, root: Path, top: Path, prefix: str) -> Iterator[tuple[Path, os.stat_result]]:
        """Yield the regular files below `top`, each with the status of the file, or of the file its link leads to.

        root: the folder that no link may leave. prefix: how the paths must begin. Others are not looked at: the folder
        above `/backups` is `/`, with all files of this container.
        """
        pending, visits = [(top, frozenset[tuple[int, int]]())], Counter[tuple[int, int]]()
        while pending:
            folder, above = pending.pop()
            try:
                identity, entries = self._entries(root, folder, prefix)
            except OSError as error:
                self._pass_over(folder, error, needed=folder == top)
                continue
            visits[identity] += 1
            if identity in above or visits[identity] > _MOST_VISITS:
                self._skip(folder, "is a link to a folder above it, or to one that many links lead to")
                continue
            for path, status in entries:
                if stat.S_ISDIR(status.st_mode):
                    pending.append((path, above | {identity}))
                elif stat.S_ISREG(status.st_mode):
                    yield path, status

    def _entries(
        self, root: Path, folder: Path, prefix: str
    ) -> tuple[tuple[int, int], Iterator[tuple[Path, os.stat_result]]]:
        """Return which folder it really is, and its entries that begin with `prefix`.

        Raises OSError if the folder can't be read.
        """
        with place(root, folder.relative_to(root).parts) as (parent, name):
            descriptor = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=parent)
        try:
            status = os.fstat(descriptor)
            with os.scandir(descriptor) as scan:
                names = [each.name for each in scan]
        finally:
            os.close(descriptor)
        # Kubernetes keeps mounted files in folders such as `..data`, and makes links into them. The links are listed.
        below = (folder / name for name in names if not name.startswith(".."))
        paths = (path for path in below if str(path).lstrip("/").startswith(prefix))
        return (status.st_dev, status.st_ino), self._with_status(root, paths)

    def _with_status(self, root: Path, paths: Iterator[Path]) -> Iterator[tuple[Path, os.stat_result]]:
        for path in paths:
            try:
                with place(root, path.relative_to(root).parts) as (parent, name):
                    status = os.stat(name, dir_fd=parent, follow_symlinks=False)
            except LeavesError:
                self._skip(path, "is a symbolic link that leads out of the bucket's folder")
            except OSError as error:
                self._pass_over(path, error)
            else:
                yield path, status

    def _pass_over(self, path: Path, error: OSError, *, needed: bool = False) -> None:
        """Log an unreadable path and let the others be listed. Raise StoreError if no others could be."""
        if needed or error.errno not in _OF_ONE:
            with _translated("list", path):
                raise error
        if error.errno != errno.ENOENT or path.is_symlink():
            self._skip(path, f"cannot be read as uid {os.geteuid()}: {error.strerror}")

    def _skip(self, path: Path, reason: str) -> None:
        """Log once that a path is skipped."""
        if len(self.skipped) < _MOST_REMEMBERED:
            self.skipped.add(str(path).lstrip("/"))
        if str(path) in self._skipped or len(self._skipped) > _MOST_TOLD:
            return
        self._skipped.add(str(path))
        if len(self._skipped) > _MOST_TOLD:
            log.warning("more files are skipped in file://%s, for similar reasons", self._folder)
        else:
            log.warning("skipped with everything behind it: file://%s %s", path, reason)

    def stat(self, stored: StoredObject) -> StoredObject:
        """Return it unchanged: a file system keeps no checksum."""
        return stored

    def read(self, stored: StoredObject, start: int = 0, end: int | None = None) -> RawIOBase:
        """Open the file, if it is still the one that was listed."""
        path = Path("/", stored.key)
        with _translated("read", path):
            stream = self._open(path)
        if _generation(os.fstat(stream.fileno())) != stored.generation:
            stream.close()
            message = f"file:///{stored.key} was replaced after it was listed"
            replaced = StoreError(message, hint="start again: the new file will be listed and read from its start")
            replaced.gone = True
            raise replaced
        return _File(path, stream, start, stored.size_bytes if end is None else end)

    def plain_get(self, _stored: StoredObject, _start: int, _end: int) -> None:
        """Return None: a folder has no connections."""

    def create(self, key: str, data: bytes) -> None:
        """Create a file, and the folder that it is in, below the bucket's folder. No link may lead out of it.

        The bytes are on the disk when this returns. If that fails, a part of the file may be left.
        """
        path = Path("/", key)
        *folders, name = path.relative_to(self._folder).parts
        with _translated("write", path), _only_inside(path):
            for depth, folder in enumerate(folders):
                with self._folder_at(folders[:depth]) as parent, suppress(FileExistsError):
                    os.mkdir(folder, 0o775, dir_fd=parent)
            with self._folder_at(folders) as parent:
                _create(name, parent, path, data)

    @contextmanager
    def _folder_at(self, parts: Sequence[str]) -> Iterator[int]:
        """Yield the descriptor of a folder below the bucket's. Raises LeavesError, and OSError."""
        with place(self._folder, parts) as (parent, name):
            descriptor = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=parent)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _open(self, path: Path) -> FileIO:
        """Open a file of the bucket's folder. Raises StoreError for one behind a link that leads out of it."""
        # BUCKET may name the file itself.
        root = self._folder if self._folder in path.parents else path.parent
        with _only_inside(path), place(root, path.relative_to(root).parts) as (parent, name):
            # Opening a pipe would wait for a writer. For a regular file O_NONBLOCK changes nothing.
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            return FileIO(os.open(name, flags, dir_fd=parent), "rb")

    def close(self) -> None:
        """Do nothing: no resources are open."""


class _File(RawIOBase):
    """An open file, with its errors translated."""

    def __init__(self, path: Path, stream: FileIO, start: int, end: int) -> None:
        self._path, self._stream, self._left = path, stream, end - start
        stream.seek(start)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _translated("read", self._path):
            count = self._stream.readinto(memoryview(buffer)[: self._left]) or 0
        self._left -= count
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


def _generation(status: os.stat_result) -> str:
    # A file has no version. One of these changes when it is replaced or written to.
    return f"{status.st_ino}-{status.st_size}-{status.st_mtime_ns}"


def _create(name: str, folder: int, path: Path, data: bytes) -> None:
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(name, flags, 0o664, dir_fd=folder)
    except FileExistsError as error:
        message = f"cannot write file://{path}: there is one already, which is never replaced"
        there = StoreError(message, hint="move it away, or choose another name")
        there.exists = True
        raise there from error
    with open(descriptor, "wb") as file:  # noqa: PTH123 - of a descriptor
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    os.fsync(folder)


@contextmanager
def _only_inside(path: Path) -> Iterator[None]:
    try:
        yield
    except LeavesError as error:
        message = f"file://{path} is, or lies behind, a symbolic link that leads out of the bucket's folder"
        raise StoreError(message, hint="put the file itself below the bucket's folder") from error


@contextmanager
def _translated(verb: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"cannot {verb} file://{path} as uid {os.geteuid()}: {error.strerror or error}"
        hint = "check that the folder is mounted, and readable by the container's user"
        if verb == "write":
            hint = "mount the folder without readOnly, and let the container's user or group write to it"
        failure = StoreError(message, hint=hint, transient=error.errno in _TRANSIENT)
        failure.gone = verb == "read" and error.errno == errno.ENOENT
        raise failure from error
