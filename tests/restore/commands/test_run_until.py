"""RESTORE_UNTIL through the whole command: the chain that has the point, and refusals before anything changes."""

import json
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives, standin
from tests.support.chains import CHAIN, FULL, backup
from tests.support.says import says
from tests.support.stores import Bucket

WHOLE = "transactions 101 to 300, 2026-01-31T02:00:00Z to 2026-01-31T04:00:00Z"
OLD = {"databases/neo4j/neostore": b"old"}


@pytest.fixture
def chain(bucket: Bucket) -> Bucket:
    """Return a bucket with a full backup (1 to 100, 02:00) and two differential ones (to 150, 03:00; to 300, 04:00)."""
    for key, data in CHAIN.items():
        bucket.put(key, data)
    return bucket


@pytest.mark.proves("until")
@pytest.mark.parametrize(
    ("until", "argument", "objects"),
    [
        ("101", "101", 2),
        ("150", "150", 2),
        ("151", "151", 3),
        ("300", "300", 3),
        ("2026-01-31T02:30:00Z", "2026-01-31 02:30:00", 2),
        ("2026-01-31T05:00:00+02:00", "2026-01-31 03:00:00", 2),
        ("2026-01-31T03:00:01Z", "2026-01-31 03:00:01", 3),
    ],
)
def test_the_shortest_chain_with_the_point_is_restored_until_it(
    until: str, argument: str, objects: int, neo4j_restore: Run, chain: Bucket, data: Path, enterprise: dict[str, str]
) -> None:
    done = neo4j_restore("run", RESTORE_UNTIL=until, **enterprise)
    says(done, 0)
    assert f"--restore-until={argument}" in done.stderr
    (restored,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
    assert restored["objects"] == objects
    says(neo4j_restore("verify", RESTORE_UNTIL=until, **enterprise), 0)
    says(neo4j_restore("verify", RESTORE_UNTIL="120", **enterprise), 12, "RESTORE_UNTIL is 120, and the data was")


def test_a_plan_shows_the_range_of_the_chain(neo4j_restore: Run, chain: Bucket, enterprise: dict[str, str]) -> None:
    done = neo4j_restore("plan", "--json", RESTORE_UNTIL="200", **enterprise)
    says(done, 0)
    (step,) = json.loads(done.stdout)["databases"]
    assert step["set"]["restore_until"] == "200"
    assert step["set"]["range"] == {
        "first_tx": 101,
        "last_tx": 300,
        "first_time": "2026-01-31T02:00:00+00:00",
        "last_time": "2026-01-31T04:00:00+00:00",
    }
    points = "transactions 101 to 300, 2026-01-31T02:00:00+00:00 to 2026-01-31T04:00:00+00:00. The restore ends"
    text = neo4j_restore("plan", RESTORE_UNTIL="200", **enterprise)
    says(text, 0, printed=f"chain of neo4j: {points} at 200")
    says(neo4j_restore("plan", **enterprise), 0, printed=f"{points} with the last one. RESTORE_UNTIL names another")
    whole = json.loads(neo4j_restore("plan", "--json", **enterprise).stdout)["databases"][0]["set"]
    assert (whole["range"]["last_tx"], whole["restore_until"]) == (300, None)


@pytest.mark.parametrize("until", ["100", "301", "2026-01-31T01:59:59Z", "2026-01-31T04:00:01Z"])
def test_a_point_outside_the_chain_is_refused_before_anything_changes(
    until: str, neo4j_restore: Run, chain: Bucket, data: Path, enterprise: dict[str, str]
) -> None:
    archives.write_files(data, OLD)
    done = neo4j_restore("run", RESTORE_UNTIL=until, FORCE_OVERWRITE="true", **enterprise)
    says(done, 10, f"The chains have: {WHOLE}", "set RESTORE_UNTIL to a point in one of these ranges")
    assert archives.snapshot(data) == OLD


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        # TIMESTAMP says where the chain has to end, or how far it may go. So does a BUCKET that is one object.
        ("TIMESTAMP", "2026-01-31T03-00-00"),
        ("TIMESTAMP", "2026-01-31T03:59:00Z"),
        ("BUCKET", "/neo4j-2026-01-31T02-00-00.backup"),
        ("BUCKET", "/neo4j-2026-01-31T03-00-00.backup"),
    ],
)
def test_a_setting_that_keeps_the_chain_from_its_point_is_named(
    limit: str, value: str, neo4j_restore: Run, chain: Bucket, data: Path, enterprise: dict[str, str]
) -> None:
    archives.write_files(data, OLD)
    value = chain.url + value if limit == "BUCKET" else value
    asked = {limit: value, "RESTORE_UNTIL": "200", "FORCE_OVERWRITE": "true"}
    done = neo4j_restore("run", **asked, **enterprise)
    what = {"TIMESTAMP": "unset TIMESTAMP", "BUCKET": "set BUCKET to the folder of the backups"}
    says(done, 10, f"no chain of backups that {limit}={value} allows has RESTORE_UNTIL=200", WHOLE, what[limit])
    assert archives.snapshot(data) == OLD


