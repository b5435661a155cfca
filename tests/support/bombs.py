"""Objects that would fill the memory of a careless reader. Each is written in pieces, and is small or full of holes."""

import gzip
import struct
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tests.support import archives

Pieces = Iterator[bytes]

_MIB = 1024 * 1024


def header(name: str, kind: bytes, size: int = 0) -> bytes:
    """Return the header of an entry, as ustar and GNU have it."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def record(keyword: str, value: str) -> bytes:
    """Return a PAX record, which begins with its own length."""
    rest = f" {keyword}={value}\n".encode()
    length = len(rest) + 1
    while length != len(rest) + len(str(length)):
        length = len(rest) + len(str(length))
    return str(length).encode() + rest


def extended(body: bytes, kind: bytes = tarfile.XHDTYPE) -> bytes:
    """Return an extension header with its body."""
    return header("pax", kind, len(body)) + body + bytes(-len(body) % 512)


def _in_steps(count: int, line: Callable[[int], bytes]) -> Pieces:
    """Yield `count` lines, some thousands at a time."""
    for start in range(0, count, 5000):
        yield b"".join(line(number) for number in range(start, start + 5000))


def map_in_the_data() -> Pieces:
    """A PAX 1.0 map of three million regions."""
    keywords = {"major": "1", "minor": "0", "name": "neo4j/x", "realsize": "999999999"}
    yield extended(b"".join(record(f"GNU.sparse.{key}", value) for key, value in keywords.items()))
    yield header("neo4j/x", tarfile.REGTYPE, 2**33 - 512) + b"3000000\n"
    yield from _in_steps(3_000_000, lambda number: b"%d\n1\n" % (number * 2))


def map_in_blocks() -> Pieces:
    """Old GNU's map, in blocks without end."""
    first = bytearray(header("neo4j/x", b"S"))
    first[386:482], first[482] = bytes(96), 1
    first[148:156] = b" " * 8
    first[148:156] = b"%06o\0 " % sum(first)
    yield bytes(first)

    def block(number: int) -> bytes:
        pairs = b"".join(b"%011o\0%011o\0" % (each * 2, 1) for each in range(number * 21, number * 21 + 21))
        return pairs + b"\1" + bytes(7)

    yield from _in_steps(100_000, block)


def map_in_a_record() -> Pieces:
    """PAX 0.1 maps, each as long as an extension may be, one for each of many files."""
    for number in range(4):
        numbers = ",".join(f"{each},1" for each in range(0, 800_000, 2))
        body = record("GNU.sparse.size", "999999999") + record("GNU.sparse.map", numbers)
        yield extended(body) + header(f"neo4j/{number}", tarfile.REGTYPE, 400_000) + bytes(-400_000 % 512 + 400_000)


def map_in_records() -> Pieces:
    """PAX 0.0 maps, a record for each number, longer than an extension may be."""
    pair = record("GNU.sparse.offset", "1") + record("GNU.sparse.numbytes", "0")
    yield extended(record("GNU.sparse.size", "9") + pair * 300_000) + header("neo4j/x", tarfile.REGTYPE)


def global_header() -> Pieces:
    """A global header of 60,000 keywords before 2,000 entries, each with an extension."""
    yield extended(b"".join(record(f"k{number}", "v") for number in range(60_000)), tarfile.XGLTYPE)
    comment = extended(record("comment", "x"))
    yield from (comment + header(f"neo4j/{number}", tarfile.REGTYPE) for number in range(2000))
    yield bytes(1024)


def global_headers() -> Pieces:
    """Global headers without end, each with keywords of its own."""
    for start in range(0, 1_000_000, 20_000):
        body = b"".join(record(f"keyword{number}", "v" * 20) for number in range(start, start + 20_000))
        yield extended(body, tarfile.XGLTYPE)


def long_names() -> Pieces:
    """Long names before one entry, each as long as an extension may be."""
    for kind in (tarfile.GNUTYPE_LONGLINK, tarfile.GNUTYPE_LONGNAME) * 20:
        yield extended(b"n" * (8 * _MIB - 1) + b"\0", kind)
    yield header("neo4j/x", tarfile.REGTYPE) + bytes(1024)


def one_long_name() -> Pieces:
    """A name of a gigabyte."""
    yield header("@LongLink", tarfile.GNUTYPE_LONGNAME, 2**30)
    yield from (b"n" * _MIB for _ in range(1024))


