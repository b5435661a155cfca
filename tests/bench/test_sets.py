"""The sets: the same bytes at every run, with a store's entropy, and what a contender leaves is compared with them."""

import zlib
from pathlib import Path

import pytest
from bench.errors import BenchError
from bench.sets import Size

from bench import compare, records, sets

TINY = Size("tiny", 200_000, 20, 30)


def test_a_store_is_the_same_at_every_run(tmp_path: Path) -> None:
    first = dict(sets.write_store(tmp_path / "a", TINY))
    assert first == dict(sets.write_store(tmp_path / "b", TINY))
    assert len(first) == TINY.directory_files


@pytest.mark.parametrize("shape", [records.NODES, records.RELATIONSHIPS, records.PROPERTIES, records.STRINGS])
def test_records_compress_as_those_of_real_stores(shape: records.Shape) -> None:
    data = b"".join(records.Bytes(shape, 1).blocks(2_000_000))
    assert 0.3 < len(zlib.compress(data, 6)) / len(data) < 0.5


def test_a_stream_goes_on_past_its_base_and_starts_anywhere() -> None:
    stream = records.Bytes(records.NODES, 1)
    whole = b"".join(stream.blocks(40_000_000))
    assert len(whole) == 40_000_000
    assert b"".join(stream.blocks(1000, start=20_000_000)) == whole[20_000_000:20_001_000]


@pytest.mark.parametrize("wrong", ["changed", "missing", "more"])
def test_a_result_that_is_not_the_set_is_told(wrong: str, tmp_path: Path) -> None:
    store = tmp_path / "databases" / "neo4j"
    manifest = dict(sets.write_store(store, TINY))
    compare.compare(tmp_path, manifest)
    if wrong == "changed":
        (store / "neostore").write_bytes(b"x" * manifest["neostore"][0])
    elif wrong == "missing":
        (store / "neostore").unlink()
    else:
        (store / "neostore.more").touch()
    with pytest.raises(BenchError, match="1 files differ, neostore"):
        compare.compare(tmp_path, manifest)


def test_every_database_of_a_request_is_compared(tmp_path: Path) -> None:
    manifest = dict(sets.write_store(tmp_path / "databases" / "db1", TINY))
    dict(sets.write_store(tmp_path / "databases" / "db2", TINY))
    compare.compare(tmp_path, manifest, ("db1", "db2"))
    (tmp_path / "databases" / "db2" / "neostore").unlink()
    with pytest.raises(BenchError, match="1 files differ, neostore, in db2"):
        compare.compare(tmp_path, manifest, ("db1", "db2"))
