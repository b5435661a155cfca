"""The pieces that are still to be fetched, and which of them is next."""

from collections import deque
from collections.abc import Iterable
from typing import Final

from neo4j_restore.transfer.landing import Piece

# Large objects get this part of the connections while small ones wait. These need many, and large ones need few.
_PART_FOR_LARGE: Final = 4


class Pieces:
    """Those of large objects and those of small ones, each in their order."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        """Take all that are to be fetched."""
        self._large: deque[Piece] = deque()
        self._small: deque[Piece] = deque()
        for piece in pieces:
            self._of(piece).append(piece)

    def __bool__(self) -> bool:
        """Tell whether there is one."""
        return bool(self._large or self._small)

    def take(self, large: int, connections: int) -> Piece | None:
        """Return the next one, or None. large: how many of all `connections` have one of a large object now."""
        is_turn = large < max(1, connections // _PART_FOR_LARGE)
        pieces = self._large if self._large and (is_turn or not self._small) else self._small
        return pieces.popleft() if pieces else None

    def put_back(self, piece: Piece) -> None:
        """Make it the next one."""
        self._of(piece).appendleft(piece)

    def clear(self) -> None:
        """Leave all of them."""
        self._large.clear()
        self._small.clear()

    def _of(self, piece: Piece) -> deque[Piece]:
        return self._large if piece.is_large else self._small
