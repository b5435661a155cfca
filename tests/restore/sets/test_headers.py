"""What dumps and backup artifacts say of themselves."""

import gzip
import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import archives
from tests.support.artifacts import Artifact

from neo4j_restore.sets import headers
from neo4j_restore.sets.headers import StoreFormat

LAYOUTS = ("BTV1", "BTV2", "BZV1", "BZV2", "BZV3")
TAR = archives.tar_bytes({"./neostore": b"x" * 3000})
DEMO = Path(__file__).parents[3] / "demo/neo4j.dump"


@pytest.mark.parametrize("script", ["", "CREATE USER x;\n" * 1000], ids=["no script", "script"])
@pytest.mark.parametrize("magic", LAYOUTS)
def test_every_layout_of_a_backup_is_read(magic: str, script: str) -> None:
    made = Artifact("movies", full=False, lowest=101, highest=200, recovered=False)
    found = headers.of_backup(made.write(magic, TAR, script=script))
    assert found is not None
    assert (found.database, found.full, found.lowest_tx, found.highest_tx) == ("movies", False, 101, 200)
    assert (found.recovered, found.compressed) == (False, magic.startswith("BZ"))
    assert (found.store_format, found.store_id) == (StoreFormat.RECORD, "1650000000000:-12345")
    assert found.database_id == "00000000-0000-0000-0000-00000000004d"
    assert found.time == datetime.fromtimestamp(1_700_000_000, UTC)
    assert found.unpacked_bytes == (len(TAR) if magic in {"BZV1", "BZV2"} else None)


@pytest.mark.parametrize("script", ["", "CREATE USER x;\n" * 70_000], ids=["no script", "script of a megabyte"])
@pytest.mark.parametrize("magic", ["BTV1", "BTV2"])
def test_the_tar_of_an_artifact_in_clear_is_found(magic: str, script: str) -> None:
    whole = Artifact().write(magic, TAR, script=script)
    assert headers.tar_start(whole) == len(whole) - len(TAR)
    assert headers.tar_start(whole[:50]) is None
    assert headers.tar_start(Artifact().write("BZV1", TAR)) is None


@pytest.mark.parametrize(("storage", "layout"), [("block", "block"), ("record", "block-x")])
def test_the_block_format_is_known(storage: str, layout: str) -> None:
    found = headers.of_backup(Artifact(storage=storage, store_format=layout).write("BTV1", TAR))
    assert found is not None
    assert found.store_format is StoreFormat.BLOCK


@pytest.mark.parametrize("magic", LAYOUTS)
def test_a_header_that_is_cut_or_of_a_later_layout_is_none(magic: str) -> None:
    whole = Artifact().write(magic, TAR)
    assert headers.of_backup(whole[:20]) is None
    assert headers.of_backup(b"BQV7" + whole[4:]) is None
    assert headers.of_backup(b"BTV2\3" + whole[4:]) is None
    assert headers.of_backup(b"BTV1\2" + whole[4:]) is None


@given(st.binary(max_size=300), st.sampled_from(LAYOUTS))
def test_no_header_is_more_than_none(junk: bytes, magic: str) -> None:
    headers.of_backup(magic.encode() + junk)
    headers.of_dump(junk)


@given(st.integers(0, 10_000), st.integers(0, 255), st.sampled_from(LAYOUTS))
def test_a_changed_byte_of_a_header_is_told_or_not_but_no_bug(position: int, value: int, magic: str) -> None:
    whole = bytearray(Artifact().write(magic, TAR))
    whole[position % len(whole)] = value
    headers.of_backup(bytes(whole))


def dump(tar: bytes, magic: bytes = b"DZV1") -> bytes:
    return magic + archives.zst(b"zstd" + struct.pack(">iqq", 1, 1, 5_000_000_000) + tar)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["./", "./neostore.nodestore.db"], StoreFormat.RECORD),
        (["./", "./schema/index-1", "./block.metadata.db"], StoreFormat.BLOCK),
        (["./neostore.transaction.db.0", "./database_lock"], None),
    ],
)
@pytest.mark.parametrize("magic", [b"DZV1", b""])
def test_a_dump_tells_its_size_and_its_format(names: list[str], found: StoreFormat | None, magic: bytes) -> None:
    header = headers.of_dump(dump(archives.tar_bytes(dict.fromkeys(names, b"x" * 700)), magic))
    assert (header.store_format, header.unpacked_bytes) == (found, 5_000_000_000)


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
    assert headers.of_dump(dump(tar, magic)).store_version == version


def test_a_dump_of_3_tells_its_format() -> None:
    header = headers.of_dump(gzip.compress(TAR))
    assert (header.store_format, header.unpacked_bytes) == (StoreFormat.RECORD, None)


def test_a_real_dump_is_read() -> None:
    header = headers.of_dump(DEMO.read_bytes())
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
    assert headers.of_dump(head).line == line


def test_a_backup_artifact_is_of_5_and_tells_its_format() -> None:
    found = headers.of_backup(Artifact().write("BTV2", TAR))
    assert found is not None
    assert (found.line, found.store_version) == (5, "record-aligned-1.1")
