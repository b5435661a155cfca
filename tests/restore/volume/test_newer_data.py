"""Between a crash and the next start somebody may have used the volume: what they wrote is not lost in silence."""

import json
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.restore.commands.restored import exists, expected
from tests.support import archives, standin
from tests.support.says import says
from tests.support.skips import root_only
from tests.support.stores import Bucket

from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.spec import DatabaseName
from neo4j_restore.volume import journal, recovery, swap
from neo4j_restore.volume.journal import Journal, Phase
from neo4j_restore.volume.paths import VolumePaths

NEO4J = DatabaseName("neo4j")
RECORD = {"restore_id": "a", "restored": [], "finished": "now"}


@pytest.fixture
def sealed(data: Path) -> VolumePaths:
    """Leave a restore that was sealed over existing data, and cut off before its first rename."""
    exists(data)
    paths = VolumePaths(data)
    paths.home.mkdir()
    swap.begin(paths, Journal(Phase.INTENT, "a"))
    archives.write_database(paths.staged_data, "old")
    swap.seal(paths, (NEO4J,), RECORD)
    return paths


def test_a_sealed_restore_is_not_completed_over_later_writes(
    sealed: VolumePaths, neo4j_restore: Run, data: Path
) -> None:
    (data / "databases/neo4j/neostore").write_bytes(b"written since")
    before = archives.snapshot(data)
    done = neo4j_restore("run", FORCE_OVERWRITE="once", RESTORE_ID="a")
    says(done, 12, "after a restore was sealed")
    assert archives.snapshot(data) == before


def test_a_request_that_leaves_data_alone_gives_a_sealed_restore_up_for_later_writes(
    sealed: VolumePaths, neo4j_restore: Run, data: Path
) -> None:
    (data / "databases/neo4j/neostore").write_bytes(b"written since")
    before = archives.snapshot(data)
    done = neo4j_restore("run")
    says(done, 0, "Neo4j has written")
    assert archives.snapshot(data) == before
    assert {path.name for path in sealed.home.iterdir()} == {"lock"}


def test_the_hint_to_keep_what_was_written_works(sealed: VolumePaths, neo4j_restore: Run, data: Path) -> None:
    (data / "databases/neo4j/neostore").write_bytes(b"written since")
    (sealed.home / "journal.json").unlink()
    before = archives.snapshot(data)
    says(neo4j_restore("run"), 0)
    assert archives.snapshot(data) == before


def test_the_hint_to_finish_the_restore_works(sealed: VolumePaths, neo4j_restore: Run, data: Path) -> None:
    for part in ("databases/neo4j", "transactions/neo4j"):
        archives.empty(data / part)
        (data / part).rmdir()
    says(neo4j_restore("run"), 0)
    assert archives.snapshot(data).items() >= expected().items()
    assert not sealed.home.joinpath("journal.json").exists()


