"""Room on the volume: the bytes that a restore needs at its peak, estimated before the download.

What is known depends on the kind of set:

- directory: the listing has all sizes.
- dump: its header has the number of files and bytes.
- gzip: its trailer has the unpacked size modulo 4 GiB. Its first megabyte shows which of those sizes is likely, and
  whether the archive was cut.
- other streams: the ratio by which the first megabyte grows.
"""

import struct
from collections.abc import Collection
from dataclasses import dataclass

from neo4j_restore.admin.admin_commands import Commands, Edition
from neo4j_restore.errors import NoSpaceError
from neo4j_restore.planning.streamed import is_streamed
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.inside import DATA_FOLDER, Inside
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.spec import SpaceMode
from neo4j_restore.streams import codecs, decoders, zipdirectory

# For the file system's metadata and Neo4j's own first writes.
_MARGIN_BYTES = 16 * 1024 * 1024

_GIB_4 = 2**32

# Of a set that is packed twice, this much of the inner stream is enough to estimate its ratio.
_HEAD_BYTES = 1024 * 1024

# A trailer with a size this many times the likely one is not a trailer: the archive was cut.
_BELIEVED = 4

_TRAILER = "gzip trailer"


@dataclass(frozen=True)
class Estimate:
    """The bytes that one set takes on the volume while it is restored. source: how they are known, in words."""

    bytes: int
    source: str


def estimate(chosen: BackupSet, head: bytes, tail: bytes, commands: Commands, edition: Edition | None) -> Estimate:
    """Return the most room that restoring `chosen`, an inspected set, takes at one time.

    head: the object's first bytes, a megabyte of an archive. tail: its last 4 bytes, or a zip's directory.
    Both are empty for a directory. edition: None where it is not known.
    """
    inside = chosen.inside or Inside()
    size, source = _unpacked(chosen, inside, head, tail)
    restored, restored_source = _restored(chosen, inside, inside.size_bytes or size, head, tail)
    streamed = is_streamed(chosen, commands, edition)
    files = 0 if streamed else _files(chosen, inside, size)
    if chosen.kind in {Kind.DUMP, Kind.BACKUP}:
        # neo4j-admin applies a chain in a temporary folder, which holds a second copy of the store.
        copies = 2 if chosen.kind is Kind.BACKUP and (len(chosen.objects) > 1 or _is_differential(chosen)) else 1
        return Estimate(files + copies * restored, restored_source if streamed or not inside.container else source)
    # Without --move neo4j-admin copies the unpacked set. A copied data folder is moved by us.
    moved = "--move" in commands.restore or inside.what == DATA_FOLDER
    zipped = chosen.size_bytes if inside.container == "zip" else 0
    return Estimate(zipped + (size if moved else 2 * size), source)


def _files(chosen: BackupSet, inside: Inside, size: int) -> int:
    """Return the bytes of a dump or of artifacts as files, with the archive's other files beside them."""
    if inside.container == "zip":
        return chosen.size_bytes + size
    return size if inside.container or inside.packings else chosen.size_bytes


def _is_differential(chosen: BackupSet) -> bool:
    return chosen.header is not None and chosen.header.full is False


def _unpacked(chosen: BackupSet, inside: Inside, head: bytes, tail: bytes) -> tuple[int, str]:
    """Return the size of the set without its compressions or its zip, and how that is known."""
    size, source = chosen.size_bytes, "listing" if chosen.kind is Kind.DIRECTORY else "size of the object"
    for number, packing in enumerate(inside.packings):
        if packing == codecs.GZIP.name:
            # Only the outermost gzip ends where the object ends, so only its trailer is in the tail.
            size, source = _gzip(size, head, b"" if number else tail)
        else:
            size, source = round(size * decoders.ratio(head)), f"start of the {packing}"
        head = decoders.start_of(head, _HEAD_BYTES)
    if inside.container == "zip" and tail and not inside.packings:
        return zipdirectory.unpacked_bytes(tail), "zip's directory"
    return size, source


def _restored(chosen: BackupSet, inside: Inside, size: int, head: bytes, tail: bytes) -> tuple[int, str]:
    """Return the bytes of the store that a dump or artifact of `size` becomes, and how that is known."""
    # A chain has the header of its last artifact, which does not have the size of the whole.
    if chosen.header and chosen.header.unpacked_bytes is not None and len(chosen.objects) == 1:
        return max(size, chosen.header.unpacked_bytes), f"{chosen.kind} header"
    if not inside.container and not inside.packings and codecs.codec_of(head) is codecs.GZIP:
        # Neo4j 3.5 makes dumps that are gzips.
        return _gzip(size, head, tail)
    return round(size * inside.growth), f"start of the {chosen.kind}"


def check(
    need: int, free: int, reclaimed: int, mode: SpaceMode, *, replaces: bool, sources: Collection[str] = ()
) -> None:
    """Raise NoSpaceError unless `need` bytes and a margin fit.

    free: bytes on the volume now. reclaimed: bytes of the databases to be replaced. replaces: there are some.
    sources: how the need is known: `Estimate.source` of each set.
    """
    have = free + (reclaimed if mode is SpaceMode.RECLAIM else 0)
    if need + _MARGIN_BYTES <= have:
        return
    message = f"the restore needs {need + _MARGIN_BYTES} bytes, and the volume has {have}"
    hint = "make the volume larger"
    if replaces and mode is SpaceMode.KEEP:
        hint += (
            ". SPACE_MODE=reclaim with FORCE_OVERWRITE=true deletes the "
            f"{reclaimed} bytes of old data first: they are lost if the restore fails"
        )
    if _TRAILER in sources:
        hint += ". Check that the archive is complete: the need is read from its last bytes, and a cut one has others"
    raise NoSpaceError(message, hint=hint)


def _gzip(size: int, head: bytes, tail: bytes) -> tuple[int, str]:
    """Return a gzip's unpacked size, and how it is known.

    The size in its trailer, plus as many times 4 GiB as its first bytes make likely. If the trailer can't be right, the
    likely size alone.
    """
    # Never less than the packed size: of several members, or before padding, the trailer has too small a number.
    likely = size * decoders.ratio(head)
    modulo = int(struct.unpack("<I", tail)[0]) if len(tail) == 4 else _GIB_4
    if modulo > _BELIEVED * likely or len(tail) < 4:
        return round(likely), "start of the gzip"
    return max(size, modulo, modulo + round((likely - modulo) / _GIB_4) * _GIB_4), _TRAILER
