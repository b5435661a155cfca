"""Which bytes of which object a reader fetches next, and which bytes have come and wait for the consumer.

Pure bookkeeping, without threads, time and requests: `fetch` has those, and calls all of this under its lock.

Objects are read in their order. A range is a part of one object, first the whole object. It is cut once several
connections pay off. Readers begin ranges in the consumer's order, so the first range that was begun is always the one
whose bytes the consumer needs next.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from neo4j_restore.stores import StoredObject

_MIB: Final = 1024 * 1024


@dataclass(frozen=True)
class Sizes:
    """Bytes: of a range, and of what may wait for the consumer.

    range_bytes: of a range, where objects are read in ranges.
    most_waiting_bytes: all bytes that may wait. Each block that a reader hands over beyond this waits until the
    consumer takes one.
    first_bytes: the same, of the first range alone. More would leave the processor's cache before it is checked and
    inflated.
    small_bytes: for a smaller range a connection mostly waits for the first byte of an answer, see
    `Concurrency.ceiling`.
    large_bytes: an object of this size is read over two connections from the start.
    """

    range_bytes: int = 8 * _MIB
    most_waiting_bytes: int = 32 * _MIB
    first_bytes: int = 4 * _MIB
    small_bytes: int = _MIB
    large_bytes: int = 64 * _MIB


SIZES: Final = Sizes()


# Compared by identity. `is_first` asks for the very range, and two of them can hold equal bytes.
@dataclass(eq=False)
class Range:
    """The bytes of an object from `start` up to `end`. Those before `came` have come, and `blocks` of them wait."""

    stored: StoredObject
    start: int
    end: int
    came: int
    blocks: deque[bytes] = field(default_factory=deque)
    waiting_bytes: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether all its bytes have come."""
        return self.came == self.end

    @property
    def ends_object(self) -> bool:
        """Whether the object ends with it."""
        return self.end == self.stored.size_bytes


class Ranges:
    """The ranges of some objects."""

    def __init__(self, objects: Iterable[StoredObject], start: int, sizes: Sizes) -> None:
        """Take what to read: of each object the bytes from `start` on."""
        self._sizes = sizes
        # Ranges that nobody has begun, and ranges that are being read or have come. Both in the consumer's order.
        self._todo = deque(Range(each, start, each.size_bytes, start) for each in objects)
        self._begun: deque[Range] = deque()
        self.waiting_bytes = 0

    def may_begin(self, readers: int, limit: int, ceiling: int) -> bool:
        """Tell whether one more reader beside these should begin with the next range.

        limit, ceiling: see `Concurrency`.
        """
        if not self._todo or self.waiting_bytes >= self._sizes.most_waiting_bytes:
            return False
        span = self._todo[0]
        return readers < (ceiling if span.end - span.start < self._sizes.small_bytes else limit)

    def begin(self, *, whole: bool) -> Range:
        """Return the next range, which is being read now. whole: the rest of the object, for a single connection."""
        span = self._todo.popleft()
        if not whole:
            self._shorten(span, span.start + self._sizes.range_bytes)
        self._begun.append(span)
        return span

    def cut(self) -> None:
        """End the last range that is being read early, so that other readers can read the rest."""
        if self._begun:
            # At a multiple of 4 MiB, half a range: Azure sends checksums of 4 MiB each. One whose bytes are cut can't
            # be compared.
            span, unit = self._begun[-1], self._sizes.range_bytes // 2
            units = -(-(span.came - span.start) // unit)
            self._shorten(span, span.start + units * unit + self._sizes.range_bytes)

    def _shorten(self, span: Range, end: int) -> None:
        """End `span` at `end`, and put the rest back to do, unless the rest is small."""
        if span.end > end + self._sizes.range_bytes // 2:
            # In front, to keep the order: `span` is the last one that was begun, so its rest is the next to begin.
            self._todo.appendleft(Range(span.stored, end, span.end, end))
            span.end = end

    def is_first(self, span: Range) -> bool:
        """Tell whether the consumer waits for the bytes of `span`."""
        return span is self._begun[0]

    def has_room(self, span: Range) -> bool:
        """Tell whether `span` may have one more block.

        The first range has room of its own. The consumer waits for it, so later ranges must never keep it out.
        """
        if self.is_first(span):
            return span.waiting_bytes < self._sizes.first_bytes
        return self.waiting_bytes < self._sizes.most_waiting_bytes

    def add(self, span: Range, block: bytes) -> int:
        """Add the next bytes of `span`, and return how many of them belong to it.

        `cut` may have ended the range while they came. The bytes beyond belong to another range.
        """
        block = block[: span.end - span.came]
        # An empty block would tell the consumer that nothing has come.
        if block:
            span.blocks.append(block)
        span.came += len(block)
        span.waiting_bytes += len(block)
        self.waiting_bytes += len(block)
        return len(block)

    def take(self) -> bytes:
        """Return the block that the consumer needs next, or nothing if it has not come."""
        if not self._begun or not self._begun[0].blocks:
            return b""
        span = self._begun[0]
        block = span.blocks.popleft()
        span.waiting_bytes -= len(block)
        self.waiting_bytes -= len(block)
        return block

    def leave(self) -> Range | None:
        """Remove and return the first range, if all its bytes have come and were taken. The next one is then first."""
        if self._begun and self._begun[0].is_complete and not self._begun[0].blocks:
            return self._begun.popleft()
        return None
