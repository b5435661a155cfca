"""Room on the volume: what a restore needs at its peak, known before its first byte as well as can be.

What is known of a set, by kind: a directory's listing tells all; a dump's header tells files and bytes; a gzip's
trailer tells its size modulo 4 GiB, and its first megabyte tells which of those sizes is likely.
"""

import struct
from dataclasses import dataclass

from isal import isal_zlib
from zstandard import ZstdDecompressor, ZstdError

from neo4j_restore.admin import Family
from neo4j_restore.catalog import BackupSet, Kind
from neo4j_restore.errors import NoSpaceError
from neo4j_restore.spec import SpaceMode

# Metadata of the file system, and Neo4j's own first writes.
_MARGIN_BYTES = 16 * 1024 * 1024

_GIB_4 = 2**32

_BLOCK_BYTES = 64 * 1024

_DUMP_HEADER_BYTES = 24


@dataclass(frozen=True)
class Estimate:
    """What one set takes on the volume while it is restored; how it is known, in words."""

    bytes: int
    source: str


def estimate(chosen: BackupSet, head: bytes, tail: bytes, family: Family) -> Estimate:
    """Return the peak that restoring `chosen` adds to the volume.

    head: the object's first bytes, a megabyte of an archive. tail: its last 4 bytes. Both empty for a directory.
    """
    if chosen.kind is Kind.DUMP:
        gzipped = head.startswith(b"\x1f\x8b")
        found = (_gzip(chosen.size_bytes, head, tail), "gzip trailer") if gzipped else _dump(head, chosen.size_bytes)
        unpacked, source = found
        return Estimate(unpacked + (0 if family.load_stdin else chosen.size_bytes), source)
    unpacked, source = (chosen.size_bytes, "listing")
    if chosen.kind is Kind.ARCHIVE:
        unpacked, source = _gzip(chosen.size_bytes, head, tail), "gzip trailer"
    # Without --move neo4j-admin copies the unpacked set.
    return Estimate(unpacked if "--move" in family.restore else 2 * unpacked, source)


def check(need: int, free: int, reclaimed: int, mode: SpaceMode, *, replaces: bool) -> None:
    """Raise NoSpaceError unless `need` bytes and a margin fit.

    free: on the volume now. reclaimed: what the databases to be replaced take. replaces: there are some.
    """
    have = free + (reclaimed if mode is SpaceMode.RECLAIM else 0)
    if need + _MARGIN_BYTES <= have:
        return
    message = f"the restore needs {need + _MARGIN_BYTES} bytes, and the volume has {have}"
    hint = "make the volume larger"
    if replaces and mode is SpaceMode.KEEP:
        hint += f"; or, at the risk of the {reclaimed} bytes there, SPACE_MODE=reclaim with FORCE_OVERWRITE=true"
    raise NoSpaceError(message, hint=hint)


def _gzip(size: int, head: bytes, tail: bytes) -> int:
    """Return a gzip's unpacked size: the trailer's, plus as many times 4 GiB as its first bytes make likely.

    Never less than its packed size: padding, or several members, leave the trailer saying too little.
    """
    if len(tail) < 4:
        return size
    modulo = int(struct.unpack("<I", tail)[0])
    likely = size * _ratio(head)
    return max(size, modulo, modulo + round((likely - modulo) / _GIB_4) * _GIB_4)


def _ratio(head: bytes) -> float:
    """Return by how much the first bytes of a gzip grow; 1 where they are no gzip. Counts, and keeps nothing."""
    member, count, packed = isal_zlib.decompressobj(31), 0, max(1, len(head))
    try:
        while (block := member.decompress(head, _BLOCK_BYTES)) or member.unconsumed_tail:
            count, head = count + len(block), member.unconsumed_tail
    except isal_zlib.error:  # type: ignore[misc]  # its stub calls the class an instance
        return 1
    return max(1.0, count / packed)


def _dump(head: bytes, size: int) -> tuple[int, str]:
    """Return the bytes that a dump unpacks to, from its header where it has one: 4.0 and later, packed by zstd.

    Source: Neo4j community, org.neo4j.dbms.archive: in 5 a magic; then, compressed, `zstd`, a version, the
    numbers of files and of bytes, big-endian; then a tar.
    """
    plain = _start_of_dump(head)
    if plain.startswith(b"zstd") and len(plain) == _DUMP_HEADER_BYTES:
        version, _, total = struct.unpack(">iqq", plain[4:24])
        if version == 1 and 0 <= total < 2**50:
            return int(total), "dump header"
    return size, "size of the dump"


def _start_of_dump(head: bytes) -> bytes:
    try:
        return ZstdDecompressor().stream_reader(head.removeprefix(b"DZV1")).read(_DUMP_HEADER_BYTES)
    except ZstdError:
        return b""
