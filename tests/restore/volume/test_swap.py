"""The swap: cut off before or after any of its steps, the next start completes it or finds the old data."""

import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import archives

from neo4j_restore import spec
from neo4j_restore.errors import TargetOccupiedError, VolumeError
from neo4j_restore.rollback import rollback
from neo4j_restore.volume import journal, receipt, swap
from neo4j_restore.volume.journal import Journal, Phase
from neo4j_restore.volume.paths import VolumePaths

NEO4J, SYSTEM = spec.parse_databases("neo4j,system")
RECORD = {
    "restore_id": "wish",
    "restored": [{"database": name, "wish": "wish"} for name in ("neo4j", "system")],
    "finished": "now",
}


class CutOffError(Exception):
    """The process ended here."""


def write(data: Path, mark: str, database: spec.DatabaseName, *, logs: bool = True) -> None:
    """Write a database of few files: each costs the exhaustive test an fsync."""
    archives.write_files(data / "databases" / database, {"neostore": mark.encode(), "index/1": mark.encode()})
    if logs:
        archives.write_files(data / "transactions" / database, {"checkpoint.0": mark.encode()})


def stage(paths: VolumePaths, *, logs: bool = True) -> dict[str, bytes]:
    """Stage both databases, and return what the volume must hold once they are swapped in."""
    paths.home.mkdir(exist_ok=True)
    swap.begin(paths, Journal(Phase.INTENT, "wish"))
    for database in (NEO4J, SYSTEM):
        write(paths.staged_data, "restored", database, logs=logs)
    return archives.snapshot_all(paths.staged_data)


def restore(paths: VolumePaths) -> None:
    swap.staged(paths)
    swap.complete(paths, swap.seal(paths, (NEO4J, SYSTEM), RECORD))


