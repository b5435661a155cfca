"""What a set is: its first bytes say so, whatever its name."""

import gzip
import io
import struct
import tarfile
import zipfile

import pytest
from tests import archives

from neo4j_restore.catalog import Kind
from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.formats import kind_of

TAR = archives.tar_bytes(archives.store_files(), below="backups/neo4j/")
DUMP = b"zstd" + struct.pack(">iqq", 1, 36, 1000) + TAR


def java_tar(first: str = "./") -> bytes:
    """Return the start of a tar with the magic that Java's tools write."""
    header = tarfile.TarInfo(first)
    header.type = tarfile.DIRTYPE
    return header.tobuf(tarfile.USTAR_FORMAT) + TAR


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("neostore", b"x")
    return buffer.getvalue()


CONTENTS = {
    "tar.gz": (gzip.compress(TAR), Kind.ARCHIVE),
    "tar": (TAR, Kind.ARCHIVE),
    "tar.zst": (archives.zst(TAR), Kind.ARCHIVE),
    "tar.lz4": (archives.lz4(TAR), Kind.ARCHIVE),
    "empty tar": (archives.tar_bytes({}), Kind.ARCHIVE),
    "zip": (zipped(), Kind.ZIP),
    "dump of 3.5": (gzip.compress(java_tar()), Kind.DUMP),
    "Java's tar of folders": (gzip.compress(java_tar("./backups/neo4j/")), Kind.ARCHIVE),
    "dump of 4": (archives.zst(DUMP), Kind.DUMP),
    "dump of 5": (b"DZV1" + archives.zst(DUMP), Kind.DUMP),
    "dump of 5, gzip": (b"DGV1" + gzip.compress(TAR), Kind.DUMP),
    "dump of a later one": (b"DXQ7....", Kind.DUMP),
    "backup of 5": (b"BTV1....", Kind.BACKUP),
    "backup of a later one": (b"BSF9....", Kind.BACKUP),
}


@pytest.mark.parametrize("hint", [Kind.ARCHIVE, Kind.ZIP, Kind.BACKUP])
@pytest.mark.parametrize(("head", "kind"), CONTENTS.values(), ids=CONTENTS)
def test_the_bytes_tell_the_kind_whatever_the_name(head: bytes, kind: Kind, hint: Kind) -> None:
    assert kind_of(head, hint, "the object") is kind
    assert kind_of(head[:2000], hint, "the object") is kind


def test_the_name_decides_what_the_bytes_leave_open() -> None:
    gzipped = gzip.compress(TAR)
    assert kind_of(gzipped, Kind.DUMP, "neo4j.dump") is Kind.DUMP
    assert kind_of(gzipped, Kind.ARCHIVE, "neo4j.tar.gz") is Kind.ARCHIVE


@pytest.mark.parametrize("hint", [Kind.DUMP, Kind.ARCHIVE, Kind.ZIP, Kind.BACKUP])
@pytest.mark.parametrize("head", [b"", b"<?xml version='1.0'?>", b"BACKUP"])
def test_another_head_is_damage(hint: Kind, head: bytes) -> None:
    with pytest.raises(BackupDamagedError, match=f"it begins with {head[:4].hex() or 'nothing'}"):
        kind_of(head, hint, "the object")
