"""Ends all processes that a program started, also those that left its process group."""

import ctypes
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

# Source: prctl(2). When a descendant of this process loses its parent, it becomes our child. In a container whose first
# process we are, that is so in any case.
_PR_SET_CHILD_SUBREAPER: Final = 36

# Each round finds the children of the processes that the round before ended.
_MOST_ROUNDS = 100


@contextmanager
def adopted() -> Iterator[frozenset[int]]:
    """Become the parent of all processes that a program leaves behind. Yields the children that were there before.

    After an error, SIGTERM among them, no other child of ours is left.
    """
    before = _children()
    _adopt(adopting=True)
    try:
        yield before
    except BaseException:
        # SIGTERM may have come between the fork and the moment in which anybody knew the new process.
        _end_strays(before)
        raise
    finally:
        _adopt(adopting=False)


def _adopt(*, adopting: bool) -> None:
    # Where the system lacks this, only the process group can be ended.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(adopting), 0, 0, 0)


def end(group: int, before: frozenset[int]) -> None:
    """End the process group, and every child that was not there `before`, until no new ones appear.

    The program itself must have ended, or is ended as well: it is in the group.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    _end_strays(before | {group})


def _end_strays(left_alone: frozenset[int]) -> None:
    for _ in range(_MOST_ROUNDS):
        strays = _children() - left_alone
        if not strays:
            return
        left_alone |= {pid for pid in strays if not _ended(pid)}


def _ended(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except OSError:
        # It belongs to another user, or has been waited for already.
        return False
    return True


def _children() -> frozenset[int]:
    """Return the process ids of our children, from /proc."""
    parent = str(os.getpid())
    with suppress(OSError):
        return frozenset(int(path.name) for path in Path("/proc").glob("[0-9]*") if _parent(path) == parent)
    return frozenset()


def _parent(process: Path) -> str:
    try:
        # The name is in parentheses, and may itself have spaces and parentheses. State and parent follow the last one.
        return (process / "stat").read_text(errors="replace").rpartition(")")[2].split()[1]
    except (OSError, IndexError):
        return ""
