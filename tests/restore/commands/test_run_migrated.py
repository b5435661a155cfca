"""Stores of an older Neo4j through the whole command: migrated before they go live, or refused with what to set."""

import json
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives, artifacts, standin
from tests.support.stores import Bucket

OLDER = archives.store_files() | {"neostore": archives.neostore("AF4.3.0")}
WITH_BTREE = OLDER | {"schema/index/native-btree-1.0/3/index-3": b"people"}
MIGRATED = archives.neostore("aligned")
NEOSTORE = "databases/neo4j/neostore"

SETS = {
    "a dump": ("neo4j.dump", artifacts.dump(OLDER)),
    "a backup directory": ("neo4j-latest.tar.gz", archives.tar_gz(OLDER)),
    "a data folder": ("neo4j-latest.tar.gz", archives.tar_gz(archives.data_folder(OLDER), below="data/")),
    "a zip": ("neo4j-latest.zip", archives.zipped(OLDER, below="backups/neo4j/")),
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return the home of a Neo4j 5."""
    return standin.install_loading(tmp_path / "neo4j", "5.26.30")


@pytest.mark.parametrize(("name", "content"), SETS.values(), ids=SETS)
def test_a_store_of_4_4_is_migrated_where_that_is_asked_for(
    name: str, content: bytes, neo4j_restore: Run, bucket: Bucket, data: Path, home: Path, tmp_path: Path
) -> None:
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    bucket.put(name, content)
    given = {"NEO4J_HOME": str(home), "FORCE_OVERWRITE": "once"}
    for migrate in ("false", "by-server"):
        refused = neo4j_restore("run", MIGRATE=migrate, **given)
        reason = json.loads((tmp_path / "reason").read_text())
        assert (refused.returncode, reason["phase"]) == (31, "plan"), refused.stderr
        assert "(AF4.3.0), but" in reason["message"] or "format AF4.3.0 (first written by" in reason["message"]
        assert "set MIGRATE=true: the restore runs `neo4j-admin database migrate`" in reason["hint"]
        assert archives.snapshot(data) == before
    done = neo4j_restore("run", MIGRATE="true", **given)
    assert done.returncode == 0, done.stderr
    assert (data / NEOSTORE).read_bytes() == MIGRATED
    assert (data / "transactions/neo4j/neostore.transaction.db.0").read_bytes() == OLDER["neostore.transaction.db.0"]
    (restored,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
    migration = restored["migrated"]
    assert (migration["from"], migration["to"], migration["btree_to_range"]) == (
        "record-aligned-0.1",
        "record-aligned-1.1",
        False,
    )
    assert "migrated from record-aligned-0.1" in neo4j_restore("status").stdout


@pytest.mark.parametrize(("name", "content"), SETS.values(), ids=SETS)
def test_a_store_that_gets_another_name_is_migrated_under_it(
    name: str, content: bytes, neo4j_restore: Run, bucket: Bucket, data: Path, home: Path
) -> None:
    archives.write_database(data, "live")
    live = archives.snapshot(data)
    bucket.put(name, content)
    given = {"NEO4J_HOME": str(home), "DATABASE": "staging=neo4j"}
    refused = neo4j_restore("run", **given)
    assert (refused.returncode, "set MIGRATE=true" in refused.stderr) == (31, True), refused.stderr
    done = neo4j_restore("run", MIGRATE="true", **given)
    assert done.returncode == 0, done.stderr
    assert "staging: migrated in" in done.stderr
    after = archives.snapshot(data)
    assert after["databases/staging/neostore"] == MIGRATED
    assert {path: after[path] for path in live} == live
    (restored,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
    assert (restored["database"], restored["source_database"]) == ("staging", "neo4j")
    assert restored["migrated"]["to"] == "record-aligned-1.1"


def test_a_raw_directory_is_migrated_too(neo4j_restore: Run, bucket: Bucket, data: Path, home: Path) -> None:
    for name, content in OLDER.items():
        bucket.put(f"neo4j/{name}", content)
    done = neo4j_restore("run", MIGRATE="true", NEO4J_HOME=str(home))
    assert done.returncode == 0, done.stderr
    assert (data / NEOSTORE).read_bytes() == MIGRATED


def test_btree_indexes_become_range_indexes_with_a_warning(
    neo4j_restore: Run, bucket: Bucket, data: Path, home: Path
) -> None:
    bucket.put("neo4j.dump", artifacts.dump(WITH_BTREE))
    done = neo4j_restore("run", MIGRATE="true", NEO4J_HOME=str(home))
    assert done.returncode == 0, done.stderr
    assert "neo4j: its BTREE indexes and constraints became RANGE ones" in done.stderr
    (restored,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
    assert restored["migrated"]["btree_to_range"] is True


FAILS = {
    "unclean": (
        "The database is not cleanly shutdown. The database needs recovery",
        31,
        "needs a recovery by the Neo4j",
    ),
    "too old": ("Unable to read store with version 'SF4.0.0'. Please make sure", 31, "does not know"),
    "full": ("No space left on device", 13, "the volume was full"),
    "unknown": ("Failed to migrate database 'neo4j': bad luck", 30, "bad luck"),
}


@pytest.mark.parametrize(("says", "code", "message"), FAILS.values(), ids=FAILS)
def test_a_migration_that_fails_leaves_the_old_data(
    says: str, code: int, message: str, neo4j_restore: Run, bucket: Bucket, data: Path, home: Path, tmp_path: Path
) -> None:
    archives.write_database(data, "newer")
    before = archives.snapshot(data)
    (home / "migrate").write_text(says)
    bucket.put("neo4j.dump", artifacts.dump(OLDER))
    done = neo4j_restore("run", MIGRATE="true", FORCE_OVERWRITE="once", NEO4J_HOME=str(home))
    assert done.returncode == code, done.stderr
    assert message in json.loads((tmp_path / "reason").read_text())["message"]
    assert archives.snapshot(data) == before
    assert not (data / ".neo4j-restore/staging").exists()


def test_an_older_store_that_only_neo4j_admin_recognises_is_refused_as_well(
    neo4j_restore: Run, bucket: Bucket, data: Path, home: Path, tmp_path: Path
) -> None:
    # The file with the format comes last, behind more than is read before the transfer.
    late = {"schema/index/x": bytes(3 * 1024 * 1024), **OLDER}
    bucket.put("neo4j.dump", artifacts.dump(late))
    refused = neo4j_restore("run", NEO4J_HOME=str(home))
    reason = json.loads((tmp_path / "reason").read_text())
    assert (refused.returncode, reason["phase"]) == (31, "stage"), refused.stderr
    assert "MIGRATE=true" in reason["hint"]
    done = neo4j_restore("run", NEO4J_HOME=str(home), MIGRATE="true")
    assert done.returncode == 0, done.stderr
    assert (data / NEOSTORE).read_bytes() == MIGRATED


def test_only_a_server_migrates_a_store_of_3_5_to_4(
    neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    home = standin.install(tmp_path / "neo4j-4")
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz(OLDER | {"neostore": archives.neostore("v0.A.9")}))
    for migrate in ("false", "true"):
        refused = neo4j_restore("run", NEO4J_HOME=str(home), MIGRATE=migrate)
        hint = json.loads((tmp_path / "reason").read_text())["hint"]
        assert refused.returncode == 31, refused.stderr
        assert (
            "Give the server dbms.allow_upgrade=true (in a Neo4j image the variable NEO4J_dbms_allow__upgrade=true)"
            in hint
        )
        assert "set MIGRATE=by-server here" in hint
    done = neo4j_restore("run", NEO4J_HOME=str(home), MIGRATE="by-server")
    assert done.returncode == 0, done.stderr
    assert "The server migrates it when it starts, with dbms.allow_upgrade=true" in done.stderr
    (restored,) = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]["restored"]
    assert restored["migrated"] is None


NEWER = {
    "a dump of 5 in 4.4": ("neo4j.dump", artifacts.dump(OLDER | {"neostore": MIGRATED}), "4.4.48"),
    "a store of 4.3 in 4.2": ("neo4j-latest.tar.gz", archives.tar_gz(OLDER), "4.2.19"),
    "a store of 5 in 4.4": ("neo4j-latest.tar.gz", archives.tar_gz(OLDER | {"neostore": MIGRATED}), "4.4.48"),
}


@pytest.mark.parametrize(("name", "content", "version"), NEWER.values(), ids=NEWER)
def test_a_newer_store_is_refused_before_the_transfer_whatever_is_asked_for(
    name: str, content: bytes, version: str, neo4j_restore: Run, bucket: Bucket, tmp_path: Path
) -> None:
    home = standin.install(tmp_path / "older", version)
    bucket.put(name, content)
    for migrate in ("false", "true", "by-server"):
        refused = neo4j_restore("run", NEO4J_HOME=str(home), MIGRATE=migrate)
        reason = json.loads((tmp_path / "reason").read_text())
        assert (refused.returncode, reason["phase"]) == (31, "plan"), refused.stderr
        assert f"but this neo4j-admin has version {version}" in reason["message"]
        assert "or of a later one" in reason["hint"]
