"""What dumps say of themselves."""

import gzip
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import archives

from neo4j_restore.sets import dump_headers
from neo4j_restore.sets.headers import StoreFormat

TAR = archives.tar_bytes({"./neostore": b"x" * 3000})
DEMO = Path(__file__).parents[3] / "demo/neo4j.dump"


def dump(tar: bytes, magic: bytes = b"DZV1") -> bytes:
    return magic + archives.zst(b"zstd" + struct.pack(">iqq", 1, 1, 5_000_000_000) + tar)


@pytest.mark.parametrize(
    ("names", "store_format"),
    [
        (["./", "./neostore.nodestore.db"], StoreFormat.RECORD),
        (["./", "./schema/index-1", "./block.metadata.db"], StoreFormat.BLOCK),
        (["./neostore.transaction.db.0", "./database_lock"], None),
    ],
)
@pytest.mark.parametrize("magic", [b"DZV1", b""])
def test_a_dump_tells_its_size_and_its_format(names: list[str], store_format: StoreFormat | None, magic: bytes) -> None:
    header = dump_headers.of_dump(dump(archives.tar_bytes(dict.fromkeys(names, b"x" * 700)), magic))
    assert (header.store_format, header.unpacked_bytes) == (store_format, 5_000_000_000)


@pytest.mark.parametrize(
    ("neostore", "version"),
    [
        (archives.neostore("AF4.3.0"), "AF4.3.0"),
        (archives.neostore("aligned"), "record-aligned-1.1"),
        (bytes(8192), None),
        (archives.neostore("AF4.3.0")[:300], "AF4.3.0"),
        (archives.neostore("AF4.3.0")[:40], None),
    ],
    ids=["of 4.4", "of 5", "zeros", "cut", "cut early"],
)
@pytest.mark.parametrize("magic", [b"DZV1", b""])
def test_a_dump_tells_the_version_of_its_store(neostore: bytes, version: str | None, magic: bytes) -> None:
    # The magic does not tell: 4.4 and 5 write the same.
    tar = archives.tar_bytes({"schema/index/1": b"x" * 700, "neostore": neostore}, below="./")
    assert dump_headers.of_dump(dump(tar, magic)).store_version == version


def test_a_dump_of_3_tells_its_format() -> None:
    header = dump_headers.of_dump(gzip.compress(TAR))
    assert (header.store_format, header.unpacked_bytes) == (StoreFormat.RECORD, None)


def test_a_real_dump_is_read() -> None:
    header = dump_headers.of_dump(DEMO.read_bytes())
    assert (header.store_format, header.unpacked_bytes) == (StoreFormat.RECORD, 1_009_441)


@pytest.mark.parametrize(
    ("head", "line"),
    [
        (dump(TAR), 4),
        (dump(TAR, b""), 4),
        (archives.tar_gz(below="./"), None),
        (b"DZV1" + bytes(range(256)), None),
        (b"DZV1", None),
        (b"", None),
    ],
    ids=["of 4.4 or later", "of 4", "a gzip", "a magic alone", "nothing after the magic", "empty"],
)
def test_a_dump_tells_the_line_of_neo4j_that_wrote_it(head: bytes, line: int | None) -> None:
    assert dump_headers.of_dump(head).line == line


@given(st.binary(max_size=300), st.sampled_from([b"DZV1", b"DGV1", b""]))
def test_no_start_of_a_dump_is_a_bug(junk: bytes, magic: bytes) -> None:
    dump_headers.of_dump(magic + junk)