@contextmanager
def cut_off_at(number: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """End the process before its `number`th change of the volume; yield the names of those made."""
    made: list[str] = []

    def counted(name: str, call: Callable[..., object]) -> Callable[..., object]:
        def wrapper(*args: object, **options: object) -> object:
            if len(made) == number:
                raise CutOffError
            made.append(name)
            return call(*args, **options)

        return wrapper

    with monkeypatch.context() as patched:
        for name in ("rename", "replace", "unlink", "mkdir", "rmdir"):
            patched.setattr(os, name, counted(name, getattr(os, name)))
        # A process that ends loses nothing of what it wrote: syncing is counted, and not waited for.
        patched.setattr(os, "fsync", counted("fsync", lambda _: None))
        yield made


@pytest.mark.parametrize("logs", [True, False], ids=["with logs", "without logs"])
@pytest.mark.parametrize("old", [True, False], ids=["over old data", "on an empty volume"])
def test_cut_off_before_any_step_the_volume_is_old_or_becomes_new(
    old: bool, logs: bool, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, number, ended, outcomes = VolumePaths(data), 0, False, set()
    while not ended:
        archives.empty(data)
        if old:
            write(data, "old", NEO4J)
        before = archives.snapshot(data)
        after = stage(paths, logs=logs)
        with cut_off_at(number, monkeypatch):
            try:
                restore(paths)
                ended = True
            except CutOffError:
                number += 1
        swap.recover(paths)
        found = archives.snapshot(data)
        outcomes.add(found == after)
        assert found in (before, after), f"before step {number}"
        assert journal.read(paths) is None
        assert (receipt.read(paths.home).fulfilled("wish", NEO4J) == "now") == (found == after)
        assert not paths.staging.exists()
        assert not paths.outgoing.exists()
    assert outcomes == {True, False}
    assert number > 20


def test_recovering_may_be_cut_off_as_well(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = VolumePaths(data)
    write(data, "old", NEO4J)
    after = stage(paths)
    swap.seal(paths, (NEO4J, SYSTEM), RECORD)
    for _ in range(200):
        with cut_off_at(1, monkeypatch):
            try:
                swap.recover(paths)
                break
            except CutOffError:
                continue
    swap.recover(paths)
    assert archives.snapshot(data) == after
    assert len((paths.home / "history.jsonl").read_text().splitlines()) == 1


def test_something_that_came_in_between_is_not_overwritten(data: Path) -> None:
    paths = VolumePaths(data)
    stage(paths)
    swap.seal(paths, (NEO4J, SYSTEM), RECORD)
    write(data, "in between", NEO4J)
    with pytest.raises(TargetOccupiedError, match="databases/neo4j: it exists already"):
        swap.recover(paths)
    assert (data / "databases/neo4j/neostore").read_bytes().startswith(b"in between")


def test_a_swap_that_a_link_stopped_goes_on_once_the_folder_is_there(data: Path, tmp_path: Path) -> None:
    paths = VolumePaths(data)
    restored = stage(paths)
    swap.staged(paths)
    swap.seal(paths, (NEO4J, SYSTEM), RECORD)
    (data / "databases").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(TargetOccupiedError, match="databases is a symbolic link"):
        swap.recover(paths)
    (data / "databases").unlink()
    swap.recover(paths)
    assert archives.snapshot(data) == restored


@contextmanager
def failing(name: str, numbers: range, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let these of the calls of `os.NAME` fail, counted from here on."""
    call, made = getattr(os, name), count()

    def wrapper(*args: object, **options: object) -> object:
        if next(made) in numbers:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(args[0]))
        return call(*args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(os, name, wrapper)
        yield


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
    swap.recover(paths)
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
        swap.refuse_unfinished(paths)
    swap.recover(paths)
    assert journal.read(paths) is None
    assert receipt.read(paths.home).fulfilled("wish", NEO4J) == "now"


def test_a_reclaim_whose_swap_fails_keeps_the_new_data_for_the_next_start(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = VolumePaths(data)
    write(data, "old", NEO4J)
    paths.home.mkdir()
    parts = swap.folders_of_all(data, (NEO4J,))
    swap.begin(paths, Journal(Phase.INTENT, "wish", retire=parts, reclaim=True))
    write(paths.staged_data, "restored", NEO4J)
    swap.staged(paths)
    sealed = swap.seal(paths, (NEO4J,), RECORD)
    with failing("rename", range(1, 2), monkeypatch), pytest.raises(VolumeError) as raised:
        swap.complete(paths, sealed)
    assert "deleted for room" in raised.value.hint
    swap.recover(paths)
    assert (data / "databases/neo4j/neostore").read_bytes() == b"restored"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2}', '{"format": 1, "phase": "verified"}'])
def test_a_journal_that_is_not_understood_stops_the_start(text: str, data: Path) -> None:
    paths = VolumePaths(data)
    paths.home.mkdir()
    (paths.home / "journal.json").write_text(text)
    with pytest.raises(TargetOccupiedError, match=r"journal\.json"):
        swap.recover(paths)


def test_a_restore_is_not_sealed_without_its_own_intent(data: Path) -> None:
    paths = VolumePaths(data)
    paths.home.mkdir()
    with pytest.raises(TargetOccupiedError, match="another process changed the journal"):
        swap.seal(paths, (NEO4J,), RECORD)


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 1}'])
def test_a_receipt_that_is_not_understood_stops_the_start(text: str, data: Path) -> None:
    (data / "receipt.json").write_text(text)
    with pytest.raises(TargetOccupiedError, match=r"receipt\.json"):
        receipt.read(data)


def test_a_rollback_cut_off_anywhere_loses_neither_generation(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths, number, ended = VolumePaths(data), 0, False
    while not ended:
        archives.empty(data)
        write(data, "live", NEO4J)
        live = archives.snapshot(data)
        paths.home.mkdir()
        write(paths.previous, "kept", NEO4J)
        kept = archives.snapshot_all(paths.previous)
        receipt.write(paths.home, receipt.Receipt({"restore_id": "a", "restored": [{"database": "neo4j"}]}))
        with cut_off_at(number, monkeypatch):
            try:
                rollback(data)
                ended = True
            except CutOffError:
                number += 1
        rollback(data)
        assert archives.snapshot(data) == kept, f"before step {number}"
        assert archives.snapshot_all(paths.previous) == live, f"before step {number}"
    assert number > 10


@given(
    st.dictionaries(
        st.lists(st.text("ab.-/", min_size=1, max_size=3), min_size=1, max_size=3).map("/".join), st.binary(max_size=3)
    )
)
def test_a_fingerprint_is_that_of_the_journals_on_disk(files: dict[str, bytes]) -> None:
    """A journal that an older version sealed is compared with it."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for name, data in files.items():
            path = root / "databases/neo4j" / os.path.normpath(name.replace("..", "x").lstrip("/"))
            if not path.exists() and not any(above.is_file() for above in path.parents):
                archives.write_files(path.parent, {path.name: data})
        archives.write_files(root, {"transactions/neo4j/log": b"log", "databases/neo4j-other/x": b"x"})
        parts = ("transactions/neo4j", "databases/neo4j-other", "databases/neo4j", "databases/missing")
        paths = sorted(path for part in parts for path in (root / part).rglob("*") if path.is_file())
        facts = [(str(path.relative_to(root)), path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
        assert swap.fingerprint(root, parts) == hashlib.sha256(json.dumps(facts).encode()).hexdigest()
