"""From staged to live: a journal, renames, and how to go on after any crash or error.

    intent    staging is being filled; a crash leaves it to be cleaned, and the live data as it was
    staged    all of the request is in staging; it is being checked and brought to the disk
    verified  decided: the swap is carried to its end, or taken back whole, now or by the next start
    swapped   the new data is live, for good; the receipt is owed, then what was replaced is kept or goes
    (done)    the journal is gone, and the receipt says the rest

Each step can be done again: what is left to do is read off the disk. `moves` has the renames of both directions.

Nothing is final but success. If the renames fail, those that were made are undone, the journal goes back to `staged`,
and the restore has failed with the old data live. If undoing fails as well, the journal stays `verified`: the next
start tries to go on, and then to go back. A crash in either direction leaves a state from which both can go on.
From `swapped` on a failure is a warning: the journal stays while the receipt is owed, and counts as the receipt.

With `reclaim` what is live goes first, behind the intent: renamed away whole, then deleted, never half. A crash before
the deletion puts it back; after it, the intent stays until a restore has succeeded. There is no old data to go back to
then, so a swap that fails stays `verified`.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from logging import getLogger
from pathlib import Path
from typing import Any

from neo4j_restore import disk, history, leftovers, receipt, trees
from neo4j_restore.errors import NewerDataError, RestoreError, TargetOccupiedError, VolumeError
from neo4j_restore.journal import RECLAIMED, SEALED, Journal, Phase, read, write
from neo4j_restore.locks import refuse_running_server
from neo4j_restore.moves import Moves, parts_present
from neo4j_restore.receipt import Receipt
from neo4j_restore.spec import DatabaseName
from neo4j_restore.volume import Layout, parts_of, refuse_links

log = getLogger(__name__)


def begin(layout: Layout, journal: Journal) -> None:
    """Open a restore: the intent in the journal, an empty staging folder; with `reclaim` the live data goes.

    Once data was reclaimed, every further intent says so, until one is fulfilled.
    """
    earlier = read(layout)
    if earlier and is_reclaimed(layout, earlier):
        journal = replace(journal, reclaim=True, retire=journal.retire + earlier.retire)
    leftovers.discard(layout.home, layout.staging)
    write(layout, journal)
    if journal.reclaim:
        Moves(layout, journal).retire()
        # From here on there is no way back; what is deleted is never half in its place.
        leftovers.discard(layout.home, layout.outgoing)
    disk.make_folder(layout.staging)


def parts_of_all(root: Path, databases: tuple[DatabaseName, ...]) -> tuple[str, ...]:
    """Return the folders of `databases` that are in the data folder `root`."""
    return parts_present(root, tuple(part for database in databases for part in parts_of(database)))


def staged(layout: Layout) -> None:
    """Note that all of the request is in staging. Raises TargetOccupiedError if the intent is gone."""
    write(layout, replace(_open(layout), phase=Phase.STAGED))


def seal(layout: Layout, databases: tuple[DatabaseName, ...], record: Mapping[str, Any]) -> Journal:
    """Bring all that is staged to the disk, and decide: from here on the swap is carried to its end or taken back.

    Return the sealed journal, for `complete`.
    """
    journal = _open(layout)
    disk.fsync_tree(layout.staged_data)
    disk.fsync(layout.staging)
    disk.fsync(layout.home)
    retire = parts_of_all(layout.data, databases)
    reclaimed = [part for part in journal.retire if part not in retire] if journal.reclaim else []
    sealed = replace(
        journal,
        phase=Phase.VERIFIED,
        retire=retire,
        install=parts_of_all(layout.staged_data, databases),
        record={**record, RECLAIMED: reclaimed} if reclaimed else record,
        fingerprint=fingerprint(layout.data, retire),
    )
    write(layout, sealed)
    return sealed


def _open(layout: Layout) -> Journal:
    journal = read(layout)
    if journal is None or journal.phase in SEALED:
        message = f"the journal in {layout.home} was changed by somebody else while this restore ran"
        raise TargetOccupiedError(message, hint="one restore a volume: see what else writes to it")
    return journal


def complete(layout: Layout, journal: Journal) -> None:
    """Carry the sealed restore to its end, from wherever a crash left it. journal: as it is on the disk.

    Raises RestoreError if the renames fail: with the old data live again, or where everything is in the hint.
    """
    if journal.phase is Phase.VERIFIED:
        _swap_in(layout, journal)
        journal = replace(journal, phase=Phase.SWAPPED)
        if not _noted(layout, journal):
            return
    _finish(layout, journal)


def _swap_in(layout: Layout, journal: Journal) -> None:
    try:
        with disk.errors_of(layout.data):
            if gone := Moves(layout, journal).gone():
                journal = replace(journal, retire=tuple(part for part in journal.retire if part not in gone))
                write(layout, journal)
            Moves(layout, journal).forward()
    except RestoreError as error:
        error.hint += f"; {_take_back(layout, journal)}"
        raise


def _take_back(layout: Layout, journal: Journal) -> str:
    """Undo the renames of a swap that failed; return what became of the data."""
    moves = Moves(layout, journal)
    if journal.reclaimed:
        return f"the old data was deleted for room, and the next start goes on with the new: {moves.whereabouts()}"
    try:
        with disk.errors_of(layout.data):
            moves.back()
            _unseal(layout, journal)
    except RestoreError as error:
        log.warning("the swap can't be undone: %s", error)
        return f"the swap is half done, and the next start tries again to complete or to undo it: {moves.whereabouts()}"
    return "the old data is live again, as it was"


def _unseal(layout: Layout, journal: Journal) -> None:
    """Turn a sealed restore of which nothing is live into one that was never sealed, and give it up."""
    unsealed = replace(journal, phase=Phase.STAGED, retire=journal.retire + journal.reclaimed)
    try:
        # Before anything of staging goes: the next start must not take what is half deleted for a sealed set.
        write(layout, unsealed)
    except OSError as error:
        # A full disk, say. What is staged goes by one rename, and the next start sees that it is gone.
        log.warning("the journal can't be written: %s", error)
    if journal.purge:
        give_up(layout, unsealed)


def _noted(layout: Layout, journal: Journal) -> bool:
    """Tell whether it could be noted that the new data is live. If not, the next start finds that out by itself."""
    with _housekeeping(layout, "the journal can't be written"):
        write(layout, journal)
        return True
    return False


def _finish(layout: Layout, journal: Journal) -> None:
    """Do what is owed once the new data is live. A failure is a warning; the next start tries again."""
    cleared = not journal.purge
    if journal.purge:
        with _housekeeping(layout, f"{layout.staging} can't be removed"):
            leftovers.discard(layout.home, layout.staging)
            cleared = True
    with _housekeeping(layout, f"the restore can't be brought to its end in {layout.home}"):
        receipt.write(layout.home, receipt.read(layout.home).plus(journal.record))
        _put_away(layout, journal)
        history.append(layout.home, journal.record)
        # Without the journal no start would know that staging is to go, and not kept for a look.
        if cleared:
            _close(layout)


def _housekeeping(layout: Layout, failed: str) -> AbstractContextManager[None]:
    return leftovers.only_warn(failed, f"the restored data is live; mend {layout.home}, and the next start goes on")


def receipt_of(layout: Layout) -> Receipt:
    """Return what was restored and fulfilled on this volume, by its receipt and by a journal that owes it."""
    written, journal = receipt.read(layout.home), read(layout)
    return written.plus(journal.record) if journal and journal.phase is Phase.SWAPPED else written


def refuse_unfinished(layout: Layout) -> None:
    """Raise VolumeError while an earlier restore is live and has no receipt: another would forget that it was done."""
    journal = read(layout)
    if journal and journal.phase is Phase.SWAPPED and receipt.read(layout.home).last != journal.record:
        message = f"the last restore is live, and could not be brought to its end in {layout.home}"
        raise VolumeError(message, hint=f"see the warning before this; then mend owner and modes in {layout.home}")


def _close(layout: Layout) -> None:
    """Remove the journal, once all that it stands for is done and on the disk."""
    disk.fsync(layout.home)
    (layout.home / "journal.json").unlink()
    disk.fsync(layout.home)


def recover(layout: Layout) -> None:
    """Bring the volume to rest after a crash: complete what was sealed, or take it back; clean away what was not.

    Raises TargetOccupiedError while a server runs on the volume, NewerDataError if it has written to the old data since
    a restore of it was sealed, RestoreError if the renames fail.
    """
    journal = read(layout)
    leftovers.sweep(layout.home)
    if journal is None:
        _tell_orphans(layout)
        return
    refuse_running_server(layout)
    if journal.phase not in SEALED:
        log.warning("an earlier restore ended before it was verified: its staging is removed")
        give_up(layout, journal)
    elif journal.phase is Phase.SWAPPED:
        log.warning("an earlier restore is live, and its end is not noted yet: it is noted now")
        _finish(layout, journal)
    else:
        refuse_links(layout)
        _go_on(layout, journal)


def _go_on(layout: Layout, journal: Journal) -> None:
    moves = Moves(layout, journal)
    if not moves.begun() and moves.vanished():
        log.warning("what an earlier restore had staged is gone: it is given up, and the old data is as it was")
        _unseal(layout, journal)
        return
    if not moves.begun():
        _refuse_newer(layout, journal)
    log.warning("an earlier restore was cut off in its swap: it is completed now")
    complete(layout, journal)


def give_up(layout: Layout, journal: Journal) -> None:
    """Remove staging, and the intent that announced it; what was to be reclaimed goes back, if it still can.

    If it can't, the intent stays until a restore has succeeded: this volume's data was deleted for it.
    Raises RestoreError or OSError if data could not go back; of anything else that fails it only warns.
    """
    if parts_present(layout.outgoing, journal.retire):
        refuse_links(layout)
        Moves(layout, replace(journal, install=())).back()
    owed = is_reclaimed(layout, journal)
    with leftovers.only_warn(f"{layout.home} can't be cleaned up", "the data is as it was; the next start tries again"):
        if not any(layout.outgoing.glob("*/*")):
            leftovers.discard(layout.home, layout.outgoing)
        leftovers.discard(layout.home, layout.staging)
        if not owed:
            _close(layout)


def is_reclaimed(layout: Layout, journal: Journal) -> bool:
    """Tell whether data of this volume was deleted for a restore that has not succeeded yet."""
    gone = set(journal.retire) - set(parts_present(layout.data, journal.retire))
    return journal.reclaim and bool(gone)


def drop(layout: Layout) -> None:
    """Give up the sealed restore of which nothing was moved yet: the data that is live stays."""
    journal = read(layout)
    if journal and journal.phase is Phase.VERIFIED and not Moves(layout, journal).begun():
        log.warning("a restore was sealed, and Neo4j has written to %s since: it is given up", layout.data)
        _unseal(layout, journal)


def _tell_orphans(layout: Layout) -> None:
    """Warn of data in `outgoing` without a journal. Nothing deletes it, and a restore is refused while it is there."""
    parts = sorted(str(path.relative_to(layout.outgoing)) for path in layout.outgoing.glob("*/*"))
    if parts:
        missing = [part for part in parts if not (layout.data / part).exists()]
        todo = f"not live: {', '.join(missing)}" if missing else "all of it is live as well"
        log.warning("%s holds what a restore was about to replace, and its journal is gone; %s", layout.outgoing, todo)


def _refuse_newer(layout: Layout, journal: Journal) -> None:
    """Refuse to go on with a swap of which nothing was moved yet, if what is live was changed."""
    live = parts_present(layout.data, journal.retire)
    if journal.retire and live == journal.retire and fingerprint(layout.data, live) != journal.fingerprint:
        message = f"Neo4j wrote to {layout.data} after a restore was sealed, and before it was swapped in"
        hint = (
            f"to keep what was written, set FORCE_OVERWRITE to false, or remove {layout.home}/journal.json and "
            f"{layout.staging}; to finish that restore, remove {', '.join(live)} below {layout.data}"
        )
        raise NewerDataError(message, hint=hint)


def fingerprint(root: Path, parts: tuple[str, ...]) -> str:
    """Return a digest of the names, sizes and times of all files in `parts`: it changes when Neo4j has run on them."""
    digest, count = hashlib.sha256(b"["), 0
    for part in sorted(parts, key=lambda part: part.split("/")):
        for path in trees.files(root / part):
            status = path.stat()
            fact = json.dumps((str(path.relative_to(root)), status.st_size, status.st_mtime_ns))
            # The text that `json.dumps` makes of a list of all, which is never held.
            digest.update(f"{', ' if count else ''}{fact}".encode())
            count += 1
    digest.update(b"]")
    return digest.hexdigest()


def _put_away(layout: Layout, journal: Journal) -> None:
    """Let what was replaced go, or keep it as the one previous generation."""
    if parts_present(layout.outgoing, journal.retire):
        leftovers.discard(layout.home, layout.previous)
        if journal.keep:
            layout.outgoing.rename(layout.previous)
            disk.fsync(layout.home)
    elif not any(layout.previous.glob("*/*")):
        # What a rollback took its folders from. One with databases in it is kept, by this run before a crash, say.
        leftovers.discard(layout.home, layout.previous)
    leftovers.discard(layout.home, layout.outgoing)
