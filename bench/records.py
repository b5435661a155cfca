"""Makes bytes with the entropy of Neo4j's record stores, the same in every run. gzip -6 leaves about 0.4 of them.

Records are made column by column, with the columns of a real store: flags that hardly vary, high bytes of ids that vary
slowly, low bytes that look random. For each store a base of 16 MiB is made and then repeated. No compressor has such a
long window, so the whole compresses and inflates like its base.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

_BASE_RECORDS_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Shape:
    """A record: for each byte the number of its values, 1 for always zero, 256 for random."""

    columns: tuple[int, ...]


# Source of the sizes: Neo4j community, org.neo4j.kernel.impl.store.format.standard (nodes 15 bytes, relationships 34,
# properties 41, strings 128). The variation of each byte is chosen so that the whole compresses like real stores.
NODES = Shape((2, 1, 4, 90, 256, 1, 2, 100, 256, 1, 1, 1, 4, 2, 1))
_ENDS = (2, 1, 2, 60, 256, 1, 2, 60, 256, 1, 1, 1, 4, 1, 1, 30, 256)
# The next and the previous relationships of both nodes are near this one.
_CHAINS = (1, 1, 9, 200, 1, 1, 9, 120, 1, 1, 5, 90, 1, 1, 1, 1, 2)
RELATIONSHIPS = Shape((*_ENDS, *_CHAINS))
PROPERTIES = Shape(
    (2, 1, 2, 60, 256, 1, 2, 60, 256)
    # Two of the four blocks of eight bytes are used.
    + (1, 1, 6, 2, 8, 90, 256, 200, 1, 6, 2, 8, 90, 256, 200, 1)
    + (1,) * 16
)
STRINGS = Shape((2, 1, 1, 1, 60, 1, 1, 1, 4) + (24,) * 60 + (1,) * 59)


class Bytes:
    """An endless stream of a shape's records. Another seed gives another stream."""

    def __init__(self, shape: Shape, seed: int) -> None:
        """Make the base, which takes a tenth of a second."""
        self._base = _base(shape, random.Random(seed))  # noqa: S311 - repeatable, guards nothing

    def blocks(self, size_bytes: int, start: int = 0) -> Iterator[memoryview]:
        """Yield `size_bytes` bytes of the stream from `start` on, in blocks."""
        whole = memoryview(self._base)
        offset = start % len(whole)
        while size_bytes > 0:
            block = whole[offset : offset + size_bytes]
            yield block
            size_bytes -= len(block)
            offset = 0


def _base(shape: Shape, source: random.Random) -> bytes:
    width = len(shape.columns)
    count = _BASE_RECORDS_BYTES // width
    records = bytearray(count * width)
    for index, values in enumerate(shape.columns):
        if values > 1:
            # Maps a random byte to this number of values.
            table = bytes(byte * values // 256 for byte in range(256))
            records[index::width] = source.randbytes(count).translate(table)
    return bytes(records)
