"""What the real neo4j-admin of each line says of a staged store, and the end of a store that is not as promised."""

import random
import shutil
from functools import partial
from pathlib import Path

import pytest
from tests.real.conftest import MakePod
from tests.real.databases import Made
from tests.real.packing import packed
from tests.real.people import AFTER, BEFORE
from tests.real.restoring import SHORT_ADMIN
from tests.real.serving import holds
from tests.support.artifacts import Artifact, tar_of_dump
from tests.support.stores import Bucket

from neo4j_restore.admin.find import find_admin
from neo4j_restore.databases import DatabaseName
from neo4j_restore.errors import BackupDamagedError

NEO4J = DatabaseName("neo4j")

FORMATS = {
    "neo4j_3": ("graph.db", "v0.A.8", "3.2.0"),
    "neo4j_4": ("neo4j", "AF4.3.0", "4.3.0"),
    "neo4j_5": ("neo4j", "record-aligned-1.1", "5.0.0"),
    "neo4j_2026": ("neo4j", "record-aligned-1.1", "5.0.0"),
}


@pytest.mark.proves("proof")
@pytest.mark.parametrize("line", FORMATS)
def test_the_receipt_has_what_neo4j_admin_says_of_the_store(
    line: str, request: pytest.FixtureRequest, pod: MakePod, backups: Bucket
) -> None:
    made: Made = request.getfixturevalue(line)
    database, store_format, introduced = FORMATS[line]
    if line == "neo4j_3":
        backups.put(f"proved-{line}/graph.db-latest.tar.gz", packed(made.backups / database, f"backups/{database}"))
    else:
        backups.put(f"proved-{line}/neo4j.dump", (made.backups / "neo4j.dump").read_bytes())
    volume = pod(made, f"proved-{line}", DATABASE=database)
    ended = volume.restore()
    assert ended.code == 0, ended
    assert f"{database}: neo4j-admin reads the staged store: {store_format}" in ended.said
    (restored,) = volume.receipt()["restored"]
    store = restored["store"]
    assert (store["format"], store["introduced"], store["superseded"]) == (store_format, introduced, None)
    # 3.x says nothing about transactions.
    assert (store["last_transaction"] or 0) >= (0 if line == "neo4j_3" else 3)
    assert store["recovery_needed"] is (None if line == "neo4j_3" else False)
    if made.last_transaction:
        assert store["last_transaction"] == made.last_transaction


def test_a_store_whose_first_file_is_zeros_never_goes_live(neo4j_3: Made, pod: MakePod, backups: Bucket) -> None:
    archive = packed(neo4j_3.backups / "graph.db", "backups/graph.db", neostore=bytes(8192))
    backups.put("zeros-neo4j_3/graph.db-latest.tar.gz", archive)
    volume = pod(neo4j_3, "zeros-neo4j_3", neo4j_3.later, DATABASE="graph.db", FORCE_OVERWRITE="once")
    before = volume.photograph()
    ended = volume.restore()
    assert (ended.code, "neo4j-admin can't read the store" in ended.reason) == (11, True), ended
    assert volume.photograph() == before
    assert not volume.has_staged_files()


