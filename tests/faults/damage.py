"""Where a backup set can be damaged: the regions of its formats, and bits of them to flip."""

import gzip
import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass

from tests.faults.table import everything

# Bits of one region that are tried: in the full run, and in the sample.
_MOST, _SAMPLE = 16, 1

# Of a tar's header, as GNU and POSIX have it. Source: tar(5).
_FIELDS = {
    "name": (0, 100),
    "mode": (100, 108),
    "owner": (108, 124),
    "size": (124, 136),
    "time": (136, 148),
    "checksum": (148, 156),
    "type": (156, 157),
    "link": (157, 257),
    "magic": (257, 265),
    "names of the owner": (265, 329),
    "prefix": (345, 500),
    "rest": (500, 512),
}

BLOCK = 512


@dataclass(frozen=True)
class Region:
    """A part of a file, from byte `start` to before `end`."""

    name: str
    start: int
    end: int

    def bits(self) -> Iterator[int]:
        """Yield numbers of bits to flip, spread over the region. The first bit is always one of them."""
        count = 8 * (self.end - self.start)
        most = _MOST if everything() else _SAMPLE
        yield from range(8 * self.start, 8 * self.end, max(1, count // most))


def flipped(data: bytes, bit: int) -> bytes:
    """Return `data` with one bit changed."""
    wrong = bytearray(data)
    wrong[bit // 8] ^= 1 << bit % 8
    return bytes(wrong)


def of_gzip(data: bytes) -> list[Region]:
    """Return the regions of a gzip of one member without a name. Source: RFC 1952."""
    ends = {"magic": 2, "method": 3, "flags": 4, "time and system": 10, "deflate data": len(data) - 8}
    ends |= {"CRC": len(data) - 4, "length": len(data)}
    return [Region(name, start, end) for (name, end), start in zip(ends.items(), [0, *ends.values()], strict=False)]


def of_stream(data: bytes) -> list[Region]:
    """Return the start, the middle and the end of a packed stream or file, where its magics and checksums are."""
    middle = len(data) // 2
    return [Region("start", 0, 32), Region("middle", middle, middle + 64), Region("end", len(data) - 64, len(data))]


def members(tar: bytes) -> list[tarfile.TarInfo]:
    """Return the members of a tar, with their offsets."""
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        return archive.getmembers()


def of_tar(tar: bytes, which: str) -> list[Region]:
    """Return the regions of the header of the first, middle or last member, and of what is behind the member's data."""
    entries = members(tar)
    one = entries[{"first": 0, "middle": len(entries) // 2, "last": -1}[which]]
    header = [Region(f"{field}", one.offset + start, one.offset + end) for field, (start, end) in _FIELDS.items()]
    data_end = one.offset_data + one.size
    end = data_end + -one.size % BLOCK
    return [*header, Region("padding", data_end, end), Region("next header or end mark", end, end + BLOCK)]


def relabelled(tar: bytes, name: str, field: str, value: bytes) -> bytes:
    """Return `tar` with another value in the header of the member whose name ends so, and a right checksum."""
    at = next(each.offset for each in members(tar) if each.name.endswith(name))
    start, end = _FIELDS[field]
    header = bytearray(tar[at : at + BLOCK])
    header[start:end] = value.ljust(end - start, b"\0")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return tar[:at] + bytes(header) + tar[at + BLOCK :]


def packed(tar: bytes) -> bytes:
    """Return a gzip that is right about a tar which is not: the damage came before it was packed."""
    return gzip.compress(tar, 1)
