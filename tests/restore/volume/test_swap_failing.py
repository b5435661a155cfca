"""A swap that fails at any step is taken back, or goes on at the next start."""

from pathlib import Path

import pytest
from tests.restore.volume.swapping import NEO4J, RECORD, SYSTEM, failing, stage, write
from tests.support import archives

from neo4j_restore.errors import TargetOccupiedError, VolumeError
from neo4j_restore.volume import journal, receipt, recovery, swap
from neo4j_restore.volume.journal import Journal, Phase
from neo4j_restore.volume.paths import VolumePaths


def test_a_swap_that_a_link_stopped_goes_on_once_the_folder_is_there(data: Path, tmp_path: Path) -> None:
    paths = VolumePaths(data)
    restored = stage(paths)
    swap.staged(paths)
    swap.seal(paths, (NEO4J, SYSTEM), RECORD)
    (data / "databases").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(TargetOccupiedError, match="databases is a symbolic link"):
        recovery.recover(paths)
    (data / "databases").unlink()
    recovery.recover(paths)
    assert archives.snapshot(data) == restored


def test_a_swap_that_fails_at_any_rename_is_taken_back(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths, outcomes = VolumePaths(data), []
    for number in range(6):
        archives.empty(data)
        write(data, "old", NEO4J)
        before = archives.snapshot(data)
        stage(paths)
        swap.staged(paths)
        sealed = swap.seal(paths, (NEO4J, SYSTEM), RECORD)
        with failing("rename", range(number, number + 1), monkeypatch), pytest.raises(VolumeError) as raised:
            swap.complete(paths, sealed)
        outcomes.append("the old data is live again" in raised.value.hint)
        assert archives.snapshot(data) == before
        assert not any(path.exists() for path in (paths.staging, paths.outgoing, paths.home / "journal.json"))
    assert all(outcomes)


def test_a_swap_that_can_not_be_taken_back_tells_where_all_is_and_the_next_start_goes_on(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = VolumePaths(data)
    write(data, "old", NEO4J)
    restored = stage(paths)
    swap.staged(paths)
    sealed = swap.seal(paths, (NEO4J, SYSTEM), RECORD)
    with (
        failing("rename", range(3, 100), monkeypatch),
        pytest.raises(VolumeError, match="Input/output error") as raised,
    ):
        swap.complete(paths, sealed)
    assert "half done" in raised.value.hint
    assert "databases/neo4j: live and replaced" in raised.value.hint
    assert "transactions/neo4j: replaced and new" in raised.value.hint
    assert str(paths.outgoing) in raised.value.hint
    recovery.recover(paths)
    assert archives.snapshot(data) == restored
    assert journal.read(paths) is None


def test_a_receipt_that_can_not_be_written_is_owed_and_counts_all_the_same(
    data: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    paths = VolumePaths(data)
    restored = stage(paths)
    swap.staged(paths)
    sealed = swap.seal(paths, (NEO4J, SYSTEM), RECORD)
    # The journal is replaced first.
    with failing("replace", range(1, 100), monkeypatch):
        swap.complete(paths, sealed)
    (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "receipt.json" in warning
    assert archives.snapshot(data) == restored
    assert swap.receipt_of(paths).fulfilled("wish", NEO4J) == "now"
    with pytest.raises(VolumeError, match="the last restore is live"):
        recovery.refuse_unfinished(paths)
    recovery.recover(paths)
    assert journal.read(paths) is None
    assert receipt.read(paths.home).fulfilled("wish", NEO4J) == "now"


def test_a_reclaim_whose_swap_fails_keeps_the_new_data_for_the_next_start(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = VolumePaths(data)
    write(data, "old", NEO4J)
    paths.home.mkdir()
    parts = swap.parts_of(data, (NEO4J,))
    swap.begin(paths, Journal(Phase.INTENT, "wish", retire=parts, reclaim=True))
    write(paths.staged_data, "restored", NEO4J)
    swap.staged(paths)
    sealed = swap.seal(paths, (NEO4J,), RECORD)
    with failing("rename", range(1, 2), monkeypatch), pytest.raises(VolumeError) as raised:
        swap.complete(paths, sealed)
    assert "deleted for room" in raised.value.hint
    recovery.recover(paths)
    assert (data / "databases/neo4j/neostore").read_bytes() == b"restored"
