"""Community 5.26 loads full backup artifacts: what our reader takes for metadata, the real neo4j-admin takes as well.

The artifacts hold a real dump's content. Their metadata is written by tests/support/artifacts.py, for Enterprise, which
makes such, can't be had.
"""

import pytest
from tests.real.conftest import MakePod
from tests.real.databases import Made
from tests.real.people import BEFORE
from tests.real.serving import holds
from tests.support.artifacts import Artifact, tar_of_dump
from tests.support.stores import Bucket


@pytest.mark.proves("full")
@pytest.mark.parametrize("magic", ["BTV1", "BTV2", "BZV1", "BZV2"])
def test_a_full_backup_is_loaded_by_community(magic: str, neo4j_5: Made, pod: MakePod, backups: Bucket) -> None:
    tar = tar_of_dump((neo4j_5.backups / "neo4j.dump").read_bytes())
    artifact = Artifact(highest=neo4j_5.last_transaction)
    backups.put(f"full-{magic}/neo4j-2026-01-31T02-00-00.backup", artifact.write(magic, tar, script="RETURN 1;"))
    volume = pod(neo4j_5, f"full-{magic}", DATABASE="neo4j")
    ended = volume.restore()
    assert ended.code == 0, ended
    (restored,) = volume.receipt()["restored"]
    assert (restored["kind"], restored["objects"]) == ("backup", 1)
    assert not volume.has_staged_files()
    holds(volume, BEFORE)


@pytest.mark.refuses("chain", because="Community has only `database load`, which takes a full backup")
def test_a_differential_backup_is_refused_with_the_old_data_kept(neo4j_5: Made, pod: MakePod, backups: Bucket) -> None:
    tar = tar_of_dump((neo4j_5.backups / "neo4j.dump").read_bytes())
    backups.put("differential/neo4j-2026-01-31T02-00-00.backup", Artifact().write("BTV1", tar))
    later = Artifact(full=False, lowest=101, highest=150).write("BTV1", tar)
    backups.put("differential/neo4j-2026-01-31T03-00-00.backup", later)
    volume = pod(neo4j_5, "differential", neo4j_5.later, DATABASE="neo4j", FORCE_OVERWRITE="once")
    before = volume.photograph()
    ended = volume.restore()
    assert (ended.code, "a differential backup" in ended.reason) == (2, True), ended
    assert volume.photograph() == before


def test_a_streamed_backup_that_was_cut_is_refused_with_the_old_data_kept(
    neo4j_5: Made, pod: MakePod, backups: Bucket
) -> None:
    tar = tar_of_dump((neo4j_5.backups / "neo4j.dump").read_bytes())
    artifact = Artifact(highest=neo4j_5.last_transaction).write("BZV1", tar)
    backups.put("cut/neo4j-2026-01-31T02-00-00.backup", artifact[: len(artifact) * 9 // 10])
    volume = pod(neo4j_5, "cut", neo4j_5.later, DATABASE="neo4j", FORCE_OVERWRITE="once")
    before = volume.photograph()
    ended = volume.restore()
    assert (ended.code, "is damaged" in ended.reason) == (11, True), ended
    assert volume.photograph() == before
