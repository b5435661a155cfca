"""Room on the volume: what a restore needs at its peak, known before its first byte as well as can be.

What is known of a set, by kind: a directory's listing tells all; a dump's header tells files and bytes; a gzip's
trailer tells its size modulo 4 GiB, and its first megabyte which of those sizes is likely, and whether the archive
was cut; of other streams the first megabyte tells by how much they grow.
"""

import struct
from collections.abc import Collection
from dataclasses import dataclass

from neo4j_restore import decoders, zipdirectory
from neo4j_restore.catalog import BackupSet, Kind
from neo4j_restore.errors import NoSpaceError
from neo4j_restore.families import Family
from neo4j_restore.spec import SpaceMode

# Metadata of the file system, and Neo4j's own first writes.
_MARGIN_BYTES = 16 * 1024 * 1024

_GIB_4 = 2**32

# A trailer that says so many times more than the first megabyte makes likely is none: the archive was cut.
_BELIEVED = 4

_TRAILER = "gzip trailer"


@dataclass(frozen=True)
class Estimate:
    """What one set takes on the volume while it is restored; how it is known, in words."""

    bytes: int
    source: str


def estimate(chosen: BackupSet, head: bytes, tail: bytes, family: Family) -> Estimate:
    """Return the peak that restoring `chosen` adds to the volume.

    head: the object's first bytes, a megabyte of an archive. tail: its last 4 bytes, or a zip's directory.
    Both empty for a directory.
    """
    unpacked, source = _unpacked(chosen, head, tail)
    if chosen.kind is Kind.DUMP:
        return Estimate(unpacked + (0 if family.load_stdin else chosen.size_bytes), source)
    if chosen.kind is Kind.BACKUP:
        # The artifacts are files here; of a chain, what is applied lies in a temporary folder as well.
        return Estimate(chosen.size_bytes + (2 if len(chosen.objects) > 1 else 1) * unpacked, source)
    if chosen.kind is Kind.ZIP:
        unpacked += 0 if "--move" in family.restore else unpacked
        return Estimate(chosen.size_bytes + unpacked, source)
    # Without --move neo4j-admin copies the unpacked set.
    return Estimate(unpacked if "--move" in family.restore else 2 * unpacked, source)


def _unpacked(chosen: BackupSet, head: bytes, tail: bytes) -> tuple[int, str]:
    """Return the bytes that a set unpacks to, and how that is known."""
    size = chosen.size_bytes
    codec = decoders.codec_of(head)
    if chosen.kind is Kind.DIRECTORY:
        return size, "listing"
    if chosen.kind is Kind.ZIP:
        return (zipdirectory.unpacked_bytes(tail), "zip's directory") if tail else (size, "size of the object")
    if codec is decoders.GZIP:
        return _gzip(size, head, tail)
    # A chain's header is that of its last artifact.
    if chosen.header and chosen.header.unpacked_bytes is not None and len(chosen.objects) == 1:
        return max(size, chosen.header.unpacked_bytes), f"{chosen.kind} header"
    if chosen.kind in {Kind.DUMP, Kind.BACKUP}:
        return round(size * _ratio_behind_magic(head)), f"start of the {chosen.kind}"
    return (round(size * decoders.ratio(head)), f"start of the {codec.name}") if codec else (size, "size of the object")


def check(
    need: int, free: int, reclaimed: int, mode: SpaceMode, *, replaces: bool, sources: Collection[str] = ()
) -> None:
    """Raise NoSpaceError unless `need` bytes and a margin fit.

    free: on the volume now. reclaimed: what the databases to be replaced take. replaces: there are some.
    sources: how the need is known, as of `Estimate`.
    """
    have = free + (reclaimed if mode is SpaceMode.RECLAIM else 0)
    if need + _MARGIN_BYTES <= have:
        return
    message = f"the restore needs {need + _MARGIN_BYTES} bytes, and the volume has {have}"
    hint = "make the volume larger"
    if replaces and mode is SpaceMode.KEEP:
        hint += f"; or, at the risk of the {reclaimed} bytes there, SPACE_MODE=reclaim with FORCE_OVERWRITE=true"
    if _TRAILER in sources:
        hint += "; or see if the archive was cut: its last bytes, by which the need is known, are then no size"
    raise NoSpaceError(message, hint=hint)


def _gzip(size: int, head: bytes, tail: bytes) -> tuple[int, str]:
    """Return a gzip's unpacked size, and how it is known.

    The trailer's, plus as many times 4 GiB as its first bytes make likely; without a trailer that can be, the likely.
    Never less than its packed size: padding, or several members, leave the trailer saying too little.
    """
    likely = size * decoders.ratio(head)
    modulo = int(struct.unpack("<I", tail)[0]) if len(tail) == 4 else _GIB_4
    if modulo > _BELIEVED * likely or len(tail) < 4:
        return round(likely), "start of the gzip"
    return max(size, modulo, modulo + round((likely - modulo) / _GIB_4) * _GIB_4), _TRAILER


def _ratio_behind_magic(head: bytes) -> float:
    return decoders.ratio(head if decoders.codec_of(head) else head[4:])
