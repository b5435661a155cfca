"""A file whose bytes come in pieces, in any order, and which is verified once all have come."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from neo4j_restore.checksums import COMBINABLE, Checksum, Hasher, combined
from neo4j_restore.stores import StoredObject
from neo4j_restore.transfer.files import CachedFile, DirectFile

# Of a large object. An object of up to twice this size comes in one piece.
PIECE_BYTES: Final = 16 * 1024 * 1024

# Pieces of at least this size are written in blocks by `writers`. For a smaller one, handing it to another thread takes
# longer than its write.
IN_BLOCKS_BYTES: Final = 1024 * 1024


@dataclass(eq=False)
class Piece:
    """The bytes of a file from `start` up to `end`. Those before `at` have come.

    hasher: the checksum under way. block: its first `filled` bytes have come, and are not handed to a writer yet.
    """

    landing: "Landing"
    start: int
    end: int
    at: int
    hasher: Hasher | None = None
    block: memoryview | None = None
    filled: int = 0

    @property
    def size_bytes(self) -> int:
        """Return how many bytes it has."""
        return self.end - self.start

    @property
    def is_large(self) -> bool:
        """Tell whether this is one of several pieces of an object, or as large as one."""
        return self.size_bytes >= PIECE_BYTES

    @property
    def is_long(self) -> bool:
        """Tell whether it is a whole object that would be fetched in pieces, if its checksum could be put together."""
        return self.size_bytes > 2 * PIECE_BYTES

    @property
    def is_in_blocks(self) -> bool:
        """Tell whether `writers` writes it."""
        return self.landing.stored.size_bytes >= IN_BLOCKS_BYTES


@dataclass(eq=False)
class Landing:
    """A file that is being written to `path`. It is new, or there is none yet.

    expected: the checksum of the object. came_bytes: how many of its bytes have come.
    is_given_up: they will come in another way.
    """

    stored: StoredObject
    path: Path
    expected: Checksum | None = None
    came_bytes: int = 0
    is_given_up: bool = False
    _file: CachedFile | None = None
    _left: int = 0
    _digests: dict[int, tuple[bytes, int]] = field(default_factory=dict)

    @property
    def lacks_checksum(self) -> bool:
        """Tell whether it would come in pieces if its checksum were known."""
        return self.stored.size_bytes > 2 * PIECE_BYTES and not self.stored.checksum

    def pieces(self) -> list[Piece]:
        """Return the pieces to fetch: one where the checksum can't be made of those of pieces.

        None for a large object without a checksum, or with a guess. Only `fetch` judges these.
        """
        size, self.expected = self.stored.size_bytes, self.stored.checksum
        step = PIECE_BYTES if size > 2 * PIECE_BYTES else max(size, 1)
        if step < size and (not self.expected or self.expected.guessed):
            return []
        if self.expected and not _is_combinable(self.expected):
            step = max(size, 1)
        pieces = [Piece(self, start, min(start + step, size), start) for start in range(0, max(size, 1), step)]
        self._left = len(pieces)
        return pieces

    def begin(self, piece: Piece, checksum: Checksum | None) -> None:
        """Prepare for bytes of a piece.

        checksum: of the object, where the answer has it.
        """
        self.expected = self.expected or checksum
        if piece.at == piece.start:
            piece.hasher = self.expected.start() if self.expected else None
        if not self._file:
            self._file = DirectFile(self.path) if piece.is_in_blocks else CachedFile(self.path)

    def write(self, data: memoryview, offset: int) -> None:
        """Write bytes at an offset, once a piece was begun. Several threads may do so."""
        if self._file:
            self._file.write(data, offset)

    def end(self, piece: Piece) -> bool | None:
        """Take a piece whose bytes are all written. Return whether the file matches its checksum.

        None: it is not whole yet. A file without a checksum matches.
        """
        self._digests[piece.start] = (piece.hasher.digest() if piece.hasher else b"", piece.size_bytes)
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
        if self._file:
            self._file.close()
            self._file = None


def _is_combinable(checksum: Checksum) -> bool:
    return checksum.algorithm in COMBINABLE and not checksum.part_bytes
