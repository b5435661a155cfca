"""Reads a tar as a stream: one entry after another, each with its data. The memory it takes is bounded (`bounds`).

Python's tarfile keeps every entry that it has seen, copies global headers into each, and reads maps of sparse files
without a bound. This reader accepts the same formats: v7, ustar, PAX, GNU's long names and binary sizes, and all four
layouts of sparse files.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from io import RawIOBase

from neo4j_restore import bounds
from neo4j_restore.bounds import Budget
from neo4j_restore.errors import ANOTHER_SET, BackupDamagedError
from neo4j_restore.streams import sparse, tarheaders
from neo4j_restore.streams.sparse import Regions
from neo4j_restore.streams.tardata import Data, TarInput
from neo4j_restore.streams.tarheaders import BLOCK, Header

# PAX keywords of a sparse file, besides its regions. Two layouts use different keywords for its size.
_NAME, _SIZES = b"GNU.sparse.name", (b"GNU.sparse.realsize", b"GNU.sparse.size")
_MAJOR, _MINOR = b"GNU.sparse.major", b"GNU.sparse.minor"
_OF_SPARSE = {_NAME, *_SIZES, _MAJOR, _MINOR}


class Kind(Enum):
    """What an entry is. OTHER: a link, a device, or an unknown type."""

    FILE = auto()
    FOLDER = auto()
    OTHER = auto()


_KINDS = {
    tarheaders.REG: Kind.FILE,
    tarheaders.AREG: Kind.FILE,
    tarheaders.CONTIGUOUS: Kind.FILE,
    tarheaders.GNU_SPARSE: Kind.FILE,
    tarheaders.FOLDER: Kind.FOLDER,
    tarheaders.GNU_DUMPDIR: Kind.FOLDER,
}


@dataclass(frozen=True)
class Entry:
    """An entry of a tar.

    size: of the file, holes included. stored: of `data`. modified: seconds since 1970.
    regions: where `data` belongs in a sparse file, or None for other files.
    data: readable until the next entry is requested. The rest of it is then skipped.
    """

    name: str
    kind: Kind
    size: int
    stored: int
    regions: Regions | None
    data: Data
    modified: float = 0.0


@dataclass
class _Attributes:
    """What extension headers say about an entry. other: keywords of sparse files."""

    name: bytes | None = None
    size: int | None = None
    other: dict[bytes, bytes] = field(default_factory=dict)
    regions: Regions | None = None


class Tar:
    """The entries of the tar in `stream`, one after another.

    source: the object's name, for messages. Any read raises StreamDamagedError where the tar is wrong or cut, and
    BackupDamagedError where it exceeds a bound.
    """

    def __init__(self, stream: RawIOBase, source: str) -> None:
        """Take the stream. Nothing is read yet."""
        self._input = TarInput(stream, source)
        self._source = source
        self._global = _Attributes()
        self._headers = Budget(source, "as tar, the bytes of its headers are", bounds.MOST_HEADER_BYTES)
        self._regions = Budget(source, "the regions of its sparse files are", bounds.MOST_REGIONS)

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries, up to the block of zeros that ends them."""
        try:
            while entry := self._entry():
                yield entry
                entry.data.skip()
        except ValueError as error:
            raise self._input.damaged(str(error)) from error

    def finish(self) -> None:
        """Read the stream to its end. Raises BackupDamagedError unless only zeros follow, at least a block of them."""
        padding = 0
        while block := self._input.block():
            padding += len(block)
            if bytes(block).strip(b"\0"):
                message = f"{self._source} is not a backup set: as tar, it has other bytes after its end mark"
                raise BackupDamagedError(message, hint=ANOTHER_SET)
            # Each block has been read by now, so the bound limits time, not memory.
            if padding > bounds.MOST_PADDING:
                reason = f"as tar, it has more than {bounds.MOST_PADDING} bytes of zeros after its end mark"
                raise bounds.exceeded(self._source, reason)
        # The end mark is two blocks of zeros. `_entry` has read the first.
        if padding < BLOCK:
            message = f"{self._source} is not a backup set: as tar, it lacks its end mark"
            raise BackupDamagedError(message, hint=ANOTHER_SET)

    def _entry(self) -> Entry | None:
        """Return the next entry, or None at the end mark."""
        attributes, extended = _Attributes(), False
        while header := self._header():
            if header.type == tarheaders.GNU_LABEL:
                self._input.skip(_padded(header.size))
            elif header.type in tarheaders.EXTENSIONS:
                self._extend(header, attributes)
                extended |= header.type != tarheaders.PAX_GLOBAL
            else:
                return self._described(header, attributes)
        if extended:
            message = "its last header describes an entry that is missing"
            raise ValueError(message)
        return None

    def _described(self, header: Header, attributes: _Attributes) -> Entry:
        """Return the entry of `header`. attributes: from the extension headers before it."""
        default = header.size if self._global.size is None else self._global.size
        # PAX's size counts before the header's, whose octal digits end at 8 GiB.
        stored = default if attributes.size is None else attributes.size
        name = attributes.other.get(_NAME) or attributes.name or self._global.name or header.name
        kind, size, regions = _KINDS.get(header.type, Kind.OTHER), stored, None
        if not header.has_data:
            stored = 0
        elif header.type == tarheaders.GNU_SPARSE:
            size, regions = sparse.old_gnu_size(header.block), self._old_gnu(header)
        elif kind is Kind.FILE and (attributes.other or attributes.regions):
            size = tarheaders.decimal(
                next((attributes.other[each] for each in _SIZES if each in attributes.other), b"")
            )
            regions, in_data = self._pax(attributes, stored)
            stored -= in_data
        if regions is not None:
            regions.check(stored, size)
        name = name.rstrip(b"/") if kind is Kind.FOLDER else name
        return Entry(
            name.decode(errors="surrogateescape"),
            kind,
            size,
            stored,
            regions,
            Data(self._input, stored),
            header.modified,
        )

    def _old_gnu(self, header: Header) -> Regions:
        regions = Regions(self._regions)
        more = sparse.add_old_gnu(header.block, regions, header=True)
        while more:
            more = sparse.add_old_gnu(self._head(BLOCK), regions, header=False)
        return regions

    def _pax(self, attributes: _Attributes, stored: int) -> tuple[Regions, int]:
        """Return the regions of a sparse file, and how many bytes of its data are their map."""
        layout = attributes.other.get(_MAJOR, b"0"), attributes.other.get(_MINOR, b"0")
        if layout[0] == b"0":
            return attributes.regions or Regions(self._regions), 0
        if layout != (b"1", b"0"):
            message = f"a sparse file of layout {layout!r}"
            raise ValueError(message)
        regions = Regions(self._regions)
        in_data = sparse.add_in_data(lambda: self._head(BLOCK), regions)
        if in_data > stored:
            message = "the map of a sparse file is longer than its data"
            raise ValueError(message)
        return regions, in_data

    def _header(self) -> Header | None:
        return tarheaders.parse(self._head(BLOCK))

    def _head(self, count: int) -> bytes:
        """Return the next bytes of a header, an extension or a map."""
        self._headers.spend(count)
        return self._input.exactly(count)

    def _extend(self, header: Header, attributes: _Attributes) -> None:
        """Take what an extension header says about the entry behind it, or about all entries behind it."""
        if header.size > bounds.LONGEST_EXTENSION:
            reason = f"as tar, a header has an extension of {header.size} bytes, above {bounds.LONGEST_EXTENSION}"
            raise bounds.exceeded(self._source, reason)
        data = self._head(_padded(header.size))[: header.size]
        if header.type == tarheaders.GNU_LONG_NAME:
            attributes.name = tarheaders.text(data)
        elif header.type == tarheaders.PAX_GLOBAL:
            self._take(data, self._global)
        elif header.type != tarheaders.GNU_LONG_LINK:
            self._take(data, attributes)

    def _take(self, extension: bytes, attributes: _Attributes) -> None:
        """Take the PAX records with keywords that matter here. No others are kept."""
        offset = None
        for keyword, value in tarheaders.records(extension):
            if keyword == b"path":
                attributes.name = value
            elif keyword == b"size":
                attributes.size = tarheaders.decimal(value)
            # PAX 0.1 has one record with all regions. PAX 0.0 has two records for each region: the offset, then the
            # size.
            elif keyword in {b"GNU.sparse.offset", b"GNU.sparse.numbytes", b"GNU.sparse.map"}:
                attributes.regions = attributes.regions or Regions(self._regions)
                if keyword == b"GNU.sparse.map":
                    sparse.add_pairs(value, attributes.regions)
                elif keyword == b"GNU.sparse.offset":
                    offset = tarheaders.decimal(value)
                elif offset is not None:
                    attributes.regions.add(offset, tarheaders.decimal(value))
            elif keyword in _OF_SPARSE:
                attributes.other[keyword] = value
        if attributes is self._global and (attributes.regions or attributes.other):
            message = "a global header describes a sparse file"
            raise ValueError(message)


def _padded(size: int) -> int:
    return size + -size % BLOCK
