"""What is inside an object, layer by layer, by its first bytes, whatever it is called."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from tests.support import archives
from tests.support.artifacts import Artifact, dump

from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.inspection import contents, entries
from neo4j_restore.sets.kinds import Kind

STORE = archives.store_files()
TAR = archives.tar_bytes(STORE, below="backups/neo4j/", modified=1_750_000_000)
DUMP, DUMP_4 = dump(STORE), dump(STORE, b"")
ARTIFACT = Artifact().write("BZV1", TAR)

INSIDE = {
    "a tar": (TAR, (), Kind.ARCHIVE),
    "gzip > tar": (gzip.compress(TAR), ("gzip",), Kind.ARCHIVE),
    "zstd > tar": (archives.zst(TAR), ("zstd",), Kind.ARCHIVE),
    "lz4 > tar": (archives.lz4(TAR), ("lz4",), Kind.ARCHIVE),
    "xz > tar": (lzma.compress(TAR), ("xz",), Kind.ARCHIVE),
    "bzip2 > tar": (bz2.compress(TAR), ("bzip2",), Kind.ARCHIVE),
    "gzip > gzip > tar": (gzip.compress(gzip.compress(TAR)), ("gzip", "gzip"), Kind.ARCHIVE),
    "zstd > zstd > tar": (archives.zst(archives.zst(TAR)), ("zstd", "zstd"), Kind.ARCHIVE),
    "gzip > zstd > tar": (gzip.compress(archives.zst(TAR)), ("gzip", "zstd"), Kind.ARCHIVE),
    "a dump": (DUMP, (), Kind.DUMP),
    "a dump of 4.x": (DUMP_4, (), Kind.DUMP),
    "gzip > dump": (gzip.compress(DUMP), ("gzip",), Kind.DUMP),
    "gzip > dump of 4.x": (gzip.compress(DUMP_4), ("gzip",), Kind.DUMP),
    "zstd > dump": (archives.zst(DUMP), ("zstd",), Kind.DUMP),
    "xz > dump": (lzma.compress(DUMP), ("xz",), Kind.DUMP),
    "gzip > artifact": (gzip.compress(ARTIFACT), ("gzip",), Kind.BACKUP),
    "gzip > zip": (gzip.compress(archives.zipped(STORE)), ("gzip",), Kind.ZIP),
}


@pytest.mark.parametrize("hint", [Kind.ARCHIVE, Kind.ZIP, Kind.DUMP, Kind.BACKUP])
@pytest.mark.parametrize(("head", "packings", "kind"), INSIDE.values(), ids=INSIDE)
def test_layers_are_told_by_the_bytes(head: bytes, packings: tuple[str, ...], kind: Kind, hint: Kind) -> None:
    seen = contents.contents_of(head, hint, "the object")
    assert (seen.packings, seen.kind) == (packings, kind)


def test_a_tar_in_gzip_with_store_files_at_its_top_is_a_dump_of_3_if_it_is_called_one() -> None:
    flat = gzip.compress(archives.tar_bytes(STORE))
    assert contents.contents_of(flat, Kind.DUMP, "graph.db.dump").kind is Kind.DUMP
    assert contents.contents_of(flat, Kind.ARCHIVE, "graph.db.tar.gz").kind is Kind.ARCHIVE


def test_entries_have_times_and_first_bytes() -> None:
    seen = contents.contents_of(gzip.compress(TAR), Kind.ARCHIVE, "the object")
    assert seen.whole
    assert [entry.name for entry in seen.entries] == [f"backups/neo4j/{name}" for name in STORE]
    assert seen.entries[0].head == STORE["neostore"][:512]
    assert entries.newest(seen.entries) == datetime.fromtimestamp(1_750_000_000, UTC)


def test_of_a_dump_in_a_tar_as_much_is_kept_as_its_header_needs() -> None:
    tar = archives.tar_bytes({"neo4j.dump": DUMP, "b.txt": bytes(2000)})
    one, other = contents.contents_of(tar, Kind.ARCHIVE, "the object").entries
    assert (one.head, other.head) == (DUMP, b"")


def test_a_cut_archive_is_not_whole() -> None:
    for cut in (TAR[:5000], TAR[:5120]):
        seen = contents.contents_of(gzip.compress(cut), Kind.ARCHIVE, "the object")
        assert (seen.whole, seen.entries[0].name) == (False, "backups/neo4j/neostore")


STRANGERS = {
    "empty": (b"", "it is empty"),
    "zeros": (bytes(300), "zeros"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(100), "a 7-Zip archive"),
    "rar": (b"Rar!\x1a\x07\x01\x00" + bytes(100), "a RAR archive"),
    "pdf": (b"%PDF-1.7\n", "a PDF document"),
    "html": (b"\n<!DOCTYPE html><html><body>sign in</body></html>", "an HTML page"),
    "error": (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "a store's error message"),
    "json": (b'{"error": {"code": 403}}', "a JSON document"),
    "text": (b"backup done\n", "a text"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a pointer of Git LFS"),
    "openssl": (b"Salted__" + bytes(range(90)), "encrypted by OpenSSL"),
    "other": (b"\x99\x88\x77\x66junk", "of an unknown format: it begins with 99887766"),
}


@pytest.mark.parametrize("pack", [None, gzip.compress, lzma.compress], ids=["plain", "gzip", "xz"])
@pytest.mark.parametrize(("data", "words"), STRANGERS.values(), ids=STRANGERS)
def test_what_is_no_backup_is_called_by_its_name(
    data: bytes, words: str, pack: Callable[[bytes], bytes] | None
) -> None:
    if pack and not data:
        words = "nothing can be unpacked"
    with pytest.raises(BackupDamagedError, match=words):
        contents.contents_of(pack(data) if pack else data, Kind.ARCHIVE, "the object")


@pytest.mark.parametrize(
    ("data", "layers"),
    [
        (gzip.compress(gzip.compress(gzip.compress(TAR))), "gzip > gzip > gzip"),
        # Both would be in memory.
        (archives.zst(lzma.compress(TAR)), "zstd > xz"),
        (lzma.compress(lzma.compress(TAR)), "xz > xz"),
    ],
)
def test_more_layers_are_refused(data: bytes, layers: str) -> None:
    with pytest.raises(BackupDamagedError, match=f"packed in too many layers: {layers}$"):
        contents.contents_of(data, Kind.ARCHIVE, "the object")


def test_a_dump_is_sure_if_its_tar_begins() -> None:
    assert contents.is_sure(Kind.DUMP, DUMP)
    assert contents.is_sure(Kind.DUMP, DUMP_4)
    assert contents.is_sure(Kind.BACKUP, ARTIFACT)
    assert not contents.is_sure(Kind.DUMP, b"DZV1" + bytes(5000))
    assert not contents.is_sure(Kind.DUMP, b"DXQ7....")
    assert not contents.is_sure(Kind.BACKUP, b"BSF9....")
