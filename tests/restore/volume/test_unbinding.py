"""A swap on a member's volume: its data and its place in the cluster go together, wherever it is cut off."""

from pathlib import Path

import pytest
from tests.restore.volume.swapping import NEO4J, CutOffError, cut_off_at, restore, stage, write
from tests.support import archives

from neo4j_restore.volume import journal, recovery
from neo4j_restore.volume.paths import VolumePaths


@pytest.mark.parametrize("database", [True, False], ids=["with the database", "without it"])
def test_cut_off_before_any_step_a_member_has_its_old_data_and_place_or_the_new_data_and_none(
    database: bool, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, number, ended, outcomes = VolumePaths(data), 0, False, set()
    while not ended:
        archives.empty(data)
        archives.write_files(data, {"cluster-state/raft/0": b"raft", "server_id": b"id"})
        if database:
            write(data, "old", NEO4J)
        before = archives.snapshot(data)
        after = stage(paths)
        with cut_off_at(number, monkeypatch):
            try:
                restore(paths)
                ended = True
            except CutOffError:
                number += 1
        recovery.recover(paths)
        found = archives.snapshot(data)
        outcomes.add(found == after)
        assert found in (before, after), f"before step {number}"
        assert journal.read(paths) is None
        assert not paths.outgoing.exists()
    assert outcomes == {True, False}
