"""The pieces that are still to be fetched, and which of them is next."""

from collections import deque
from collections.abc import Iterable

from neo4j_restore.transfer.landing import Piece


class Pieces:
    """Those of large objects and those of small ones, each in their order.

    Small ones need many connections, and large ones need bytes. Both are handed out in the same proportion to the end.
    So neither the network nor the disk waits while the other kind is fetched.
    """

    def __init__(self, pieces: Iterable[Piece]) -> None:
        """Take all that are to be fetched."""
        self._large: deque[Piece] = deque()
        self._small: deque[Piece] = deque()
        for piece in pieces:
            self._of(piece).append(piece)
        self._all_large, self._all_small = len(self._large), len(self._small)

    def __bool__(self) -> bool:
        """Tell whether there is one."""
        return bool(self._large or self._small)

    def take(self) -> Piece | None:
        """Return the next one, or None."""
        # The part of the large ones that is left is at least as large. Without a division by nothing.
        is_turn = len(self._large) * self._all_small >= len(self._small) * self._all_large
        # A long one has a single connection. Begun late, it would be alone at the end.
        pieces = self._large if self._large and (is_turn or self._large[0].is_long) else self._small
        return pieces.popleft() if pieces else None

    def put_back(self, piece: Piece) -> None:
        """Make it the next one of its kind."""
        self._of(piece).appendleft(piece)

    def clear(self) -> None:
        """Leave all of them."""
        self._large.clear()
        self._small.clear()

    def _of(self, piece: Piece) -> deque[Piece]:
        return self._large if piece.is_large else self._small