@pytest.mark.parametrize("line", ["neo4j_4", "neo4j_5", "neo4j_2026"])
def test_later_lines_say_so_as_well(line: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    # Their own `load` reads this file too, and copies of data folders are looked at before they are unpacked.
    made: Made = request.getfixturevalue(line)
    program = find_admin({"NEO4J_HOME": str(made.home)}, "256m")
    program.configure(tmp_path / "conf", tmp_path / "data")
    shutil.copytree(made.later, tmp_path / "data", dirs_exist_ok=True)
    with (tmp_path / "lock").open("wb") as lock:
        ask = partial(program.info, tmp_path / "data/databases/neo4j", NEO4J, tmp_path / "conf", lock.fileno())
        assert ask("the set").store_format == FORMATS[line][1]
        (tmp_path / "data/databases/neo4j/neostore").write_bytes(bytes(8192))
        with pytest.raises(BackupDamagedError, match="neo4j-admin can't read the store that the set became"):
            ask("the set")


OTHER = {
    "another format": ({"store_format": "standard"}, "the format record-aligned-1.1, expected record-standard-1.1"),
    "another transaction": ({"more": 1}, "the last transaction of the restored store is"),
}


@pytest.mark.parametrize(("says", "message"), OTHER.values(), ids=OTHER)
def test_a_backup_whose_header_says_something_else_never_goes_live(
    says: dict[str, object],
    message: str,
    neo4j_5: Made,
    pod: MakePod,
    backups: Bucket,
    request: pytest.FixtureRequest,
) -> None:
    prefix = f"other-{request.node.callspec.id.replace(' ', '-')}"
    tar = tar_of_dump((neo4j_5.backups / "neo4j.dump").read_bytes())
    highest = neo4j_5.last_transaction + ("more" in says)
    artifact = Artifact(highest=highest, store_format=str(says.get("store_format", "aligned")))
    backups.put(f"{prefix}/neo4j-2026-01-31T02-00-00.backup", artifact.write("BTV2", tar))
    volume = pod(neo4j_5, prefix, neo4j_5.later, DATABASE="neo4j", FORCE_OVERWRITE="once")
    before = volume.photograph()
    ended = volume.restore()
    assert (ended.code, message in ended.reason) == (11, True), ended
    assert volume.photograph() == before


CHECKED = {
    # The bytes to overwrite are in relationships that are in use. The archives are packed after that.
    "neo4j_3": ("backups/graph.db", "databases/graph.db"),
    "neo4j_4": ("data", "databases/neo4j"),
    "neo4j_5": ("data", "databases/neo4j"),
    "neo4j_2026": ("data", "databases/neo4j"),
}


@pytest.mark.proves("check")
@pytest.mark.parametrize("line", CHECKED)
def test_a_check_finds_the_damage_that_no_checksum_shows(
    line: str, request: pytest.FixtureRequest, pod: MakePod, backups: Bucket
) -> None:
    made: Made = request.getfixturevalue(line)
    database, (name, below) = FORMATS[line][0], CHECKED[line]
    folder = made.backups / database if line == "neo4j_3" else made.later
    file = "neostore.relationshipstore.db"
    whole = (folder if line == "neo4j_3" else folder / below) / file
    damaged = bytearray(whole.read_bytes())
    damaged[1000:3000] = random.Random(0).randbytes(2000)  # noqa: S311 - filler
    backups.put(f"whole-{line}/{database}-latest.tar.gz", packed(folder, name))
    spoiled = {file.replace(".", "_"): bytes(damaged)}
    backups.put(f"spoiled-{line}/{database}-latest.tar.gz", packed(folder, name, **spoiled))

    # The newest shows what neo4j-admin does without options.
    java = {} if line == "neo4j_2026" else SHORT_ADMIN
    checked = {"DATABASE": database, "CONSISTENCY_CHECK": "true", "FORCE_OVERWRITE": "once"}
    volume = pod(made, f"spoiled-{line}", made.later, **checked, **java)
    before = volume.photograph()
    ended = volume.restore()
    report = volume.data / ".neo4j-restore/inconsistencies.report"
    assert (ended.code, str(report) in ended.reason) == (11, True), ended
    assert "inconsistencies in the store" in ended.reason
    assert "Relationship[" in report.read_text()
    assert volume.photograph() == before
    assert not volume.has_staged_files()

    bucket = volume.env["BUCKET"].replace("spoiled-", "whole-")
    again = volume.restore(BUCKET=bucket)
    assert again.code == 0, again
    (restored,) = volume.receipt()["restored"]
    assert restored["consistency_checked"] is True
    assert not report.exists()
    holds(volume, BEFORE if line == "neo4j_3" else AFTER)


def test_a_store_to_be_recovered_can_not_be_checked(neo4j_5: Made, pod: MakePod, backups: Bucket) -> None:
    # The last entry in the log of checkpoints says that the server was stopped. Without it Neo4j recovers the store.
    backups.put("unclean/neo4j-latest.tar.gz", packed(neo4j_5.later, "data", checkpoint_0=b""))
    volume = pod(neo4j_5, "unclean", neo4j_5.later, DATABASE="neo4j", FORCE_OVERWRITE="once")
    before = volume.photograph()
    ended = volume.restore(CONSISTENCY_CHECK="true")
    assert (ended.code, "needs a recovery before it can be checked" in ended.reason) == (30, True), ended
    assert volume.photograph() == before
    ended = volume.restore()
    assert ended.code == 0, ended
    (restored,) = volume.receipt()["restored"]
    assert restored["store"]["recovery_needed"] is True
