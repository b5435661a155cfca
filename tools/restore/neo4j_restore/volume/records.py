"""Reads our own files on the volume as untrusted input: bounded, and checked for type, shape and bytes.

Anyone who can write to the volume can write these files, and a crash or a failing disk can leave anything in them.
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

# The largest of our files. `status` holds three of them in memory, and the objects parsed from them.
MOST_BYTES = 2 * 1024 * 1024

_BLOCK_BYTES = 256 * 1024

T = TypeVar("T")


def read_bytes(path: Path, most_bytes: int, *, from_end: bool = False) -> bytes | None:
    """Return up to `most_bytes` of a file, the first or the last ones, or None where there is no file.

    Raises TargetOccupiedError if it is not a regular file, and OSError if it can't be read. It never waits, as opening
    a FIFO would, and never follows a link.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP and not path.parent.is_dir():
            # A loop of links stands in place of our folder, so there is no file in it.
            return None
        # The errors for a link and for a socket.
        if error.errno in {errno.ELOOP, errno.ENXIO}:
            raise _wrong_type(path) from error
        raise
    try:
        # Asked of the descriptor: the path may lead to another file by now.
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _wrong_type(path)
        start = max(0, status.st_size - most_bytes) if from_end else 0
        return _bytes_from(descriptor, start, most_bytes)
    finally:
        os.close(descriptor)


def _bytes_from(descriptor: int, start: int, most_bytes: int) -> bytes:
    data = bytearray()
    while block := os.pread(descriptor, min(_BLOCK_BYTES, most_bytes - len(data)), start + len(data)):
        data += block
    return bytes(data)


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
    message = f"{path} is {type_of(path.lstat().st_mode)}, expected a regular file"
    return TargetOccupiedError(message, hint=f"find out what created it, then move it away: mv {path} {path}.moved")


@dataclass(frozen=True)
class Record:
    """A JSON object from one of our files. A missing name, or a value of another type, is a ValueError."""

    values: Mapping[str, Any]

    def number(self, name: str) -> int:
        """Return a whole number."""
        return self._of(name, int)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text."""
        return self._of(name, str, default)

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a boolean."""
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
        """Return a list of objects, empty where it is missing."""
        values = self._of(name, list, [])
        if not all(isinstance(each, dict) for each in values):
            message = f"{name} is not a list of objects"
            raise ValueError(message)
        return tuple(map(Record, values))

    def _of(self, name: str, kind: type[T], default: T | None = None) -> T:
        value = self.values.get(name, default)
        # In Python, True is an int.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            message = f"{name} is missing" if name not in self.values else f"{name} is not {_KINDS[kind]}"
            raise ValueError(message)
        return value


_KINDS: Mapping[type, str] = {int: "a number", str: "a text", bool: "true or false", list: "a list", dict: "an object"}


@contextmanager
def understood(path: Path, *, unknown: str, hint: str) -> Iterator[None]:
    """Turn the ValueError of an unreadable file into TargetOccupiedError. unknown: what is not known without it."""
    try:
        yield
    except ValueError as error:
        message = f"{path} can't be understood ({error}): {unknown}"
        raise TargetOccupiedError(message, hint=hint) from error


def parse(data: bytes) -> Record:
    """Return the JSON object in `data`. Raises ValueError."""
    # Bounded before it is parsed. Deep JSON takes many times its size in memory, or overflows the stack.
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
    """Return an object as JSON text for one of our files. `parse` reads it again.

    A name inside an archive may not be UTF-8. Bytes that are not text become `?`.
    """
    return json.dumps(values, ensure_ascii=False, sort_keys=True, indent=indent).encode(errors="replace").decode()
