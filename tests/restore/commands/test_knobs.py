"""The knobs of a restore that keeps, expires, starts empty or makes room: through the real command."""

import json
import os
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.restore.commands.restored import exists, expected
from tests.support import archives, standin
from tests.support.says import says
from tests.support.stores import Bucket


def home_of(data: Path) -> set[str]:
    return {path.name for path in (data / ".neo4j-restore").iterdir()}


@pytest.fixture
def kept(neo4j_restore: Run, bucket: Bucket, data: Path) -> dict[str, bytes]:
    """Restore over newer data with KEEP_PREVIOUS, and return that data as it was."""
    before = exists(data)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    done = neo4j_restore("run", FORCE_OVERWRITE="once", RESTORE_ID="a", KEEP_PREVIOUS="true")
    says(done, 0)
    assert archives.snapshot(data).items() >= expected().items()
    return before


def test_what_was_replaced_is_kept_and_put_back(kept: dict[str, bytes], neo4j_restore: Run, data: Path) -> None:
    assert json.loads(neo4j_restore("status", "--json").stdout)["previous_kept"] is True
    done = neo4j_restore("rollback", "--json")
    says(done, 0)
    assert json.loads(done.stdout) == {"rolled_back": ["neo4j"]}
    assert archives.snapshot(data) == kept


def test_a_rollback_done_twice_changes_nothing(kept: dict[str, bytes], neo4j_restore: Run, data: Path) -> None:
    neo4j_restore("rollback")
    again = neo4j_restore("rollback")
    says(again, 0)
    assert again.stdout == "put back: nothing\n"
    assert archives.snapshot(data) == kept


def test_what_was_rolled_back_is_not_restored_by_the_next_start(
    kept: dict[str, bytes], neo4j_restore: Run, data: Path
) -> None:
    neo4j_restore("rollback")
    says(neo4j_restore("run", FORCE_OVERWRITE="once", RESTORE_ID="a"), 0)
    assert archives.snapshot(data) == kept