def headers_alone() -> Pieces:
    """Extensions without end, and never an entry."""
    one = extended(record("comment", "x")) * 1000
    yield from (one for _ in range(600))


def padding() -> Pieces:
    """An empty tar, and zeros behind it."""
    yield from (bytes(_MIB) for _ in range(128))


TARS: Final[dict[str, Callable[[], Pieces]]] = {
    each.__name__.replace("_", " "): each
    for each in (
        map_in_the_data,
        map_in_blocks,
        map_in_a_record,
        map_in_records,
        global_header,
        global_headers,
        long_names,
        one_long_name,
        headers_alone,
        padding,
    )
}


def write_tar(path: Path, pieces: Pieces) -> None:
    """Write a tar.gz."""
    with gzip.open(path, "wb", compresslevel=1) as file:
        for piece in pieces:
            file.write(piece)


SKIPPABLE: Final = struct.pack("<II", 0x184D2A50, 0)

# A stream that begins as an archive does, and what is empty, to be repeated.
_TAR: Final = archives.tar_bytes(archives.store_files())[:512]
FLOODS: Final[dict[str, tuple[bytes, bytes]]] = {
    "gzip members": (gzip.compress(_TAR), gzip.compress(b"")),
    "gzip blocks": (gzip.compress(_TAR) + gzip.compress(b"")[:10], b"\0\0\0\xff\xff"),
    "zstd frames": (archives.zst(_TAR), archives.zst(b"")),
    "zstd blocks": (archives.zst(_TAR) + b"\x28\xb5\x2f\xfd\x00\x58", b"\0\0\0"),
    "zstd skippable frames": (archives.zst(_TAR), SKIPPABLE),
    "lz4 frames": (archives.lz4(_TAR), archives.lz4(b"")),
    "lz4 blocks": (archives.lz4(_TAR) + archives.lz4(b"")[:7], b"\0\0\0\x80"),
}


def _entry(name: bytes, extra: bytes = b"") -> bytes:
    return b"PK\x01\x02" + bytes(24) + struct.pack("<HH", len(name), len(extra)) + bytes(14) + name + extra


def _zip(directory: bytes, *, length: int = -1) -> bytes:
    """Return a zip of this directory alone, which says that it has `length` bytes."""
    length, start = len(directory) if length < 0 else length, 30
    whole = b"PK\x03\x04" + bytes(26) + directory
    if length < 2**32 - 1:
        return whole + b"PK\x05\x06" + bytes(8) + struct.pack("<IIH", length, start, 0)
    large = b"PK\x06\x06" + bytes(36) + struct.pack("<QQ", length, start)
    return whole + large + b"PK\x05\x06" + bytes(8) + struct.pack("<IIH", 2**32 - 1, 2**32 - 1, 0)


ZIPS: Final[dict[str, Callable[[], bytes]]] = {
    "entries": lambda: _zip(b"".join(_entry(b"neo4j/%d" % number) for number in range(300_000))),
    "entries with long fields": lambda: _zip(_entry(b"neo4j/x", bytes(65_000)) * 1000),
    "entries with fields of fields": lambda: _zip(_entry(b"neo4j/x", b"\2\0\0\0" * 16_000) * 300),
    "a directory above its bound": lambda: _zip(_entry(b"neo4j/x", bytes(65_000)) * 1100),
    "a directory larger than the file": lambda: _zip(_entry(b"neo4j/x"), length=2**40),
}

_X25519: Final = b"-> X25519 " + b"A" * 43 + b"\n" + b"A" * 43 + b"\n"
_ARMOR: Final = b"-----BEGIN AGE ENCRYPTED FILE-----\n"


def age_files(encrypted: bytes, armored: bytes) -> dict[str, tuple[bytes, int]]:
    """Return age files by name: what they begin with, and to what length zeros follow."""
    return {
        "a header of stanzas": (b"age-encryption.org/v1\n" + _X25519 * 100_000, 0),
        "a header of one line": (b"age-encryption.org/v1\n-> X25519 ", 2**29),
        "an armored header": (_ARMOR + (b"A" * 64 + b"\n") * 200_000, 0),
        "an armored line": (_ARMOR, 2**29),
        "an armored line behind the header": (armored[:20_000], 2**29),
        "zeros behind the header": (encrypted[: len(encrypted) - 100_000], 2**29),
    }
