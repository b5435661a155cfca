"""A set or a volume that is not right leaves the data as it was, and is told."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.restore.commands.restored import PACKED, exists, expected
from tests.support import archives, standin
from tests.support.says import says
from tests.support.skips import root_only
from tests.support.stores import Bucket


def test_missing_and_malformed_variables_are_told_together(neo4j_restore: Run, tmp_path: Path) -> None:
    done = neo4j_restore("run", BUCKET="", DATABASE="neo*", TIMESTAMP="?", FORCE_OVERWRITE="maybe", RETRY_SECONDS="x")
    problems = [
        name for name in ("BUCKET", "DATABASE", "TIMESTAMP", "FORCE_OVERWRITE", "RETRY_SECONDS") if name in done.stderr
    ]
    says(done, 2)
    assert len(problems) == 5
    assert json.loads((tmp_path / "reason").read_text())["code"] == 2


def test_no_set_is_told_with_the_place_and_the_nearest(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("p/neo4j-2026-01-31T02:00:00.backup.tar.gz", archives.tar_gz())
    done = neo4j_restore("run", BUCKET=f"{bucket.url}/p", TIMESTAMP="2026-01-01T00:00:00Z")
    says(done, 10, f"below {bucket.url}/p", "neo4j-2026-01-31T02:00:00.backup.tar.gz")
    assert archives.snapshot(data) == {}


def _flipped(good: bytes) -> bytes:
    return good[: len(good) // 2] + bytes([good[len(good) // 2] ^ 16]) + good[len(good) // 2 + 1 :]


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda good: good[: len(good) // 2],
    "trailer cut": lambda good: good[:-4],
    "a flipped bit": _flipped,
    "junk behind": lambda good: good + b"junk",
    "no gzip": lambda good: b"<html>" + good,
    "empty": lambda good: b"",
}


# A tar alone has no checksum of its data, which only the store's can tell, and ends in more zeros than it needs.
DAMAGED = [
    (name, ending)
    for name in DAMAGE
    for ending in PACKED
    if ending != "tar" or name not in {"a flipped bit", "trailer cut"}
]


@pytest.mark.parametrize(("damage", "ending"), DAMAGED)
def test_a_damaged_archive_leaves_the_data_byte_for_byte(
    damage: str, ending: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    before = exists(data)
    bucket.put("neo4j-latest.tar.gz", DAMAGE[damage](PACKED[ending]))
    done = neo4j_restore("run", FORCE_OVERWRITE="once")
    says(done, 11)
    assert archives.snapshot(data) == before
    assert not (data / ".neo4j-restore/staging").exists()
    assert f"{bucket.url}/neo4j-latest.tar.gz" in json.loads((tmp_path / "reason").read_text())["message"]


def test_a_set_without_a_store_file_is_damaged(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    files = archives.store_files()
    del files["neostore.propertystore.db"]
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz(files))
    done = neo4j_restore("run")
    says(done, 11, "lacks neostore.propertystore.db")
    assert archives.snapshot(data) == {}


def test_an_archive_of_another_database_is_refused(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz(below="backups/movies/"))
    done = neo4j_restore("run")
    says(done, 11, "the database movies, not neo4j: backups/movies")
    assert archives.snapshot(data) == {}


def test_unknown_files_are_refused_not_overwritten(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    archives.write_files(data / "databases/neo4j", {"precious": b"?"})
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    for policy in ("false", "once", "true"):
        done = neo4j_restore("run", FORCE_OVERWRITE=policy)
        says(done, 12, "neo4j: its folder holds files that are not a store")
    assert archives.snapshot(data) == {"databases/neo4j/precious": b"?"}


@pytest.mark.parametrize("command", ["plan", "run"])
@pytest.mark.parametrize("name", ["databases", "transactions", ".neo4j-restore"])
def test_a_linked_folder_is_refused_by_name_before_anything_moves(
    name: str, command: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    before = exists(data)
    (data / name).mkdir(exist_ok=True)
    (data / name).rename(tmp_path / "elsewhere")
    (data / name).symlink_to(tmp_path / "elsewhere")
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    done = neo4j_restore(command, FORCE_OVERWRITE="true")
    says(done, 12, f"{data / name} is a symbolic link")
    (data / name).unlink()
    (tmp_path / "elsewhere").rename(data / name)
    assert archives.snapshot(data) == before
    says(neo4j_restore("run", FORCE_OVERWRITE="true"), 0)


def test_a_server_with_linked_folders_starts_again(neo4j_restore: Run, data: Path, tmp_path: Path) -> None:
    exists(data)
    (data / "transactions").rename(tmp_path / "elsewhere")
    (data / "transactions").symlink_to(tmp_path / "elsewhere")
    says(neo4j_restore("run"), 0)


def test_a_data_folder_may_be_reached_by_a_link(neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path) -> None:
    exists(data)
    (tmp_path / "mounted").symlink_to(data)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    done = neo4j_restore("run", FORCE_OVERWRITE="true", DATA_DIR=str(tmp_path / "mounted"))
    says(done, 0)
    assert archives.snapshot(data).items() >= expected().items()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"STORAGE_EMULATOR_HOST": "http://127.0.0.1:9"}, "unreachable"),
        ({"BUCKET": "gs://no-such-bucket"}, "gs://no-such-bucket/ with no identity"),
        ({"BUCKET": "file:///no/such/folder"}, "file:///no/such/folder"),
    ],
    ids=["unreachable", "no bucket", "no folder"],
)
def test_a_store_that_does_not_answer_changes_nothing(
    settings: dict[str, str], said: str, neo4j_restore: Run, data: Path
) -> None:
    before = exists(data)
    done = neo4j_restore("run", FORCE_OVERWRITE="once", **settings)
    says(done, 20)
    assert archives.snapshot(data) == before
    assert said in done.stderr


def test_a_failing_neo4j_admin_is_told_with_its_last_lines(
    neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    before = exists(data)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    home = standin.install_failing(tmp_path / "failing", "unexpected error: the moon is full")
    done = neo4j_restore("run", FORCE_OVERWRITE="once", NEO4J_HOME=str(home))
    says(done, 30)
    assert archives.snapshot(data) == before
    assert "the moon is full" in json.loads((tmp_path / "reason").read_text())["message"]


@pytest.mark.refuses("archive", because="Neo4j 5 and later have no command that restores store files")
def test_a_backup_directory_is_not_given_to_neo4j_5(neo4j_restore: Run, bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    home = standin.install_failing(tmp_path / "five", "never asked", version="5.26.30")
    done = neo4j_restore("run", NEO4J_HOME=str(home))
    says(done, 31, "neo4j-admin 5.26.30 has no command", unsaid="4.4")


@pytest.mark.parametrize("name", ["receipt.json", "journal.json", "history.jsonl"])
@pytest.mark.parametrize("command", ["status", "plan"])
def test_a_folder_in_place_of_our_files_is_told_without_a_traceback(
    command: str, name: str, neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    (data / ".neo4j-restore" / name).mkdir(parents=True)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    done = neo4j_restore(command)
    # The history informs people. Nothing depends on it.
    says(done, 0 if name == "history.jsonl" else 12)
    assert command == "plan" or f"{name} is a folder" in done.stderr
    assert "Traceback" not in done.stderr


@root_only
def test_root_without_chown_is_told_before_anything_is_fetched(
    neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    neo4j_restore("status")
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    command = ["setpriv", "--bounding-set", "-chown", str(Path(sys.executable).with_name("neo4j-restore")), "run"]
    environment = {
        **os.environ,
        "NEO4J_HOME": str(tmp_path / "neo4j"),
        "BUCKET": bucket.url,
        "STORAGE_EMULATOR_HOST": bucket.host,
        "DATABASE": "neo4j",
        "DATA_DIR": str(data),
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    says(done, 14, "runAsUser: 7474")
    assert not (data / ".neo4j-restore/staging").exists()


def test_a_bad_key_file_is_told_without_its_content(neo4j_restore: Run, bucket: Bucket, tmp_path: Path) -> None:
    key = tmp_path / "credentials.json"
    key.write_text('{"type": "service_account", "private_key": "hush-hush"}')
    done = neo4j_restore("run", GOOGLE_APPLICATION_CREDENTIALS=str(key))
    says(done, 2, str(key), unsaid="hush-hush")
