"""What an archive lists: entries with the first bytes of their files, which say what each is.

Nothing is written, and no more is held than `MOST_ENTRIES` names and a few heads: a stranger packed it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import RawIOBase
from itertools import islice
from pathlib import Path
from typing import Final

from neo4j_restore import bounds, tar
from neo4j_restore.errors import StreamDamagedError
from neo4j_restore.sets import STORE_MARKERS

MOST_ENTRIES: Final = 20_000

_FIRST_BYTES = 512

# Of so many files more than the first bytes are kept: dumps and artifacts.
_MOST_HEADS = 16


@dataclass(frozen=True)
class Entry:
    """A file or folder in an archive, or unpacked from one.

    name: relative, without `./` or a slash at either end. modified: None where it is not told. head: its first bytes.
    packed: of a zip, where its local header begins, its packed bytes and its method.
    """

    name: str
    size_bytes: int
    modified: datetime | None = None
    folder: bool = False
    head: bytes = b""
    packed: tuple[int, int, int] | None = None


def of_tar(stream: RawIOBase, source: str, head_bytes: Callable[[bytes], int]) -> tuple[tuple[Entry, ...], bool]:
    """Return the entries of a tar whose first bytes `stream` has, and whether these are all that it holds.

    source: the object's name, for messages. head_bytes: how much to keep of a file, by its first 512 bytes.
    """
    found: list[Entry] = []
    heads = Heads(head_bytes)
    try:
        for entry in islice(tar.Tar(stream, source), MOST_ENTRIES):
            head = heads.of(entry.data, entry.name) if entry.kind is tar.Kind.FILE and entry.regions is None else b""
            folder = entry.kind is tar.Kind.FOLDER
            # What has a longer name is refused when it is unpacked.
            name = clean(entry.name[: bounds.LONGEST_NAME + 1])
            found.append(Entry(name, entry.size, time_of(entry.modified), folder, head))
    except StreamDamagedError:
        # The stream is the start of something longer.
        return tuple(found), False
    return tuple(found), len(found) < MOST_ENTRIES


class Heads:
    """Reads the first bytes of files, of the first few dumps and artifacts as many as tell all of their headers."""

    def __init__(self, head_bytes: Callable[[bytes], int]) -> None:
        """Begin. head_bytes: how much to keep of a file, by its first bytes."""
        self._head_bytes, self._left = head_bytes, _MOST_HEADS

    def of(self, stream: RawIOBase, name: str) -> bytes:
        """Return the first bytes of the file `name`; none where they tell nothing."""
        head = _read(stream, _FIRST_BYTES)
        more = self._head_bytes(head) - len(head)
        if more <= 0:
            return head if name.rpartition("/")[2] in STORE_MARKERS else b""
        if not self._left:
            return head
        self._left -= 1
        return head + _read(stream, more)

    def of_file(self, path: Path) -> bytes:
        """Return the first bytes of a file on the volume, likewise."""
        with path.open("rb", buffering=0) as file:
            return self.of(file, path.name)


def _read(stream: RawIOBase, count: int) -> bytes:
    """Return the next bytes, as many as there are in the file or in the start of it that is there."""
    data = b""
    try:
        while len(data) < count and (more := stream.read(count - len(data))):
            data += more
    except StreamDamagedError:
        return data
    return data


def time_of(seconds: float) -> datetime | None:
    """Return a time of an archive's in UTC; None for 0, which is that of one made without times."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def clean(name: str) -> str:
    """Return a name without `.` and empty parts, and no slash at either end."""
    return "/".join(part for part in name.split("/") if part not in {"", "."})


def newest(entries: Sequence[Entry]) -> datetime | None:
    """Return when the newest of the files was last written, or None where none tells."""
    return max((each.modified for each in entries if each.modified and not each.folder), default=None)
