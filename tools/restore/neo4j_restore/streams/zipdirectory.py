"""The directory of a zip: where it is, and its entries, read one by one. Pure, apart from reading the file.

Python's zipfile reads the directory whole and keeps an object of a kilobyte for each entry.
Source: PKWARE's APPNOTE, 4.3.
"""

import stat
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import BinaryIO, Final

# Holds the records at the end of a zip with the longest possible comment.
TAIL_BYTES: Final = 22 + 65535 + 20 + 56

_END, _END_64, _ENTRY = b"PK\x05\x06", b"PK\x06\x06", b"PK\x01\x02"

_FIXED = struct.Struct("<4s4x4H3L3H4x2L")

# The value of a 4-byte field whose number is in a zip64 field instead.
_BIG = 0xFFFFFFFF

_SIZES_64 = 1

_ENCRYPTED, _UTF_8 = 0x1, 0x800


@dataclass(frozen=True)
class ZipEntry:
    """An entry of the directory. raw_name: its bytes in the directory, which stand before its data once more."""

    raw_name: bytes
    flags: int
    method: int
    crc32: int
    packed: int
    size: int
    offset: int
    mode: int
    stamp: tuple[int, int] = (0, 0)

    @property
    def modified(self) -> datetime | None:
        """The time of the last write, by the packer's clock, read as UTC. None where there is no date."""
        date, clock = self.stamp
        try:
            return datetime(
                1980 + (date >> 9), date >> 5 & 15, date & 31, clock >> 11, clock >> 5 & 63, clock % 32 * 2, tzinfo=UTC
            )
        except ValueError:
            return None

    @property
    def name(self) -> str:
        """The name. Tools on Windows may put backslashes between folders."""
        text = self.raw_name.decode("utf-8" if self.flags & _UTF_8 else "cp437", errors="surrogateescape")
        return text.replace("\\", "/")

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.name.endswith("/")

    @property
    def is_encrypted(self) -> bool:
        """Whether a password is needed."""
        return bool(self.flags & _ENCRYPTED)

    @property
    def is_special(self) -> bool:
        """Whether it is neither a plain file nor a folder, such as a link or a device."""
        return stat.S_IFMT(self.mode) not in {0, stat.S_IFREG, stat.S_IFDIR}


def directory_of(tail: bytes, size: int) -> tuple[int, int] | None:
    """Return the offset and length of the directory of a zip of `size` bytes, or None where its end is not right.

    tail: the last `TAIL_BYTES` of the zip. No bytes may follow the comment.
    """
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        return None
    length, start, comment = struct.unpack_from("<IIH", tail, at + 12)
    at_64 = tail.rfind(_END_64, 0, at)
    if _BIG in (length, start) and 0 <= at_64 <= at - 56:
        length, start = struct.unpack_from("<QQ", tail, at_64 + 40)
    whole = at + 22 + comment == len(tail) and start + length <= size - 22
    return (start, length) if whole else None


def entries(file: BinaryIO, start: int, length: int) -> Iterator[ZipEntry]:
    """Yield the entries of the directory at `start` of the file. Raises ValueError where it is wrong."""
    file.seek(start)
    while length > 0:
        fixed = file.read(_FIXED.size)
        if len(fixed) < _FIXED.size or not fixed.startswith(_ENTRY):
            message = "its directory is wrong"
            raise ValueError(message)
        _, flags, method, clock, date, crc32, *rest = _FIXED.unpack(fixed)
        packed, size, name, extra, comment, attributes, offset = rest
        variable = file.read(name + extra + comment)
        length -= _FIXED.size + len(variable)
        if len(variable) < name + extra + comment or length < 0:
            message = "its directory is cut short"
            raise ValueError(message)
        size, packed, offset = _sizes(variable[name : name + extra], size, packed, offset)
        yield ZipEntry(variable[:name], flags, method, crc32, packed, size, offset, attributes >> 16, (date, clock))


def _sizes(extra: bytes, *values: int) -> list[int]:
    """Return the values. Those that do not fit into 4 bytes stand in an extra field, in the same order."""
    at = 0
    while _BIG in values and len(extra) - at >= 4:
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == _SIZES_64:
            large = iter(range(at + 4, at + 4 + length - 7, 8))
            return [_number(extra, next(large, None), value) if value == _BIG else value for value in values]
        at += 4 + length
    return list(values)


def _number(extra: bytes, at: int | None, default: int) -> int:
    return default if at is None or at + 8 > len(extra) else int.from_bytes(extra[at : at + 8], "little")


def unpacked_bytes(directory: bytes) -> int:
    """Return the unpacked size of the entries of a zip's directory, as it states them, up to the first wrong one."""
    total = 0
    try:
        for entry in entries(BytesIO(directory), 0, len(directory)):
            total += entry.size
    except ValueError:
        pass
    return total
