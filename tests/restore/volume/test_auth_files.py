"""The auth files of Neo4j 3.x in the swap: they go live with the databases, or stay with them."""

import json
import os
from pathlib import Path

import pytest
from tests.restore.volume.swapping import NEO4J, RECORD, SYSTEM, cut_offs, stage, write
from tests.support import archives

from neo4j_restore.errors import NewerDataError, TargetOccupiedError
from neo4j_restore.volume import journal, recovery, swap
from neo4j_restore.volume.journal import Journal, Phase
from neo4j_restore.volume.paths import VolumePaths

OLD = {"dbms/auth": b"old users", "dbms/auth.ini": b"old first user"}
NEW = {"dbms/auth": b"new users", "dbms/roles": b"new roles"}


def staged(paths: VolumePaths) -> dict[str, bytes]:
    """Stage databases and auth files, and return what the volume must hold after the swap."""
    stage(paths)
    archives.write_files(paths.staged_data, NEW)
    swap.staged(paths)
    return archives.snapshot_all(paths.staged_data)


@pytest.mark.parametrize("old", [OLD, {}], ids=["over old ones", "where there are none"])
def test_cut_off_before_any_step_they_are_those_of_the_databases(
    old: dict[str, bytes], data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths, outcomes = VolumePaths(data), set()
    for cut in cut_offs(monkeypatch):
        archives.empty(data)
        write(data, "old", NEO4J)
        archives.write_files(data, old)
        before = archives.snapshot(data)
        after = staged(paths)
        with cut.process():
            swap.complete(paths, swap.seal(paths, (NEO4J, SYSTEM), RECORD, auth_files=True))
        is_new = cut.recovered(paths, before, after)
        outcomes.add(is_new)
    assert outcomes == {True, False}


def test_a_swap_that_fails_takes_them_back_as_well(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = VolumePaths(data)
    write(data, "old", NEO4J)
    archives.write_files(data, OLD)
    before = archives.snapshot(data)
    staged(paths)
    sealed = swap.seal(paths, (NEO4J, SYSTEM), RECORD, auth_files=True)
    # A folder that appears in the place of a new file makes the last renames fail.
    rename = os.rename

    def meddling(source: Path, target: Path) -> None:
        rename(source, target)
        if Path(target) == data / "dbms/auth" and Path(source).is_relative_to(paths.staging):
            (data / "dbms/roles").mkdir()

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", meddling)
        with pytest.raises(TargetOccupiedError, match="dbms/roles: it exists already"):
            swap.complete(paths, sealed)
    (data / "dbms/roles").rmdir()
    assert archives.snapshot(data) == before


def test_users_that_neo4j_wrote_since_the_seal_are_not_replaced(data: Path) -> None:
    paths = VolumePaths(data)
    archives.write_files(data, OLD)
    staged(paths)
    swap.seal(paths, (NEO4J, SYSTEM), RECORD, auth_files=True)
    (data / "dbms/auth").write_bytes(b"users written since")
    with pytest.raises(NewerDataError, match="after a restore was sealed"):
        recovery.recover(paths)
    assert (data / "dbms/auth").read_bytes() == b"users written since"


@pytest.mark.parametrize("part", ["dbms/../auth", "dbms/server_id", "dbms/", "auth", "dbms/auth/x"])
def test_a_journal_moves_no_other_file_of_that_folder(part: str, data: Path) -> None:
    paths = VolumePaths(data)
    paths.home.mkdir()
    journal.write(paths, Journal(Phase.INTENT, "wish", retire=("dbms/auth",)))
    text = json.loads((paths.home / "journal.json").read_text())
    (paths.home / "journal.json").write_text(json.dumps(text | {"retire": [part]}))
    with pytest.raises(TargetOccupiedError, match=r"journal\.json"):
        journal.read(paths)
