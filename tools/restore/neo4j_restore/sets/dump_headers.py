"""What dumps say about themselves in their first bytes. Pure functions.

A dump of 4.x is a zstd stream of `zstd`, SIZES of `header_fields` and a tar. A dump of 5 is the same after `DZV1`.
Source: Neo4j community, org.neo4j.dbms.archive.
"""

import re
import struct
from collections.abc import Iterator

from neo4j_restore.sets import inside
from neo4j_restore.sets.header_fields import MARK, SIZES_BYTES, Fields, sizes, start_of
from neo4j_restore.sets.headers import Header, StoreFormat

# The files of a store, by their names. Source: Neo4j community, the layouts of both storage engines.
_OF_BLOCK = re.compile(r"block\.")
_OF_RECORD = re.compile(r"neostore(?!\.transaction)")

_BLOCK = 512


def of_dump(head: bytes) -> Header:
    """Return what the dump that begins with `head` says: sizes, and the store's format by the file names in its tar."""
    packed = head.removeprefix(b"DZV1").removeprefix(b"DGV1")
    plain = start_of(packed)
    # A magic alone shows nothing: what follows must be packed, as it promises. It does not tell a dump of 5 from one of
    # 4, because Neo4j 4.4.48 writes it too.
    line = 4 if packed != head and plain[:4] != packed[:4] else None
    if not plain.startswith(MARK):
        # Neo4j 3 makes dumps that are gzips, and so may 4.
        return Header(line, store_format=_format_by_names(plain), store_version=_version_in(plain))
    line = line or 4
    try:
        total = sizes(Fields(plain[len(MARK) :]))
    except struct.error:
        total = None
    tar = plain[len(MARK) + SIZES_BYTES :]
    return Header(line, store_format=_format_by_names(tar), store_version=_version_in(tar), unpacked_bytes=total)


def tar_of_dump(head: bytes) -> bytes:
    """Return the start of the tar in the dump that begins with `head`, empty where nothing can be unpacked."""
    plain = start_of(head.removeprefix(b"DZV1").removeprefix(b"DGV1"))
    return plain[len(MARK) + SIZES_BYTES :] if plain.startswith(MARK) else plain


def _format_by_names(tar: bytes) -> StoreFormat | None:
    """Return the store's format by the names of a tar's first entries, or None where none of them shows it."""
    for name, _ in _files_of(tar):
        if _OF_BLOCK.match(name):
            return StoreFormat.BLOCK
        if _OF_RECORD.match(name):
            return StoreFormat.RECORD
    return None


def _version_in(tar: bytes) -> str | None:
    """Return the store's version by its file `neostore`, or None where that does not lie in the start of the tar."""
    for name, content in _files_of(tar):
        if name == "neostore":
            version = inside.version_of(content)
            return version.text.replace(" ", "-") if version else None
    return None


def _files_of(tar: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the name of each entry in the start of a tar, with its content as far as it is there."""
    at = 0
    while at + _BLOCK <= len(tar):
        name = tar[at : at + 100].rstrip(b"\0").decode(errors="replace").removeprefix("./")
        size = re.match(rb"[0-7]+", tar[at + 124 : at + 136])
        content = at + _BLOCK
        yield name, tar[content : content + min(int(size[0], 8), _BLOCK)] if size else b""
        if not size:
            return
        at = content + -(-int(size[0], 8) // _BLOCK) * _BLOCK
