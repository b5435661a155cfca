"""The processes that a program started: all of them end, also those that left its process group."""

import ctypes
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

# Source: prctl(2). What such a process's descendants leave behind becomes its own child, as it does in a container
# whose first process we are.
_PR_SET_CHILD_SUBREAPER: Final = 36

# Each round finds the children of those that the round before ended.
_MOST_ROUNDS = 100


@contextmanager
def adopted() -> Iterator[frozenset[int]]:
    """Be the parent of whatever a program leaves behind, for as long; yields the children that were there before."""
    before = _children()
    _adopt(adopting=True)
    try:
        yield before
    finally:
        _adopt(adopting=False)


def _adopt(*, adopting: bool) -> None:
    # Where the system has no such thing, the process group is all that can be ended.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(adopting), 0, 0, 0)


def end(group: int, before: frozenset[int]) -> None:
    """End the process group, and every child that was not there `before`, as long as new ones come up.

    The program itself has to have ended, or is ended: it is in the group.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
    left_alone = before | {group}
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
        # It is another user's, or somebody else has waited for it.
        return False
    return True


def _children() -> frozenset[int]:
    """Return the process ids of our children, as /proc tells them."""
    own = str(os.getpid())
    with suppress(OSError):
        return frozenset(int(path.name) for path in Path("/proc").glob("[0-9]*") if _parent(path) == own)
    return frozenset()


def _parent(process: Path) -> str:
    try:
        # The name, in parentheses, may have spaces and parentheses; state and parent follow the last one.
        return (process / "stat").read_text(errors="replace").rpartition(")")[2].split()[1]
    except (OSError, IndexError):
        return ""
