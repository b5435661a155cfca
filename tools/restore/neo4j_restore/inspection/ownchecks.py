"""Packed formats with checksums of their own, by which unpacking detects a changed byte. Pure.

gzip, bzip2 and zip always have one. zstd, lz4 and xz have one if a bit in their header says so. Their command line
tools and the dumps of Neo4j (5.26.30) set it. age authenticates every byte.
Sources: RFC 1952. RFC 8878, 3.1.1.1.1. lz4's frame format, "FLG byte". xz's file format, 2.1.1.2.
"""

import re

from neo4j_restore.streams import codecs

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")

# Dumps of 5 and backup artifacts. Their packed stream follows their magic.
_OF_NEO4J = re.compile(rb"[BD][A-Z]{2}[0-9]")

_ALWAYS = {"gzip", "bzip2"}

# Where the header of each format says whether the content has a checksum: the byte's offset, and its bits.
_FLAGS = {"zstd": (4, 0x04), "lz4": (4, 0x04), "xz": (7, 0x0F)}


def own_check(head: bytes) -> str:
    """Return the format's name if an object that begins with `head` has a checksum of all its content, else empty.

    In a stream of several frames the first one decides.
    """
    if head.startswith(_ZIP):
        return "zip"
    start = 4 if _OF_NEO4J.match(head) else 0
    start = codecs.past_skippable(head, start)
    codec = codecs.codec_of(head[start : start + 64])
    if codec is None:
        return ""
    offset, bits = _FLAGS.get(codec.name, (0, 0))
    flagged = bool(bits) and len(head) > start + offset and bool(head[start + offset] & bits)
    return codec.name if codec.name in _ALWAYS or flagged else ""