def test_a_stamp_of_a_full_backup_is_named_as_what_keeps_the_chain_away(
    neo4j_restore: Run, chain: Bucket, enterprise: dict[str, str]
) -> None:
    done = neo4j_restore("run", TIMESTAMP="2026-01-31T02-00-00", RESTORE_UNTIL="200", **enterprise)
    hint = "unset TIMESTAMP. RESTORE_UNTIL finds its chain by itself"
    says(done, 10, "is a full backup without differential ones", hint)


def test_a_bucket_that_is_the_end_of_the_chain_has_its_points(
    neo4j_restore: Run, chain: Bucket, data: Path, enterprise: dict[str, str]
) -> None:
    end = f"{chain.url}/neo4j-2026-01-31T04-00-00.backup"
    says(neo4j_restore("run", BUCKET=end, RESTORE_UNTIL="150", **enterprise), 0)
    (restored,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
    assert (restored["object"], restored["objects"]) == (end, 3)


def test_a_database_without_the_point_is_told_apart_from_the_others(
    neo4j_restore: Run, chain: Bucket, data: Path, enterprise: dict[str, str]
) -> None:
    chain.put("system-2026-01-31T02-30-00.backup", backup({}, database="system", time="2026-01-31T02:30:00"))
    asked = {"DATABASE": "neo4j,system", "RESTORE_UNTIL": "2026-01-31T03:30:00Z"}
    done = neo4j_restore("run", **asked, **enterprise)
    says(done, 10, "system-2026-01-31T02-30-00.backup is a full backup without differential ones")
    assert "To restore neo4j to this point, leave system to a request of its own" in done.stderr
    assert archives.snapshot(data) == {}


def test_a_full_backup_alone_has_no_points(
    neo4j_restore: Run, bucket: Bucket, data: Path, enterprise: dict[str, str]
) -> None:
    bucket.put("neo4j-2026-01-31T02-00-00.backup", FULL)
    done = neo4j_restore("run", RESTORE_UNTIL="50", **enterprise)
    says(done, 10, "is a full backup without differential ones. It has no transaction log")
    assert archives.snapshot(data) == {}


def test_a_later_full_backup_is_no_start_for_an_earlier_point(
    neo4j_restore: Run, chain: Bucket, data: Path, enterprise: dict[str, str]
) -> None:
    chain.put("neo4j-2026-01-31T06-00-00.backup", backup({}, highest=400, time="2026-01-31T06:00:00"))
    done = neo4j_restore("run", RESTORE_UNTIL="200", **enterprise)
    says(done, 0)
    (restored,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
    assert restored["object"].endswith("neo4j-2026-01-31T04-00-00.backup")


def test_a_dump_has_no_points(neo4j_restore: Run, bucket: Bucket, enterprise: dict[str, str]) -> None:
    bucket.put("neo4j-2026-01-31T02-00-00.dump", b"DZV1")
    says(neo4j_restore("run", RESTORE_UNTIL="50", **enterprise), 2, "needs a chain of .backup objects")


@pytest.mark.refuses("until", because="A point needs `database restore` of Enterprise 5 or later")
@pytest.mark.parametrize(("version", "says_what"), [("5.26.30", "only the Enterprise Edition"), ("4.4.48", "Neo4j 5")])
def test_a_neo4j_admin_that_can_not_is_refused_before_the_store_is_asked(
    version: str, says_what: str, neo4j_restore: Run, tmp_path: Path
) -> None:
    home = standin.install_failing(tmp_path / "other", "unused", version=version)
    (home / "lib").mkdir()
    (home / "lib" / f"neo4j-kernel-{version}.jar").touch()
    done = neo4j_restore("run", RESTORE_UNTIL="50", BUCKET="file:///nowhere", NEO4J_HOME=str(home))
    says(done, 2, says_what)


def test_a_time_alone_says_how_far_its_set_is_from_it(
    neo4j_restore: Run, chain: Bucket, enterprise: dict[str, str]
) -> None:
    done = neo4j_restore("plan", TIMESTAMP="2026-01-31T03:20:30Z", **enterprise)
    says(done, 0)
    assert "was made 0:20:30 before TIMESTAMP" in done.stderr
    assert "RESTORE_UNTIL=2026-01-31T03:20:30Z" in done.stderr
