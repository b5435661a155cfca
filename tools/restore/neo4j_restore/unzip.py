"""A zip into a folder, under the rules of `names`; a zip has its directory at its end, so it has to be a file.

Stored and deflated entries alone, with sizes past 4 GiB (zip64); each entry's checksum is checked as it is written.
Source: PKWARE's APPNOTE, 4.3.
"""

import stat
import struct
import zipfile
import zlib
from io import RawIOBase
from pathlib import Path
from typing import Final, cast

from neo4j_restore.errors import ANOTHER_SET, BackupDamagedError
from neo4j_restore.names import Names
from neo4j_restore.unpack import Limits, write_file

# Deflate's own bound is 1032.
MOST_RATIO: Final = 1100

# Holds the records at the end of a zip whose comment is as long as it may be.
TAIL_BYTES: Final = 22 + 65535 + 20 + 56

# zipfile reads the directory whole; this is a million entries.
_LARGEST_DIRECTORY = 128 * 1024 * 1024

_END, _END_64, _ENTRY = b"PK\x05\x06", b"PK\x06\x06", b"PK\x01\x02"

_BIG = 0xFFFFFFFF

_ENCRYPTED = 0x1


def directory_of(tail: bytes, size: int) -> tuple[int, int] | None:
    """Return where the directory of a zip of `size` bytes is, and its length; None where its end is not right.

    tail: its last `TAIL_BYTES`. Nothing may be behind the comment.
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


def unpacked_bytes(directory: bytes) -> int:
    """Return what the entries of a zip's directory unpack to by their own word."""
    total = at = 0
    while directory.startswith(_ENTRY, at) and len(directory) - at >= 46:
        size, name, extra, comment = struct.unpack_from("<IHHH", directory, at + 24)
        fields = directory[at + 46 + name :][:extra]
        # The extra field 1 begins with what did not fit.
        large = size == _BIG and len(fields) >= 12 and fields.startswith(b"\x01\x00")
        total += struct.unpack_from("<Q", fields, 4)[0] if large else size
        at += 46 + name + extra + comment
    return total


def unpack(path: Path, into: Path, source: str, limits: Limits) -> int:
    """Unpack the zip in the file `path` below the folder `into`; return the bytes written.

    source: the object's name, for messages. Raises BackupDamagedError or NoSpaceError.
    """
    into.mkdir(parents=True)
    names = Names(source)
    _check_end(path, names)
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(_extract(archive, each, into, names) for each in _checked(archive, limits, names))
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, struct.error) as error:
        message = f"{source} is damaged: as zip, {error}"
        raise BackupDamagedError(message, hint=ANOTHER_SET) from error


def _check_end(path: Path, names: Names) -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - TAIL_BYTES))
        found = directory_of(file.read(), size)
    if found is None:
        names.refuse("as zip, it was cut short, or has other bytes behind it")
    if found[1] > _LARGEST_DIRECTORY:
        names.refuse(f"its directory has {found[1]} bytes")


def _checked(archive: zipfile.ZipFile, limits: Limits, names: Names) -> list[zipfile.ZipInfo]:
    """Return the entries, all of them looked at before the first is written."""
    found, size = archive.infolist(), 0
    for each in found:
        size += each.file_size
        if each.flag_bits & _ENCRYPTED:
            names.refuse(f"the entry {each.filename!r} is encrypted; without a password, or with age, it can be read")
        if each.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            names.refuse(f"the entry {each.filename!r} is packed by method {each.compress_type}, not deflate")
        kind = stat.S_IFMT(each.external_attr >> 16)
        if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
            names.refuse(f"the entry {each.filename!r} is neither a plain file nor a folder")
        limits.check(size, size, each.filename, names)
    packed = sum(each.compress_size for each in found)
    if archive.start_dir < packed:
        names.refuse("its entries share bytes")
    return found


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, into: Path, names: Names) -> int:
    path = into / names.accept(entry.filename, folder=entry.is_dir())
    if entry.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as stream:
        return write_file(cast("RawIOBase", stream), path)
