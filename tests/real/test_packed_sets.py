"""Community 4.4, 5.26 and 2026.08 come back from a dump in a gzip or tar, and from a copied data folder."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest
from tests.real.conftest import MakePod
from tests.real.databases import LATE_USER, Made
from tests.real.people import AFTER, BEFORE
from tests.real.serving import holds
from tests.support import archives
from tests.support.artifacts import Artifact, tar_of_dump
from tests.support.stores import Bucket


def packed_folder(data: Path) -> bytes:
    """Return the data folder of a stopped server as `tar czf data.tar.gz -C / data` packs it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=1) as archive:
        archive.add(data, "data")
    return buffer.getvalue()


@pytest.mark.proves("packed dump")
@pytest.mark.parametrize("line", ["neo4j_4", "neo4j_5", "neo4j_2026"])
@pytest.mark.parametrize("pack", ["gzip", "tar.gz"])
def test_a_packed_dump_comes_back(
    pack: str, line: str, request: pytest.FixtureRequest, pod: MakePod, backups: Bucket
) -> None:
    made: Made = request.getfixturevalue(line)
    dump = (made.backups / "neo4j.dump").read_bytes()
    if pack == "gzip":
        backups.put(f"packed-{line}-{pack}/neo4j.dump", gzip.compress(dump, 1))
    else:
        files = {"dumps/report.txt": b"fine", "dumps/neo4j.dump": dump}
        backups.put(f"packed-{line}-{pack}/neo4j-latest.tar.gz", archives.tar_gz(files, below=""))
    volume = pod(made, f"packed-{line}-{pack}", DATABASE="neo4j")
    ended = volume.restore()
    assert ended.code == 0, ended
    (restored,) = volume.receipt()["restored"]
    assert restored["layers"] == (["gzip", "dump"] if pack == "gzip" else ["gzip", "tar", "dump"])
    holds(volume, BEFORE)


@pytest.mark.proves("packed full")
@pytest.mark.parametrize("line", ["neo4j_5", "neo4j_2026"])
def test_an_artifact_in_a_tar_is_loaded_by_community(
    line: str, request: pytest.FixtureRequest, pod: MakePod, backups: Bucket
) -> None:
    made: Made = request.getfixturevalue(line)
    tar = tar_of_dump((made.backups / "neo4j.dump").read_bytes())
    files = {"backups/neo4j-2026-01-31T02-00-00.backup": Artifact(highest=made.last_transaction).write("BZV2", tar)}
    backups.put(f"tarred-{line}/neo4j-2026-01-31T02-00-00.backup.tar.gz", archives.tar_gz(files, below=""))
    volume = pod(made, f"tarred-{line}", DATABASE="neo4j")
    ended = volume.restore()
    assert ended.code == 0, ended
    holds(volume, BEFORE)


@pytest.mark.proves("folder", "system")
@pytest.mark.parametrize("line", ["neo4j_4", "neo4j_5", "neo4j_2026"])
def test_a_copy_of_the_data_folder_comes_back(
    line: str, request: pytest.FixtureRequest, pod: MakePod, backups: Bucket
) -> None:
    made: Made = request.getfixturevalue(line)
    for database in ("neo4j", "system"):
        backups.put(f"folder-{line}/{database}-latest.tar.gz", packed_folder(made.later))
    volume = pod(made, f"folder-{line}", DATABASE="neo4j,system")
    ended = volume.restore()
    assert ended.code == 0, ended
    assert not volume.has_staged_files()
    holds(
        volume,
        AFTER,
        auth=LATE_USER if line != "neo4j_4" else None,
        states={"neo4j": "online", "system": "online"},
    )


def test_a_copy_of_the_data_folder_of_another_line_is_refused(
    neo4j_4: Made, neo4j_5: Made, pod: MakePod, backups: Bucket
) -> None:
    backups.put("folder-of-4/neo4j-latest.tar.gz", packed_folder(neo4j_4.later))
    volume = pod(neo4j_5, "folder-of-4", neo4j_5.later, DATABASE="neo4j", FORCE_OVERWRITE="true", SPACE_MODE="reclaim")
    before = volume.photograph()
    ended = volume.restore()
    assert (ended.code, "store files of Neo4j 4 (AF4.3.0)" in ended.reason) == (31, True), ended
    assert volume.photograph() == before
