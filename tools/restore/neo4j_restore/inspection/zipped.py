"""The entries of a zip by its directory, and the first bytes of its files. Pure. Source: PKWARE's APPNOTE, 4.3."""

import struct
import zlib
from io import BytesIO
from itertools import islice
from typing import Final

from neo4j_restore.inspection.entries import MOST_ENTRIES, Entry, clean
from neo4j_restore.streams import zipdirectory

# Its name and its extra field have at most 64 KiB each.
LONGEST_LOCAL_HEADER: Final = 30 + 2 * 65535

_DEFLATED = 8


def entries_of(directory: bytes) -> list[Entry]:
    """Return the entries of a directory, without their content, up to the first wrong one."""
    listed: list[Entry] = []
    try:
        for entry in islice(zipdirectory.entries(BytesIO(directory), 0, len(directory)), MOST_ENTRIES):
            packed = (entry.offset, entry.packed, entry.method)
            listed.append(Entry(clean(entry.name), entry.size, entry.modified, entry.is_folder, packed=packed))
    except ValueError:
        return listed
    return listed


def start_of(data: bytes, method: int) -> bytes:
    """Return the first bytes of the entry whose local header begins `data`, empty if it is wrong."""
    if not data.startswith(b"PK\x03\x04") or len(data) < 30:
        return b""
    name, extra = struct.unpack_from("<HH", data, 26)
    packed = data[30 + name + extra :]
    if method != _DEFLATED:
        return packed if method == 0 else b""
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, len(data))
    except zlib.error:
        return b""
