"""What backup artifacts say of themselves."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import archives
from tests.support.artifacts import Artifact

from neo4j_restore.sets import headers
from neo4j_restore.sets.headers import StoreFormat

LAYOUTS = ("BTV1", "BTV2", "BZV1", "BZV2", "BZV3")
TAR = archives.tar_bytes({"./neostore": b"x" * 3000})


@pytest.mark.parametrize("script", ["", "CREATE USER x;\n" * 1000], ids=["no script", "script"])
@pytest.mark.parametrize("magic", LAYOUTS)
def test_every_layout_of_a_backup_is_read(magic: str, script: str) -> None:
    made = Artifact("movies", full=False, lowest=101, highest=200, recovered=False)
    header = headers.of_backup(made.write(magic, TAR, script=script))
    assert header is not None
    assert (header.database, header.full, header.lowest_tx, header.highest_tx) == ("movies", False, 101, 200)
    assert (header.recovered, header.compressed) == (False, magic.startswith("BZ"))
    assert (header.store_format, header.store_id) == (StoreFormat.RECORD, "1650000000000:-12345")
    assert header.database_id == "00000000-0000-0000-0000-00000000004d"
    assert header.time == datetime.fromtimestamp(1_700_000_000, UTC)
    assert header.unpacked_bytes == (len(TAR) if magic in {"BZV1", "BZV2"} else None)


@pytest.mark.parametrize("script", ["", "CREATE USER x;\n" * 70_000], ids=["no script", "script of a megabyte"])
@pytest.mark.parametrize("magic", ["BTV1", "BTV2"])
def test_the_tar_of_an_artifact_in_clear_is_header(magic: str, script: str) -> None:
    whole = Artifact().write(magic, TAR, script=script)
    assert headers.tar_start(whole) == len(whole) - len(TAR)
    assert headers.tar_start(whole[:50]) is None
    assert headers.tar_start(Artifact().write("BZV1", TAR)) is None


@pytest.mark.parametrize(("storage", "layout"), [("block", "block"), ("record", "block-x")])
def test_the_block_format_is_known(storage: str, layout: str) -> None:
    header = headers.of_backup(Artifact(storage=storage, store_format=layout).write("BTV1", TAR))
    assert header is not None
    assert header.store_format is StoreFormat.BLOCK


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


@given(st.integers(0, 10_000), st.integers(0, 255), st.sampled_from(LAYOUTS))
def test_a_changed_byte_of_a_header_is_told_or_not_but_no_bug(position: int, value: int, magic: str) -> None:
    whole = bytearray(Artifact().write(magic, TAR))
    whole[position % len(whole)] = value
    headers.of_backup(bytes(whole))


def test_a_backup_artifact_is_of_5_and_tells_its_format() -> None:
    header = headers.of_backup(Artifact().write("BTV2", TAR))
    assert header is not None
    assert (header.line, header.store_version) == (5, "record-aligned-1.1")
