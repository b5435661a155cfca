"""A swap on a member's volume: its data and its place in the cluster go together, wherever it is cut off."""

from pathlib import Path

import pytest
from tests.restore.volume.swapping import NEO4J, cut_offs, restore, stage, write
from tests.support import archives

from neo4j_restore.volume.paths import VolumePaths


@pytest.mark.parametrize("database", [True, False], ids=["with the database", "without it"])
def test_cut_off_before_any_step_a_member_has_its_old_data_and_place_or_the_new_data_and_none(
    database: bool, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, outcomes = VolumePaths(data), set()
    for cut in cut_offs(monkeypatch):
        archives.empty(data)
        archives.write_files(data, {"cluster-state/raft/0": b"raft", "server_id": b"id"})
        if database:
            write(data, "old", NEO4J)
        before = archives.snapshot(data)
        after = stage(paths)
        with cut.process():
            restore(paths)
        is_new = cut.recovered(paths, before, after)
        outcomes.add(is_new)
        assert not paths.outgoing.exists()
    assert outcomes == {True, False}
