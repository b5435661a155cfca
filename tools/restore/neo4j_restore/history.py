"""All restores of a volume, `history.jsonl`: one record a line, for people. No decision depends on it."""

import shutil
from collections.abc import Mapping
from logging import getLogger
from os import path as names
from pathlib import Path
from typing import Any

from neo4j_restore import disk, records
from neo4j_restore.errors import TargetOccupiedError

log = getLogger(__name__)

NAME = "history.jsonl"

# The newest lines are read. A restore takes about a thousand bytes.
_READ_BYTES = 1024 * 1024


def read(home: Path) -> list[dict[str, Any]]:
    """Return the records, oldest first; lines that are not JSON are left out, such as one that a crash cut short.

    A history that can't be read is empty, with a warning.
    """
    try:
        data = records.read_bytes(home / NAME, _READ_BYTES, from_end=True) or b""
    except (OSError, TargetOccupiedError) as error:
        log.warning("the history can't be read: %s", error)
        return []
    found = []
    for line in data.split(b"\n"):
        try:
            found.append(dict(records.parse(line).values))
        except ValueError:
            continue
    return found


def append(home: Path, record: Mapping[str, Any]) -> None:
    """Add a record, unless it is the last one already; it is on the disk when this returns.

    A history that can't be read is set aside, with a warning, and a new one begins. Raises OSError.
    """
    path, line = home / NAME, records.text_of(record, indent=None).encode()
    end = _end(path, len(line) + 2)
    if end in {line + b"\n", b"\n" + line + b"\n"} or end.endswith(b"\n" + line + b"\n"):
        return
    last = end.rpartition(b"\n")[2]
    # A crash may have kept all of this line but its end. A line that it cut short is closed, and spoils no other.
    rest = b"\n" if last == line else b"\n" + line + b"\n" if last else line + b"\n"
    disk.append(path, rest)


def _end(path: Path, count: int) -> bytes:
    """Return the last bytes of the history, which can be added to from now on."""
    try:
        end = records.read_bytes(path, count, from_end=True) or b""
        if names.lexists(path) and not disk.may(path, write=True):
            _take_over(path)
    except (OSError, TargetOccupiedError) as error:
        _set_aside(path, error)
        return b""
    return end


def _take_over(path: Path) -> None:
    """Make a copy of another user's file, as an earlier run by root may have left, and put it in its place."""
    new = path.with_name(f"{path.name}.new")
    with path.open("rb") as source, disk.written(new) as target:
        shutil.copyfileobj(source, target)
    new.replace(path)
    disk.fsync(path.parent)


def _set_aside(path: Path, error: Exception) -> None:
    aside = disk.free_name(path.parent, f"{path.name}.unreadable")
    path.rename(aside)
    disk.fsync(path.parent)
    log.warning("%s can't be used: %s. It is now %s, and a new history begins", path, error, aside.name)
