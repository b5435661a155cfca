"""What an object is, layer by layer, by its first bytes: which compressions, and inside them a tar, dump or artifact.

A set may be packed once more than Neo4j packed it. `gsutil cp -Z` puts gzip around a dump, and people pack a dump into
a tar.gz, or a tar.gz into gzip. At most two packings are undone.
"""

import math
from dataclasses import dataclass
from io import RawIOBase

from neo4j_restore import bounds
from neo4j_restore.errors import ANOTHER_SET, BackupDamagedError, StreamDamagedError
from neo4j_restore.inspection import entries, formats
from neo4j_restore.inspection.entries import Entry
from neo4j_restore.sets import dump_headers, headers, strangers
from neo4j_restore.sets.headers import Header
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.streams import codecs, decoders
from neo4j_restore.streams.names import EntryNames
from neo4j_restore.streams.pipeline import Stream
from neo4j_restore.streams.stream import Peekable

# The first bytes of a dump or artifact: as many as its header needs.
_HEAD_BYTES = headers.HEADER_BYTES

_TAR_BLOCK = 512

_EXPECTED = {
    Kind.ARCHIVE: "a tar, plain or in gzip, zstd, lz4, xz or bzip2",
    Kind.ZIP: "a zip",
    Kind.DUMP: "a Neo4j dump",
    Kind.BACKUP: "a Neo4j backup",
}


@dataclass(frozen=True)
class Contents:
    """What is inside an object, as far as the bytes show.

    packings: the compressions, outermost first. kind: of the bytes inside them. head: the first of those bytes.
    entries: of a tar, as far as they were seen. whole: whether these are all.
    """

    packings: tuple[str, ...]
    kind: Kind
    head: bytes
    entries: tuple[Entry, ...] = ()
    whole: bool = False


def contents_of(head: bytes, hint: Kind, name: str, *, plain: RawIOBase | None = None) -> Contents:
    """Return what is inside the object that begins with `head`.

    hint: the kind by its name. It decides whether a tar in gzip may be a dump of 3.5. name: for messages.
    plain: where the object is not packed, a stream of these bytes and more, in which files of a tar can be skipped.
    Raises BackupDamagedError for anything that is not a backup, and says what it is.
    """
    stream: Peekable = Peekable(_Bytes(head))
    packings: list[codecs.Codec] = []
    while True:
        start = stream.peek(formats.HEAD_BYTES)
        kind = formats.natural(start)
        codec = codecs.codec_of(start)
        if kind is Kind.ARCHIVE:
            return _tar(start, plain if plain and not packings else stream, packings, name)
        if kind:
            return Contents(_names(packings), kind, start)
        if codec is None:
            raise _stranger(start, packings, hint, name)
        if hint is Kind.DUMP and _is_dump_of_3(stream, codec, name):
            return Contents(_names(packings), Kind.DUMP, start)
        inner = any(packing.large for packing in packings)
        packings.append(codec)
        _check_depth(packings, name)
        stream = Peekable(_Cut(decoders.Decoded(stream, codec, name, inner=inner)))


def _tar(start: bytes, stream: RawIOBase, packings: list[codecs.Codec], name: str) -> Contents:
    seen, whole = entries.of_tar(stream, name, head_bytes)
    names = EntryNames(name)
    for entry in seen:
        # A name that can't be unpacked is damage. It must not become a question of which store is meant.
        if entry.name:
            names.accept(entry.name, folder=entry.folder)
    return Contents(_names(packings), Kind.ARCHIVE, start, seen, whole)


def head_bytes(first: bytes) -> int:
    """Return how many bytes of a file in an archive show what it is: more where it is packed or has a header."""
    return _HEAD_BYTES if kind_of_file(first) or codecs.codec_of(first) else len(first)


def kind_of_file(head: bytes) -> Kind | None:
    """Return DUMP or BACKUP for a file that begins with `head` and is not packed, or None for others."""
    kind = formats.natural(head)
    return kind if kind in {Kind.DUMP, Kind.BACKUP} else None


