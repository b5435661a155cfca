"""Removes our files that are not needed any more. A file that can't be removed is logged in one line, and stops
nothing.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from logging import getLogger
from pathlib import Path

from neo4j_restore import disk, trees
from neo4j_restore.errors import RestoreError

log = getLogger(__name__)

_DISCARDED = "discarded"


@contextmanager
def only_warn(failed: str, todo: str) -> Iterator[None]:
    """Turn an error into one warning: what failed, why, and what to do."""
    try:
        yield
    except (OSError, RestoreError) as error:
        log.warning("%s, as uid %d: %s. %s", failed, os.geteuid(), _reason(error), todo)


def _reason(error: OSError | RestoreError) -> str:
    """Return the reason, with the path if it is absolute. For entries of a tree only the name is known."""
    if isinstance(error, OSError) and isinstance(error.filename, str) and os.path.isabs(error.filename):  # noqa: PTH117
        return f"{error.strerror} ({error.filename})"
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def remove(path: Path) -> None:
    """Remove a folder and its contents, if it is there."""
    if os.path.lexists(path):
        todo = f"It takes space and does no other harm. To remove it: rm -rf {path}"
        with only_warn(f"{path} can't be removed", todo):
            trees.remove(path)


def discard(home: Path, path: Path) -> None:
    """Move a folder out of its place in `home` at once and for good, then remove it. Raises OSError if it stays there.

    The rename comes first, so that nothing is ever half removed, and a folder that can't be removed is out of the way.
    It needs no right to the folder itself, which may belong to another user.
    """
    if os.path.lexists(path):
        aside = disk.free_name(home, _DISCARDED)
        path.rename(aside)
        # Before the removal: after a power cut, the folder must not be back in its place with half of its files.
        disk.fsync(home)
        remove(aside)


def sweep(home: Path) -> None:
    """Remove the folders that earlier runs discarded, and files that a crash left half written."""
    with only_warn(f"{home} can't be listed", "Nothing depends on it"):
        # Earlier versions named it `reclaimed`.
        for path in [*sorted(home.glob(f"{_DISCARDED}-*")), home / "reclaimed"]:
            remove(path)
    for name in ("journal.json.new", "receipt.json.new", "history.jsonl.new", "inconsistencies.report.new"):
        path = home / name
        with only_warn(f"{path} can't be removed", f"A restore needs its place. To remove it: rm -rf {path}"):
            if os.path.lexists(path):
                path.unlink()
