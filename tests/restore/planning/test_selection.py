"""The set that is restored is the one that was meant, or nothing is: runs over real buckets."""

import io
import json
import os
import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives
from tests.support.says import says
from tests.support.stores import Bucket

OLD, NEW = archives.tar_gz(archives.store_files("OLD")), archives.tar_gz(archives.store_files("NEW"))


def restored(data: Path) -> str:
    """Return the mark of the store that is live, or nothing."""
    path = data / "databases/neo4j/neostore"
    return path.read_bytes()[:3].decode() if path.exists() else ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder that stands for a bucket."""
    bucket = tmp_path / "folder"
    bucket.mkdir()
    return bucket


def put(folder: Path, objects: dict[str, bytes], seconds: int | None = None) -> str:
    """Write objects into a folder, as of one time, and return its URL."""
    archives.write_files(folder, objects)
    for name in objects if seconds else ():
        os.utime(folder / name, (seconds or 0, seconds or 0))
    return f"file://{folder}"


def test_the_newest_set_is_taken_whatever_form_its_stamp_has(neo4j_restore: Run, data: Path, folder: Path) -> None:
    url = put(folder, {"neo4j-2025-01-01T00-00-00.tar.gz": OLD, "2026/01/31/02/NEO4J.tar.gz": NEW})
    done = neo4j_restore("run", BUCKET=url)
    says(done, 0)
    assert restored(data) == "NEW"
    assert "of 2026-01-31T02:00:00+00:00 by the name (stamp 2026-01-31-02, year first)" in done.stderr


@pytest.mark.parametrize(
    "name", ["neo4j-2026-31-31.tar.gz", "neo4j-backup-2026-01-31.tar.gz", "blue/neo4j-2026-01-31.tar.gz", "x_neo4j"]
)
def test_what_looks_like_a_newer_backup_stops_the_restore_until_it_is_ignored(
    name: str, neo4j_restore: Run, data: Path, folder: Path
) -> None:
    url = put(folder, {"neo4j-2025-01-01.tar.gz": OLD, name: NEW, "neo4j.log": b"text", "neo4j_notes": b"text"})
    done = neo4j_restore("run", BUCKET=url)
    says(done, 10)
    assert archives.snapshot(data) == {}
    assert f"{url}/{name} looks like a backup of neo4j that is newer than" in done.stderr
    assert "notes" not in done.stderr
    listed = json.loads(neo4j_restore("list", "--json", BUCKET=url).stdout)
    assert [(each["object"], bool(each["not_a_set"])) for each in listed] == [
        (f"{url}/neo4j-2025-01-01.tar.gz", False),
        (f"{url}/{name}", True),
    ]
    ignore = re.search(r"IGNORE_OBJECTS=([^;\s]+)", done.stderr)
    assert ignore
    again = neo4j_restore("run", BUCKET=url, IGNORE_OBJECTS=ignore[1])
    says(again, 0)
    assert restored(data) == "OLD"


def test_the_hint_takes_the_object_that_was_not_understood(neo4j_restore: Run, data: Path, folder: Path) -> None:
    url = put(folder, {"neo4j-2025-01-01.tar.gz": OLD, "neo4j-backup-2026-01-31.tar.gz": NEW})
    bucket = re.search(r"set BUCKET=(\S+)", neo4j_restore("run", BUCKET=url).stderr)
    assert bucket
    done = neo4j_restore("run", BUCKET=bucket[1])
    says(done, 0)
    assert restored(data) == "NEW"


def test_an_exact_stamp_or_an_older_time_is_not_stopped(neo4j_restore: Run, data: Path, folder: Path) -> None:
    url = put(folder, {"neo4j-2025-01-01.tar.gz": OLD, "neo4j-backup-2026-01-31.tar.gz": NEW})
    for timestamp in ("2025-01-01", "2025-06-01T00:00:00Z"):
        planned = neo4j_restore("plan", "--json", BUCKET=url, TIMESTAMP=timestamp)
        (database,) = json.loads(planned.stdout)["databases"]
        assert database["set"]["stamp"] == "2025-01-01"
        assert [each["reason"] for each in database["not_sets"]] == ["it could be of a database called neo4j-backup"]
    table = neo4j_restore("plan", BUCKET=url, TIMESTAMP="2025-01-01").stdout
    assert f"not taken for a set: {url}/neo4j-backup-2026-01-31.tar.gz: it could be" in table


def test_sets_of_other_databases_in_the_same_folder_do_not_block(neo4j_restore: Run, data: Path, folder: Path) -> None:
    others = ["neo4j-test-2026-01-31.tar.gz", "neo4j2-latest.tar.gz", "my-neo4j-2026-01-31.tar.gz", "movies.tar.gz"]
    url = put(folder, {"neo4j-2025-01-01.tar.gz": OLD} | dict.fromkeys(others, NEW))
    done = neo4j_restore("run", BUCKET=url)
    says(done, 0)
    assert restored(data) == "OLD"
    assert "ignored objects that are named as sets of another database: my-neo4j (1), neo4j-test (1)" in done.stderr


@pytest.mark.parametrize("name", ["Neo4j.conf", "x/y-neo4j-z/report.txt", "neo4j.tar.gz.tmp", "backup_neo4j"])
def test_neo4j_starts_empty_only_where_nothing_bears_the_name(
    name: str, neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    for other in ("presneo4j.dump", "movies-2026-01-31.dump", "neo4j/"):
        bucket.put(other, b"" if other.endswith("/") else b"text")
    says(neo4j_restore("plan", ON_MISSING="start-empty"), 0)
    bucket.put(name, b"text")
    says(neo4j_restore("run", ON_MISSING="start-empty"), 10)


def test_a_link_that_leads_away_bears_its_name(neo4j_restore: Run, data: Path, folder: Path) -> None:
    url = put(folder, {"movies.dump": b"text"})
    says(neo4j_restore("plan", BUCKET=url, ON_MISSING="start-empty"), 0)
    (folder / "neo4j-latest.dump").symlink_to("/etc/hostname")
    done = neo4j_restore("run", BUCKET=url, ON_MISSING="start-empty")
    says(done, 10, "neo4j-latest.dump is a symbolic link")


def test_a_stale_pointer_stops_the_restore_until_it_is_said_what_counts(
    neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    bucket.put("neo4j-2026-01-30.tar.gz", OLD)
    bucket.put("neo4j-2026-01-31.tar.gz", NEW)
    bucket.put("neo4j-latest.tar.gz", OLD)
    done = neo4j_restore("run")
    says(done, 10, "the pointer may be stale", "ON_STALE_LATEST=newest")
    for word, mark in (("newest", "NEW"), ("latest", "OLD")):
        consented = neo4j_restore("run", ON_STALE_LATEST=word, FORCE_OVERWRITE="once", RESTORE_ID=word)
        says(consented, 0, "the pointer may be stale")
        assert restored(data) == mark
    (last,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
    assert (last["time"], last["time_source"]) == ("2026-01-30T23:59:59+00:00", "checksum")


@pytest.mark.parametrize(("name", "mark"), [("neo4j.tar.gz", "NEW"), ("neo4j-latest.tar.gz", "OLD")])
def test_a_copy_of_the_bucket_is_told_where_nothing_proves_the_time(
    name: str, mark: str, neo4j_restore: Run, data: Path, folder: Path
) -> None:
    url = put(
        folder,
        {"neo4j-2026-01-31T02-00-00.tar.gz": NEW, name: archives.tar_gz(archives.store_files("OLDER"))},
        1_790_000_000,
    )
    done = neo4j_restore("run", BUCKET=url)
    says(done, 0)
    assert restored(data) == mark
    assert ("proves nothing" if mark == "NEW" else "it is not proved") in done.stderr


@pytest.mark.parametrize(("written", "code"), [(1_672_531_200, 10), (1_780_000_000, 0)], ids=["2023", "May 2026"])
def test_after_a_copy_the_files_in_a_pointer_tell_its_time(
    written: int, code: int, neo4j_restore: Run, data: Path, folder: Path
) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in archives.store_files("OLD").items():
            entry = tarfile.TarInfo(f"backups/neo4j/{name}")
            entry.size, entry.mtime = len(content), written
            tar.addfile(entry, io.BytesIO(content))
    objects = {"neo4j-2026-01-31T02-00-00.tar.gz": NEW, "neo4j-latest.tar.gz": packed.getvalue()}
    url = put(folder, objects, 1_790_000_000)
    done = neo4j_restore("run", BUCKET=url)
    says(done, code)
    assert restored(data) == "" if code else "OLD"
    assert ("by the newest file in it" in done.stderr, "it is not proved" in done.stderr) == (bool(code), False)
    newest = neo4j_restore("run", BUCKET=url, ON_STALE_LATEST="newest", FORCE_OVERWRITE="true")
    says(newest, 0)
    assert restored(data) == "NEW" if code else "OLD"


def test_bucket_may_name_one_object(neo4j_restore: Run, bucket: Bucket, data: Path, folder: Path) -> None:
    bucket.put("p/of-anybody-20260131.tar.gz", NEW)
    bucket.put("p/neo4j-2026-02-01.tar.gz", OLD)
    named = f"{bucket.url}/p/of-anybody-20260131.tar.gz"
    says(neo4j_restore("run", BUCKET=named, DATABASE="neo4j,movies"), 2)
    says(neo4j_restore("run", BUCKET=named, TIMESTAMP="2026-02-01"), 2)
    says(neo4j_restore("run", BUCKET=named[:-1]), 10)
    done = neo4j_restore("run", BUCKET=named, TIMESTAMP="2026-01-31")
    says(done, 0)
    assert restored(data) == "NEW"
    (listed,) = json.loads(neo4j_restore("list", "--json", BUCKET=named).stdout)
    assert (listed["object"], listed["stamp"]) == (named, "20260131")


@pytest.mark.parametrize("top", ["set", "neo4j-2026-01-31"])
def test_bucket_may_name_the_folder_of_one_set(
    top: str, neo4j_restore: Run, bucket: Bucket, data: Path, folder: Path
) -> None:
    files = {f"{top}/{name}": content for name, content in archives.store_files("NEW").items()}
    files |= {f"{top}/._neostore": b"macOS", f"{top}/.DS_Store": b"macOS"}
    for name, content in [*files.items(), (f"{top}/schema", b""), (f"{top}/schema/", b"")]:
        bucket.put(name, content)
    done = neo4j_restore("run", BUCKET=f"{bucket.url}/{top}")
    says(done, 0)
    assert restored(data) == "NEW"
    assert "2 files that macOS adds such as" in done.stderr
    assert not (data / "databases/neo4j/.DS_Store").exists()
    says(neo4j_restore("run", BUCKET=f"{bucket.url}/{top}", DATABASE="movies,system"), 2)
    url = put(folder, files)
    says(neo4j_restore("plan", BUCKET=f"{url}/{top}", FORCE_OVERWRITE="true"), 0)


def test_sets_one_folder_deeper_are_told(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    for name in ("blue/neo4j-2026-01-30.tar.gz", "blue/neo4j-2026-01-31.tar.gz"):
        bucket.put(name, NEW)
    done = neo4j_restore("run")
    says(done, 10, f"2 sets of neo4j lie one folder deeper, in blue: set BUCKET={bucket.url}/blue")


def test_a_time_without_a_zone_is_a_stamp_by_its_value(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-2026-01-31T02-00-00.tar.gz", NEW)
    bucket.put("neo4j-20260130_020000.tar.gz", OLD)
    for timestamp in ("2026-01-31T02:00:00", "2026-01-31", "20260131-0200"):
        (database,) = json.loads(neo4j_restore("plan", "--json", TIMESTAMP=timestamp).stdout)["databases"]
        assert database["set"]["stamp"] == "2026-01-31T02-00-00"
    bucket.put("neo4j-2026-01-31T04-00-00.tar.gz", OLD)
    several = neo4j_restore("plan", TIMESTAMP="2026-01-31")
    says(several, 2, "fits 2 sets of neo4j")


@pytest.mark.parametrize("pack", [archives.tar_gz, archives.zipped], ids=["tar", "zip"])
def test_files_of_macos_in_an_archive_are_left_out(
    pack: Callable[..., bytes], neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    companions = {"._neostore": b"macOS", ".DS_Store": b"macOS", "__MACOSX/backups/._neo4j": b"macOS"}
    bucket.put("neo4j-2026-01-31.tar.gz", pack(archives.store_files("NEW") | companions))
    done = neo4j_restore("run")
    says(done, 0)
    assert restored(data) == "NEW"
    assert "left out 3 files that macOS adds" in done.stderr
    assert not [name for name in archives.snapshot(data) if "._" in name or "DS_Store" in name]
