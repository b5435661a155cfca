"""Unpacks a tar stream into a folder as if its maker were hostile: files and folders below it, and nothing else.

A backup set has no links, devices or FIFOs. An archive with one is refused.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path

from neo4j_restore import disk
from neo4j_restore.errors import NoSpaceError
from neo4j_restore.streams.names import EntryNames
from neo4j_restore.streams.pipeline import BLOCK_BYTES
from neo4j_restore.streams.sparse import Regions
from neo4j_restore.streams.tar import Entry, Kind, Tar

# Kept free for the journal, the receipt and Neo4j's first steps.
_RESERVE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """How much an archive may become.

    ratio_bytes: more is a bomb. free_bytes: more does not fit on the volume.
    volume_bytes: the whole volume. Sparse files larger than this, holes included, would not fit once copied or filled.
    """

    ratio_bytes: int
    free_bytes: int
    volume_bytes: int = 2**63

    def check(self, size: int, with_holes: int, name: str, names: EntryNames) -> None:
        """Refuse the archive of `names` if the entry `name` takes it beyond a limit.

        size: the bytes so far, with this entry. with_holes: the same with the holes of sparse files.
        """
        if size > self.ratio_bytes:
            names.refuse(
                f"with {name[:80]!r} it would unpack to {size} bytes, more than its format can pack into its size"
            )
        if size > self.free_bytes:
            room = max(0, self.free_bytes)
            message = f"{names.source} unpacks to {size} bytes or more, and {room} are free on the volume"
            raise NoSpaceError(message, hint="make the volume larger, or free room on it")
        if with_holes > self.volume_bytes:
            message = (
                f"{names.source} unpacks to sparse files of {with_holes} bytes or more with their holes,"
                f" and the volume has {self.volume_bytes} in all"
            )
            raise NoSpaceError(message, hint="make the volume larger, or check how the set was made")


def limits(packed_bytes: int, most_ratio: int, volume: Path) -> Limits:
    """Return the limits for an archive of `packed_bytes` on the volume as it is now."""
    usage = shutil.disk_usage(volume)
    return Limits(most_ratio * packed_bytes, usage.free - _RESERVE_BYTES, usage.total)


# Takes the content of a file, with its path in the archive, instead of a file on the volume.
Taker = Callable[[str, RawIOBase], None]


def unpack(stream: RawIOBase, into: Path, source: str, limits: Limits, taker: Taker | None = None) -> int:
    """Unpack the tar in `stream` below the folder `into`, and read the stream to its end. Return the bytes written.

    source: the object's name, for messages. taker: gets every file, and then nothing is written to the volume.
    Raises BackupDamagedError or NoSpaceError. Files written before that stay in `into`.
    """
    into.mkdir(parents=True)
    entry_names, written, with_holes = EntryNames(source), 0, 0
    archive = Tar(stream, source)
    for entry in archive:
        with_holes += entry.size
        # Before the entry is written, so that it can't fill the volume first.
        limits.check(written + entry.stored, with_holes, entry.name, entry_names)
        written += _extract(entry, into, entry_names, taker)
    archive.finish()
    entry_names.tell()
    return written


def check_tar(path: Path, start: int, source: str) -> None:
    """Raise BackupDamagedError unless the tar at `start` of a file has right headers up to its end mark.

    neo4j-admin accepts a tar that was cut between two files as a whole one.
    """
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        for _ in Tar(file, source):
            pass


def _extract(entry: Entry, into: Path, names: EntryNames, taker: Taker | None) -> int:
    if entry.kind is Kind.OTHER:
        names.refuse(f"the entry {entry.name[:80]!r} is neither a plain file nor a folder")
    name = names.accept(entry.name, folder=entry.kind is Kind.FOLDER)
    path = into / name
    if names.leaves_out(entry.name):
        return 0
    if taker:
        if entry.kind is Kind.FILE and entry.regions is None:
            taker(str(name), entry.data)
        return entry.stored
    if entry.kind is Kind.FOLDER:
        path.mkdir(parents=True, exist_ok=True)
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_file(entry.data, path) if entry.regions is None else _write_sparse(entry, entry.regions, path)


def _write_sparse(entry: Entry, regions: Regions, path: Path) -> int:
    """Write the regions of a sparse file that hold data, and leave the holes. Return the bytes written."""
    with path.open("xb", buffering=0) as file:
        for offset, size in regions:
            file.seek(offset)
            for block in entry.data.blocks(size):
                disk.write_all(file, block)
        file.truncate(entry.size)
    return regions.size


def write_file(stream: RawIOBase, path: Path) -> int:
    """Write the rest of `stream` to a new file. Return its bytes."""
    written = begun = 0
    block = memoryview(bytearray(BLOCK_BYTES))
    with path.open("xb", buffering=0) as file:
        while count := stream.readinto(block):
            disk.write_all(file, block[:count])
            written += count
            if written - begun >= disk.BEGUN_BYTES:
                # The disk writes while the next bytes come, so that the fsync before the swap has little left.
                disk.begin_writing(file.fileno(), begun, written - begun)
                begun = written
    return written
