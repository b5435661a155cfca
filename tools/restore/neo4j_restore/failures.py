"""What a failed restore leaves behind: its phase is noted, and the staged and downloaded files go or stay."""

from collections.abc import Iterator
from contextlib import contextmanager

from neo4j_restore import disk
from neo4j_restore.errors import RestoreError, StoreError
from neo4j_restore.planning.plan import Action, Plan
from neo4j_restore.volume import journal, leftovers, swap
from neo4j_restore.volume.journal import Phase
from neo4j_restore.volume.paths import VolumePaths


@contextmanager
def cleaning_up(paths: VolumePaths, prepared: Plan, *, purge: bool) -> Iterator[None]:
    """Remove the staged files after a failure, unless PURGE_ON_COMPLETE is false."""
    try:
        with keeping_downloads(paths):
            yield
    except RestoreError as error:
        unfinished = journal.read(paths)
        if unfinished and unfinished.phase in {Phase.INTENT, Phase.STAGED}:
            if purge:
                # Their room may be just what the volume lacks.
                with leftovers.only_warn("cannot put back the data that was moved away", "The next start tries again"):
                    swap.give_up(paths, unfinished)
            error.hint += f"; {_left(prepared, reclaimed=swap.is_reclaimed(paths, unfinished))}"
        raise


def _left(prepared: Plan, *, reclaimed: bool) -> str:
    """Return what a failure has left on the volume."""
    if reclaimed:
        return "the old data was deleted for room"
    if any(step.decision.replaces or step.decision.action is Action.SKIP for step in prepared.steps):
        return "the old data is unchanged"
    return "the volume still has none of these databases"


@contextmanager
def keeping_downloads(paths: VolumePaths) -> Iterator[None]:
    """Remove the partial downloads after a failure, unless the store failed: then the next start can resume them."""
    try:
        with disk.errors_of(paths.data):
            yield
    except RestoreError as error:
        if not isinstance(error, StoreError):
            leftovers.remove(paths.kept)
        raise


@contextmanager
def during(phase: str) -> Iterator[None]:
    """Note the phase on an error that passes through. The innermost phase wins."""
    try:
        yield
    except RestoreError as error:
        error.phase = error.phase or phase
        raise
