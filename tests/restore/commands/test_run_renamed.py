"""DATABASE=staging=neo4j: the set of neo4j becomes the database staging, and nothing else changes."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Run
from tests.restore.commands.restored import exists
from tests.support import archives, artifacts, standin
from tests.support.chains import CHAIN, STORE, backup
from tests.support.says import says
from tests.support.stores import Bucket

RENAME = "staging=neo4j"
OF_4 = {**STORE, "neostore": archives.neostore("AF4.3.0")}


def last(data: Path) -> dict[str, Any]:
    receipt: dict[str, Any] = json.loads((data / ".neo4j-restore/receipt.json").read_text())
    record: dict[str, Any] = receipt["last"]
    return record


def expected(mark: str = "old", database: str = "staging") -> dict[str, bytes]:
    """Return the store files that a restored set has on the volume, with its logs."""
    files = archives.store_files(mark)
    return {
        f"{'transactions' if name.startswith('neostore.transaction') else 'databases'}/{database}/{name}": content
        for name, content in files.items()
    }


@pytest.mark.proves("rename")
@pytest.mark.parametrize("version", ["3.5.35", "4.1.12", "4.4.48"])
@pytest.mark.parametrize("form", ["archive", "folder", "deeper folder"])
def test_the_set_of_one_database_becomes_another(
    form: str, version: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    if form == "archive":
        bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    else:
        for name, content in archives.store_files().items():
            bucket.put(("neo4j/" if form == "folder" else "neo4j/2026-01-31/") + name, content)
    live = exists(data)
    home = str(standin.install(tmp_path / "home", version))
    says(neo4j_restore("run", DATABASE=RENAME, NEO4J_HOME=home), 0)
    after = archives.snapshot(data)
    assert after == {**live, **expected()}
    (restored,) = last(data)["restored"]
    assert (restored["database"], restored["source_database"]) == ("staging", "neo4j")


def test_the_hint_about_the_set_of_another_database_keeps_the_new_name(neo4j_restore: Run, bucket: Bucket) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz(below="backups/movies/"))
    done = neo4j_restore("run", DATABASE=RENAME)
    says(done, 11, "holds the database movies, not neo4j", "set DATABASE to staging=movies", "to restore it as staging")


def test_a_copied_data_folder_gets_the_new_name(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz(archives.data_folder(OF_4), below="data/"))
    says(neo4j_restore("run", DATABASE=RENAME), 0)
    content = archives.snapshot(data)
    assert {name.split("/")[1] for name in content} == {"staging"}
    assert content["databases/staging/neostore"] == OF_4["neostore"]


@pytest.mark.parametrize("version", ["4.4.48", "5.26.30", "2026.08.1"])
def test_a_dump_is_loaded_under_the_new_name(
    version: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    home = {"NEO4J_HOME": str(standin.install_loading(tmp_path / "home", version))}
    store = archives.store_files()
    bucket.put("neo4j.dump", artifacts.dump(store, b"" if version.startswith("4.") else b"DZV1"))
    says(neo4j_restore("run", DATABASE=RENAME, **home), 0)
    assert archives.snapshot(data).items() >= expected().items()
    assert not (data / "databases/neo4j").exists()


@pytest.mark.proves("rename")
@pytest.mark.parametrize("version", ["5.19.0", "5.26.30", "2026.08.1"])
def test_a_chain_is_restored_under_the_new_name(
    version: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    home = {"NEO4J_HOME": str(standin.install_enterprise_5(tmp_path / "enterprise", version))}
    for key, content in CHAIN.items():
        bucket.put(key, content)
    # A set of the database whose name is the new one is another database's: it stays in the bucket.
    bucket.put("staging-2026-02-02T02-00-00.backup", backup({}, database="staging"))
    done = neo4j_restore("run", DATABASE=RENAME, **home)
    says(done, 0)
    assert "neo4j-admin database restore staging --from-path=" in done.stderr
    assert archives.snapshot(data)["databases/staging/neostore.counts.db"] == b"second"
    (restored,) = last(data)["restored"]
    assert (restored["database"], restored["source_database"], restored["objects"]) == ("staging", "neo4j", 3)


def test_a_metadata_script_moves_with_the_new_name(
    neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    home = {"NEO4J_HOME": str(standin.install_enterprise_5(tmp_path / "enterprise"))}
    bucket.put("neo4j-2026-01-31T02-00-00.backup", backup({**STORE, "metadata": b"RETURN $database;"}))
    says(neo4j_restore("run", DATABASE=RENAME, **home), 0)
    assert (data / "databases/staging/tools/metadata_script.cypher").read_bytes() == b"RETURN $database;"
    assert not (data / "scripts").exists()


@pytest.mark.proves("rename", "system")
def test_several_databases_are_restored_together_and_may_swap_their_names(
    neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    for name in ("neo4j", "movies", "system"):
        bucket.put(f"{name}-latest.tar.gz", archives.tar_gz(archives.store_files(name), below=f"backups/{name}/"))
    done = neo4j_restore("run", DATABASE="neo4j=movies, Movies = neo4j, system")
    says(done, 0)
    assert archives.snapshot(data) == {
        **expected("movies", "neo4j"),
        **expected("neo4j", "movies"),
        **expected("system", "system"),
    }
    assert "the restored system knows movies, neo4j, and may not know neo4j, movies" in done.stderr


def test_plan_list_status_and_verify_know_both_names(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    bucket.put("staging-latest.tar.gz", archives.tar_gz(archives.store_files("other")))
    listed = json.loads(neo4j_restore("list", "--json", DATABASE=RENAME).stdout)
    assert [(each["database"], each["object"].rpartition("/")[2]) for each in listed] == [
        ("neo4j", "neo4j-latest.tar.gz")
    ]
    (step,) = json.loads(neo4j_restore("plan", "--json", DATABASE=RENAME).stdout)["databases"]
    assert (step["database"], step["source_database"], step["set"]["database"]) == ("staging", "neo4j", "neo4j")
    assert "staging=neo4j  restore" in neo4j_restore("plan", DATABASE=RENAME).stdout
    says(neo4j_restore("run", DATABASE=RENAME), 0)
    assert "restored: staging=neo4j from gs://" in neo4j_restore("status").stdout
    assert "staging=neo4j: restored from gs://" in neo4j_restore("verify", DATABASE=RENAME).stdout
    history = (data / ".neo4j-restore/history.jsonl").read_text()
    assert json.loads(history)["restored"][0]["source_database"] == "neo4j"
    (skipped,) = json.loads(neo4j_restore("plan", "--json", DATABASE=RENAME).stdout)["databases"]
    assert (skipped["action"], skipped["source_database"]) == ("skip", "neo4j")


def test_verify_finds_a_database_of_another_set(neo4j_restore: Run, bucket: Bucket) -> None:
    for name in ("neo4j", "staging"):
        bucket.put(f"{name}-latest.tar.gz", archives.tar_gz(below=f"backups/{name}/"))
    says(neo4j_restore("run", DATABASE=RENAME), 0)
    says(neo4j_restore("verify", DATABASE="staging"), 12, "DATABASE names the set of staging, and the data is of neo4j")
    says(neo4j_restore("verify", DATABASE="staging=movies"), 12, "the set of movies, and the data is of neo4j")


def test_the_guard_looks_at_the_new_name_alone(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    archives.write_database(data, "newer", "staging")
    before = archives.snapshot(data)
    done = neo4j_restore("run", DATABASE=RENAME)
    says(done, 0)
    assert "staging: skip: it exists" in done.stderr
    assert archives.snapshot(data) == before
    once = {"DATABASE": RENAME, "FORCE_OVERWRITE": "once"}
    says(neo4j_restore("run", **once), 0)
    assert archives.snapshot(data) == expected()
    archives.write_files(data / "databases/staging", {"neostore.counts.db": b"written since"})
    says(neo4j_restore("run", **once), 0)
    assert (data / "databases/staging/neostore.counts.db").read_bytes() == b"written since"
    # The set of another database is another request.
    bucket.put("movies-latest.tar.gz", archives.tar_gz(archives.store_files("movies"), below="backups/movies/"))
    says(neo4j_restore("run", DATABASE="staging=movies", FORCE_OVERWRITE="once"), 0)
    assert archives.snapshot(data) == expected("movies")


def test_a_rolled_back_rename_is_gone(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    live = exists(data)
    archives.write_database(data, "before", "staging")
    before = archives.snapshot(data)
    says(neo4j_restore("run", DATABASE=RENAME, FORCE_OVERWRITE="once", KEEP_PREVIOUS="true"), 0)
    says(neo4j_restore("rollback"), 0)
    assert archives.snapshot(data) == before
    assert before.items() >= live.items()


def test_a_missing_set_is_named_by_the_database_in_the_bucket(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("staging-latest.tar.gz", archives.tar_gz())
    done = neo4j_restore("run", DATABASE=RENAME)
    says(done, 10, "no backup of neo4j for latest", "is neo4j=staging meant, the set of staging?")
    assert archives.snapshot(data) == {}
    empty = neo4j_restore("run", DATABASE=RENAME, ON_MISSING="start-empty")
    says(empty, 0)
    assert "staging: skip: " in empty.stderr
    assert "has no set of neo4j" in empty.stderr


def test_a_backup_of_another_database_is_refused_with_the_rename_as_the_way(
    neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    home = {"NEO4J_HOME": str(standin.install_enterprise_5(tmp_path / "enterprise"))}
    bucket.put("nightly.backup", backup(STORE))
    url = f"{bucket.url}/nightly.backup"
    refused = neo4j_restore("run", BUCKET=url, DATABASE="staging", **home)
    says(refused, 11, "is a backup of the database neo4j, not of staging")
    assert "set DATABASE to neo4j, or to staging=neo4j to restore it as staging" in refused.stderr
    assert archives.snapshot(data) == {}
    says(neo4j_restore("run", BUCKET=url, DATABASE=RENAME, **home), 0)
    assert (data / "databases/staging/neostore").exists()


@pytest.mark.parametrize("text", ["staging=system", "system=neo4j", "neo4j,staging=neo4j", "staging=neo4j,staging"])
def test_what_cannot_be_renamed_is_refused_before_anything(
    text: str, neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    says(neo4j_restore("run", DATABASE=text), 2, "DATABASE: ")
    assert [*data.iterdir()] == []
