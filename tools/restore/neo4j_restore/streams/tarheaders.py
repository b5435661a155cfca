"""The headers of a tar, one block or one extension at a time. Pure functions that raise ValueError for a wrong one.

Sources: POSIX.1-2017, pax, and the GNU tar manual, "Basic Tar Format" and "Storing Sparse Files".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

BLOCK: Final = 512

# Types of entries. In tars older than POSIX, AREG with a name that ends with a slash is a folder.
REG, AREG, CONTIGUOUS, GNU_SPARSE = b"0", b"\0", b"7", b"S"
FOLDER, GNU_DUMPDIR = b"5", b"D"
_WITHOUT_DATA = {b"1", b"2", b"3", b"4", FOLDER, b"6"}

# Types of extensions. They describe the entry that follows, and a global one describes all that follow.
PAX, PAX_SOLARIS, PAX_GLOBAL, GNU_LONG_NAME, GNU_LONG_LINK = b"x", b"X", b"g", b"L", b"K"
EXTENSIONS: Final = {PAX, PAX_SOLARIS, PAX_GLOBAL, GNU_LONG_NAME, GNU_LONG_LINK}

GNU_LABEL: Final = b"V"

_POSIX_MAGIC = b"ustar\0"

# For sizes and offsets. No file system has larger files.
_TOO_LARGE = 2**63

_OCTAL = re.compile(rb" *([0-7]*)[ \0]")

_RECORD = re.compile(rb"([0-9]{1,20}) ([^=]+)=")


@dataclass(frozen=True)
class Header:
    """One header block. size: of the data behind it. block: the whole block, for fields that only some types have."""

    name: bytes
    type: bytes
    size: int
    block: bytes

    @property
    def modified(self) -> int:
        """The time of the last write, in seconds since 1970, or 0 where the field is not a number."""
        try:
            return number(self.block[136:148])
        except ValueError:
            return 0

    @property
    def has_data(self) -> bool:
        """Whether data follows the header. For links, folders and devices the size field means something else, or
        nothing.
        """
        return self.type not in _WITHOUT_DATA


def parse(block: bytes) -> Header | None:
    """Return the header in a block of 512 bytes, or None for the zeros that end a tar."""
    if not block.strip(b"\0"):
        return None
    _check_sum(block)
    name, kind = text(block[:100]), block[156:157]
    if kind == AREG and name.endswith(b"/"):
        kind = FOLDER
    prefix = text(block[345:500]) if block.startswith(_POSIX_MAGIC, 257) else b""
    return Header(prefix + b"/" + name if prefix else name, kind, number(block[124:136]), block)


def _check_sum(block: bytes) -> None:
    """Compare the sum of the bytes. Some old tars counted bytes above 127 as negative numbers."""
    rest, expected = block[:148] + b" " * 8 + block[156:], number(block[148:156])
    unsigned = sum(rest)
    if expected != unsigned and expected != unsigned - 256 * sum(byte > 127 for byte in rest):
        message = "a header's checksum is wrong"
        raise ValueError(message)


def text(field: bytes) -> bytes:
    """Return the text up to the first NUL."""
    return field.partition(b"\0")[0]


def number(field: bytes) -> int:
    """Return a number written in octal digits or, after a first byte of 0x80, in binary."""
    octal = _OCTAL.match(field + b"\0")
    value = int(octal[1] or b"0", 8) if octal else -1
    if field[0] == 0x80:
        value = int.from_bytes(field[1:], "big")
    if not 0 <= value < _TOO_LARGE:
        message = f"{field!r} in a header is not a size, offset or checksum"
        raise ValueError(message)
    return value


def decimal(digits: bytes) -> int:
    """Return a number written in decimal digits, as in PAX."""
    if not digits.isdigit() or len(digits) > 20 or int(digits) >= _TOO_LARGE:
        message = f"{digits[:40]!r} is not a size or offset"
        raise ValueError(message)
    return int(digits)


def records(extension: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the keywords of a PAX extension with their values, in order."""
    at = 0
    while at < len(extension) and extension[at]:
        found = _RECORD.match(extension, at)
        end = at + int(found[1]) if found else 0
        if not found or not found.end() < end <= len(extension) or extension[end - 1] != ord("\n"):
            message = "a PAX record is wrong"
            raise ValueError(message)
        yield found[2], extension[found.end() : end - 1]
        at = end
