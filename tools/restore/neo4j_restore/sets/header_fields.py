"""What the headers of dumps and backup artifacts have in common: big-endian fields, and sizes in a packed start.

SIZES are i32 version, i64 files, i64 bytes.
"""

import struct
from typing import Final

# Of unpacked bytes: a dump's tar may begin with a large file, and a backup's metadata may have a script of 1 MiB.
START_BYTES: Final = 2 * 1024 * 1024

# The unpacked bytes of dumps and packed artifacts begin with it. SIZES follow, of so many bytes.
MARK: Final = b"zstd"

SIZES_BYTES: Final = 20

_ABSURD_BYTES = 2**50


def start_of(head: bytes) -> bytes:
    """Return the bytes that `head` unpacks to, at most START_BYTES."""
    # Imported here: a start with nothing to do imports this module, and must not load the decompressors.
    from neo4j_restore.streams import decoders

    return decoders.start_of(head, START_BYTES)


class Fields:
    """Takes fields from the front of bytes. Raises struct.error where the bytes end early."""

    def __init__(self, data: bytes) -> None:
        """data: the fields. `at` says how many of its bytes were taken."""
        self._data, self.at = data, 0

    def number(self, layout: str) -> int:
        """Take an integer. layout: its letter of `struct`."""
        (value,) = struct.unpack_from(f">{layout}", self._data, self.at)
        self.at += struct.calcsize(f">{layout}")
        return int(value)

    def skip(self, count: int) -> None:
        """Pass over so many bytes."""
        if not 0 <= count <= len(self._data) - self.at:
            raise struct.error
        self.at += count

    def text(self) -> bytes:
        """Take bytes that a u8 length precedes."""
        count = self.number("B")
        (value,) = struct.unpack_from(f"{count}s", self._data, self.at)
        self.at += count
        return bytes(value)


def sizes(fields: Fields) -> int | None:
    """Take SIZES. Return how many bytes are packed, or None for a later version or an absurd number."""
    version, _, total = fields.number("i"), fields.number("q"), fields.number("q")
    return total if version == 1 and 0 <= total < _ABSURD_BYTES else None
