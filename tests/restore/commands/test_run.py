"""The whole command on an emulated bucket: what it restores, keeps and refuses, by exit code, message and disk."""

import json
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.restore.commands.restored import PACKED, exists, expected
from tests.support import archives
from tests.support.says import says
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


@pytest.mark.parametrize(("key", "below", "settings"), LAYOUTS.values(), ids=LAYOUTS)
def test_an_archive_of_every_layout_is_restored(
    key: str, below: str, settings: dict[str, str], neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    bucket.put(key, archives.tar_gz(below=below))
    done = neo4j_restore("run", BUCKET=bucket.url + settings.get("path", ""), **settings)
    says(done, 0)
    assert archives.snapshot(data).items() >= expected().items()
    assert (data / "transactions/neo4j/neostore.transaction.db.0").read_bytes().startswith(b"old log")


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


def test_all_databases_or_none(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    before = exists(data)
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    bucket.put("system-latest.tar.gz", archives.tar_gz(below="backups/system/")[:-50])
    done = neo4j_restore("run", DATABASE="neo4j,system", FORCE_OVERWRITE="once")
    says(done, 11)
    assert archives.snapshot(data) == before


def test_a_request_that_is_done_warns_if_it_names_another_set_now(neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put("neo4j-2026-01-31-020000.tar.gz", archives.tar_gz())
    request = {"FORCE_OVERWRITE": "once", "RESTORE_ID": "incident-1"}
    says(neo4j_restore("run", **request), 0)
    says(neo4j_restore("run", **request), 0, unsaid="warning: ")
    for command in ("run", "plan"):
        says(
            neo4j_restore(command, **request, TIMESTAMP="2026-02-28"),
            0,
            "warning: neo4j: the request incident-1 is done already: TIMESTAMP is 2026-02-28, and the data is of the "
            "set of 2026-01-31T02:00:00+00:00",
            "set RESTORE_ID to a new name",
        )


@pytest.mark.parametrize("live", [True, False])
def test_a_failure_speaks_of_old_data_only_where_there_is_some(
    live: bool, neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    if live:
        archives.write_database(data, "live")
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz()[:-20])
    left = ("the old data is unchanged", "the volume still has none of these databases")
    done = neo4j_restore("run", FORCE_OVERWRITE="once")
    says(done, 11, left[not live], unsaid=left[live])


def test_a_volume_that_is_mounted_one_folder_too_high_is_refused_with_the_value_to_set(
    neo4j_restore: Run, data: Path
) -> None:
    archives.write_database(data / "data", "live")
    says(neo4j_restore("run"), 12, f"{data}/data", "data.subPath=data in the chart neo4j-restore")


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