def test_what_was_about_to_be_replaced_is_not_deleted_without_its_journal(
    sealed: VolumePaths, neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    sealed.outgoing.mkdir()
    (data / "databases").rename(sealed.outgoing / "databases")
    (sealed.home / "journal.json").unlink()
    done = neo4j_restore("run")
    says(done, 12, str(sealed.outgoing))
    assert (sealed.outgoing / "databases/neo4j/neostore").is_file()


def test_what_a_swap_lost_of_its_staging_is_told_and_the_old_data_is_live_again(
    sealed: VolumePaths, data: Path
) -> None:
    before = archives.snapshot(data)
    (sealed.outgoing / "databases").mkdir(parents=True)
    (data / "databases/neo4j").rename(sealed.outgoing / "databases/neo4j")
    archives.empty(sealed.staging)
    with pytest.raises(TargetOccupiedError, match="neither staged in") as raised:
        recovery.recover(sealed)
    assert "the old data is live again" in raised.value.hint
    assert archives.snapshot(data) == before
    recovery.recover(sealed)
    assert (archives.snapshot(data), journal.read(sealed)) == (before, None)


def test_a_staged_folder_that_vanished_before_the_swap_leaves_the_old_data(
    sealed: VolumePaths, neo4j_restore: Run, data: Path
) -> None:
    archives.empty(sealed.staging)
    before = archives.snapshot(data)
    done = neo4j_restore("run")
    says(done, 0, "the old data is unchanged")
    assert archives.snapshot(data) == before
    assert journal.read(sealed) is None


def test_a_reclaim_that_was_cut_off_before_it_deleted_puts_everything_back(data: Path) -> None:
    before = exists(data)
    paths = VolumePaths(data)
    paths.home.mkdir()
    parts = swap.parts_of(data, (NEO4J,))
    journal.write(paths, Journal(Phase.INTENT, "a", retire=parts, reclaim=True))
    (paths.outgoing / "databases").mkdir(parents=True)
    (data / "databases/neo4j").rename(paths.outgoing / "databases/neo4j")
    recovery.recover(paths)
    assert archives.snapshot(data) == before
    assert journal.read(paths) is None


def test_a_volume_whose_data_was_deleted_for_room_never_starts_empty(
    neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    exists(data)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    failing = standin.install_failing(tmp_path / "failing", "the moon is full")
    neo4j_restore("run", SPACE_MODE="reclaim", FORCE_OVERWRITE="true", NEO4J_HOME=str(failing))
    assert json.loads(neo4j_restore("status", "--json").stdout)["state"] == "intent"
    bucket.handle.delete_blob("neo4j-latest.tar.gz")
    says(neo4j_restore("run", ON_MISSING="start-empty"), 10)
    neo4j_restore("run", NEO4J_HOME=str(failing))
    says(neo4j_restore("run", ON_MISSING="start-empty"), 10)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(neo4j_restore("run"), 0)
    assert json.loads(neo4j_restore("status", "--json").stdout)["state"] == "done"


def test_a_receipt_nobody_needs_keeps_no_healthy_server_from_starting(neo4j_restore: Run, data: Path) -> None:
    exists(data)
    archives.write_files(data / ".neo4j-restore", {"receipt.json": b'{"format": 9}'})
    says(neo4j_restore("run"), 0)
    says(neo4j_restore("run", FORCE_OVERWRITE="once"), 12)


def test_a_volume_mounted_one_folder_too_high_is_refused(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    archives.write_database(data / "data", "live")
    done = neo4j_restore("run")
    says(done, 12, "subPath")
    assert not (data / "databases").exists()


def test_a_generation_is_kept_until_something_is_replaced(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    before = exists(data)
    for name in ("neo4j", "movies"):
        bucket.put(f"{name}-latest.tar.gz", archives.tar_gz(below=f"backups/{name}/"))
    neo4j_restore("run", FORCE_OVERWRITE="once", KEEP_PREVIOUS="true")
    neo4j_restore("run", DATABASE="movies", KEEP_PREVIOUS="true")
    assert archives.snapshot_all(data / ".neo4j-restore/previous") == before


@root_only
def test_a_lock_of_another_user_is_still_a_lock(neo4j_restore: Run, data: Path) -> None:
    exists(data)
    archives.write_files(data / ".neo4j-restore", {"lock": b""})
    (data / ".neo4j-restore/lock").chmod(0o444)
    says(neo4j_restore("run"), 0)


def test_one_raw_directory_does_not_become_two_databases(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    for name, content in archives.store_files().items():
        bucket.put(f"x/mine/{name}", content)
    done = neo4j_restore("run", DATABASE="neo4j,system", BACKUP_SET_DIR="x/mine")
    says(done, 2)
    assert archives.snapshot(data) == {}


def test_a_set_of_another_environment_is_not_taken_for_its_name(neo4j_restore: Run, bucket: Bucket) -> None:
    for name, content in archives.store_files().items():
        bucket.put(f"staging/neo4j/{name}", content)
    done = neo4j_restore("run")
    says(done, 10, "staging/neo4j")


def test_a_set_without_its_transaction_logs_is_damaged(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    files = {name: content for name, content in archives.store_files().items() if "transaction" not in name}
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz(files))
    done = neo4j_restore("run")
    says(done, 11, "lacks neostore.transaction.db")
    assert archives.snapshot(data) == {}
