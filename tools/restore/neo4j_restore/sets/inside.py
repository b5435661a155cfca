"""What was seen inside a set before its transfer. Standard library only, because every listing imports it."""

import re
from dataclasses import dataclass
from datetime import datetime

# The file `neostore` has records of 9 bytes. In each, a byte that is 1 for a record in use stands before 8 of content.
_RECORD_BYTES = 9

# Up to 4.4 the fifth record has the store's version. From 5 on, several records have the store's id: engine, format and
# version.
_VERSION_AT = 4 * _RECORD_BYTES
_OF_5 = re.compile(rb"\x06record[\x01-\x20]([a-z_]+)([\x01-\x7f])([\x00-\x7f])")

_LOOKED_AT = 56 * _RECORD_BYTES

_LINES = {b"v": 3, b"S": 4, b"A": 4, b"H": 4, b"F": 4}

STORE_FILES, DATA_FOLDER = "store files", "data folder"


@dataclass(frozen=True)
class StoreVersion:
    """The version of store files. line: the first line of Neo4j that writes it: 3, 4 or 5. text: its name in Neo4j."""

    line: int
    text: str

    def __str__(self) -> str:
        """Return it in words."""
        return f"Neo4j {self.line}{' or later' if self.line >= 5 else ''} ({self.text})"


# The block format of 5.14 and later. It has no file `neostore`.
BLOCK = StoreVersion(5, "block")


@dataclass(frozen=True)
class Inside:
    """The layers of a set and what they hold.

    packings: the compressions around it, outermost first. container: `tar`, `zip` or empty.
    what: `dump`, `backup`, STORE_FILES or DATA_FOLDER, empty where only the unpacked set shows it.
    member: the path of a dump or artifact in the container. size_bytes: of that member.
    store: the version of store files. newest: the time of the newest file that was seen in a container.
    sure: whether more than a magic was seen. growth: how many times larger it is when unpacked, by its first bytes.
    """

    packings: tuple[str, ...] = ()
    container: str = ""
    what: str = ""
    member: str = ""
    size_bytes: int | None = None
    store: StoreVersion | None = None
    newest: datetime | None = None
    sure: bool = False
    growth: float = 1.0
    encrypted: bool = False

    @property
    def layers(self) -> tuple[str, ...]:
        """Return the layers, outermost first: `gzip`, `tar`, `dump`."""
        around = (*(["age"] if self.encrypted else []), *self.packings)
        return (*around, *(each for each in (self.container, self.what) if each))

    @property
    def is_block(self) -> bool:
        """Tell whether its store has the block format, which only Enterprise has."""
        return self.store == BLOCK

    def __str__(self) -> str:
        """Return the layers in words."""
        return " > ".join(self.layers)


def version_of(neostore: bytes) -> StoreVersion | None:
    """Return the version of the store whose file `neostore` begins with these bytes, or None where they do not have it.

    Seen in stores of 3.3.5, 4.4.48 and 5.26.30. Source: Neo4j community, MetaDataStore.
    """
    records = (neostore[at + 1 : at + _RECORD_BYTES] for at in range(0, _LOOKED_AT, _RECORD_BYTES))
    modern = _OF_5.search(b"".join(records))
    if modern:
        text = f"record {modern[1].decode()} {modern[2][0]}.{modern[3][0]}"
        return StoreVersion(5, text)
    if neostore[_VERSION_AT : _VERSION_AT + 1] != b"\1":
        return None
    # The last byte is the length of the text. The text runs backwards before it.
    raw = neostore[_VERSION_AT + 1 : _VERSION_AT + _RECORD_BYTES][::-1]
    name = raw[1 : 1 + raw[0]] if raw else b""
    line = _LINES.get(name[:1])
    is_version = line is not None and re.fullmatch(rb"[A-Za-z0-9.]+", name)
    return StoreVersion(line, name.decode()) if line is not None and is_version else None