def header_of(kind: Kind, head: bytes) -> Header | None:
    """Return the header of the dump or artifact that begins with `head`, or None where it has no known header."""
    if kind is Kind.BACKUP:
        return headers.of_backup(head)
    return dump_headers.of_dump(head) if kind is Kind.DUMP else None


def is_sure(kind: Kind, head: bytes) -> bool:
    """Tell whether `head` is surely of a dump or artifact: not only its magic, but what the magic promises is there."""
    if kind is Kind.BACKUP:
        return headers.of_backup(head) is not None
    if kind is not Kind.DUMP:
        return False
    block = dump_headers.tar_of_dump(head)[:_TAR_BLOCK]
    return bool(block.strip(b"\0")) and formats.is_tar(block)


def _is_dump_of_3(stream: Peekable, codec: codecs.Codec, name: str) -> bool:
    """Tell whether a gzip named as a dump is one of 3.5: a tar of store files without a folder around them."""
    if codec is not codecs.GZIP:
        return False
    packed = _Bytes(stream.peek(formats.HEAD_BYTES))
    listed, _ = entries.of_tar(_Cut(decoders.Decoded(packed, codec, name)), name, len)
    return any(entry.name.startswith("neostore") for entry in listed)


def _check_depth(packings: list[codecs.Codec], name: str) -> None:
    # The window of xz can't be limited further, so it does not fit beside another large window in memory.
    too_large = packings[-1] is codecs.XZ and any(packing.large for packing in packings[:-1])
    if len(packings) > bounds.MOST_PACKINGS or too_large:
        message = f"{name} is packed in too many layers: {' > '.join(_names(packings))}"
        raise BackupDamagedError(message, hint="unpack one layer, upload the result and restore that")


def _stranger(start: bytes, packings: list[codecs.Codec], hint: Kind, name: str) -> BackupDamagedError:
    """Return the error that says what the object is instead of a backup."""
    if packings and not start:
        message = f"{name} is damaged: as {packings[-1].name}, nothing can be unpacked from its first bytes"
        return BackupDamagedError(message, hint=ANOTHER_SET)
    around = f"{' > '.join(_names(packings))} around something that is " if packings else ""
    message = f"{name} is not {_EXPECTED[hint]}: it is {around}{strangers.describe(start)}"
    return BackupDamagedError(message, hint=f"check what wrote it, or {ANOTHER_SET}")


def _names(packings: list[codecs.Codec]) -> tuple[str, ...]:
    return tuple(codec.name for codec in packings)


def packings_of(head: bytes, hint: Kind, name: str) -> tuple[str, ...]:
    """Return the compressions around an object that begins with `head`. Arguments and errors are those of
    `contents_of`.
    """
    return contents_of(head, hint, name).packings


def opened(stream: Stream, packings: tuple[str, ...], name: str) -> Stream:
    """Return the bytes inside the `packings` of the object in `stream`. A read may raise StreamDamagedError."""
    inner = False
    for codec in _codecs(packings):
        stream = decoders.Decoded(stream, codec, name, inner=inner)
        inner |= codec.large
    return stream


def most_ratio(packings: tuple[str, ...]) -> int:
    """Return by how many times an honest object can grow when the packings are undone."""
    return math.prod(codec.most_ratio for codec in _codecs(packings))


def _codecs(packings: tuple[str, ...]) -> list[codecs.Codec]:
    by_name = {codec.name: codec for codec in codecs.CODECS}
    return [by_name[packing] for packing in packings]


class _Bytes(Stream):
    """Bytes as a stream."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def some(self, size: int) -> bytes:
        part = self._data[self._at : self._at + size]
        self._at += len(part)
        return part


class _Cut(Stream):
    """The start of a longer stream. It ends where its source is cut, and after `MOST_SEEN_BYTES` at the latest."""

    def __init__(self, source: RawIOBase) -> None:
        # A preallocated transaction log is 256 MiB of zeros, often comes first, and packs to almost nothing.
        self._source, self._left = source, bounds.MOST_SEEN_BYTES

    def some(self, size: int) -> bytes:
        try:
            block = self._source.read(min(size, self._left)) if self._left else b""
        except StreamDamagedError:
            return b""
        self._left -= len(block or b"")
        return block or b""
