"""Sets of older Neo4j in a later one: migrated by the real neo4j-admin before the swap, or refused with the way."""

import io
import tarfile
from pathlib import Path

import pytest
from tests.real.conftest import MakePod
from tests.real.databases import Made, home_of
from tests.real.neo4j import Neo4j
from tests.real.people import AFTER, BEFORE, counted, write_later, write_people
from tests.real.restoring import SHORT_ADMIN
from tests.support.stores import Bucket

USER = ("neo4j", "the-first-password")


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory, backups: Bucket) -> Made:
    """Community 4.4 with a BTREE index and a user: dumps of neo4j and system below `old`."""
    folder = tmp_path_factory.mktemp("old")
    folder.chmod(0o755)
    made = Made(home_of("4.4.48"), folder / "data", folder / "backups")
    server = Neo4j(made.home, made.later, USER)
    server._admin("set-initial-password", USER[1])
    with server:
        write_people(server)
        server.query("CREATE BTREE INDEX people FOR (p:Person) ON (p.name)")
    for database in ("neo4j", "system"):
        backups.put(f"old/{database}.dump", server.dump(database, made.backups).read_bytes())
    with server:
        write_later(server)
    return made


@pytest.mark.proves("migrate")
@pytest.mark.parametrize("line", ["neo4j_5", "neo4j_2026"])
def test_dumps_of_4_4_are_migrated_before_they_go_live(
    line: str, request: pytest.FixtureRequest, old: Made, pod: MakePod
) -> None:
    made: Made = request.getfixturevalue(line)
    # The newest shows what neo4j-admin does without options.
    java = {} if line == "neo4j_2026" else SHORT_ADMIN
    volume = pod(made, "old", made.later, DATABASE="neo4j,system", FORCE_OVERWRITE="once", **java)
    before = volume.photograph()
    refused = volume.restore()
    assert (refused.code, "set MIGRATE=true" in refused.reason) == (31, True), refused
    assert "AF4.3.0 (first written by Neo4j 4.3), but this neo4j-admin has version" in refused.reason
    assert "staging" not in refused.said, "it is refused before the transfer"
    assert volume.photograph() == before
    ended = volume.restore(MIGRATE="true")
    assert ended.code == 0, ended
    people, system = (each["migrated"] for each in volume.receipt()["restored"])
    assert (people["from"], people["introduced"], people["to"]) == ("record-aligned-0.1", "4.3.0", "record-aligned-1.1")
    assert people["btree_to_range"] is True
    assert system["to"] == "record-aligned-1.1"
    assert "its BTREE indexes and constraints became RANGE ones" in ended.said
    with Neo4j(volume.home, volume.data, USER) as server:
        assert server.status_of_databases() == {"neo4j": "online", "system": "online"}
        assert counted(server) == BEFORE
        types = {row["name"]: row["type"] for row in server.query("SHOW INDEXES YIELD name, type")}
        assert types["people"] == "RANGE"


@pytest.mark.proves("migrate")
def test_a_dump_of_4_4_is_migrated_under_another_name(old: Made, neo4j_5: Made, pod: MakePod) -> None:
    volume = pod(neo4j_5, "old", DATABASE="staging=neo4j", MIGRATE="true")
    ended = volume.restore()
    assert ended.code == 0, ended
    (restored,) = volume.receipt()["restored"]
    assert (restored["database"], restored["source_database"]) == ("staging", "neo4j")
    assert restored["migrated"]["to"] == "record-aligned-1.1"
    with Neo4j(volume.home, volume.data, default="staging") as server:
        assert server.status_of_databases() == {"staging": "online", "system": "online"}
        assert counted(server, "staging") == BEFORE
        types = {row["name"]: row["type"] for row in server.query("SHOW INDEXES YIELD name, type", "staging")}
        assert types["people"] == "RANGE"


