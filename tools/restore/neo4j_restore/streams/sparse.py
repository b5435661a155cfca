"""Sparse files in tars: which regions of a file hold data. The gaps between them are holes.

There are four layouts. Old GNU has the map in the header and in blocks behind it, PAX 0.0 and 0.1 in the extension, PAX
1.0 before the data. Source: the GNU tar manual, "Storing Sparse Files".
"""

import re
from array import array
from collections.abc import Callable, Iterator

from neo4j_restore.bounds import Budget
from neo4j_restore.streams.tarheaders import BLOCK, decimal, number

# Old GNU: an offset and a size of 12 bytes each, four pairs in the header and 21 in each block behind it.
_PAIR = 24
_IN_HEADER, _IN_BLOCK = slice(386, 482), slice(0, 504)
_MORE_IN_HEADER, _MORE_IN_BLOCK = 482, 504
_SIZE_IN_HEADER = slice(483, 495)

# PAX 1.0: a number below 2 ** 64, and the end of the line.
_LONGEST_LINE = 21

_NUMBER = re.compile(rb"[^,]+")


class Regions:
    """The regions of one file in order, as pairs of offset and size. Raises ValueError for a wrong one."""

    def __init__(self, budget: Budget) -> None:
        """Begin with none. budget: counts the regions of the whole archive."""
        self._budget = budget
        # A pair of numbers takes 16 bytes here. In a list of tuples it would take 100 or more.
        self._numbers = array("Q")
        self.size = self.end = 0

    def add(self, offset: int, size: int) -> None:
        """Add a region behind the others. Raises BackupDamagedError beyond the bound."""
        if offset < self.end:
            message = "regions of a sparse file overlap"
            raise ValueError(message)
        self._budget.spend()
        self.end, self.size = offset + size, self.size + size
        self._numbers.extend((offset, size))

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Yield the offset and size of each region."""
        numbers = iter(self._numbers)
        return zip(numbers, numbers, strict=True)

    def check(self, stored: int, size: int) -> None:
        """Raise ValueError unless the regions fit the stored bytes of the file and its size."""
        if self.size != stored or self.end > size:
            message = f"a sparse file of {size} bytes has data up to {self.end}, {self.size} of {stored} bytes stored"
            raise ValueError(message)


def add_old_gnu(block: bytes, regions: Regions, *, header: bool) -> bool:
    """Add the regions in a header, or in a block behind it. Return whether another block follows."""
    fields = block[_IN_HEADER if header else _IN_BLOCK]
    for at in range(0, len(fields), _PAIR):
        if not fields[at + 12]:
            break
        regions.add(number(fields[at : at + 12]), number(fields[at + 12 : at + _PAIR]))
    return bool(block[_MORE_IN_HEADER if header else _MORE_IN_BLOCK])


def old_gnu_size(block: bytes) -> int:
    """Return the size of the file, holes included, from its header."""
    return number(block[_SIZE_IN_HEADER])


def add_pairs(value: bytes, regions: Regions) -> None:
    """Add the regions of PAX 0.1: offsets and sizes in turn, separated by commas."""
    # Not `split`: a list of all the numbers would take ten times the bytes.
    numbers = (decimal(each[0]) for each in _NUMBER.finditer(value))
    for offset, size in zip(numbers, numbers, strict=True):
        regions.add(offset, size)


def add_in_data(next_block: Callable[[], bytes], regions: Regions) -> int:
    """Add the regions of PAX 1.0: their count, then offsets and sizes in turn, one a line, padded to whole blocks.

    next_block: returns the next block of the file's data. Returns the bytes of the blocks that were read.
    """
    lines = _Lines(next_block)
    for _ in range(lines.number()):
        regions.add(lines.number(), lines.number())
    return lines.taken


class _Lines:
    def __init__(self, next_block: Callable[[], bytes]) -> None:
        self._next_block, self._rest = next_block, b""
        self.taken = 0

    def number(self) -> int:
        while b"\n" not in self._rest:
            if len(self._rest) > _LONGEST_LINE:
                message = "the map of a sparse file is wrong"
                raise ValueError(message)
            self._rest += self._next_block()
            self.taken += BLOCK
        line, _, self._rest = self._rest.partition(b"\n")
        return decimal(line)
