"""What the next start does about a restore that a crash interrupted: it completes, undoes or removes it.

`swap` says in which states a crash can leave a restore.
"""

from logging import getLogger

from neo4j_restore.errors import NewerDataError, VolumeError
from neo4j_restore.volume import leftovers, receipt, swap
from neo4j_restore.volume.fingerprint import fingerprint
from neo4j_restore.volume.journal import SEALED, Journal, Phase, read
from neo4j_restore.volume.locks import refuse_running_server
from neo4j_restore.volume.moves import Moves, parts_present
from neo4j_restore.volume.paths import VolumePaths
from neo4j_restore.volume.state import refuse_links

log = getLogger(__name__)


def recover(paths: VolumePaths) -> None:
    """Finish what a crash interrupted: complete or undo a sealed restore, and remove one that was not sealed.

    Raises TargetOccupiedError while a server runs on the volume, NewerDataError if Neo4j has written to the old data
    since the restore was sealed, RestoreError if the renames fail.
    """
    journal = read(paths)
    # Folders and half-written files of earlier starts. No state of the journal needs them.
    leftovers.sweep(paths.home)
    if journal is None:
        _warn_of_orphans(paths)
        return
    # Recovering renames the folders that a running server has open.
    refuse_running_server(paths)
    if journal.phase not in SEALED:
        log.warning("an earlier restore ended before it was verified: removing its staging folder")
        swap.give_up(paths, journal)
    elif journal.phase is Phase.SWAPPED:
        # All renames are done and synced. The steps that are left change only our own folder.
        log.warning("an earlier restore is live, but was not finished: finishing it now")
        swap.finish(paths, journal)
    else:
        refuse_links(paths)
        _go_on(paths, journal)


def _go_on(paths: VolumePaths, journal: Journal) -> None:
    moves = Moves(paths, journal)
    # As long as nothing has moved, giving up loses nothing. Later, live folders are already in `outgoing`.
    if not moves.begun() and moves.vanished():
        log.warning("the staged files of an earlier restore are gone: it is given up, and the old data is unchanged")
        swap.unseal(paths, journal)
        return
    # Once a folder has moved, the live folders are not the ones any more that the fingerprint was taken of.
    if not moves.begun():
        _refuse_newer(paths, journal)
    log.warning("the swap of an earlier restore was interrupted: completing it now")
    swap.complete(paths, journal)


def refuse_unfinished(paths: VolumePaths) -> None:
    """Raise VolumeError while an earlier restore is live and has no receipt.

    A new restore would overwrite the journal, and with it the only record that the earlier request was fulfilled.
    """
    journal = read(paths)
    if journal and journal.phase is Phase.SWAPPED and receipt.read(paths.home).last != journal.record:
        message = f"the last restore is live, but it could not be finished in {paths.home}"
        raise VolumeError(message, hint=f"read the warning above, then correct owner and modes in {paths.home}")


def drop(paths: VolumePaths) -> None:
    """Give up a sealed restore whose swap has not begun. The live data stays."""
    journal = read(paths)
    # Once a rename is done, the old data is not whole in its place any more, and only completing or undoing helps.
    if journal and journal.phase is Phase.VERIFIED and not Moves(paths, journal).begun():
        log.warning("giving up a sealed restore: Neo4j has written to %s since it was sealed", paths.data)
        swap.unseal(paths, journal)


def _warn_of_orphans(paths: VolumePaths) -> None:
    """Warn of data in `outgoing` without a journal. Nothing deletes it, and no restore starts while it is there."""
    parts = sorted(str(path.relative_to(paths.outgoing)) for path in paths.outgoing.glob("*/*"))
    if parts:
        missing = [part for part in parts if not (paths.data / part).exists()]
        todo = f"Not live: {', '.join(missing)}" if missing else "All of it is live as well"
        log.warning(
            "%s holds data that a restore was about to replace, but there is no journal. %s", paths.outgoing, todo
        )


def _refuse_newer(paths: VolumePaths, journal: Journal) -> None:
    """Refuse a swap that has not begun if the live data changed since the seal: the swap would replace newer writes."""
    live = parts_present(paths.data, journal.retire)
    if journal.retire and live == journal.retire and fingerprint(paths.data, live) != journal.fingerprint:
        message = f"Neo4j wrote to {paths.data} after a restore was sealed and before it was swapped in"
        hint = (
            "to keep what Neo4j wrote, set FORCE_OVERWRITE to false, or run: "
            f"rm -r {paths.home}/journal.json {paths.staging}. To finish that restore instead, remove "
            f"{', '.join(live)} below {paths.data}"
        )
        raise NewerDataError(message, hint=hint)
