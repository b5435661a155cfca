"""The `file://` store: a folder, such as a mounted share or a volume snapshot."""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO, RawIOBase
from pathlib import Path
from typing import Any

from neo4j_restore.errors import StoreError
from neo4j_restore.stores import StoredObject
from neo4j_restore.stores.beneath import FOLDER, LeavesError, place
from neo4j_restore.stores.walk import Walk, translated


class LocalStore:
    """Files as objects. A key is an absolute path without its first slash.

    Links are followed while they stay inside the bucket's folder, because mounted ConfigMaps, Secrets and CSI volumes
    consist of links. A link that leads out could expose any file of this container, so it is logged and skipped.
    """

    def __init__(self, folder: Path = Path("/")) -> None:
        """Take the bucket's folder. The folder itself may be reached by links."""
        self._folder = folder
        self._walk = Walk(folder)
        # The keys of skipped files, logged or not.
        self.skipped = self._walk.skipped

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the regular files whose paths start with `prefix`. Raises StoreError if the folder does not exist.

        As in the clouds, nothing lies below a file: if `a/b.dump` is a file, `a/b.dump/` lists nothing.
        """
        top = Path("/", prefix) if prefix.endswith("/") or not prefix else Path("/", prefix).parent
        with translated("list", top):
            if top.is_file():
                return
            if not top.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, "no such folder", str(top))
        root = self._folder if top.is_relative_to(self._folder) else top
        for path, status in self._walk.files(root, top, prefix):
            updated = datetime.fromtimestamp(status.st_mtime, UTC)
            yield StoredObject(str(path).lstrip("/"), status.st_size, updated, _generation(status))

    def stat(self, stored: StoredObject) -> StoredObject:
        """Return it unchanged: a file system keeps no checksum."""
        return stored

    def read(self, stored: StoredObject, start: int = 0, end: int | None = None) -> RawIOBase:
        """Open the file, if it is still the one that was listed."""
        path = Path("/", stored.key)
        with translated("read", path):
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
        with translated("write", path), _only_inside(path):
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
        with translated("read", self._path):
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
        conflict = StoreError(message, hint="move it away, or choose another name")
        conflict.exists = True
        raise conflict from error
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
