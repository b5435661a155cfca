"""A file whose bytes come in pieces, in any order, and which is verified once all have come."""

import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from neo4j_restore import disk
from neo4j_restore.checksums import COMBINABLE, Checksum, Hasher, combined
from neo4j_restore.stores import StoredObject

# Of a large object. An object of up to twice this size comes in one piece.
PIECE_BYTES: Final = 16 * 1024 * 1024


@dataclass(eq=False)
class Piece:
    """The bytes of a file from `start` up to `end`. Those before `at` have come."""

    landing: "Landing"
    start: int
    end: int
    at: int = 0
    begun: int = 0
    hasher: Hasher | None = None

    @property
    def is_large(self) -> bool:
        """Tell whether this is one of several pieces of an object, or as large as one."""
        return self.end - self.start >= PIECE_BYTES


@dataclass(eq=False)
class Landing:
    """A file that is being written to `path`. It is new, or there is none yet.

    expected: the checksum of the object. is_given_up: its bytes will come in another way.
    """

    stored: StoredObject
    path: Path
    expected: Checksum | None = None
    is_given_up: bool = False
    _descriptor: int = -1
    _left: int = 0
    _digests: dict[int, tuple[bytes, int]] = field(default_factory=dict)

    def pieces(self) -> list[Piece]:
        """Return the pieces to fetch, none for a large object whose checksum can't be made of those of its pieces."""
        size, self.expected = self.stored.size_bytes, self.stored.checksum
        step = PIECE_BYTES if size > 2 * PIECE_BYTES else max(size, 1)
        if step < size and not (self.expected and _is_combinable(self.expected)):
            return []
        pieces = [Piece(self, start, min(start + step, size)) for start in range(0, max(size, 1), step)]
        self._left = len(pieces)
        return pieces

    def begin(self, piece: Piece, checksum: Checksum | None) -> None:
        """Prepare for the bytes of a piece. checksum: of the object, where the answer has it."""
        self.expected = self.expected or checksum
        piece.at = piece.begun = piece.start
        piece.hasher = self.expected.start() if self.expected else None
        if self._descriptor < 0:
            self._descriptor = _opened(self.path)

    def write(self, piece: Piece, data: memoryview) -> None:
        """Write the next bytes of a piece."""
        if piece.hasher:
            piece.hasher.update(data)
        while data:
            count = os.pwrite(self._descriptor, data, piece.at)
            piece.at += count
            data = data[count:]
        if piece.at - piece.begun >= disk.BEGUN_BYTES:
            disk.begin_writing(self._descriptor, piece.begun, piece.at - piece.begun)
            piece.begun = piece.at

    def end(self, piece: Piece) -> bool | None:
        """Take a piece whose bytes have all come. Return whether the file matches its checksum, None until it is whole.

        A file without a checksum matches.
        """
        self._digests[piece.start] = (piece.hasher.digest() if piece.hasher else b"", piece.end - piece.start)
        piece.hasher = None
        self._left -= 1
        if self._left:
            return None
        digests = [self._digests[start] for start in sorted(self._digests)]
        self._close()
        if not self.expected:
            return True
        digest = combined(self.expected.algorithm, digests) if len(digests) > 1 else digests[0][0]
        return digest == self.expected.digest

    def remove(self) -> None:
        """Remove what was written."""
        self._close()
        with suppress(FileNotFoundError):
            self.path.unlink()

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _opened(path: Path) -> int:
    """Return the descriptor of a new file. Most of them are in folders that are there."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o666)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o666)


def _is_combinable(checksum: Checksum) -> bool:
    return checksum.algorithm in COMBINABLE and not checksum.part_bytes and not checksum.guessed
