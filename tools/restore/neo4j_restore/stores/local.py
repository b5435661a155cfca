"""The `file://` store: a folder, such as a mounted share or a volume snapshot."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import FileIO, RawIOBase
from pathlib import Path
from typing import Any

from neo4j_restore.errors import StoreError
from neo4j_restore.stores import StoredObject

# A link where a file or a folder is to be opened.
_LINKS = {errno.ELOOP, errno.ENOTDIR}

# A network file system that is away for the moment answers with one of these.
_TRANSIENT = {errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EAGAIN, errno.EINTR, errno.EHOSTUNREACH, errno.ENETDOWN}


class LocalStore:
    """Files as objects: a key is an absolute path without its first slash.

    No link below the bucket's folder is followed, or listed: it could lead to any file of this container.
    """

    def __init__(self, folder: Path = Path("/")) -> None:
        """Take the bucket's folder, which may itself be reached by links."""
        self._folder = folder

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the regular files whose paths start with `prefix`. A folder that is not there is a StoreError."""
        top = Path("/", prefix) if prefix.endswith("/") or not prefix else Path("/", prefix).parent
        with _translated("list", top):
            if not top.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, "no such folder", str(top))
        for path in self._walk(top):
            key = str(path).lstrip("/")
            if key.startswith(prefix) and (found := _stored(path)):
                yield found

    def _walk(self, top: Path) -> Iterator[Path]:
        def refuse(error: OSError) -> None:
            raise error

        with _translated("list", top):
            for folder, _, names in os.walk(top, onerror=refuse, followlinks=False):
                yield from (Path(folder, name) for name in names)

    def look(self, stored: StoredObject) -> StoredObject:
        """Return it as it is: a file system keeps no checksum."""
        return stored

    def read(self, stored: StoredObject, start: int = 0, end: int | None = None) -> RawIOBase:
        """Open the file, if it is still the one that was listed."""
        path = Path("/", stored.key)
        with _translated("read", path):
            stream = self._open(path)
        if _generation(os.fstat(stream.fileno())) != stored.generation:
            stream.close()
            message = f"file:///{stored.key} was replaced after it was listed"
            replaced = StoreError(message, hint="start again: the new file will be listed and taken whole")
            replaced.gone = True
            raise replaced
        return _File(path, stream, start, stored.size_bytes if end is None else end)

    def _open(self, path: Path) -> FileIO:
        """Open a file below the bucket's folder, part by part, so that none of them is a link. Raises StoreError."""
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            *folders, name = path.relative_to(self._folder).parts
            for folder in folders:
                descriptor = _step(descriptor, folder, os.O_DIRECTORY)
            # A pipe would wait for a writer; of a regular file this means nothing.
            descriptor = _step(descriptor, name, os.O_NONBLOCK)
        except OSError as error:
            os.close(descriptor)
            if error.errno not in _LINKS:
                raise
            message = f"file://{path} is, or lies behind, a symbolic link"
            raise StoreError(
                message, hint="put the file itself below the bucket's folder: links are not followed"
            ) from error
        return FileIO(descriptor, "rb")

    def close(self) -> None:
        """Nothing is held."""


class _File(RawIOBase):
    """An open file, its errors translated."""

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


def _step(parent: int, name: str, flags: int) -> int:
    """Return the descriptor of what `name` is in the folder `parent`, which is closed; a link is an OSError."""
    found = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags, dir_fd=parent)
    os.close(parent)
    return found


def _stored(path: Path) -> StoredObject | None:
    """Return the file as an object; None for what is no regular file, such as a link, or gone by now."""
    with _translated("look at", path):
        try:
            status = path.lstat()
        except FileNotFoundError:
            return None
    if not stat.S_ISREG(status.st_mode):
        return None
    updated = datetime.fromtimestamp(status.st_mtime, UTC)
    return StoredObject(str(path).lstrip("/"), status.st_size, updated, _generation(status))


def _generation(status: os.stat_result) -> str:
    return f"{status.st_ino}-{status.st_size}-{status.st_mtime_ns}"


@contextmanager
def _translated(verb: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"cannot {verb} file://{path} as uid {os.geteuid()}: {error.strerror or error}"
        hint = "check that the folder is mounted, and readable for the container's user"
        wrong = StoreError(message, hint=hint, transient=error.errno in _TRANSIENT)
        wrong.gone = verb == "read" and error.errno == errno.ENOENT
        raise wrong from error
