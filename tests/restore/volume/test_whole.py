"""A database that lacks files, or a cluster's state beside it, is reported at each start. A whole database is not."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives
from tests.support.says import says
from tests.support.stores import Bucket

from neo4j_restore.spec import DatabaseName
from neo4j_restore.volume.state import lacks

NEO4J = DatabaseName("neo4j")


def of_3(data: Path) -> None:
    """Write a database as 3.x has it: logs in the store's folder, and no folder for transactions."""
    archives.write_files(data / "databases/neo4j", archives.store_files())


def of_block(data: Path) -> None:
    archives.write_files(data, {"databases/neo4j/block.metadata.db": b"x"})
    archives.write_files(data, {"transactions/neo4j/neostore.transaction.db.0": b"x"})


def with_logs_elsewhere(data: Path) -> None:
    """Write a database of a server whose setting for its logs' folder leads out of the data folder."""
    archives.write_database(data, "live")
    shutil.rmtree(data / "transactions")


def just_made(data: Path) -> None:
    """Leave what a server leaves that was stopped as it began: a folder and a lock."""
    archives.write_files(data, {"databases/neo4j/database_lock": b"", "databases/store_lock": b""})
    (data / "transactions/neo4j").mkdir(parents=True)


WHOLE: dict[str, Callable[[Path], None]] = {
    "of 4.x": lambda data: archives.write_database(data, "live"),
    "of 3.x": of_3,
    "of the block format": of_block,
    "with logs elsewhere": with_logs_elsewhere,
    "just made": just_made,
    "absent": lambda data: (data / "databases").mkdir(),
}


@pytest.mark.parametrize("make", WHOLE.values(), ids=WHOLE)
def test_a_whole_database_is_no_alarm(make: Callable[[Path], None], data: Path) -> None:
    make(data)
    assert lacks(data, NEO4J) == []


LACKS = {
    "all logs": ("transactions/neo4j", "transactions/neo4j/neostore.transaction.db"),
    "the files of logs": ("transactions/neo4j/neostore.transaction.db.0", "neostore.transaction.db"),
    "a record store": ("databases/neo4j/neostore.nodestore.db", "neostore.nodestore.db"),
    "the names of labels": (
        "databases/neo4j/neostore.labeltokenstore.db.names",
        "neostore.labeltokenstore.db.names",
    ),
}


@pytest.mark.parametrize(("removed", "reason"), LACKS.values(), ids=LACKS)
def test_a_database_that_lacks_files_is_left_alone_with_a_warning_and_fails_verify(
    removed: str, reason: str, neo4j_restore: Run, data: Path
) -> None:
    archives.write_database(data, "live")
    path = data / removed
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    before = archives.snapshot(data)
    for command in ("run", "plan"):
        done = neo4j_restore(command)
        (warning,) = [line for line in done.stderr.splitlines() if "warning: " in line]
        assert (done.returncode, reason in warning, "RESTORE_ID" in warning) == (0, True, True), warning
    verified = neo4j_restore("verify")
    says(verified, 12, reason)
    assert archives.snapshot(data) == before


def test_a_restored_database_without_the_folder_of_its_logs_fails_verify(
    neo4j_restore: Run, data: Path, tmp_path: Path
) -> None:
    archives.write_files(tmp_path / "bucket", {"neo4j-latest.tar.gz": archives.tar_gz()})
    request = {"BUCKET": f"file://{tmp_path / 'bucket'}"}
    says(neo4j_restore("run", **request), 0)
    says(neo4j_restore("verify", **request), 0)
    shutil.rmtree(data / "transactions")
    says(neo4j_restore("verify", **request), 12, "is incomplete")


@pytest.mark.parametrize("policy", ["false", "once", "true"])
@pytest.mark.parametrize("live", [True, False], ids=["with the database", "without it"])
def test_a_clusters_state_is_one_warning_at_a_start_that_takes_it_away(
    live: bool, policy: str, neo4j_restore: Run, data: Path, tmp_path: Path
) -> None:
    archives.write_files(tmp_path / "bucket", {"neo4j-latest.tar.gz": archives.tar_gz()})
    (data / "cluster-state").mkdir()
    if live:
        archives.write_database(data, "live")
    for start in range(2):
        done = neo4j_restore("run", BUCKET=f"file://{tmp_path / 'bucket'}", FORCE_OVERWRITE=policy)
        says(done, 0)
        warnings = [line for line in done.stderr.splitlines() if "warning: " in line and "cluster-state" in line]
        assert len(warnings) == (start == 0 and policy != "false")
        assert all("unbind" in line and "seedURI" in line for line in warnings)


@pytest.mark.parametrize("command", ["plan", "run"])
@pytest.mark.parametrize("lost", ["neostore.transaction.db.0", "neostore.nodestore.db"])
def test_a_raw_directory_that_lacks_files_is_told_before_it_is_fetched(
    lost: str, command: str, neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    for name, content in archives.store_files().items():
        if name != lost:
            bucket.put(f"neo4j/{name}", content)
    done = neo4j_restore(command, FORCE_OVERWRITE="true", SPACE_MODE="reclaim")
    says(done, 11)
    assert archives.snapshot(data) == before
    assert f"{bucket.url}/neo4j/ is incomplete: it lacks {lost[:22]}" in done.stderr


def test_a_copied_data_folder_with_its_logs_apart_is_told_how_to_restore_it(neo4j_restore: Run, bucket: Bucket) -> None:
    for name, content in archives.store_files().items():
        bucket.put(f"{'transactions' if 'transaction' in name else 'databases'}/neo4j/{name}", content)
    done = neo4j_restore("plan")
    assert done.returncode in {10, 11}, done.stderr
    assert "tar czf neo4j-latest.tar.gz databases/neo4j transactions/neo4j" in done.stderr
