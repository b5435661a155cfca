"""Unpacks a zip into a folder, under the rules of `names`. A zip has its directory at its end, so it must be a file.

Only stored and deflated entries are read, also with sizes beyond 4 GiB (zip64). Each entry's checksum is checked while
it is written. The directory is read twice: all entries are checked before the first is written, and none is kept in
memory.
Source: PKWARE's APPNOTE, 4.3.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from isal import igzip_lib

from neo4j_restore import bounds
from neo4j_restore.bounds import Budget
from neo4j_restore.errors import ANOTHER_SET, BackupDamagedError
from neo4j_restore.staging.untar import Limits, write_file
from neo4j_restore.streams import zipdirectory
from neo4j_restore.streams.codecs import Decompressor, GzipError
from neo4j_restore.streams.names import EntryNames
from neo4j_restore.streams.pipeline import BLOCK_BYTES, Stream
from neo4j_restore.streams.zipdirectory import TAIL_BYTES, ZipEntry

# Deflate's own bound is 1032.
MOST_RATIO: Final = 1100

_STORED, _DEFLATED = 0, 8

# A local header stands before an entry's data: a signature, a copy of facts from the directory, and the lengths of name
# and extra field.
_LOCAL, _LOCAL_BYTES = b"PK\x03\x04", 30


def unpack(path: Path, into: Path, source: str, limits: Limits) -> int:
    """Unpack the zip in the file `path` below the folder `into`. Return the bytes written.

    source: the object's name, for messages. Raises BackupDamagedError or NoSpaceError.
    """
    into.mkdir(parents=True)
    names = EntryNames(source)
    try:
        with path.open("rb") as directory, path.open("rb", buffering=0) as data:
            start, length = _directory(directory, path.stat().st_size, names)
            _check(zipdirectory.entries(directory, start, length), start, limits, names)
            size = sum(_extract(data, entry, into, names) for entry in zipdirectory.entries(directory, start, length))
            names.tell()
            return size
    except (ValueError, GzipError) as error:
        message = f"{source} is damaged: as zip, {error}"
        raise BackupDamagedError(message, hint=ANOTHER_SET) from error


def _directory(file: BinaryIO, size: int, names: EntryNames) -> tuple[int, int]:
    """Return the offset of the directory, and its length."""
    file.seek(max(0, size - TAIL_BYTES))
    directory = zipdirectory.directory_of(file.read(), size)
    if directory is None:
        names.refuse("as zip, it was cut short, or other bytes follow it")
    if directory[1] > bounds.LARGEST_DIRECTORY:
        names.refuse(f"as zip, its directory has {directory[1]} bytes, above {bounds.LARGEST_DIRECTORY}")
    return directory


def _check(entries: Iterator[ZipEntry], start: int, limits: Limits, names: EntryNames) -> None:
    """Check all entries before the first is written. start: of the directory. All data must lie before it."""
    count = Budget(names.source, "its files and folders are", bounds.MOST_ENTRIES)
    size = packed = 0
    for entry in entries:
        count.spend()
        size, packed = size + entry.size, packed + entry.packed
        if entry.is_encrypted:
            names.refuse(f"the entry {entry.name[:80]!r} is encrypted by zip, and only encryption by age is supported")
        if entry.method not in {_STORED, _DEFLATED}:
            names.refuse(f"the entry {entry.name[:80]!r} is packed by method {entry.method}, not deflate")
        if entry.is_special:
            names.refuse(f"the entry {entry.name[:80]!r} is neither a plain file nor a folder")
        limits.check(size, size, entry.name, names)
    if start < packed:
        names.refuse("its entries share bytes")


def _extract(file: BinaryIO, entry: ZipEntry, into: Path, names: EntryNames) -> int:
    path = into / names.accept(entry.name, folder=entry.is_folder)
    if names.leaves_out(entry.name):
        return 0
    if entry.is_folder:
        path.mkdir(parents=True, exist_ok=True)
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    file.seek(entry.offset)
    local = file.read(_LOCAL_BYTES)
    name, extra = int.from_bytes(local[26:28], "little"), int.from_bytes(local[28:30], "little")
    # Other tools may believe this header instead of the directory, so the two must agree.
    if not local.startswith(_LOCAL) or file.read(name) != entry.raw_name:
        message = f"the entry {entry.name[:80]!r} is not where its directory says"
        raise ValueError(message)
    file.seek(extra, 1)
    return write_file(_Content(file, entry, names), path)


class _Content(Stream):
    """The unpacked bytes of one entry. Raises ValueError unless they have the directory's size and checksum."""

    def __init__(self, file: BinaryIO, entry: ZipEntry, names: EntryNames) -> None:
        """Take the file. It stands before the entry's data."""
        self._file, self._entry, self._names = file, entry, names
        self._left, self._size, self._crc32 = entry.packed, 0, 0
        self._frame: Decompressor | None = None
        if entry.method == _DEFLATED:
            self._frame = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_DEFLATE)

    def some(self, size: int) -> bytes:
        """Return the next bytes, empty once all have come and are right."""
        block = self._next(size)
        self._size += len(block)
        self._crc32 = zlib.crc32(block, self._crc32)
        if self._size > self._entry.size or (not block and size and not self._is_right):
            message = f"the entry {self._entry.name[:80]!r} does not have the size and checksum that its directory has"
            raise ValueError(message)
        return block

    @property
    def _is_right(self) -> bool:
        return (self._size, self._crc32) == (self._entry.size, self._entry.crc32)

    def _next(self, size: int) -> bytes:
        if self._frame is None:
            return self._packed(size)
        while not self._frame.eof:
            packed = self._packed(BLOCK_BYTES) if self._frame.needs_input else b""
            block = self._frame.decompress(packed, size)
            if block:
                return block
            if self._frame.needs_input and not packed:
                break
            self._check_growth()
        return b""

    def _packed(self, size: int) -> bytes:
        packed = self._file.read(min(size, self._left))
        self._left -= len(packed)
        return packed

    def _check_growth(self) -> None:
        """Refuse an entry that is long and unpacks to almost nothing."""
        packed_bytes = self._entry.packed - self._left
        if packed_bytes > bounds.EMPTY_BYTES + 2 * self._size + BLOCK_BYTES:
            self._names.refuse(
                f"{packed_bytes} bytes of the entry {self._entry.name[:80]!r} unpack to {self._size} bytes,"
                f" and at most {bounds.EMPTY_BYTES} may be empty"
            )
