"""The history of a volume, `history.jsonl`: one restore or rollback a line, for people. No decision depends on it."""

import shutil
from collections.abc import Mapping
from logging import getLogger
from os import path as names
from pathlib import Path
from typing import Any

from neo4j_restore import disk
from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.volume import records

log = getLogger(__name__)

NAME = "history.jsonl"

# Only the newest lines are read. The line of a restore has about 1,000 bytes.
_READ_BYTES = 1024 * 1024


def read(home: Path) -> list[dict[str, Any]]:
    """Return the records, oldest first. Lines that are not JSON are left out, such as one that a crash cut short.

    For a history that can't be read: an empty list, and a warning.
    """
    try:
        data = records.read_bytes(home / NAME, _READ_BYTES, from_end=True) or b""
    except (OSError, TargetOccupiedError) as error:
        log.warning("cannot read the history: %s", error)
        return []
    restores = []
    for line in data.split(b"\n"):
        try:
            restores.append(dict(records.parse(line).values))
        except ValueError:
            continue
    return restores


def append(home: Path, record: Mapping[str, Any]) -> None:
    """Append a record, unless it is the last one already. It is on the disk when this returns. Raises OSError.

    A history that can't be read is renamed, with a warning, and a new one begins.
    """
    path, line = home / NAME, records.text_of(record, indent=None).encode()
    end = _end(path, len(line) + 2)
    if end in {line + b"\n", b"\n" + line + b"\n"} or end.endswith(b"\n" + line + b"\n"):
        return
    last = end.rpartition(b"\n")[2]
    # A crash may have written this line without its line break, or only a part of it. A partial line gets a line break,
    # so that only that line is lost.
    rest = b"\n" if last == line else b"\n" + line + b"\n" if last else line + b"\n"
    disk.append(path, rest)


def _end(path: Path, count: int) -> bytes:
    """Return the last bytes of the history, and make sure that this user can append to it."""
    try:
        end = records.read_bytes(path, count, from_end=True) or b""
        if names.lexists(path) and not disk.may(path, write=True):
            _take_over(path)
    except (OSError, TargetOccupiedError) as error:
        _set_aside(path, error)
        return b""
    return end


def _take_over(path: Path) -> None:
    """Replace a file of another user by a copy of ours. An earlier run as root may have left one."""
    new = path.with_name(f"{path.name}.new")
    with path.open("rb") as source, disk.written(new) as target:
        shutil.copyfileobj(source, target)
    new.replace(path)
    disk.fsync(path.parent)


def _set_aside(path: Path, error: Exception) -> None:
    aside = disk.free_name(path.parent, f"{path.name}.unreadable")
    path.rename(aside)
    disk.fsync(path.parent)
    log.warning("cannot use %s: %s. It is now %s, and a new history begins", path, error, aside.name)
