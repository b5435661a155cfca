"""DATABASE in upper case: read as Neo4j reads it, and refused where another folder could be meant."""

import json
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives, standin
from tests.support.says import says
from tests.support.stores import Bucket

NEO4J_3 = "3.5.35"


@pytest.mark.parametrize("command", ["plan", "run", "verify", "list"])
def test_every_command_tells_how_a_name_in_upper_case_is_read(
    command: str, neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    archives.write_database(data, "newer")
    done = neo4j_restore(command, DATABASE="NEO4J")
    says(done, 0)
    assert done.stderr.count("NEO4J is read as neo4j") == 1
    assert "is read as" not in neo4j_restore(command).stderr


def test_a_request_is_fulfilled_whatever_the_case_of_its_names(neo4j_restore: Run, bucket: Bucket, data: Path) -> None:
    bucket.put("Neo4j-latest.tar.gz", archives.tar_gz(below="Neo4j/"))
    archives.write_database(data, "newer")
    done = neo4j_restore("run", DATABASE="Neo4j", FORCE_OVERWRITE="once")
    says(done, 0)
    assert (data / "databases/neo4j/neostore").read_bytes() == archives.store_files()["neostore"]
    last = json.loads((data / ".neo4j-restore/receipt.json").read_text())["last"]
    assert [each["database"] for each in last["restored"]] == ["neo4j"]
    before = archives.snapshot_all(data)
    says(neo4j_restore("run", DATABASE="neo4j", FORCE_OVERWRITE="once"), 0)
    assert archives.snapshot_all(data) == before


def test_two_names_that_are_one_are_refused(neo4j_restore: Run) -> None:
    done = neo4j_restore("plan", DATABASE="neo4j,Neo4j")
    says(done, 2, "'neo4j,Neo4j' names a database twice")


@pytest.mark.parametrize("command", ["plan", "run"])
def test_neo4j_3_which_folds_no_case_restores_no_other_database(
    command: str, neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path
) -> None:
    bucket.put("graph.db-latest.tar.gz", archives.tar_gz())
    home = {"NEO4J_HOME": str(standin.install(tmp_path / "three", NEO4J_3))}
    done = neo4j_restore(command, DATABASE="Graph.db", **home)
    says(done, 2)
    assert archives.snapshot(data) == {}
    assert "try: write DATABASE=graph.db" in done.stderr


@pytest.mark.parametrize("name", ["graph.db", "Graph.db", "GRAPH.DB"])
@pytest.mark.parametrize("command", ["plan", "run"])
def test_a_database_of_neo4j_3_in_another_case_keeps_a_restore_away(
    command: str, name: str, neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    bucket.put("graph.db-latest.tar.gz", archives.tar_gz())
    archives.write_files(data / "databases/Graph.db", archives.store_files("live"))
    before = archives.snapshot(data)
    done = neo4j_restore(command, DATABASE=name)
    says(done, 12)
    assert archives.snapshot(data) == before
    assert f"{data}/databases/Graph.db holds a database" in done.stderr


def test_a_database_in_another_case_is_nothing_to_one_that_is_there(
    neo4j_restore: Run, bucket: Bucket, data: Path
) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    archives.write_files(data / "databases/Neo4j", archives.store_files("another"))
    archives.write_database(data, "newer")
    says(neo4j_restore("run"), 0)
    says(neo4j_restore("run", FORCE_OVERWRITE="once"), 0)
    assert (data / "databases/Neo4j/neostore").read_bytes() == archives.store_files("another")["neostore"]
