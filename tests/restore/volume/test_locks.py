"""The locks on a volume: one restore at a time, and none beside a running server."""

import errno
import fcntl
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from tests.support import archives
from tests.support.patience import HANGS_AFTER_SECONDS
from tests.support.says import says
from tests.support.skips import root_only

from neo4j_restore.errors import LockError, TargetOccupiedError
from neo4j_restore.volume import journal, locks, receipt
from neo4j_restore.volume.journal import Journal, Phase
from neo4j_restore.volume.paths import VolumePaths
from neo4j_restore.volume.receipt import Receipt


def _hold(path: Path, take: Callable[[int], None], held: Event, done: Event) -> None:
    with path.open("w") as stream:
        take(stream.fileno())
        held.set()
        done.wait(HANGS_AFTER_SECONDS)


def _flock(descriptor: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_EX)


def _lockf(descriptor: int) -> None:
    fcntl.lockf(descriptor, fcntl.LOCK_EX)


def while_held(path: Path, take: Callable[[int], None], action: Callable[[], None]) -> None:
    """Run `action` while another process holds a lock on `path`."""
    context = multiprocessing.get_context("spawn")
    held, done = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(path, take, held, done))
    other.start()
    try:
        assert held.wait(HANGS_AFTER_SECONDS)
        action()
    finally:
        done.set()
        other.join()


def test_a_second_restore_is_kept_away_while_the_first_lives(data: Path) -> None:
    paths = VolumePaths(data)
    paths.home.mkdir()

    def second() -> None:
        with pytest.raises(TargetOccupiedError, match="another neo4j-restore"), locks.locked(paths):
            pass

    while_held(paths.home / "lock", _flock, second)


@root_only
def test_nothing_is_given_away_without_the_lock(data: Path) -> None:
    """The restore that holds the lock may be moving these files."""
    paths = VolumePaths(data)
    os.chown(data, 1000, 1000)
    paths.home.mkdir()
    (paths.home / "receipt.json").touch()

    def second() -> None:
        with pytest.raises(TargetOccupiedError), locks.locked(paths):
            pass
        assert (paths.home / "receipt.json").stat().st_uid == 0

    while_held(paths.home / "lock", _flock, second)
    with locks.locked(paths):
        assert (paths.home / "receipt.json").stat().st_uid == 1000
    with locks.locked(paths):
        """A lock file that is left over means nothing."""


@pytest.mark.parametrize("lock", ["databases/store_lock", "databases/graph.db/store_lock", "databases/x/database_lock"])
def test_a_running_server_of_any_line_is_left_alone(lock: str, data: Path) -> None:
    paths = VolumePaths(data)
    locks.refuse_running_server(paths)
    archives.write_files(data, {lock: b""})

    def restore() -> None:
        with pytest.raises(TargetOccupiedError, match="a Neo4j server is running"):
            locks.refuse_running_server(paths)

    while_held(data / lock, _lockf, restore)
    locks.refuse_running_server(paths)


NO_LOCKS = [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EBADF, errno.EIO]


@pytest.mark.parametrize("code", NO_LOCKS, ids=errno.errorcode.get)
def test_a_file_system_without_locks_is_told(code: int, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(LockError, match=os.strerror(code)) as raised, locks.locked(VolumePaths(data)):
        pass
    assert "NFS" in raised.value.hint


_NO_FLOCK = """
import errno, fcntl, os, sys
def flock(*_):
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))
fcntl.flock = flock
from neo4j_restore.__main__ import main
main(sys.argv[1:])
"""


def without_locks(data: Path, *argv: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command on a volume whose file system has no locks."""
    variables = {"BUCKET": "file:///nowhere", "DATABASE": "neo4j", "DATA_DIR": str(data), **environment}
    command = [sys.executable, "-c", _NO_FLOCK, *argv]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def test_without_locks_a_healthy_server_starts_and_a_restore_does_not(data: Path) -> None:
    archives.write_database(data, "live")
    done = without_locks(data, "run")
    says(done, 0)
    assert done.stderr.count("warning: ") == 1
    done = without_locks(data, "run", FORCE_OVERWRITE="true")
    says(done, 14, "No locks available")


def test_without_locks_an_unfinished_restore_stays_an_error(data: Path) -> None:
    archives.write_database(data, "live")
    paths = VolumePaths(data)
    paths.home.mkdir()
    journal.write(paths, Journal(Phase.INTENT, "a"))
    says(without_locks(data, "run"), 14)


def test_without_locks_a_restore_that_owes_its_receipt_keeps_no_server_from_starting(data: Path) -> None:
    archives.write_database(data, "restored")
    paths = VolumePaths(data)
    paths.home.mkdir()
    record = {"restored": [{"database": "neo4j", "wish": "drill"}], "finished": "now"}
    journal.write(paths, journal.Journal(journal.Phase.SWAPPED, "drill", record=record))
    says(without_locks(data, "run"), 0)
    done = without_locks(data, "run", FORCE_OVERWRITE="once", RESTORE_ID="drill")
    says(done, 0, "fulfilled at now")
    says(without_locks(data, "run", FORCE_OVERWRITE="once", RESTORE_ID="another"), 14)


def test_without_locks_a_rollback_that_is_done_is_done(data: Path) -> None:
    record = {"restore_id": "a", "rolled_back": ["neo4j"], "removed": [], "restored": [], "finished": "now"}
    home = data / ".neo4j-restore"
    home.mkdir()
    says(without_locks(data, "rollback"), 14)
    receipt.write(home, Receipt(record))
    says(without_locks(data, "rollback"), 0)
