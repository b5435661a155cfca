"""The swap: cut off before or after any of its steps, the next start completes it or finds the old data."""

import hashlib
import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.restore.volume.swapping import (
    NEO4J,
    RECORD,
    SYSTEM,
    CutOffError,
    cut_off_at,
    cut_offs,
    restore,
    stage,
    write,
)
from tests.support import archives

from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.rollback import rollback
from neo4j_restore.volume import receipt, recovery, swap
from neo4j_restore.volume.fingerprint import fingerprint
from neo4j_restore.volume.paths import VolumePaths


@pytest.mark.parametrize("logs", [True, False], ids=["with logs", "without logs"])
@pytest.mark.parametrize("old", [True, False], ids=["over old data", "on an empty volume"])
def test_cut_off_before_any_step_the_volume_is_old_or_becomes_new(
    old: bool, logs: bool, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, outcomes = VolumePaths(data), set()
    for cut in cut_offs(monkeypatch):
        archives.empty(data)
        if old:
            write(data, "old", NEO4J)
        before = archives.snapshot(data)
        after = stage(paths, logs=logs)
        with cut.process():
            restore(paths)
        is_new = cut.recovered(paths, before, after)
        outcomes.add(is_new)
        assert (receipt.read(paths.home).fulfilled("wish", NEO4J) == "now") == is_new
        assert not paths.staging.exists()
        assert not paths.outgoing.exists()
    assert outcomes == {True, False}
    assert cut.number > 20


def test_recovering_may_be_cut_off_as_well(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = VolumePaths(data)
    write(data, "old", NEO4J)
    after = stage(paths)
    swap.seal(paths, (NEO4J, SYSTEM), RECORD)
    for _ in range(200):
        with cut_off_at(1, monkeypatch):
            try:
                recovery.recover(paths)
                break
            except CutOffError:
                continue
    recovery.recover(paths)
    assert archives.snapshot(data) == after
    assert len((paths.home / "history.jsonl").read_text().splitlines()) == 1


def test_something_that_came_in_between_is_not_overwritten(data: Path) -> None:
    paths = VolumePaths(data)
    stage(paths)
    swap.seal(paths, (NEO4J, SYSTEM), RECORD)
    write(data, "in between", NEO4J)
    with pytest.raises(TargetOccupiedError, match="databases/neo4j: it exists already"):
        recovery.recover(paths)
    assert (data / "databases/neo4j/neostore").read_bytes().startswith(b"in between")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2}', '{"format": 1, "phase": "verified"}'])
def test_a_journal_that_is_not_understood_stops_the_start(text: str, data: Path) -> None:
    paths = VolumePaths(data)
    paths.home.mkdir()
    (paths.home / "journal.json").write_text(text)
    with pytest.raises(TargetOccupiedError, match=r"journal\.json"):
        recovery.recover(paths)


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
    paths = VolumePaths(data)
    for cut in cut_offs(monkeypatch):
        archives.empty(data)
        write(data, "live", NEO4J)
        live = archives.snapshot(data)
        paths.home.mkdir()
        write(paths.previous, "kept", NEO4J)
        kept = archives.snapshot_all(paths.previous)
        receipt.write(paths.home, receipt.Receipt({"restore_id": "a", "restored": [{"database": "neo4j"}]}))
        with cut.process():
            rollback(data)
        rollback(data)
        assert archives.snapshot(data) == kept, f"before step {cut.number}"
        assert archives.snapshot_all(paths.previous) == live, f"before step {cut.number}"
    assert cut.number > 10


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
        assert fingerprint(root, parts) == hashlib.sha256(json.dumps(facts).encode()).hexdigest()
