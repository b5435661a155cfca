"""What a set is, told by its first bytes; its name is a hint, and decides only what the bytes leave open.

| begins with | is |
|---|---|
| gzip, zstd, lz4, and in it a tar; or a tar | archive |
| `PK` | zip |
| zstd, and in it `zstd` and a version; `DZV1`, `DGV1`, any `D??9` | dump of 4.x, of 5, of a later one |
| gzip, and in it a tar as Neo4j 3.5 packs its dumps | dump of 3.5 |
| `BTV1`, `BZV1`, any `B??9` | backup artifact of 5 |

Magics not known yet are neo4j-admin's to judge. Source: Neo4j community, org.neo4j.dbms.archive.
"""

import re
from typing import Final

from neo4j_restore import decoders, tarheaders
from neo4j_restore.catalog import Kind
from neo4j_restore.errors import BackupDamagedError

# Of an archive the first megabyte tells by how much it is packed; a dump's or backup's header is shorter.
HEAD_BYTES: Final = 1024 * 1024

_OF_NEO4J = re.compile(rb"([BD])[A-Z]{2}[0-9]")

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")

# The tar that Java's commons-compress writes; GNU tar's and Python's differ.
_POSIX = b"ustar\x0000"

_EXPECTED = {
    Kind.ARCHIVE: "a tar, plain or in gzip, zstd or lz4",
    Kind.ZIP: "a zip",
    Kind.DUMP: "a Neo4j dump",
    Kind.BACKUP: "a Neo4j backup",
}


def kind_of(head: bytes, hint: Kind, name: str) -> Kind:
    """Return what the set is that begins with `head`.

    hint: what its name says. Raises BackupDamagedError for what is no backup of any kind.
    """
    found = _kind_of(head, hint)
    if found:
        return found
    message = (
        f"{name} is not {_EXPECTED[hint]}: it begins with {head[:4].hex() or 'nothing'}, of {len(head)} bytes read"
    )
    raise BackupDamagedError(message, hint="see what wrote it, or take another set: TIMESTAMP names one")


def _kind_of(head: bytes, hint: Kind) -> Kind | None:
    if head.startswith(_ZIP):
        return Kind.ZIP
    codec = decoders.codec_of(head)
    plain = decoders.start_of(head, tarheaders.BLOCK)
    if codec is decoders.ZSTD and plain.startswith(b"zstd\0\0\0"):
        return Kind.DUMP
    if _is_tar(plain):
        dumped = codec is decoders.GZIP and (hint is Kind.DUMP or _is_dump_of_3(plain))
        return Kind.DUMP if dumped else Kind.ARCHIVE
    known = _OF_NEO4J.match(head)
    if known:
        return Kind.DUMP if known[1] == b"D" else Kind.BACKUP
    return hint if codec and hint in {Kind.ARCHIVE, Kind.DUMP} else None


def _is_tar(block: bytes) -> bool:
    """Tell whether a tar can begin with `block`: a header whose checksum is right, or the end mark of an empty one."""
    if len(block) != tarheaders.BLOCK:
        return False
    try:
        tarheaders.parse(block)
    except ValueError:
        return False
    return True


def _is_dump_of_3(header: bytes) -> bool:
    """Tell whether the first entry is such as a dump of 3.5 has: below `./`, no folder in between, by Java's tar."""
    name = header[:100].rstrip(b"\0")
    return header[257:265] == _POSIX and name.startswith(b"./") and name.count(b"/") == 1
