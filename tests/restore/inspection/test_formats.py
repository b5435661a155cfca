"""What something is as its maker left it: its first bytes say so."""

import gzip
import struct
import tarfile

import pytest
from tests.support import archives

from neo4j_restore.inspection.formats import natural
from neo4j_restore.sets.kinds import Kind

TAR = archives.tar_bytes(archives.store_files(), below="backups/neo4j/")
DUMP = b"zstd" + struct.pack(">iqq", 1, 36, 1000) + TAR


def java_tar(first: str = "./") -> bytes:
    """Return the start of a tar with the magic that Java's tools write."""
    header = tarfile.TarInfo(first)
    header.type = tarfile.DIRTYPE
    return header.tobuf(tarfile.USTAR_FORMAT) + TAR


STARTS = {
    "tar": (TAR, Kind.ARCHIVE),
    "empty tar": (archives.tar_bytes({}), Kind.ARCHIVE),
    "zip": (archives.zipped(archives.store_files()), Kind.ZIP),
    "dump of 3.5": (gzip.compress(java_tar()), Kind.DUMP),
    "dump of 4": (archives.zst(DUMP), Kind.DUMP),
    "dump of 5": (b"DZV1" + archives.zst(DUMP), Kind.DUMP),
    "dump of 5, gzip": (b"DGV1" + gzip.compress(TAR), Kind.DUMP),
    "dump of a later one": (b"DXQ7....", Kind.DUMP),
    "backup of 5": (b"BTV1....", Kind.BACKUP),
    "backup of a later one": (b"BSF9....", Kind.BACKUP),
    "Java's tar of folders": (gzip.compress(java_tar("./backups/neo4j/")), None),
    "a tar in gzip": (gzip.compress(TAR), None),
    "a tar in zstd": (archives.zst(TAR), None),
    "nothing": (b"", None),
    "XML": (b"<?xml version='1.0'?>", None),
    "a word that begins like a backup": (b"BACKUP", None),
}


@pytest.mark.parametrize(("start", "kind"), STARTS.values(), ids=STARTS)
def test_the_first_bytes_tell_what_it_is(start: bytes, kind: Kind | None) -> None:
    assert natural(start) is kind
    assert natural(start[:2000]) is kind
