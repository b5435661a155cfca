"""The `file://` store: a folder, such as a mounted share or a volume snapshot."""

import errno
import os
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import FileIO, RawIOBase
from logging import getLogger
from pathlib import Path
from typing import Any

from neo4j_restore.errors import StoreError
from neo4j_restore.stores import StoredObject
from neo4j_restore.stores.beneath import FOLDER, LeavesError, place

log = getLogger(__name__)

# A network file system that is away for the moment answers with one of these.
_TRANSIENT = {errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EAGAIN, errno.EINTR, errno.EHOSTUNREACH, errno.ENETDOWN}

# Of one folder or link alone: what lies beside it can be read. ENOENT is one that is gone by now, or a link to nothing.
_OF_ONE = {errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.ELOOP}

# So many that are skipped are told by name.
_MOST_TOLD = 20

# So many of them are remembered.
_MOST_REMEMBERED = 10_000

# Links to folders with links in them make many paths of few folders.
_MOST_VISITS = 100


class LocalStore:
    """Files as objects: a key is an absolute path without its first slash.

    Links are followed as long as they stay inside the bucket's folder: mounted ConfigMaps, Secrets and CSI volumes are
    made of them. Those that lead out could bring any file of this container, so they are told and left.
    """

    def __init__(self, folder: Path = Path("/")) -> None:
        """Take the bucket's folder, which may itself be reached by links."""
        self._folder = folder
        self._skipped: set[str] = set()
        # The keys of what was skipped, told or not: a bucket that has such names is not without them.
        self.skipped: set[str] = set()

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the regular files whose paths start with `prefix`. A folder that is not there is a StoreError.

        Nothing lies below a file: of `a/b.dump/` nothing is listed where `a/b.dump` is one, as in the clouds.
        """
        top = Path("/", prefix) if prefix.endswith("/") or not prefix else Path("/", prefix).parent
        with _translated("list", top):
            if top.is_file():
                return
            if not top.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, "no such folder", str(top))
        root = self._folder if top.is_relative_to(self._folder) else top
        for path, status in self._walk(root, top):
            key = str(path).lstrip("/")
            if key.startswith(prefix):
                updated = datetime.fromtimestamp(status.st_mtime, UTC)
                yield StoredObject(key, status.st_size, updated, _generation(status))

    def _walk(self, root: Path, top: Path) -> Iterator[tuple[Path, os.stat_result]]:
        """Yield the regular files below `top`, each with what is known of the file that it, or its link, is.

        root: what no link may lead out of.
        """
        pending, visits = [(top, frozenset[tuple[int, int]]())], Counter[tuple[int, int]]()
        while pending:
            folder, above = pending.pop()
            try:
                identity, entries = self._entries(root, folder)
            except OSError as error:
                self._pass_over(folder, error, needed=folder == top)
                continue
            visits[identity] += 1
            if identity in above or visits[identity] > _MOST_VISITS:
                self._skip(folder, "is a link that leads back to a folder above it, or to one that many links lead to")
                continue
            for path, status in entries:
                if stat.S_ISDIR(status.st_mode):
                    pending.append((path, above | {identity}))
                elif stat.S_ISREG(status.st_mode):
                    yield path, status

    def _entries(self, root: Path, folder: Path) -> tuple[tuple[int, int], Iterator[tuple[Path, os.stat_result]]]:
        """Return which folder it is in truth, and what is in it. Raises OSError for one that can't be read."""
        with place(root, folder.relative_to(root).parts) as (parent, name):
            descriptor = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=parent)
        try:
            status = os.fstat(descriptor)
            with os.scandir(descriptor) as found:
                names = [each.name for each in found]
        finally:
            os.close(descriptor)
        # Kubernetes keeps what it mounts in folders such as `..data`, and makes links into them: these are listed.
        paths = (folder / name for name in names if not name.startswith(".."))
        return (status.st_dev, status.st_ino), self._known(root, paths)

    def _known(self, root: Path, paths: Iterator[Path]) -> Iterator[tuple[Path, os.stat_result]]:
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
        """Tell what can't be read, and let the rest be listed; or raise StoreError where nothing else could be."""
        if needed or error.errno not in _OF_ONE:
            with _translated("list", path):
                raise error
        if error.errno != errno.ENOENT or path.is_symlink():
            self._skip(path, f"cannot be read as uid {os.geteuid()}: {error.strerror}")

    def _skip(self, path: Path, reason: str) -> None:
        """Tell once what is left out."""
        if len(self.skipped) < _MOST_REMEMBERED:
            self.skipped.add(str(path).lstrip("/"))
        if str(path) in self._skipped or len(self._skipped) > _MOST_TOLD:
            return
        self._skipped.add(str(path))
        if len(self._skipped) > _MOST_TOLD:
            log.warning("more is skipped in file://%s, for such reasons", self._folder)
        else:
            log.warning("skipped, with all that is behind it: file://%s %s", path, reason)

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
        """Open a file of the bucket's folder. Raises StoreError for one behind a link that leads out of it."""
        try:
            # BUCKET may name the file itself.
            root = self._folder if self._folder in path.parents else path.parent
            with place(root, path.relative_to(root).parts) as (parent, name):
                # A pipe would wait for a writer; of a regular file O_NONBLOCK means nothing.
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                return FileIO(os.open(name, flags, dir_fd=parent), "rb")
        except LeavesError as error:
            message = f"file://{path} is, or lies behind, a symbolic link that leads out of the bucket's folder"
            raise StoreError(message, hint="put the file itself below the bucket's folder") from error

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