def test_a_database_that_the_restore_brought_goes_with_the_rollback(
    neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    before = exists(data)
    for name in ("neo4j", "movies"):
        bucket.put(f"{name}-latest.tar.gz", archives.tar_gz(below=f"backups/{name}/"))
    neo4j_restore("run", DATABASE="neo4j,movies", FORCE_OVERWRITE="once", KEEP_PREVIOUS="true")
    assert (data / "databases/movies/neostore").is_file()
    assert neo4j_restore("rollback").stdout == "put back: neo4j\n"
    assert archives.snapshot(data) == before
    assert (data / ".neo4j-restore/previous/databases/movies/neostore").is_file()


def test_only_one_generation_is_kept(kept: dict[str, bytes], neo4j_restore: Run, data: Path) -> None:
    assert kept
    archives.write_database(data, "second")
    neo4j_restore("run", FORCE_OVERWRITE="once", RESTORE_ID="b", KEEP_PREVIOUS="true")
    previous = archives.snapshot_all(data / ".neo4j-restore/previous")
    assert previous["databases/neo4j/neostore"].startswith(b"second")
    assert home_of(data) == {"lock", "previous", "receipt.json", "history.jsonl"}
    neo4j_restore("run", FORCE_OVERWRITE="once", RESTORE_ID="c")
    assert home_of(data) == {"lock", "receipt.json", "history.jsonl"}


def test_a_rollback_without_a_kept_generation_is_told(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    neo4j_restore("run")
    before = archives.snapshot(data)
    done = neo4j_restore("rollback")
    says(done, 10, "KEEP_PREVIOUS")
    assert archives.snapshot(data) == before


def test_status_tells_state_receipt_and_history(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    assert json.loads(neo4j_restore("status", "--json").stdout)["state"] == "none"
    assert neo4j_restore("status").stdout.startswith("state: none\n")
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    neo4j_restore("run", RESTORE_ID="a")
    with (data / ".neo4j-restore/history.jsonl").open("a") as history:
        history.write('{"cut')
    status = json.loads(neo4j_restore("status", "--json").stdout)
    assert (status["state"], status["restore_id"], status["previous_kept"]) == ("done", "a", False)
    assert status["history"] == [status["receipt"]]
    assert f"restored: neo4j from {bucket.url}/neo4j-latest.tar.gz" in neo4j_restore("status").stdout


@pytest.mark.parametrize("name", ["DATA_DIR", "relative"])
def test_a_volume_that_is_not_there_is_told(name: str, neo4j_restore: Run, data: Path) -> None:
    done = neo4j_restore("status", DATA_DIR=str(data / "gone") if name == "DATA_DIR" else "data")
    says(done, 14 if name == "DATA_DIR" else 2)


def test_an_expired_wish_keeps_the_data_and_stops_an_empty_volume(
    neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    expired = {"RESTORE_NOT_AFTER": "2020-01-01T00:00:00Z", "FORCE_OVERWRITE": "true"}
    empty = neo4j_restore("run", **expired)
    says(empty, 2, "expired at 2020-01-01")
    assert archives.snapshot(data) == {}
    before = exists(data)
    says(neo4j_restore("run", **expired), 0)
    assert archives.snapshot(data) == before


def test_neo4j_may_start_empty_where_the_bucket_has_no_set(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    done = neo4j_restore("run", ON_MISSING="start-empty")
    says(done, 0, "neo4j: skip:")
    assert archives.snapshot(data) == {}
    bucket.put("neo4j-2026-01-31.tar.gz", archives.tar_gz())
    says(neo4j_restore("run", ON_MISSING="start-empty", TIMESTAMP="2025-01-01T00:00:00Z"), 10)
    offline = neo4j_restore("run", ON_MISSING="start-empty", STORAGE_EMULATOR_HOST="http://127.0.0.1:9")
    says(offline, 20)


def test_starting_empty_is_of_one_database_and_the_rest_is_restored(
    neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    done = neo4j_restore("run", DATABASE="neo4j,system", ON_MISSING="start-empty")
    says(done, 0)
    assert archives.snapshot(data).items() >= expected().items()
    assert not (data / "databases/system").exists()


def test_reclaim_makes_room_first_and_says_so_when_it_fails(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    exists(data)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    reclaim = {"SPACE_MODE": "reclaim", "FORCE_OVERWRITE": "true"}
    failing = standin.install_failing(data.parent / "failing", "the moon is full")
    failed = neo4j_restore("run", NEO4J_HOME=str(failing), **reclaim)
    says(failed, 30, "the old data was deleted for room")
    assert archives.snapshot(data) == {}
    says(neo4j_restore("run", **reclaim), 0)
    assert archives.snapshot(data).items() >= expected().items()
    assert home_of(data) == {"lock", "receipt.json", "history.jsonl"}


def test_reclaim_touches_nothing_before_all_that_can_be_checked_was(
    neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    before = exists(data)
    bucket.put("neo4j-latest.tar.gz", b"no gzip")
    done = neo4j_restore("run", SPACE_MODE="reclaim", FORCE_OVERWRITE="true")
    says(done, 11)
    assert archives.snapshot(data) == before


@pytest.mark.parametrize(
    "settings", [{}, {"FORCE_OVERWRITE": "once"}, {"FORCE_OVERWRITE": "true", "KEEP_PREVIOUS": "true"}]
)
def test_reclaim_is_refused_where_the_old_data_counts(settings: dict[str, str], neo4j_restore: Run) -> None:
    done = neo4j_restore("run", SPACE_MODE="reclaim", **settings)
    says(done, 2, "SPACE_MODE: reclaim needs FORCE_OVERWRITE true")


def test_a_volume_of_two_file_systems_is_refused(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    (data / "databases").mkdir()
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    mount = f'mount -t tmpfs tmpfs "{data}/databases" && exec "$@"'
    done = neo4j_restore("run", under=["unshare", *user, "--mount", "sh", "-c", mount, "sh"])
    says(done, 2, f"{data}/databases: it is another mount")


def test_a_volume_without_room_is_told_before_the_first_byte(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    huge = archives.tar_gz()[:-4] + b"\xff\xff\xff\xff"
    bucket.put("neo4j-latest.tar.gz", huge)
    before = exists(data)
    done = neo4j_restore("run", FORCE_OVERWRITE="once")
    assert (done.returncode in {11, 13}, archives.snapshot(data)) == (True, before)


def test_explain_tells_cause_disk_and_what_to_do(neo4j_restore: Run) -> None:
    done = neo4j_restore("explain", "12")
    says(done, 0)
    assert [line.split(":")[0] for line in done.stdout.splitlines() if ":" in line][:4] == [
        "12",
        "cause",
        "on the disk",
        "what to do",
    ]
    says(neo4j_restore("explain", "99"), 2)
    assert "SIGTERM" in neo4j_restore("explain", "143").stdout


def test_the_reason_of_a_failure_is_json_for_kubernetes(neo4j_restore: Run, bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz()[:-50])
    neo4j_restore("run")
    text = (tmp_path / "reason").read_text()
    reason = json.loads(text)
    assert (reason["code"], reason["phase"], reason["database"]) == (11, "stage", "neo4j")
    assert set(reason) == {"code", "phase", "database", "message", "hint"}


def test_a_long_reason_stays_within_what_kubernetes_keeps(neo4j_restore: Run, tmp_path: Path) -> None:
    home = standin.install_failing(tmp_path / "failing", "é" * 20_000, version="no version")
    done = neo4j_restore("run", NEO4J_HOME=str(home))
    says(done, 30)
    assert len((tmp_path / "reason").read_bytes()) <= 4096
    assert json.loads((tmp_path / "reason").read_text())["code"] == 30


def test_a_fleets_pods_ask_the_store_at_times_of_their_own(neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    done = neo4j_restore("run", START_JITTER_SECONDS="0.001")
    says(done, 0, "before asking the store (START_JITTER_SECONDS)")


def test_a_start_with_nothing_to_do_waits_for_nothing(neo4j_restore: Run, data: Path) -> None:
    exists(data)
    done = neo4j_restore("run", START_JITTER_SECONDS="999999")
    says(done, 0, unsaid="START_JITTER")
