"""Removes what is ours and of no more use. What can't be removed is told in one line, and stops nothing."""

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
        log.warning("%s, as uid %d: %s; %s", failed, os.geteuid(), _reason(error), todo)


def _reason(error: OSError | RestoreError) -> str:
    """Return why, with the path where it is a whole one: of what is in a tree only the name is known."""
    if isinstance(error, OSError) and isinstance(error.filename, str) and os.path.isabs(error.filename):  # noqa: PTH117
        return f"{error.strerror} ({error.filename})"
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def remove(path: Path) -> None:
    """Remove a folder and what is in it, if it is there."""
    if os.path.lexists(path):
        todo = f"it takes room and does no other harm; remove it: rm -rf {path}"
        with only_warn(f"{path} can't be removed", todo):
            trees.remove(path)


def discard(home: Path, path: Path) -> None:
    """Take a folder out of its place in `home` at once and for good, then remove it. Raises OSError if it stays there.

    The rename comes first: nothing is ever half of what it was, and a folder that can't be removed is out of the way.
    It needs no right to the folder itself, which may be another user's.
    """
    if os.path.lexists(path):
        aside = disk.free_name(home, _DISCARDED)
        path.rename(aside)
        disk.fsync(home)
        remove(aside)


def sweep(home: Path) -> None:
    """Remove what earlier runs discarded, and files that a crash left half written."""
    with only_warn(f"{home} can't be looked through", "nothing depends on it"):
        # `reclaimed` is what earlier versions called it.
        for path in [*sorted(home.glob(f"{_DISCARDED}-*")), home / "reclaimed"]:
            remove(path)
    for name in ("journal.json.new", "receipt.json.new", "history.jsonl.new"):
        path = home / name
        with only_warn(f"{path} can't be removed", f"a restore will need its place; remove it: rm -rf {path}"):
            if os.path.lexists(path):
                path.unlink()
