"""A file on its way from a store, and beside it a record of how much of it is durably there, part by part.

The record is written after the disk has what it tells of, and is not believed all the same: the next start reads each
part again, and goes on behind the last one that is right. The disk is waited for every few seconds at most, so a kill
costs what came since; a store that fails and SIGTERM cost nothing, for what is there is recorded on the way out.
"""

import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import FileIO, RawIOBase
from pathlib import Path

from neo4j_restore import disk, records, trees
from neo4j_restore.checksums import ALGORITHMS, Running
from neo4j_restore.errors import StoreError
from neo4j_restore.pipeline import BLOCK_BYTES

# A part that is found wrong costs itself and what follows.
PART_BYTES = 64 * 1024 * 1024

# The disk is told to begin long before; this waits for what it has not done yet.
SYNC_SECONDS = 5.0

# A record of ten terabytes in parts of this size; what is more was not written by us.
_RECORD_BYTES = 4 * 1024 * 1024

# Where a part ends, and its CRC32C. A line that a crash cut short is none, nor is what follows it.
_LINE = re.compile(r"(\d{1,19}) ([0-9a-f]{8})\n")


@dataclass(frozen=True)
class _Part:
    end: int
    crc32c: str


@dataclass(frozen=True)
class PartFile:
    """A file at `path`, and at `record` what is known of its parts. Both are on the volume, or neither yet."""

    path: Path
    record: Path

    def is_begun(self) -> bool:
        """Tell whether there may be something to go on from."""
        return all(path.is_file() and not path.is_symlink() for path in (self.path, self.record))

    def begin(self) -> None:
        """Make both absent, whatever lies there."""
        for path in (self.path, self.record):
            if path.is_dir() and not path.is_symlink():
                trees.remove(path)
            path.unlink(missing_ok=True)
            path.parent.mkdir(parents=True, exist_ok=True)

    def take(self, most_bytes: int, start: Callable[[], Sequence[Running]]) -> tuple[int, Sequence[Running]]:
        """Return how many bytes are there and right, and what `start` gave, fed with just these; cut off the rest."""
        parts, running = self._recorded(most_bytes), start()
        while (right := self._right(parts, running)) < len(parts):
            # What was found wrong was fed as well.
            parts, running = parts[:right], start()
        if not parts:
            self.begin()
            return 0, running
        disk.replace_file(self.record, "".join(map(_line, parts)))
        os.truncate(self.path, parts[-1].end)
        return parts[-1].end, running

    def _recorded(self, most_bytes: int) -> list[_Part]:
        found: list[_Part] = []
        for line in (records.read_bytes(self.record, _RECORD_BYTES) or b"").splitlines(keepends=True):
            told = _LINE.fullmatch(line.decode("ascii", "replace"))
            last = found[-1].end if found else 0
            if not told or not last < int(told[1]) <= most_bytes:
                break
            found.append(_Part(int(told[1]), told[2]))
        return found

    def _right(self, parts: Sequence[_Part], running: Sequence[Running]) -> int:
        """Return how many of the parts are right, from the first one on; feed `running` with what is read."""
        offset = 0
        with self.path.open("rb", buffering=0) as file:
            for number, part in enumerate(parts):
                crc = ALGORITHMS["crc32c"]()
                while block := file.read(min(BLOCK_BYTES, part.end - offset)):
                    offset += len(block)
                    for each in (crc, *running):
                        each.update(block)
                if offset < part.end or crc.digest().hex() != part.crc32c:
                    return number
        return len(parts)

    def append(self, stream: RawIOBase, *, recorded: bool = True, last: bool = False) -> None:
        """Write what is left of `stream` behind what is there; unless `recorded`, as what can't be gone on from.

        last: nothing is read from a store after it, so that its own end is not worth a wait for the disk.
        """
        with self.path.open("ab", buffering=0) as file, self.record.open("ab", buffering=0) as record:
            done = _Recorder(file, record) if recorded else _Plain(file)
            try:
                while block := stream.read(BLOCK_BYTES):
                    disk.write_all(file, memoryview(block))
                    done.add(block)
            except (StoreError, SystemExit):
                done.flush()
                raise
            if not last:
                done.flush()

    def move(self, path: Path) -> None:
        """Move the file, which is whole, to `path`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path.rename(path)
        self.record.unlink()


class _Plain:
    """Lets the disk begin with what is written to a file, and waits for nothing."""

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self._end = self._begun = file.seek(0, os.SEEK_END)

    def add(self, block: bytes) -> None:
        self._end += len(block)
        if self._end - self._begun >= disk.BEGUN_BYTES:
            disk.begin_writing(self._file.fileno(), self._begun, self._end - self._begun)
            self._begun = self._end

    def flush(self) -> None:
        """Leave it to the disk."""


class _Recorder(_Plain):
    """Reckons the parts of what is written to a file, and records them once they are on the disk."""

    def __init__(self, file: FileIO, record: FileIO) -> None:
        super().__init__(file)
        self._record, self._crc, self._start = record, ALGORITHMS["crc32c"](), self._end
        self._waiting: list[_Part] = []
        self._synced = time.monotonic()

    def add(self, block: bytes) -> None:
        super().add(block)
        self._crc.update(block)
        if self._end - self._start >= PART_BYTES:
            self._end_part()
            if time.monotonic() - self._synced >= SYNC_SECONDS:
                self._sync()

    def flush(self) -> None:
        """Record all that is written."""
        if self._end > self._start:
            self._end_part()
        if self._waiting:
            self._sync()

    def _end_part(self) -> None:
        self._waiting.append(_Part(self._end, self._crc.digest().hex()))
        self._crc, self._start = ALGORITHMS["crc32c"](), self._end

    def _sync(self) -> None:
        os.fdatasync(self._file.fileno())
        disk.write_all(self._record, memoryview("".join(map(_line, self._waiting)).encode()))
        os.fdatasync(self._record.fileno())
        self._waiting, self._synced = [], time.monotonic()


def _line(part: _Part) -> str:
    return f"{part.end} {part.crc32c}\n"
