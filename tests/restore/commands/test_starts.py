"""START_ID: each start that ends well keeps the name of its values on the volume, also one with nothing to do."""

import json
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.restore.commands.restored import exists
from tests.support import archives
from tests.support.says import says
from tests.support.stores import Bucket


def start_id(data: Path) -> str:
    return str(json.loads((data / ".neo4j-restore/start.json").read_text())["start_id"])


def test_a_restore_and_a_start_with_nothing_to_do_keep_it(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(neo4j_restore("run", START_ID="first"), 0)
    assert start_id(data) == "first"
    says(neo4j_restore("run", START_ID="second"), 0, "it exists, and FORCE_OVERWRITE is false")
    assert start_id(data) == "second"


def test_a_restart_with_the_same_values_writes_nothing(neo4j_restore: Run, data: Path) -> None:
    exists(data)
    says(neo4j_restore("run", START_ID="first"), 0)
    before = (data / ".neo4j-restore/start.json").stat()
    says(neo4j_restore("run", START_ID="first"), 0)
    after = (data / ".neo4j-restore/start.json").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_start_that_fails_keeps_the_one_before(neo4j_restore: Run, data: Path) -> None:
    exists(data)
    says(neo4j_restore("run", START_ID="first"), 0)
    says(neo4j_restore("run", START_ID="second", DATABASE="movies"), 10)
    assert start_id(data) == "first"


def test_a_rollback_keeps_it_too(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    exists(data)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(neo4j_restore("run", FORCE_OVERWRITE="once", KEEP_PREVIOUS="true"), 0)
    says(neo4j_restore("rollback", START_ID="back"), 0)
    assert start_id(data) == "back"


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"start_id": 7}'], ids=["empty", "a list", "a number"])
def test_a_file_that_is_not_ours_is_replaced(neo4j_restore: Run, data: Path, content: bytes) -> None:
    exists(data)
    says(neo4j_restore("run", START_ID="first"), 0)
    (data / ".neo4j-restore/start.json").write_bytes(content)
    says(neo4j_restore("run", START_ID="first"), 0)
    assert start_id(data) == "first"


def test_a_file_that_can_not_be_written_keeps_no_neo4j_from_its_start(neo4j_restore: Run, data: Path) -> None:
    exists(data)
    says(neo4j_restore("run"), 0)
    (data / ".neo4j-restore/start.json").mkdir(parents=True)
    (data / ".neo4j-restore/start.json/stranger").touch()
    says(neo4j_restore("run", START_ID="first"), 0, "cannot keep START_ID")


def test_a_malformed_name_is_refused(neo4j_restore: Run) -> None:
    says(neo4j_restore("run", START_ID="a b"), 2, "START_ID")
