"""The files below a folder, in the `file://` store, and which of them are skipped."""

import errno
import os
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from logging import getLogger
from pathlib import Path

from neo4j_restore.errors import StoreError
from neo4j_restore.stores.beneath import FOLDER, LeavesError, place

log = getLogger(__name__)

# A network file system that is away for a moment answers with one of these.
_TRANSIENT = {errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EAGAIN, errno.EINTR, errno.EHOSTUNREACH, errno.ENETDOWN}

# Errors of one folder or link only, next to which others can be read. ENOENT is a file that is gone by now, or a link
# to nothing.
_OF_ONE = {errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.ELOOP}

# How many skipped files the log names.
_MOST_LOGGED = 20

# How many skipped files are remembered.
_MOST_REMEMBERED = 10_000

# Links to folders with links in them make many paths to few folders.
_MOST_VISITS = 100


class Walk:
    """Walks through the bucket's folder. It logs each path that it skips once."""

    def __init__(self, folder: Path) -> None:
        """Take the bucket's folder."""
        self._folder = folder
        self._logged: set[str] = set()
        # The keys of skipped files, logged or not. A bucket that only has such files is not empty.
        self.skipped: set[str] = set()

    def files(self, root: Path, top: Path, prefix: str) -> Iterator[tuple[Path, os.stat_result]]:
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
            with translated("list", path):
                raise error
        if error.errno != errno.ENOENT or path.is_symlink():
            self._skip(path, f"cannot be read as uid {os.geteuid()}: {error.strerror}")

    def _skip(self, path: Path, reason: str) -> None:
        """Log once that a path is skipped."""
        if len(self.skipped) < _MOST_REMEMBERED:
            self.skipped.add(str(path).lstrip("/"))
        if str(path) in self._logged or len(self._logged) > _MOST_LOGGED:
            return
        self._logged.add(str(path))
        if len(self._logged) > _MOST_LOGGED:
            log.warning("more files are skipped in file://%s, for similar reasons", self._folder)
        else:
            log.warning("skipped with everything behind it: file://%s %s", path, reason)


@contextmanager
def translated(verb: str, path: Path) -> Iterator[None]:
    """Turn an OSError into a StoreError. verb, path: for its message."""
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
