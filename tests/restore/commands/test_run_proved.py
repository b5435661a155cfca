"""The proof of the staged store through the whole command: a store that is not what it should be never goes live."""

import json
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives, standin
from tests.support.artifacts import Artifact
from tests.support.stores import Bucket

SET = archives.tar_gz(archives.store_files() | {"neostore": archives.neostore("SF4.3.0")})

FACTS = {
    "databaseName": "neo4j",
    "storeFormat": "SF4.3.0",
    "lastCommittedTransaction": "42",
    "recoveryRequired": "true",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return standin.install(tmp_path / "neo4j")


def says(home: Path, text: str) -> dict[str, str]:
    """Let neo4j-admin say this about every store."""
    (home / "info").write_text(text)
    return {"NEO4J_HOME": str(home)}


@pytest.mark.proves("proof")
def test_the_receipt_and_the_status_say_what_the_store_is(
    neo4j_restore: Run, bucket: Bucket, data: Path, home: Path
) -> None:
    bucket.put("neo4j-latest.tar.gz", SET)
    done = neo4j_restore("run", **says(home, json.dumps(FACTS)))
    assert done.returncode == 0, done.stderr
    text = "SF4.3.0, last transaction 42, needs a recovery"
    assert f"neo4j: neo4j-admin reads the staged store: {text}" in done.stderr
    (restored,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
    expected = {"format": "SF4.3.0", "last_transaction": 42, "recovery_needed": True}
    assert restored["store"] == expected | {"introduced": None, "superseded": None}
    assert "store of neo4j: SF4.3.0, last transaction 42, needed a recovery" in neo4j_restore("status").stdout
    (printed,) = json.loads(neo4j_restore("status", "--json").stdout)["receipt"]["restored"]
    assert printed["store"] == restored["store"]


WRONG = {
    "unreadable": ("Failed to execute command: 'Uninitialized version field in neostore'.", "can't read the store"),
    "of another database": (json.dumps({**FACTS, "databaseName": "movies"}), "database movies, expected neo4j"),
    "of another format": (json.dumps({**FACTS, "storeFormat": "AF4.3.0"}), "the format AF4.3.0, expected SF4.3.0"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_a_store_that_is_wrong_leaves_the_old_data(
    text: str, message: str, neo4j_restore: Run, bucket: Bucket, data: Path, home: Path, tmp_path: Path
) -> None:
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    bucket.put("neo4j-latest.tar.gz", SET)
    done = neo4j_restore("run", FORCE_OVERWRITE="once", **says(home, text))
    assert done.returncode == 11, done.stderr
    reason = json.loads((tmp_path / "reason").read_text())
    assert message in reason["message"]
    assert "neo4j-latest.tar.gz" in reason["message"]
    assert (reason["database"], reason["phase"]) == ("neo4j", "stage")
    assert "the old data is unchanged" in reason["hint"]
    assert archives.snapshot(data) == before


UNKNOWN = {
    "another command": "Failed to execute command as the database 'neo4j' is in use. Please stop it and try again.",
    "no right": "Failed to execute command: 'Permission denied'.",
    "no heap": "Failed to execute command: 'java.lang.OutOfMemoryError: Java heap space'.",
    "words": "all is well",
    "half of the JSON": json.dumps(FACTS)[:40],
}


@pytest.mark.parametrize("text", UNKNOWN.values(), ids=UNKNOWN)
def test_a_proof_that_can_not_be_had_is_a_warning(
    text: str, neo4j_restore: Run, bucket: Bucket, data: Path, home: Path
) -> None:
    bucket.put("neo4j-latest.tar.gz", SET)
    done = neo4j_restore("run", LOG_FORMAT="json", **says(home, text))
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    (warning,) = [line["message"] for line in lines if line["level"] == "WARNING"]
    assert "neo4j: not proved, because neo4j-admin does not describe the staged store" in warning
    (restored,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
    assert restored["store"] is None
    assert "store of neo4j" not in neo4j_restore("status").stdout


def test_a_format_that_this_neo4j_has_given_up_is_a_warning(neo4j_restore: Run, bucket: Bucket, home: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", SET)
    done = neo4j_restore("run", **says(home, json.dumps({**FACTS, "storeFormatSuperseded": "4.3.0"})))
    assert done.returncode == 0, done.stderr
    assert "its store format SF4.3.0 was replaced in Neo4j 4.3.0" in done.stderr


REPORT = "ERROR: The relationship record is not in use.\n" * 50_000


def check_says(home: Path, text: str) -> dict[str, str]:
    """Let neo4j-admin find this in every store that it checks."""
    (home / "check").write_text(text)
    return {"NEO4J_HOME": str(home), "CONSISTENCY_CHECK": "true"}


@pytest.mark.proves("check")
def test_a_store_is_checked_only_on_request(neo4j_restore: Run, bucket: Bucket, data: Path, home: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", SET)
    for asked in ("false", "true"):
        given = {"NEO4J_HOME": str(home), "CONSISTENCY_CHECK": asked, "FORCE_OVERWRITE": "true"}
        done = neo4j_restore("run", **given)
        assert done.returncode == 0, done.stderr
        (restored,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
        assert restored["consistency_checked"] is (asked == "true")
        assert ("neo4j: neo4j-admin found no inconsistencies" in done.stderr) is (asked == "true")
    assert "checked for inconsistencies" in neo4j_restore("status").stdout


def test_an_inconsistent_store_leaves_the_old_data_and_its_report(
    neo4j_restore: Run, bucket: Bucket, data: Path, home: Path, tmp_path: Path
) -> None:
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    bucket.put("neo4j-latest.tar.gz", SET)
    done = neo4j_restore("run", FORCE_OVERWRITE="once", **check_says(home, REPORT))
    assert done.returncode == 11, done.stderr
    reason = json.loads((tmp_path / "reason").read_text())
    report = data / ".neo4j-restore/inconsistencies.report"
    assert "found 331 inconsistencies in the store that gs://" in reason["message"]
    assert str(report) in reason["message"]
    assert "set CONSISTENCY_CHECK to false" in reason["hint"]
    assert archives.snapshot(data) == before
    kept = report.read_text()
    assert kept[:1000] == REPORT[:1000]
    assert len(kept) < 1024 * 1024 + 100 < len(REPORT)
    assert kept.endswith(f"(cut here: the report had {len(REPORT)} bytes)\n")
    assert not (data / ".neo4j-restore/staging").exists()

    (home / "check").unlink()
    again = neo4j_restore("run", FORCE_OVERWRITE="once", NEO4J_HOME=str(home), CONSISTENCY_CHECK="true")
    assert again.returncode == 0, again.stderr
    assert not report.exists(), "it is of another store"


NOT_MADE = {
    "to be recovered": ("Please recover database before running the consistency check.", 30, "needs a recovery before"),
    "killed": ("java.lang.OutOfMemoryError: Java heap space", 30, "too small"),
    "unknown": ("Consistency checking failed.", 30, "Consistency checking failed."),
}


@pytest.mark.parametrize(("text", "code", "message"), NOT_MADE.values(), ids=NOT_MADE)
def test_a_check_that_can_not_be_made_leaves_the_old_data(
    text: str, code: int, message: str, neo4j_restore: Run, bucket: Bucket, data: Path, home: Path, tmp_path: Path
) -> None:
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    bucket.put("neo4j-latest.tar.gz", SET)
    done = neo4j_restore("run", FORCE_OVERWRITE="once", **check_says(home, text))
    assert done.returncode == code, done.stderr
    assert message in json.loads((tmp_path / "reason").read_text())["message"]
    assert archives.snapshot(data) == before


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_what_lies_in_the_place_of_the_report_is_not_touched(
    kind: str, neo4j_restore: Run, bucket: Bucket, data: Path, home: Path, tmp_path: Path
) -> None:
    place, other = data / ".neo4j-restore/inconsistencies.report", tmp_path / "other"
    archives.write_files(tmp_path, {"other": b"precious"})
    place.parent.mkdir()
    if kind == "folder":
        place.mkdir()
    else:
        place.symlink_to(other)
    bucket.put("neo4j-latest.tar.gz", SET)
    done = neo4j_restore("run", **check_says(home, REPORT))
    assert done.returncode == 12, done.stderr
    assert other.read_bytes() == b"precious"


@pytest.mark.parametrize(("last", "code"), [(99, 11), (101, 0)], ids=["fewer", "more"])
def test_more_transactions_than_a_backup_promises_are_a_warning_and_fewer_are_damage(
    last: int, code: int, neo4j_restore: Run, bucket: Bucket, tmp_path: Path
) -> None:
    home = standin.install_enterprise_5(tmp_path / "enterprise")
    facts = {**FACTS, "storeFormat": "record-aligned-1.1", "lastCommittedTransaction": str(last)}
    content = archives.tar_bytes(archives.store_files(), below="./")
    bucket.put("neo4j-2026-01-31T02-00-00.backup", Artifact(highest=100).write("BTV1", content))
    done = neo4j_restore("run", **says(home, json.dumps({**facts, "recoveryRequired": "false"})))
    assert done.returncode == code, done.stderr
    assert f"the last transaction of the restored store is {last}" in done.stderr
