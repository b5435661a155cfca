"""A file that is being fetched, and beside it a record of how much of it is durably on the disk, piece by piece.

The record is written after fdatasync of the file, so it never promises more than the disk has. The next start still
reads every piece again. It keeps those whose CRC32C matches, up to the first that does not, and goes on from there.
Progress is synced at most every 5 seconds. SIGKILL and power cuts lose the bytes since the last sync. A store error or
SIGTERM loses nothing, because progress is recorded on the way out.
"""

import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import FileIO, RawIOBase
from pathlib import Path

from neo4j_restore import disk, trees
from neo4j_restore.checksums import ALGORITHMS, Hasher
from neo4j_restore.errors import StoreError
from neo4j_restore.streams.pipeline import BLOCK_BYTES
from neo4j_restore.volume import records

# A wrong piece costs itself and everything after it.
PIECE_BYTES = 64 * 1024 * 1024

# By then the disk has written most of it, because `_Plain` asks it to begin early. A sync waits for the rest.
SYNC_SECONDS = 5.0

# A record of ten terabytes in pieces of this size. A larger one was not written by us.
_RECORD_BYTES = 4 * 1024 * 1024

# The offset at which a piece ends, and its CRC32C. A line that a crash cut short does not match. It and the lines after
# it do not count.
_LINE = re.compile(r"(\d{1,19}) ([0-9a-f]{8})\n")


@dataclass(frozen=True)
class _Piece:
    end: int
    crc32c: str


@dataclass(frozen=True)
class PartialFile:
    """A file at `path`, and the record of its pieces at `record`. Both are on the volume, or neither is there yet."""

    path: Path
    record: Path

    def is_begun(self) -> bool:
        """Tell whether there may be bytes to go on from."""
        return all(path.is_file() and not path.is_symlink() for path in (self.path, self.record))

    def begin(self) -> None:
        """Remove both, whatever is in their places."""
        for path in (self.path, self.record):
            if path.is_dir() and not path.is_symlink():
                trees.remove(path)
            path.unlink(missing_ok=True)
            path.parent.mkdir(parents=True, exist_ok=True)

    def take(self, most_bytes: int, start: Callable[[], Sequence[Hasher]]) -> tuple[int, Sequence[Hasher]]:
        """Return how many bytes are there and right, and the checksums of `start`, fed with these bytes. Cut off the
        rest.
        """
        pieces, hashers = self._recorded(most_bytes), start()
        while (right := self._right(pieces, hashers)) < len(pieces):
            # The wrong piece was fed to them as well, so they are computed again without it.
            pieces, hashers = pieces[:right], start()
        if not pieces:
            self.begin()
            return 0, hashers
        # The record first: if a crash comes between, it never claims bytes that are cut off.
        disk.replace_file(self.record, "".join(map(_line, pieces)))
        os.truncate(self.path, pieces[-1].end)
        return pieces[-1].end, hashers

    def _recorded(self, most_bytes: int) -> list[_Piece]:
        pieces: list[_Piece] = []
        for line in (records.read_bytes(self.record, _RECORD_BYTES) or b"").splitlines(keepends=True):
            match = _LINE.fullmatch(line.decode("ascii", "replace"))
            last = pieces[-1].end if pieces else 0
            if not match or not last < int(match[1]) <= most_bytes:
                break
            pieces.append(_Piece(int(match[1]), match[2]))
        return pieces

    def _right(self, pieces: Sequence[_Piece], hashers: Sequence[Hasher]) -> int:
        """Return how many of the pieces are right, from the first one on. Feed `hashers` with all bytes read."""
        offset = 0
        with self.path.open("rb", buffering=0) as file:
            for number, piece in enumerate(pieces):
                crc = ALGORITHMS["crc32c"]()
                while block := file.read(min(BLOCK_BYTES, piece.end - offset)):
                    offset += len(block)
                    for checksum in (crc, *hashers):
                        checksum.update(block)
                if offset < piece.end or crc.digest().hex() != piece.crc32c:
                    return number
        return len(pieces)

    def append(self, stream: RawIOBase, *, recorded: bool = True, last: bool = False) -> None:
        """Write the rest of `stream` behind the bytes that are there.

        recorded: whether a later start may go on from these bytes. last: nothing is read from a store after this file,
        so its end is not worth a wait for the disk.
        """
        with self.path.open("ab", buffering=0) as file, self.record.open("ab", buffering=0) as record:
            writer = _Recorder(file, record) if recorded else _Plain(file)
            try:
                while block := stream.read(BLOCK_BYTES):
                    disk.write_all(file, memoryview(block))
                    writer.add(block)
            except (StoreError, SystemExit):
                writer.flush()
                raise
            if not last:
                writer.flush()

    def move(self, path: Path) -> None:
        """Move the file, which is whole, to `path`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path.rename(path)
        self.record.unlink()


class _Plain:
    """Asks the disk to begin with the bytes written to a file. It waits for nothing."""

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self._end = self._begun = file.seek(0, os.SEEK_END)

    def add(self, block: bytes) -> None:
        self._end += len(block)
        if self._end - self._begun >= disk.BEGUN_BYTES:
            disk.begin_writing(self._file.fileno(), self._begun, self._end - self._begun)
            self._begun = self._end

    def flush(self) -> None:
        """Do nothing: the disk writes the rest in its own time."""


class _Recorder(_Plain):
    """Computes the CRC32C of each piece written to a file, and records the pieces that are on the disk."""

    def __init__(self, file: FileIO, record: FileIO) -> None:
        super().__init__(file)
        self._record, self._crc, self._start = record, ALGORITHMS["crc32c"](), self._end
        self._waiting: list[_Piece] = []
        self._synced = time.monotonic()

    def add(self, block: bytes) -> None:
        super().add(block)
        self._crc.update(block)
        if self._end - self._start >= PIECE_BYTES:
            self._end_piece()
            if time.monotonic() - self._synced >= SYNC_SECONDS:
                self._sync()

    def flush(self) -> None:
        """Record everything that was written."""
        if self._end > self._start:
            self._end_piece()
        if self._waiting:
            self._sync()

    def _end_piece(self) -> None:
        self._waiting.append(_Piece(self._end, self._crc.digest().hex()))
        self._crc, self._start = ALGORITHMS["crc32c"](), self._end

    def _sync(self) -> None:
        # The bytes before the record: a record on the disk always describes bytes on the disk.
        os.fdatasync(self._file.fileno())
        disk.write_all(self._record, memoryview("".join(map(_line, self._waiting)).encode()))
        os.fdatasync(self._record.fileno())
        self._waiting, self._synced = [], time.monotonic()


def _line(piece: _Piece) -> str:
    return f"{piece.end} {piece.crc32c}\n"
