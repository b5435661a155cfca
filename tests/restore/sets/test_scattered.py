"""Artifacts in folders of other names: one half of a chain, or another environment."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.support import archives, standin
from tests.support.chains import backup
from tests.support.stores import Bucket

Restored = Callable[[dict[str, bytes]], tuple[int, str, bytes]]


def full(mark: bytes, day: int, highest: int, database_id: int = 77) -> bytes:
    files = {**archives.store_files(), "neostore.counts.db": mark}
    return backup(files, time=f"2026-01-{day:02}T02:00:00", highest=highest, database_id=database_id)


def differential(mark: bytes, day: int, lowest: int, highest: int) -> bytes:
    files = {"neostore.counts.db": mark}
    return backup(files, full=False, lowest=lowest, highest=highest, time=f"2026-01-{day:02}T02:00:00")


def name(day: int) -> str:
    return f"neo4j-2026-01-{day:02}T02-00-00.backup"


PROD = {name(1): full(b"prod", 1, 100), name(2): differential(b"prod 2", 2, 101, 300)}


@pytest.fixture
def restored(neo4j_restore: Run, bucket: Bucket, data: Path, tmp_path: Path) -> Restored:
    """Return what a run over some objects ends with: its exit code, its log, and the mark of the store."""
    home = str(standin.install_enterprise_5(tmp_path / "enterprise"))

    def restore(objects: dict[str, bytes]) -> tuple[int, str, bytes]:
        for key, content in objects.items():
            bucket.put(key, content)
        done = neo4j_restore("run", NEO4J_HOME=home)
        return done.returncode, done.stderr, archives.snapshot(data).get("databases/neo4j/neostore.counts.db", b"")

    return restore


def test_a_newer_clone_of_the_database_in_a_folder_below_is_not_taken_in_silence(restored: Restored) -> None:
    code, log, mark = restored(PROD | {f"staging/{name(3)}": full(b"staging", 3, 900)})
    assert (code, mark) == (10, b""), log
    assert "it lies in staging/, which may be another environment" in log
    assert "IGNORE_OBJECTS=staging/*" in log


def test_an_older_clone_that_wrote_more_is_left_alone(restored: Restored) -> None:
    code, log, mark = restored({**PROD, name(3): full(b"prod 3", 3, 400), f"staging/{name(2)}": full(b"no", 2, 900)})
    assert (code, mark) == (0, b"prod 3"), log


def test_a_gap_is_never_filled_from_another_environment(restored: Restored) -> None:
    staging = {f"staging/{name(1)}": PROD[name(1)], f"staging/{name(2)}": differential(b"staging", 2, 101, 200)}
    code, log, mark = restored({name(1): PROD[name(1)], name(3): differential(b"prod", 3, 201, 300)} | staging)
    assert (code, mark) == (10, b""), log
    assert "transactions 101 to 200 are missing" in log


@pytest.mark.parametrize(("fulls", "differentials"), [("", "increments/"), ("base/", "")])
def test_a_folder_with_the_other_half_of_the_chain_belongs_to_it(
    fulls: str, differentials: str, restored: Restored
) -> None:
    code, log, mark = restored({f"{fulls}{name(1)}": PROD[name(1)], f"{differentials}{name(2)}": PROD[name(2)]})
    assert (code, mark) == (0, b"prod 2"), log


def test_differentials_of_two_folders_with_the_same_transactions_are_no_half(restored: Restored) -> None:
    twice = {f"{each}/{name(2)}": differential(each.encode(), 2, 101, 300) for each in ("blue", "green")}
    assert restored({name(1): PROD[name(1)]} | twice)[0] == 10


def test_a_newer_backup_of_another_database_id_in_a_folder_below_is_told(restored: Restored) -> None:
    code, log, mark = restored(PROD | {f"staging/{name(3)}": full(b"staging", 3, 900, database_id=5)})
    assert (code, mark) == (0, b"prod 2"), log
    assert f"/staging/{name(3)} is newer than gs://" in log
    assert f"/{name(2)}, but has another database id" in log


def test_the_header_tells_whose_a_name_with_a_general_word_is(restored: Restored) -> None:
    archive = backup({}, database="neo4j-archive", database_id=9, time="2026-01-09T02:00:00")
    worded = {"neo4j-diff-2026-01-02.backup": PROD[name(2)], "neo4j-archive-2026-01-09.backup": archive}
    code, log, mark = restored({name(1): PROD[name(1)]} | worded)
    assert (code, mark) == (0, b"prod 2"), log
    assert "neo4j-archive" not in log


def test_of_full_backups_of_an_idle_database_the_newest_is_taken(restored: Restored) -> None:
    idle = {name(day): full(f"{day}".encode(), day, 100) for day in (1, 2, 3)}
    code, log, mark = restored(idle | {name(4): differential(b"", 4, 0, 0)})
    assert (code, mark) == (0, b"3"), log
