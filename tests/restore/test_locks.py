"""The locks on a volume: one restore at a time, and none beside a running server."""

import fcntl
import multiprocessing
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from tests import archives

from neo4j_restore import locks
from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.volume import Layout


def _hold(path: Path, take: Callable[[int], None], held: Event, done: Event) -> None:
    with path.open("w") as stream:
        take(stream.fileno())
        held.set()
        done.wait(30)


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
        assert held.wait(30)
        action()
    finally:
        done.set()
        other.join()


def test_a_second_restore_is_kept_away_while_the_first_lives(data: Path) -> None:
    layout = Layout(data)
    layout.home.mkdir()

    def second() -> None:
        with pytest.raises(TargetOccupiedError, match="another neo4j-restore"), locks.locked(layout):
            pass

    while_held(layout.home / "lock", _flock, second)
    with locks.locked(layout):
        """A lock file that is left over means nothing."""


@pytest.mark.parametrize("lock", ["databases/store_lock", "databases/graph.db/store_lock", "databases/x/database_lock"])
def test_a_running_server_of_any_line_is_left_alone(lock: str, data: Path) -> None:
    layout = Layout(data)
    locks.refuse_running_server(layout)
    archives.write_files(data, {lock: b""})

    def restore() -> None:
        with pytest.raises(TargetOccupiedError, match="a Neo4j server is running"):
            locks.refuse_running_server(layout)

    while_held(data / lock, _lockf, restore)
    locks.refuse_running_server(layout)
