"""What backup artifacts say about themselves in their first bytes, and what a header holds. Pure functions.

A backup artifact of 5 is a magic, metadata and a tar. With `BTV1` and `BTV2` all of it is in clear. After `BZV1` and
`BZV2` the rest is one zstd stream, which begins with `zstd`, and has SIZES between metadata and tar. With `BZV3` the
metadata is in clear.
SIZES are those of `header_fields`. Integers are big-endian. Metadata, version 1:

    store id       u8 1 | i64 time | i64 random | text engine | text format | u8 major | u8 minor
    database id    u8 16 | 16 bytes of a UUID
    database       text
    time           i64 seconds since 1970, UTC
    lowest, highest  i64 each: the transactions in it, both 0 in a differential one that has none
    flags          u8 length | bytes: bit 0 recovered, 1 compressed, 2 full

A text is a u8 length and UTF-8. Version 2 has a u8 2 before this, and a map after it: an i32 count, and for each key
and value an i32 length and UTF-8.
Source: Neo4j community, org.neo4j.dbms.archive. neo4j-admin 5.26.30 loads the artifacts that tests write this way.
"""

import struct
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from neo4j_restore.sets.header_fields import MARK, Fields, sizes, start_of

# zstd returns a block only once all of it has come, and a block may have 128 KiB.
HEADER_BYTES: Final = 256 * 1024

# The header of an artifact in clear: texts of at most 255 bytes, and some numbers.
CLEAR_HEADER_BYTES: Final = 4096

_IN_ZSTD, _IN_CLEAR = (b"BZV1", b"BZV2"), (b"BTV1", b"BTV2", b"BZV3")

_WITH_VERSION = (b"BZV2", b"BTV2", b"BZV3")

_VERSION = 2

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class StoreFormat(StrEnum):
    """The families of store formats. Only Enterprise has `block`. The others are record formats."""

    RECORD = "record"
    BLOCK = "block"


@dataclass(frozen=True)
class Header:
    """What is known about a set. A field is None where the file does not say.

    line: the first line of Neo4j that writes such a file: 4, or 5 for 5 and all later ones.
    store_id: time and random number of the store's creation. store_version: its format as Neo4j writes it, such as
    `record-aligned-1.1`. lowest_tx, highest_tx: both 0 where there are none.
    unpacked_bytes: the size of its tar's contents.
    """

    line: int | None = None
    database: str | None = None
    database_id: str | None = None
    store_id: str | None = None
    store_format: StoreFormat | None = None
    store_version: str | None = None
    time: datetime | None = None
    full: bool | None = None
    lowest_tx: int | None = None
    highest_tx: int | None = None
    recovered: bool | None = None
    compressed: bool | None = None
    unpacked_bytes: int | None = None


def of_backup(head: bytes) -> Header | None:
    """Return the header of the artifact that begins with `head`, or None where it is cut, or in a later layout."""
    try:
        return _of_backup(head)
    except (struct.error, ValueError, OverflowError):
        return None


def is_short(head: bytes) -> bool:
    """Tell whether more bytes of the artifact may show more: its header is packed, and `head` has only part of it."""
    header = of_backup(head)
    return head[:4] in _IN_ZSTD and (header is None or header.unpacked_bytes is None)


def is_cut(head: bytes) -> bool:
    """Tell whether `head` is of an artifact in a known layout, and its header is wrong or longer than `head`."""
    try:
        _of_backup(head)
    except (struct.error, ValueError, OverflowError):
        return True
    return False


def _of_backup(head: bytes) -> Header | None:
    """Return the header, or None for a later layout. Raises struct.error, ValueError or OverflowError for a cut one."""
    magic, rest = head[:4], head[4:]
    packed = magic in _IN_ZSTD
    if packed:
        rest = start_of(rest).removeprefix(MARK)
    elif magic not in _IN_CLEAR:
        return None
    return _of_metadata(Fields(rest), with_version=magic in _WITH_VERSION, with_sizes=packed)


def _of_metadata(fields: Fields, *, with_version: bool, with_sizes: bool) -> Header | None:
    if with_version and fields.number("B") != _VERSION:
        return None
    header = _metadata(fields)
    try:
        if with_version:
            for _ in range(2 * fields.number("i")):
                fields.skip(fields.number("i"))
        return replace(header, unpacked_bytes=sizes(fields)) if header and with_sizes else header
    except struct.error:
        # The map is long, and SIZES lie behind the bytes that were read.
        return header


def tar_start(head: bytes) -> int | None:
    """Return where the tar begins in a backup artifact in clear, or None for other artifacts, or a head that is cut."""
    if head[:4] not in {b"BTV1", b"BTV2"}:
        return None
    fields = Fields(head[4:])
    try:
        header = _of_metadata(fields, with_version=head[:4] in _WITH_VERSION, with_sizes=False)
    except (struct.error, ValueError, OverflowError):
        return None
    return len(head[:4]) + fields.at if header else None


def _metadata(fields: Fields) -> Header | None:
    if fields.number("B") != 1:
        return None
    created, random = fields.number("q"), fields.number("q")
    engine, layout = fields.text().decode(), fields.text().decode()
    major, minor = fields.number("B"), fields.number("B")
    identity, name = UUID(bytes=fields.text()), fields.text().decode()
    time = _EPOCH + timedelta(seconds=fields.number("q"))
    lowest, highest = fields.number("q"), fields.number("q")
    flags = int.from_bytes(fields.text()[:1])
    block = "block" in engine or "block" in layout
    return Header(
        line=5,
        database=name,
        database_id=str(identity),
        store_id=f"{created}:{random}",
        store_format=StoreFormat.BLOCK if block else StoreFormat.RECORD,
        store_version=f"{engine}-{layout}-{major}.{minor}",
        time=time,
        full=bool(flags & 4),
        lowest_tx=lowest,
        highest_tx=highest,
        recovered=bool(flags & 1),
        compressed=bool(flags & 2),
    )
