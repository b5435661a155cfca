"""The whole command on an emulated bucket: what it restores, leaves alone and refuses; exit code, message and disk."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives, standin
from tests.support.says import says
from tests.support.skips import root_only
from tests.support.stores import Bucket

from neo4j_restore.volume import receipt

LAYOUTS = {
    "flat pointer": ("neo4j-latest.tar.gz", "backups/neo4j/", {}),
    "nested pointer": ("neo4j/neo4j-latest.tar.gz", "backups/neo4j/", {}),
    "nested stamp": ("neo4j/neo4j-2026-01-31-02:00:00.tar.gz", "backups/neo4j/", {}),
    "official 4.4, absolute entries": ("neo4j-2026-01-31T02:00:00.backup.tar.gz", "/backups/neo4j/", {}),
    "data in the middle": ("neo4j-latest.tar.gz", "data/neo4j/", {}),
    "no folder in the archive": ("neo4j-latest.tar.gz", "./", {}),
    "BACKUP_SET_DIR": ("neo4j-latest.tar.gz", "data/sets/blue/", {"BACKUP_SET_DIR": "data/sets/blue"}),
    "below a path": ("p/q/neo4j-latest.tar.gz", "backups/neo4j/", {"path": "/p/q/"}),
}


def exists(data: Path) -> dict[str, bytes]:
    """Put a database with newer writes on the volume; return it as it must stay."""
    archives.write_database(data, "newer")
    return archives.snapshot(data)


def expected(mark: str = "old") -> dict[str, bytes]:
    """Return the store files that a restored `archives.store_files(mark)` has on the volume."""
    files = archives.store_files(mark)
    return {f"databases/neo4j/{name}": data for name, data in files.items() if "transaction" not in name}


@pytest.mark.parametrize(("key", "below", "settings"), LAYOUTS.values(), ids=LAYOUTS)
def test_an_archive_of_every_layout_is_restored(
    key: str, below: str, settings: dict[str, str], neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    bucket.put(key, archives.tar_gz(below=below))
    done = neo4j_restore("run", BUCKET=bucket.url + settings.get("path", ""), **settings)
    says(done, 0)
    assert archives.snapshot(data).items() >= expected().items()
    assert (data / "transactions/neo4j/neostore.transaction.db.0").read_bytes().startswith(b"old log")


TAR = archives.tar_bytes(archives.store_files(), below="backups/neo4j/")
PACKED = {"tar.gz": gzip.compress(TAR), "tar": TAR, "tar.zst": archives.zst(TAR), "tar.lz4": archives.lz4(TAR)}


@pytest.mark.parametrize("ending", PACKED)
@pytest.mark.parametrize("name", ["right", "neo4j-latest.tar.gz"])
def test_an_archive_is_unpacked_by_what_it_is(
    name: str, ending: str, neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    bucket.put(f"neo4j-latest.{ending}" if name == "right" else name, PACKED[ending])
    done = neo4j_restore("run")
    says(done, 0)
    assert archives.snapshot(data).items() >= expected().items()


@pytest.mark.parametrize("folder", ["neo4j/", "neo4j-2026-01-31-02:00:00/", "2026-01-31/neo4j/", "neo4j/2026-01-31/"])
def test_a_raw_directory_is_restored(folder: str, neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    for name, content in archives.store_files().items():
        bucket.put(folder + name, content)
    done = neo4j_restore("run")
    says(done, 0)
    assert archives.snapshot(data).items() >= expected().items()


def test_reports_and_other_databases_are_never_taken(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j/neo4j-2026-01-30-02:00:00.tar.gz", archives.tar_gz())
    bucket.put("neo4j/neo4j-2026-01-31-02:00:00.report.tar.gz", archives.tar_gz(archives.store_files("report")))
    bucket.put("neo4j-test-latest.tar.gz", archives.tar_gz(archives.store_files("other")))
    says(neo4j_restore("run"), 0)
    assert archives.snapshot(data).items() >= expected().items()


@pytest.mark.parametrize(
    ("timestamp", "mark"),
    [("", "third"), ("2026-01-30T02:00:00", "first"), ("2026-01-31T12:00:00Z", "second"), ("before-upgrade", "named")],
)
def test_the_timestamp_chooses_the_set(
    timestamp: str, mark: str, neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    stamps = {"2026-01-30T02:00:00": "first", "2026-01-31T02:00:00": "second", "2026-02-01T02:00:00": "third"}
    for stamp, name in {**stamps, "before-upgrade": "named"}.items():
        bucket.put(f"neo4j-{stamp}.backup.tar.gz", archives.tar_gz(archives.store_files(name)))
    done = neo4j_restore("run", TIMESTAMP=timestamp)
    says(done, 0)
    assert archives.snapshot(data).items() >= expected(mark).items()


def test_the_receipt_says_what_was_restored_from_where(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    neo4j_restore("run", RESTORE_ID="drill-7")
    last = receipt.read(data / ".neo4j-restore").last
    (restored,) = last["restored"]
    blob = bucket.handle.get_blob("neo4j-latest.tar.gz")
    assert (last["restore_id"], last["neo4j_admin"]) == ("drill-7", "4.4.48")
    assert restored["object"] == f"{bucket.url}/neo4j-latest.tar.gz"
    assert (restored["generation"], restored["crc32c"]) == (str(blob.generation), blob.crc32c)
    assert json.loads((data / ".neo4j-restore/history.jsonl").read_text()) == last


def test_a_second_start_restores_nothing_and_asks_nobody(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    neo4j_restore("run")
    before = archives.snapshot(data), (data / ".neo4j-restore/receipt.json").read_bytes()
    offline = {"STORAGE_EMULATOR_HOST": "http://127.0.0.1:9", "NEO4J_HOME": "/nowhere"}
    again = neo4j_restore("run", GOOGLE_APPLICATION_CREDENTIALS="/gone.json", **offline)
    says(again, 0, "neo4j: skip: it exists")
    assert (archives.snapshot(data), (data / ".neo4j-restore/receipt.json").read_bytes()) == before


def test_existing_data_stays_when_the_policy_is_never(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    before = exists(data)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    done = neo4j_restore("run")
    says(done, 0, "it exists, and FORCE_OVERWRITE is false")
    assert archives.snapshot(data) == before


def test_a_cluster_member_counts_as_existing_data(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    (data / "cluster-state").mkdir()
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    done = neo4j_restore("run")
    says(done, 0, "cluster-state")
    assert archives.snapshot(data) == {}


def test_once_overwrites_one_time_for_each_id(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    exists(data)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(neo4j_restore("run", FORCE_OVERWRITE="once", RESTORE_ID="a"), 0)
    assert archives.snapshot(data).items() >= expected().items()
    newer = exists(data)
    for wish in ("a", "b", "a"):
        neo4j_restore("run", FORCE_OVERWRITE="once", RESTORE_ID=wish)
        assert (archives.snapshot(data) == newer) == (wish == "a")
        newer = archives.snapshot(data)


def test_true_overwrites_at_every_start(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    for _ in range(2):
        exists(data)
        says(neo4j_restore("run", FORCE_OVERWRITE="true"), 0)
        assert archives.snapshot(data).items() >= expected().items()


def test_overwriting_leaves_nothing_of_the_old_database(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    exists(data)
    (data / "transactions/neo4j/neostore.transaction.db.1").write_bytes(b"newer log")
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(neo4j_restore("run", FORCE_OVERWRITE="once"), 0)
    assert b"newer" not in b"".join(archives.snapshot(data).values())
    assert {path.name for path in (data / ".neo4j-restore").iterdir()} == {"lock", "receipt.json", "history.jsonl"}


def test_staged_files_stay_for_a_look_when_asked(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    neo4j_restore("run", PURGE_ON_COMPLETE="false")
    assert (data / ".neo4j-restore/staging/conf/neo4j.conf").is_file()


def test_all_databases_or_none(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    before = exists(data)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    bucket.put("system-latest.tar.gz", archives.tar_gz(below="backups/system/")[:-50])
    done = neo4j_restore("run", DATABASE="neo4j,system", FORCE_OVERWRITE="once")
    says(done, 11)
    assert archives.snapshot(data) == before


def test_missing_and_malformed_variables_are_told_together(neo4j_restore: Run, tmp_path: Path) -> None:
    done = neo4j_restore("run", BUCKET="", DATABASE="neo*", TIMESTAMP="?", FORCE_OVERWRITE="maybe", RETRY_SECONDS="x")
    told = [
        name for name in ("BUCKET", "DATABASE", "TIMESTAMP", "FORCE_OVERWRITE", "RETRY_SECONDS") if name in done.stderr
    ]
    says(done, 2)
    assert len(told) == 5
    assert json.loads((tmp_path / "reason").read_text())["code"] == 2


def test_what_is_odd_about_a_choice_is_told_with_urls(neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put("neo4j-2026-01-30.tar.gz", archives.tar_gz())
    bucket.put("neo4j-2026-01-31.tar.gz", archives.tar_gz(archives.store_files("newer")))
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    done = neo4j_restore("plan")
    says(
        done,
        10,
        f"{bucket.url}/neo4j-latest.tar.gz is of 2026-01-30",
        f"to restore {bucket.url}/neo4j-2026-01-31.tar.gz",
    )
    taken = neo4j_restore("plan", ON_STALE_LATEST="newest")
    assert f"neo4j: taking {bucket.url}/neo4j-2026-01-31.tar.gz, of 2026-01-31" in taken.stderr


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


def test_a_backup_directory_is_not_given_to_neo4j_5(neo4j_restore: Run, bucket: Bucket, tmp_path: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    home = standin.install_failing(tmp_path / "five", "never asked", version="5.26.30")
    done = neo4j_restore("run", NEO4J_HOME=str(home))
    says(done, 31, "neo4j-admin 5.26.30 has no command", unsaid="4.4")


def test_plan_tells_and_changes_nothing(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    found = json.loads(neo4j_restore("plan", "--json").stdout)
    (planned,) = found["databases"]
    assert (found["neo4j_admin"], planned["action"]) == ("4.4.48", "restore")
    assert planned["set"]["object"] == f"{bucket.url}/neo4j-latest.tar.gz"
    assert list(data.iterdir()) == []
    assert "neo4j     restore" in neo4j_restore("plan").stdout


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


def test_an_answer_that_can_not_be_written_is_one_line(data: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [str(Path(sys.executable).with_name("neo4j-restore")), "status"]
        environment = {**os.environ, "DATA_DIR": str(data)}
        done = subprocess.run(command, env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    says(done, 14, "cannot write the answer to stdout", unsaid="Traceback")


def test_an_empty_list_tells_how_many_objects_were_seen(neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put("report.html", b"x")
    bucket.put("other.dump", b"x")
    done = neo4j_restore("list")
    says(done, 0, "no set of neo4j among the 2 objects seen")


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


def test_list_tells_time_size_kind_and_object_of_each_set(neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put("neo4j/neo4j-2026-01-31-02:00:00.tar.gz", archives.tar_gz())
    bucket.put("neo4j/neo4j-2026-02-01-02:00:00.dump", b"DZV1")
    found = json.loads(neo4j_restore("list", "--json").stdout)
    assert [(each["time"], each["kind"], each["size_bytes"]) for each in found] == [
        ("2026-02-01T02:00:00+00:00", "dump", 4),
        ("2026-01-31T02:00:00+00:00", "archive", len(archives.tar_gz())),
    ]
    assert "2026-01-31T02:00:00+00:00" in neo4j_restore("list").stdout


def test_verify_tells_where_each_database_is_from(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    says(neo4j_restore("verify"), 10)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    neo4j_restore("run")
    archives.write_database(data, "beside", "movies")
    done = neo4j_restore("verify", DATABASE="neo4j,movies")
    says(done, 0, printed=(f"neo4j: restored from {bucket.url}/neo4j-latest.tar.gz", "movies: present"))


def test_verify_fails_for_data_of_another_bucket_or_set_and_says_what_differs(
    neo4j_restore: Run, bucket: Bucket, tmp_path: Path
) -> None:
    bucket.put("neo4j-2026-01-31-020000.tar.gz", archives.tar_gz())
    says(neo4j_restore("run"), 0)
    for same in ({}, {"TIMESTAMP": "2026-01-31"}, {"TIMESTAMP": "2026-02-01T00:00:00Z"}):
        says(neo4j_restore("verify", **same), 0)
    says(
        neo4j_restore("verify", BUCKET=f"file://{tmp_path}/other", TIMESTAMP="2026-02-28"),
        12,
        f"BUCKET is file://{tmp_path}/other, and the data is from {bucket.url}/neo4j-2026-01-31",
        "TIMESTAMP is 2026-02-28, and the data is of the set of 2026-01-31T02:00:00+00:00",
    )
    again = neo4j_restore("verify", FORCE_OVERWRITE="once", RESTORE_ID="incident-2")
    says(again, 12, "the request incident-2 was not fulfilled")


def test_json_logs_carry_the_runs_id(neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    lines = [json.loads(line) for line in neo4j_restore("run", LOG_FORMAT="json").stderr.splitlines()]
    assert len(lines) > 3
    assert len({line["run"] for line in lines}) == 1


def test_a_bad_key_file_is_told_without_its_content(neo4j_restore: Run, bucket: Bucket, tmp_path: Path) -> None:
    key = tmp_path / "credentials.json"
    key.write_text('{"type": "service_account", "private_key": "hush-hush"}')
    done = neo4j_restore("run", GOOGLE_APPLICATION_CREDENTIALS=str(key))
    says(done, 2, str(key), unsaid="hush-hush")
