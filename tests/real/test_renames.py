"""A dump, a backup or a data folder of neo4j becomes the database staging, which the real server opens."""

import shutil
from pathlib import Path

import pytest
from tests.real.conftest import MakePod
from tests.real.databases import EARLY_USER, FIRST_USER, Made
from tests.real.neo4j import Neo4j
from tests.real.packing import packed
from tests.real.people import AFTER, BEFORE, counted, write_later
from tests.real.restoring import Pod
from tests.real.serving import holds, once
from tests.support.artifacts import Artifact, tar_of_dump
from tests.support.stores import Bucket

RENAME = "staging=neo4j"
PREFIXES = {"neo4j_4": "four", "neo4j_5": "five", "neo4j_2026": "newest"}


@pytest.fixture(params=PREFIXES)
def line(request: pytest.FixtureRequest) -> str:
    """Return the name of the fixture of a line."""
    name: str = request.param
    return name


@pytest.fixture
def made(line: str, request: pytest.FixtureRequest) -> Made:
    """Return the database of that line."""
    database: Made = request.getfixturevalue(line)
    return database


def serves(volume: Pod) -> None:
    """Check that the server opens staging with all that was backed up, and writes to it."""

    def proof() -> None:
        with Neo4j(volume.home, volume.data, default="staging") as server:
            assert server.status_of_databases() == {"staging": "online", "system": "online"}
            assert counted(server, "staging") == BEFORE
            server.query("CREATE (:Later {id: 1})", "staging")
        with Neo4j(volume.home, volume.data, default="staging") as server:
            assert counted(server, "staging") == {**BEFORE, "later": 1}

    once(proof, volume, "staging is read, written and read again")


@pytest.mark.proves("rename")
def test_a_dump_comes_back_under_another_name_once(line: str, made: Made, pod: MakePod) -> None:
    volume = pod(made, PREFIXES[line], DATABASE=RENAME, CONSISTENCY_CHECK="true")
    ended = volume.restore()
    assert ended.code == 0, ended
    (restored,) = volume.receipt()["restored"]
    assert (restored["database"], restored["source_database"]) == ("staging", "neo4j")
    # It was asked for under the new name, and says the new name.
    assert "staging: neo4j-admin reads the staged store: " in ended.said
    assert restored["store"]["last_transaction"] > 1
    assert restored["consistency_checked"]
    serves(volume)
    before = volume.photograph()
    again = volume.restore()
    assert again.code == 0, again
    assert volume.photograph() == before


@pytest.mark.proves("rename", "system")
@pytest.mark.parametrize("line", ["neo4j_5", "neo4j_2026"])
def test_with_its_system_the_server_opens_the_new_name_and_not_the_old(line: str, made: Made, pod: MakePod) -> None:
    volume = pod(made, PREFIXES[line], DATABASE=f"{RENAME},system")
    ended = volume.restore()
    assert ended.code == 0, ended
    assert "set initial.dbms.default_database=staging" in ended.said
    with Neo4j(volume.home, volume.data, EARLY_USER, default="staging") as server:
        assert server.status_of_databases() == {"neo4j": "not served", "staging": "online", "system": "online"}
        assert counted(server, "staging") == BEFORE


def test_the_live_database_of_the_old_name_stays_as_it_is(neo4j_5: Made, pod: MakePod) -> None:
    volume = pod(neo4j_5, "five", neo4j_5.later, DATABASE=RENAME)
    before = volume.photograph()
    ended = volume.restore()
    assert ended.code == 0, ended
    after = volume.photograph()
    assert {name: after.get(name) for name in before} == before
    assert "databases/staging/neostore" in after
    with Neo4j(volume.home, volume.data, FIRST_USER) as server:
        assert counted(server) == AFTER
        write_later(server)


@pytest.mark.proves("rename")
@pytest.mark.parametrize("magic", ["BTV1", "BZV2"])
@pytest.mark.parametrize("line", ["neo4j_5", "neo4j_2026"])
def test_a_full_backup_comes_back_under_another_name_in_community(
    magic: str, line: str, made: Made, pod: MakePod, backups: Bucket
) -> None:
    tar = tar_of_dump((made.backups / "neo4j.dump").read_bytes())
    prefix = f"renamed-{line}-{magic}"
    artifact = Artifact(highest=made.last_transaction)
    backups.put(f"{prefix}/neo4j-2026-01-31T02-00-00.backup", artifact.write(magic, tar))
    volume = pod(made, prefix, DATABASE=RENAME)
    ended = volume.restore()
    assert ended.code == 0, ended
    assert "neo4j-admin database load staging --from-stdin" in ended.said
    assert not volume.has_staged_files()
    serves(volume)


@pytest.mark.proves("rename")
def test_a_copied_data_folder_comes_back_under_another_name(
    line: str, made: Made, pod: MakePod, backups: Bucket, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    for part in ("databases", "transactions"):
        shutil.copytree(made.later / part / "neo4j", source / part / "neo4j")
    backups.put(f"renamed-folder-{line}/neo4j-latest.tar.gz", packed(source, "data"))
    volume = pod(made, f"renamed-folder-{line}", DATABASE=RENAME)
    ended = volume.restore()
    assert ended.code == 0, ended
    holds(volume, AFTER, database="staging", states={"staging": "online", "system": "online"})


@pytest.mark.proves("rename")
def test_a_backup_of_graph_db_comes_back_under_another_name_in_3(neo4j_3: Made, pod: MakePod, backups: Bucket) -> None:
    backups.put("renamed-3/graph.db-latest.tar.gz", packed(neo4j_3.backups / "graph.db", "graph.db"))
    volume = pod(neo4j_3, "renamed-3", DATABASE="staging.db=graph.db")
    ended = volume.restore()
    assert ended.code == 0, ended
    assert "set dbms.active_database=staging.db" in ended.said
    holds(volume, BEFORE, database="staging.db")