def packed(folders: dict[str, Path], *, but: str = "") -> bytes:
    """Return an archive of the files in folders, by where they go in it. but: a file that it does not have."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        for top, folder in folders.items():
            for path in sorted(each for each in folder.rglob("*") if each.is_file() and each.name != but):
                archive.add(path, f"{top}/{path.relative_to(folder)}")
    return buffer.getvalue()


SHAPES = {
    # As the backup of 4.x makes it: the transaction logs lie among the store files.
    "a backup directory": ("backups/neo4j", "backups/neo4j"),
    "a data folder": ("data/databases/neo4j", "data/transactions/neo4j"),
}


@pytest.mark.proves("migrate")
@pytest.mark.parametrize("shape", SHAPES)
def test_store_files_of_4_4_are_migrated_too(
    shape: str, old: Made, neo4j_5: Made, pod: MakePod, backups: Bucket
) -> None:
    prefix = f"old-{shape.replace(' ', '-')}"
    tops = dict(zip(("databases", "transactions"), SHAPES[shape], strict=True))
    parts = [packed({top: old.later / part / "neo4j"}) for part, top in tops.items()]
    backups.put(f"{prefix}/neo4j-latest.tar.gz", joined(parts))
    volume = pod(neo4j_5, prefix, neo4j_5.later, DATABASE="neo4j", FORCE_OVERWRITE="once", **SHORT_ADMIN)
    before = volume.photograph()
    refused = volume.restore()
    assert (refused.code, "set MIGRATE=true" in refused.reason) == (31, True), refused
    assert volume.photograph() == before
    ended = volume.restore(MIGRATE="true")
    assert ended.code == 0, ended
    with Neo4j(volume.home, volume.data, USER) as server:
        assert server.status_of_databases()["neo4j"] == "online"
        assert counted(server) == AFTER


def joined(parts: list[bytes]) -> bytes:
    """Return one archive with the entries of several."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        for part in parts:
            with tarfile.open(fileobj=io.BytesIO(part)) as source:
                for member in source:
                    archive.addfile(member, source.extractfile(member))
    return buffer.getvalue()


def test_a_store_that_has_to_be_recovered_first_leaves_the_old_data(
    old: Made, neo4j_5: Made, pod: MakePod, backups: Bucket
) -> None:
    # Without the last entry in the log of checkpoints, the server did not stop cleanly.
    tops = {"data/databases/neo4j": old.later / "databases/neo4j"}
    logs = {"data/transactions/neo4j": old.later / "transactions/neo4j"}
    backups.put("old-unclean/neo4j-latest.tar.gz", joined([packed(tops), packed(logs, but="checkpoint.0")]))
    volume = pod(neo4j_5, "old-unclean", neo4j_5.later, DATABASE="neo4j", FORCE_OVERWRITE="once", MIGRATE="true")
    before = volume.photograph()
    ended = volume.restore()
    assert (ended.code, "needs a recovery by the Neo4j that wrote it" in ended.reason) == (31, True), ended
    assert volume.photograph() == before
    assert not volume.has_staged_files()


def test_a_dump_of_5_needs_no_migration_in_the_newest_neo4j(neo4j_5: Made, neo4j_2026: Made, pod: MakePod) -> None:
    volume = pod(neo4j_2026, "five", DATABASE="neo4j", MIGRATE="true")
    ended = volume.restore()
    assert ended.code == 0, ended
    (restored,) = volume.receipt()["restored"]
    assert restored["migrated"] is None
    with Neo4j(volume.home, volume.data) as server:
        assert counted(server) == BEFORE


@pytest.mark.parametrize(("line", "between"), [("neo4j_4", "3.5"), ("neo4j_5", "4.4")])
@pytest.mark.parametrize("migrate", ["false", "true", "by-server"])
def test_a_backup_of_3_3_is_refused_with_the_version_to_go_through(
    line: str,
    between: str,
    migrate: str,
    request: pytest.FixtureRequest,
    neo4j_3: Made,
    pod: MakePod,
    backups: Bucket,
) -> None:
    # No tool of 4.4 reads this format, and its server refuses it even with dbms.allow_upgrade=true.
    made: Made = request.getfixturevalue(line)
    backups.put("of-3/neo4j-latest.tar.gz", packed({"backups/neo4j": neo4j_3.backups / "graph.db"}))
    volume = pod(made, "of-3", made.later, DATABASE="neo4j", FORCE_OVERWRITE="once", MIGRATE=migrate)
    before = volume.photograph()
    ended = volume.restore()
    assert (ended.code, f"migrate it to {between} first" in ended.reason) == (31, True), ended
    assert "v0.A.8" in ended.reason
    assert volume.photograph() == before


def test_a_dump_of_5_is_refused_by_4_4_before_the_transfer(neo4j_5: Made, neo4j_4: Made, pod: MakePod) -> None:
    volume = pod(neo4j_4, "five", neo4j_4.later, DATABASE="neo4j", FORCE_OVERWRITE="once", MIGRATE="true")
    before = volume.photograph()
    ended = volume.restore()
    newer = "record-aligned-1.1 (first written by Neo4j 5.0), but this neo4j-admin has version 4.4.48"
    assert (ended.code, newer in ended.reason) == (31, True), ended
    assert "a later one" in ended.reason
    assert volume.photograph() == before
