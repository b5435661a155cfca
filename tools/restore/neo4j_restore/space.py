"""Room on the volume: what a restore needs at its peak, known before its first byte as well as can be.

What is known of a set, by kind: a directory's listing tells all; a dump's header tells files and bytes; a gzip's
trailer tells its size modulo 4 GiB, and its first megabyte which of those sizes is likely, and whether the archive
was cut; of other streams the first megabyte tells by how much they grow.
"""

import struct
from collections.abc import Collection
from dataclasses import dataclass

from neo4j_restore import decoders, zipdirectory
from neo4j_restore.errors import NoSpaceError
from neo4j_restore.families import Family
from neo4j_restore.inside import DATA_FOLDER, Inside
from neo4j_restore.kinds import Kind
from neo4j_restore.sets import BackupSet
from neo4j_restore.spec import SpaceMode

# Metadata of the file system, and Neo4j's own first writes.
_MARGIN_BYTES = 16 * 1024 * 1024

_GIB_4 = 2**32

# As much of what is packed twice tells by how much the inner one grows.
_HEAD_BYTES = 1024 * 1024

# A trailer that says so many times more than the first megabyte makes likely is none: the archive was cut.
_BELIEVED = 4

_TRAILER = "gzip trailer"


@dataclass(frozen=True)
class Estimate:
    """What one set takes on the volume while it is restored; how it is known, in words."""

    bytes: int
    source: str


def estimate(chosen: BackupSet, head: bytes, tail: bytes, family: Family) -> Estimate:
    """Return the peak that restoring `chosen`, a set that was looked into, adds to the volume.

    head: the object's first bytes, a megabyte of an archive. tail: its last 4 bytes, or a zip's directory.
    Both empty for a directory.
    """
    inside = chosen.inside or Inside()
    size, source = _unpacked(chosen, inside, head, tail)
    restored, told_by = _restored(chosen, inside, inside.size_bytes or size, head, tail)
    # A dump in a tar goes from stream to stream, as one in nothing does.
    streamed = chosen.kind is Kind.DUMP and inside.container != "zip" and bool(family.load_stdin)
    files = 0 if streamed else _files(chosen, inside, size)
    if chosen.kind in {Kind.DUMP, Kind.BACKUP}:
        # Of a chain, what is applied lies in a temporary folder as well.
        copies = 2 if chosen.kind is Kind.BACKUP and (len(chosen.objects) > 1 or _is_differential(chosen)) else 1
        return Estimate(files + copies * restored, told_by if streamed or not inside.container else source)
    # Without --move neo4j-admin copies the unpacked set; a copied data folder is moved by us.
    moved = "--move" in family.restore or inside.what == DATA_FOLDER
    zipped = chosen.size_bytes if inside.container == "zip" else 0
    return Estimate(zipped + (size if moved else 2 * size), source)


def _files(chosen: BackupSet, inside: Inside, size: int) -> int:
    """Return the room of a dump or artifacts as files, and of the archive's other files beside them."""
    if inside.container == "zip":
        return chosen.size_bytes + size
    return size if inside.container or inside.packings else chosen.size_bytes


def _is_differential(chosen: BackupSet) -> bool:
    return chosen.header is not None and chosen.header.full is False


def _unpacked(chosen: BackupSet, inside: Inside, head: bytes, tail: bytes) -> tuple[int, str]:
    """Return the bytes of what is in the set's compressions, or in its zip, and how that is known."""
    size, source = chosen.size_bytes, "listing" if chosen.kind is Kind.DIRECTORY else "size of the object"
    for number, packing in enumerate(inside.packings):
        if packing == decoders.GZIP.name:
            # Only the outermost one has its end where the object has.
            size, source = _gzip(size, head, b"" if number else tail)
        else:
            size, source = round(size * decoders.ratio(head)), f"start of the {packing}"
        head = decoders.start_of(head, _HEAD_BYTES)
    if inside.container == "zip" and tail and not inside.packings:
        return zipdirectory.unpacked_bytes(tail), "zip's directory"
    return size, source


def _restored(chosen: BackupSet, inside: Inside, size: int, head: bytes, tail: bytes) -> tuple[int, str]:
    """Return the bytes of the store that a dump or artifact of `size` becomes, and how that is known."""
    # A chain's header is that of its last artifact.
    if chosen.header and chosen.header.unpacked_bytes is not None and len(chosen.objects) == 1:
        return max(size, chosen.header.unpacked_bytes), f"{chosen.kind} header"
    if not inside.container and not inside.packings and decoders.codec_of(head) is decoders.GZIP:
        # A dump of 3.5 is a gzip itself.
        return _gzip(size, head, tail)
    return round(size * inside.growth), f"start of the {chosen.kind}"


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
