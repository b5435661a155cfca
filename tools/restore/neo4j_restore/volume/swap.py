"""From staged to live: a journal, renames, and how to go on after any crash or error.

    intent    staging is being filled. After a crash it is removed, and the live data is unchanged
    staged    the whole request is in staging. It is being checked and synced to the disk
    verified  decided: the swap is completed, or undone as a whole, now or at the next start
    swapped   the new data is live, for good. The receipt is owed. Then the replaced data is kept or removed
    (done)    the journal is gone, and the receipt says the rest

Each step can be repeated, because the disk itself shows what is left to do. `moves` has the renames of both directions,
and `recovery` what the next start does.

Nothing is final but success. If the renames fail, the ones already done are undone and the journal goes back to
`staged`. The restore has then failed with the old data live. If undoing fails as well, the journal stays `verified`:
the next start tries to complete the swap, and then to undo it. After a crash in either direction, both directions are
still possible. From `swapped` on, a failure is only a warning: the journal stays while the receipt is owed, and counts
as the receipt.

With `reclaim` the live data goes first, after the intent is on the disk. It is renamed away as a whole and then
deleted, so a database is never half deleted in its place. After a crash before the deletion, the data is put back.
After the deletion, the intent stays until a restore has succeeded. There is no old data to go back to then, so a swap
that fails stays `verified`.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from logging import getLogger
from pathlib import Path
from typing import Any

from neo4j_restore import disk
from neo4j_restore.errors import RestoreError, TargetOccupiedError
from neo4j_restore.spec import DatabaseName
from neo4j_restore.volume import history, leftovers, receipt
from neo4j_restore.volume.fingerprint import fingerprint
from neo4j_restore.volume.journal import RECLAIMED, SEALED, UNBOUND, Journal, Phase, read, write
from neo4j_restore.volume.moves import Moves, parts_present
from neo4j_restore.volume.paths import AUTH_FILES, VolumePaths, folders_of, membership
from neo4j_restore.volume.receipt import Receipt
from neo4j_restore.volume.state import refuse_links

log = getLogger(__name__)


def begin(paths: VolumePaths, journal: Journal) -> None:
    """Begin a restore: write the intent to the journal and make an empty staging folder.

    With `reclaim` the live data is deleted. Once data was reclaimed, every later intent says so until a restore
    succeeds.
    """
    earlier = read(paths)
    if earlier and is_reclaimed(paths, earlier):
        journal = replace(journal, reclaim=True, retire=journal.retire + earlier.retire)
    leftovers.discard(paths.home, paths.staging)
    # The intent comes before the first change: after a crash the next start must know which folders to put back.
    write(paths, journal)
    if journal.reclaim:
        Moves(paths, journal).retire()
        # No way back from here. `discard` renames the folder first, so nothing half deleted is ever left in its place.
        leftovers.discard(paths.home, paths.outgoing)
    disk.make_folder(paths.staging)


def parts_of(root: Path, databases: tuple[DatabaseName, ...], *, auth_files: bool = False) -> tuple[str, ...]:
    """Return the folders of `databases` that exist in the data folder `root`, and its auth files if they count."""
    folders = tuple(part for database in databases for part in folders_of(database))
    return parts_present(root, (*folders, *(AUTH_FILES if auth_files else ())))


def staged(paths: VolumePaths) -> None:
    """Record that the whole request is in staging. Raises TargetOccupiedError if the intent is gone."""
    write(paths, replace(_open(paths), phase=Phase.STAGED))


def seal(
    paths: VolumePaths, databases: tuple[DatabaseName, ...], record: Mapping[str, Any], *, auth_files: bool = False
) -> Journal:
    """Sync all staged files to the disk, then seal the restore: from here on the swap is completed or undone.

    auth_files: they are staged as well. All live ones make room for them, because users and roles belong together.
    A member's place in its cluster goes with its old data. Returns the sealed journal, for `complete`.
    """
    journal = _open(paths)
    # The data is synced before the journal. A sealed journal promises that a power cut can't take the staged files.
    disk.fsync_tree(paths.staged_data)
    # `fsync_tree` syncs the tree itself. Its entries in the folders above need a sync of their own.
    disk.fsync(paths.staging)
    disk.fsync(paths.home)
    unbound = membership(paths.data)
    retire = (*parts_of(paths.data, databases, auth_files=auth_files), *unbound)
    reclaimed = [part for part in journal.retire if part not in retire] if journal.reclaim else []
    sealed = replace(
        journal,
        phase=Phase.VERIFIED,
        retire=retire,
        install=parts_of(paths.staged_data, databases, auth_files=auth_files),
        record={**record, UNBOUND: list(unbound), **({RECLAIMED: reclaimed} if reclaimed else {})},
        fingerprint=fingerprint(paths.data, retire),
    )
    write(paths, sealed)
    return sealed


def _open(paths: VolumePaths) -> Journal:
    journal = read(paths)
    if journal is None or journal.phase in SEALED:
        message = f"another process changed the journal in {paths.home} while this restore ran"
        raise TargetOccupiedError(message, hint="only one restore may use a volume: see what else writes to it")
    return journal


def complete(paths: VolumePaths, journal: Journal) -> None:
    """Complete the sealed restore, from any state in which a crash left it. journal: as it is on the disk.

    Raises RestoreError if the renames fail. Then the old data is live again, or the hint says where each folder is.
    """
    if journal.phase is Phase.VERIFIED:
        _swap_in(paths, journal)
        journal = replace(journal, phase=Phase.SWAPPED)
        # If this fails, `outgoing` must stay: from it the next start sees that the renames are done.
        if not _noted(paths, journal):
            return
    finish(paths, journal)


def _swap_in(paths: VolumePaths, journal: Journal) -> None:
    try:
        with disk.errors_of(paths.data):
            # A folder that somebody removed since the seal can't be moved away, and the swap does not need it.
            if lost := Moves(paths, journal).gone():
                journal = replace(journal, retire=tuple(part for part in journal.retire if part not in lost))
                write(paths, journal)
            Moves(paths, journal).forward()
    except RestoreError as error:
        error.hint += f"; {_take_back(paths, journal)}"
        raise


def _take_back(paths: VolumePaths, journal: Journal) -> str:
    """Undo the renames of a swap that failed, and return a sentence about the data, for the hint."""
    moves = Moves(paths, journal)
    if journal.reclaimed:
        # Undoing would leave no database at all. The staged data is all that this volume has.
        return f"the old data was deleted for room, and the next start goes on with the new: {moves.whereabouts()}"
    try:
        with disk.errors_of(paths.data):
            moves.back()
            unseal(paths, journal)
    except RestoreError as error:
        log.warning("the swap can't be undone: %s", error)
        return f"the swap is half done, and the next start tries again to complete or to undo it: {moves.whereabouts()}"
    return "the old data is live again, as it was"


def unseal(paths: VolumePaths, journal: Journal) -> None:
    """Make a sealed restore unsealed again, and give it up. None of its data is live."""
    unsealed = replace(journal, phase=Phase.STAGED, retire=journal.retire + journal.reclaimed)
    try:
        # Before staging is removed: the next start must not take a half deleted folder for a sealed set.
        write(paths, unsealed)
    except OSError as error:
        # The disk may be full. Staging goes away by one rename, so the next start sees that it is gone.
        log.warning("cannot write the journal: %s", error)
    if journal.purge:
        give_up(paths, unsealed)


def _noted(paths: VolumePaths, journal: Journal) -> bool:
    """Record that the new data is live, and return whether that worked. If not, the next start finds out by itself."""
    with _housekeeping(paths, "cannot write the journal"):
        write(paths, journal)
        return True
    return False


def finish(paths: VolumePaths, journal: Journal) -> None:
    """Do what is left once the new data is live. A failure is only a warning, and the next start tries again."""
    cleared = not journal.purge
    if journal.purge:
        with _housekeeping(paths, f"cannot remove {paths.staging}"):
            leftovers.discard(paths.home, paths.staging)
            cleared = True
    with _housekeeping(paths, f"cannot finish the restore in {paths.home}"):
        # The receipt comes before the journal goes: one of the two always says that the request was fulfilled.
        receipt.write(paths.home, receipt.read(paths.home).plus(journal.record))
        _put_away(paths, journal)
        history.append(paths.home, journal.record)
        # Without the journal no start could tell a staging folder to remove from one that PURGE_ON_COMPLETE=false kept.
        if cleared:
            _close(paths)


def _housekeeping(paths: VolumePaths, failed: str) -> AbstractContextManager[None]:
    # The new data is live and Neo4j can start on it. An error would only keep it from starting.
    return leftovers.only_warn(
        failed, f"The restored data is live. Repair {paths.home}, and the next start finishes the rest"
    )


def receipt_of(paths: VolumePaths) -> Receipt:
    """Return the receipt of this volume, completed by a journal whose restore is live and not in the receipt yet."""
    written, journal = receipt.read(paths.home), read(paths)
    return written.plus(journal.record) if journal and journal.phase is Phase.SWAPPED else written


def _close(paths: VolumePaths) -> None:
    """Remove the journal, once all its work is done and on the disk."""
    # First the earlier renames in this folder, then the journal: a power cut must not lose both.
    disk.fsync(paths.home)
    (paths.home / "journal.json").unlink()
    disk.fsync(paths.home)


def give_up(paths: VolumePaths, journal: Journal) -> None:
    """Remove staging and its journal. Live data that was moved away to be reclaimed is put back, if it still exists.

    If it was deleted already, the journal stays until a restore has succeeded.
    Raises RestoreError or OSError if data could not be put back. Any other failure is only a warning.
    """
    # The data comes back before the journal goes: the journal is what says where it belongs.
    if parts_present(paths.outgoing, journal.retire):
        refuse_links(paths)
        Moves(paths, replace(journal, install=())).back()
    owed = is_reclaimed(paths, journal)
    with leftovers.only_warn(f"cannot clean up {paths.home}", "The data is unchanged, and the next start tries again"):
        # Data that could not be put back is never deleted.
        if not any(paths.outgoing.glob("*/*")):
            leftovers.discard(paths.home, paths.outgoing)
        leftovers.discard(paths.home, paths.staging)
        if not owed:
            _close(paths)


def is_reclaimed(paths: VolumePaths, journal: Journal) -> bool:
    """Return whether data of this volume was deleted for a restore that has not succeeded yet."""
    lost = set(journal.retire) - set(parts_present(paths.data, journal.retire))
    return journal.reclaim and bool(lost)


def _put_away(paths: VolumePaths, journal: Journal) -> None:
    """Delete the replaced data, or keep it as the one previous generation."""
    if parts_present(paths.outgoing, journal.retire):
        leftovers.discard(paths.home, paths.previous)
        if journal.keep:
            paths.outgoing.rename(paths.previous)
            disk.fsync(paths.home)
    elif not any(paths.previous.glob("*/*")):
        # A rollback has emptied it. A generation with databases in it stays: this run may have kept it before a crash.
        leftovers.discard(paths.home, paths.previous)
    leftovers.discard(paths.home, paths.outgoing)
