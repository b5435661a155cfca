"""The kind of a file as its maker left it, by its first bytes. `contents` looks below further packings.

| begins with | is |
|---|---|
| the header of a tar | archive |
| `PK` | zip |
| zstd, and in it `zstd` and a version; `DZV1`, `DGV1`, any `D??9` | dump of 4.x, of 5, of a later one |
| gzip, and in it a tar as Neo4j 3.5 packs its dumps | dump of 3.5 |
| `BTV1`, `BZV1`, any `B??9` | backup artifact of 5 |

neo4j-admin judges files with magics that are not known yet. Source: Neo4j community, org.neo4j.dbms.archive.
"""

import re
from typing import Final

from neo4j_restore.sets.kinds import Kind
from neo4j_restore.streams import codecs, decoders, tarheaders

# The first megabyte of an archive shows how well it is packed. The header of a dump or backup is shorter.
HEAD_BYTES: Final = 1024 * 1024

_OF_NEO4J = re.compile(rb"([BD])[A-Z]{2}[0-9]")

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")

# The magic that Java's commons-compress writes. GNU tar and Python write others.
_POSIX = b"ustar\x0000"


def natural(start: bytes) -> Kind | None:
    """Return the kind of a file that begins with `start`, as its maker left it, or None for others and packed ones.

    ARCHIVE is a plain tar. A dump of 4.x is in zstd, and one of 3.5 in gzip. A dump of 3.5 is known for sure only by
    the tar that Java writes.
    """
    if start.startswith(_ZIP):
        return Kind.ZIP
    neo4j = _OF_NEO4J.match(start)
    if neo4j:
        return Kind.DUMP if neo4j[1] == b"D" else Kind.BACKUP
    codec = codecs.codec_of(start)
    plain = decoders.start_of(start, tarheaders.BLOCK)
    if codec is codecs.ZSTD and plain.startswith(b"zstd\0\0\0"):
        return Kind.DUMP
    if codec is codecs.GZIP and is_tar(plain) and _is_dump_of_3(plain):
        return Kind.DUMP
    return Kind.ARCHIVE if codec is None and is_tar(plain) else None


def is_tar(block: bytes) -> bool:
    """Tell whether a tar can begin with `block`: a header with a right checksum, or the end mark of an empty tar."""
    if len(block) != tarheaders.BLOCK:
        return False
    try:
        tarheaders.parse(block)
    except ValueError:
        return False
    return True


def _is_dump_of_3(header: bytes) -> bool:
    """Tell whether the first entry is like that of a dump of 3.5: written by Java's tar, below `./`, in no folder."""
    name = header[:100].rstrip(b"\0")
    return header[257:265] == _POSIX and name.startswith(b"./") and name.count(b"/") == 1
