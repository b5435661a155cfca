"""The entries of an archive, with the first bytes of those files that show what the archive is.

Nothing is written. At most `MOST_ENTRIES` names and a few heads are in memory, because anyone may have packed it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import RawIOBase
from itertools import islice
from pathlib import Path
from typing import Final

from neo4j_restore import bounds
from neo4j_restore.errors import StreamDamagedError
from neo4j_restore.sets.backup_set import STORE_MARKERS
from neo4j_restore.streams import tar

MOST_ENTRIES: Final = 20_000

_FIRST_BYTES = 512

# The number of files of which more than the first bytes are kept: dumps and artifacts.
_MOST_HEADS = 16


@dataclass(frozen=True)
class Entry:
    """A file or folder in an archive, or unpacked from one.

    name: relative, without `./` or a slash at either end. modified: None where the archive does not have it.
    head: the file's first bytes. packed: in a zip, the offset of the local header, the packed bytes and the method.
    """

    name: str
    size_bytes: int
    modified: datetime | None = None
    folder: bool = False
    head: bytes = b""
    packed: tuple[int, int, int] | None = None


def of_tar(stream: RawIOBase, source: str, head_bytes: Callable[[bytes], int]) -> tuple[tuple[Entry, ...], bool]:
    """Return the entries of a tar that begins with `stream`, and whether these are all its entries.

    source: the object's name, for messages. head_bytes: returns how much of a file to keep, from its first 512 bytes.
    """
    listed: list[Entry] = []
    heads = Heads(head_bytes)
    try:
        for entry in islice(tar.Tar(stream, source), MOST_ENTRIES):
            head = heads.of(entry.data, entry.name) if entry.kind is tar.Kind.FILE and entry.regions is None else b""
            folder = entry.kind is tar.Kind.FOLDER
            # An entry with a longer name is refused when it is unpacked.
            name = clean(entry.name[: bounds.LONGEST_NAME + 1])
            listed.append(Entry(name, entry.size, time_of(entry.modified), folder, head))
    except StreamDamagedError:
        # The stream is only the start of the tar.
        return tuple(listed), False
    return tuple(listed), len(listed) < MOST_ENTRIES


class Heads:
    """Reads the first bytes of files. Of the first few dumps and artifacts it reads their whole headers."""

    def __init__(self, head_bytes: Callable[[bytes], int]) -> None:
        """Begin. head_bytes: returns how much of a file to keep, from its first bytes."""
        self._head_bytes, self._left = head_bytes, _MOST_HEADS

    def of(self, stream: RawIOBase, name: str) -> bytes:
        """Return the first bytes of the file `name`, empty where they say nothing."""
        head = _read(stream, _FIRST_BYTES)
        more = self._head_bytes(head) - len(head)
        if more <= 0:
            return head if name.rpartition("/")[2] in STORE_MARKERS else b""
        if not self._left:
            return head
        self._left -= 1
        return head + _read(stream, more)

    def of_file(self, path: Path) -> bytes:
        """Return the first bytes of a file on the volume, by the same rules."""
        with path.open("rb", buffering=0) as file:
            return self.of(file, path.name)


def _read(stream: RawIOBase, count: int) -> bytes:
    """Return the next bytes: `count`, or fewer where the file, or the known start of it, ends."""
    data = b""
    try:
        while len(data) < count and (more := stream.read(count - len(data))):
            data += more
    except StreamDamagedError:
        return data
    return data


def time_of(seconds: float) -> datetime | None:
    """Return an archive's time in UTC. 0 gives None: archives without times have it."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def clean(name: str) -> str:
    """Return a name without `.` and empty parts, and without a slash at either end."""
    return "/".join(part for part in name.split("/") if part not in {"", "."})


def newest(entries: Sequence[Entry]) -> datetime | None:
    """Return the time of the newest file, or None where no file has one."""
    return max((each.modified for each in entries if each.modified and not each.folder), default=None)
