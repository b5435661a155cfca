"""The `file://` store: a folder, such as a mounted share or a volume snapshot."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import FileIO, RawIOBase
from pathlib import Path
from typing import Any

from neo4j_restore.errors import StoreError
from neo4j_restore.stores import StoredObject

# A network file system that is away for the moment answers with one of these.
_TRANSIENT = {errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EAGAIN, errno.EINTR, errno.EHOSTUNREACH, errno.ENETDOWN}


class LocalStore:
    """Files as objects: a key is an absolute path without its first slash; links are followed."""

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the regular files whose paths start with `prefix`. A folder that is not there is a StoreError."""
        top = Path("/", prefix) if prefix.endswith("/") or not prefix else Path("/", prefix).parent
        with _translated("list", top):
            if not top.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, "no such folder", str(top))
        for path in self._walk(top):
            key = str(path).lstrip("/")
            if key.startswith(prefix) and path.is_file():
                yield _stored(path)

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
            stream = path.open("rb", buffering=0)
        if _generation(os.fstat(stream.fileno())) != stored.generation:
            stream.close()
            message = f"file:///{stored.key} was replaced after it was listed"
            raise StoreError(message, hint="start again: the new file will be listed and taken whole")
        return _File(path, stream, start, stored.size_bytes if end is None else end)

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


def _stored(path: Path) -> StoredObject:
    with _translated("look at", path):
        status = path.stat()
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
        raise StoreError(message, hint=hint, transient=error.errno in _TRANSIENT) from error
