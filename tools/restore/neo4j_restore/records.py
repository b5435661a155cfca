"""Reads our own files on the volume as if a stranger had written them: bounded, of the right type, shape and bytes.

Whoever can write to the volume can write these files, and a crash or a failing disk can leave anything in them.
"""

import errno
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from neo4j_restore import bounded
from neo4j_restore.errors import TargetOccupiedError

# What one of our files may have. `status` holds three of them, and what they become.
MOST_BYTES = 2 * 1024 * 1024

_BLOCK_BYTES = 256 * 1024

T = TypeVar("T")


def read_bytes(path: Path, most_bytes: int, *, from_end: bool = False) -> bytes | None:
    """Return up to `most_bytes` of a file, its first or its last; None where there is no file.

    Raises TargetOccupiedError for what is not a regular file, OSError for what can't be read. It never waits, as
    the open of a FIFO would, and never follows a link.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP and not path.parent.is_dir():
            # A loop of links in the place of our folder, in which nothing can be.
            return None
        # What a link and a socket give.
        if error.errno in {errno.ELOOP, errno.ENXIO}:
            raise _wrong_type(path) from error
        raise
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _wrong_type(path)
        start = max(0, status.st_size - most_bytes) if from_end else 0
        return _bytes_from(descriptor, start, most_bytes)
    finally:
        os.close(descriptor)


def _bytes_from(descriptor: int, start: int, most_bytes: int) -> bytes:
    found = bytearray()
    while block := os.pread(descriptor, min(_BLOCK_BYTES, most_bytes - len(found)), start + len(found)):
        found += block
    return bytes(found)


def type_of(mode: int) -> str:
    """Return in words what kind of file has this mode."""
    kinds = {
        stat.S_IFLNK: "a symbolic link",
        stat.S_IFDIR: "a folder",
        stat.S_IFREG: "a file",
        stat.S_IFIFO: "a FIFO",
        stat.S_IFSOCK: "a socket",
    }
    return kinds.get(stat.S_IFMT(mode), "a device")


def _wrong_type(path: Path) -> TargetOccupiedError:
    message = f"{path} is {type_of(path.lstat().st_mode)}, expected a regular file of ours"
    return TargetOccupiedError(message, hint=f"see what made it, then move it away: mv {path} {path}.moved")


@dataclass(frozen=True)
class Record:
    """A JSON object from one of our files. A name that is missing or of another type is a ValueError."""

    values: Mapping[str, Any]

    def number(self, name: str) -> int:
        """Return a whole number."""
        return self._of(name, int)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text."""
        return self._of(name, str, default)

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a truth value."""
        return self._of(name, bool, default)

    def texts(self, name: str, default: list[str] | None = None) -> tuple[str, ...]:
        """Return a list of texts."""
        values = self._of(name, list, default)
        if not all(isinstance(each, str) for each in values):
            message = f"{name} is not a list of texts"
            raise ValueError(message)
        return tuple(values)

    def record(self, name: str) -> "Record":
        """Return an object in it."""
        return Record(self._of(name, dict))

    def records(self, name: str) -> "tuple[Record, ...]":
        """Return a list of objects; none where it is missing."""
        values = self._of(name, list, [])
        if not all(isinstance(each, dict) for each in values):
            message = f"{name} is not a list of objects"
            raise ValueError(message)
        return tuple(map(Record, values))

    def _of(self, name: str, kind: type[T], default: T | None = None) -> T:
        value = self.values.get(name, default)
        # True is an int to Python.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            message = f"{name} is missing" if name not in self.values else f"{name} is not {_KINDS[kind]}"
            raise ValueError(message)
        return value


_KINDS: Mapping[type, str] = {int: "a number", str: "a text", bool: "true or false", list: "a list", dict: "an object"}


@contextmanager
def understood(path: Path, *, unknown: str, hint: str) -> Iterator[None]:
    """Turn the ValueError of a file that can't be understood into TargetOccupiedError.

    unknown: what therefore nobody knows.
    """
    try:
        yield
    except ValueError as error:
        message = f"{path} can't be understood ({error}): {unknown}"
        raise TargetOccupiedError(message, hint=hint) from error


def parse(data: bytes) -> Record:
    """Return the JSON object that `data` is. Raises ValueError."""
    value = bounded.parse_json(data, most_bytes=MOST_BYTES)
    if not isinstance(value, dict):
        message = "it is not a JSON object"
        raise ValueError(message)  # noqa: TRY004 - the one kind of error that callers expect of foreign bytes
    return Record(value)


def load(path: Path) -> Record | None:
    """Return the JSON object in the file at `path`, or None where there is no file. Raises ValueError."""
    data = read_bytes(path, MOST_BYTES + 1)
    return None if data is None else parse(data)


def text_of(values: Mapping[str, Any], *, indent: int | None = 1) -> str:
    """Return the JSON text of an object for one of our files, which `parse` reads again.

    A name inside an archive may be in another encoding than UTF-8: what is not text there becomes `?`.
    """
    return json.dumps(values, ensure_ascii=False, sort_keys=True, indent=indent).encode(errors="replace").decode()
