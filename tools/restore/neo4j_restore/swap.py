"""From staged to live: a journal, renames, and how to go on after any crash.

    intent    staging is being filled; a crash leaves it to be cleaned, and the live data as it was
    staged    all of the request is in staging; it is being checked and brought to the disk
    verified  from here on the swap is carried to its end
    swapped   every rename is on the disk; the receipt is owed, then what was replaced is kept or goes
    (done)    the journal is gone, and the receipt says the rest

Each step can be done again: what is left to do is read off the disk. What is live moves to `outgoing` before what is
new takes its place, with an fsync between, so no power cut can show the second without the first.
With `reclaim` what is live goes first, behind the intent: renamed away whole, then deleted, never half. A crash before
the deletion puts it back; after it, the intent stays until a restore has succeeded.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from logging import getLogger
from pathlib import Path
from typing import Any

from neo4j_restore import disk, receipt
from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.journal import Journal, Phase, read, write
from neo4j_restore.locks import refuse_running_server
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
    disk.remove_tree(layout.staging)
    write(layout, journal)
    if journal.reclaim:
        _retire(layout, journal)
        # From here on there is no way back; what is deleted is never half in its place.
        layout.outgoing.rename(layout.reclaimed)
        disk.fsync(layout.home)
        disk.remove_tree(layout.reclaimed)
    layout.staging.mkdir()


def parts_of_all(root: Path, databases: tuple[DatabaseName, ...]) -> tuple[str, ...]:
    """Return the folders of `databases` that are in the data folder `root`."""
    return parts_present(root, tuple(part for database in databases for part in parts_of(database)))


def staged(layout: Layout) -> None:
    """Note that all of the request is in staging. Raises TargetOccupiedError if the intent is gone."""
    write(layout, replace(_open(layout), phase=Phase.STAGED))


def seal(layout: Layout, databases: tuple[DatabaseName, ...], record: Mapping[str, Any]) -> Journal:
    """Bring all that is staged to the disk, and decide: from here on the swap will be carried to its end.

    Return the sealed journal, for `complete`.
    """
    journal = _open(layout)
    disk.fsync_tree(layout.staged_data)
    disk.fsync(layout.staging)
    disk.fsync(layout.home)
    retire = parts_of_all(layout.data, databases)
    install = parts_of_all(layout.staged_data, databases)
    seen = fingerprint(layout.data, retire)
    sealed = replace(journal, phase=Phase.VERIFIED, retire=retire, install=install, record=record, fingerprint=seen)
    write(layout, sealed)
    return sealed


def _open(layout: Layout) -> Journal:
    journal = read(layout)
    if journal is None or journal.phase not in {Phase.INTENT, Phase.STAGED}:
        message = f"the journal in {layout.home} was changed by somebody else while this restore ran"
        raise TargetOccupiedError(message, hint="one restore a volume: see what else writes to it")
    return journal


def complete(layout: Layout, journal: Journal) -> None:
    """Carry the sealed restore to its end, from wherever a crash left it. journal: as it is on the disk."""
    if journal.phase is Phase.VERIFIED:
        _retire(layout, journal)
        _install(layout, journal)
        journal = replace(journal, phase=Phase.SWAPPED)
        write(layout, journal)
    receipt.write(layout.home, receipt.read(layout.home).plus(journal.record))
    _put_away(layout, journal)
    if journal.purge:
        disk.remove_tree(layout.staging)
    _close(layout)


def _close(layout: Layout) -> None:
    """Remove the journal, once all that it stands for is done and on the disk."""
    disk.fsync(layout.home)
    (layout.home / "journal.json").unlink()
    disk.fsync(layout.home)


def recover(layout: Layout) -> None:
    """Bring the volume to rest after a crash: complete what was sealed, clean away what was not.

    Raises TargetOccupiedError where that could cost data which nobody gave up: a server is running on the volume,
    or has written to it since.
    """
    journal = read(layout)
    # A crash while it was written, before it counted.
    (layout.home / "journal.json.new").unlink(missing_ok=True)
    if journal is None:
        _refuse_orphans(layout)
        return
    refuse_links(layout)
    refuse_running_server(layout)
    if journal.phase in {Phase.INTENT, Phase.STAGED}:
        log.warning("an earlier restore ended before it was verified: its staging is removed")
        give_up(layout, journal)
        return
    if journal.phase is Phase.VERIFIED:
        _refuse_newer(layout, journal)
    log.warning("an earlier restore was cut off in its swap: it is completed now")
    complete(layout, journal)


def give_up(layout: Layout, journal: Journal) -> None:
    """Remove staging, and the intent that announced it; what was to be reclaimed goes back, if it still can.

    If it can't, the intent stays until a restore has succeeded: this volume's data was deleted for it.
    """
    if layout.outgoing.exists():
        for part in journal.retire:
            if (layout.outgoing / part).exists():
                _move(layout.outgoing / part, layout.data / part)
        _sync(layout, journal.retire, layout.outgoing, layout.data)
        disk.remove_tree(layout.outgoing)
    disk.remove_tree(layout.reclaimed)
    disk.remove_tree(layout.staging)
    if not is_reclaimed(layout, journal):
        _close(layout)


def is_reclaimed(layout: Layout, journal: Journal) -> bool:
    """Tell whether data of this volume was deleted for a restore that has not succeeded yet."""
    gone = set(journal.retire) - set(parts_present(layout.data, journal.retire))
    return journal.reclaim and bool(gone)


def _refuse_orphans(layout: Layout) -> None:
    if any(layout.outgoing.glob("*/*")):
        message = f"{layout.outgoing} holds what a restore was about to replace, and its journal is gone"
        hint = f"move what is in it back below {layout.data}, if it is missing there; then remove the folder"
        raise TargetOccupiedError(message, hint=hint)


def _refuse_newer(layout: Layout, journal: Journal) -> None:
    """Refuse to go on with a swap of which nothing was moved yet, if what is live, or what is staged, was changed."""
    if not journal.retire or parts_present(layout.outgoing, journal.retire):
        return
    live = parts_present(layout.data, journal.retire)
    if live == journal.retire and fingerprint(layout.data, live) != journal.fingerprint:
        message = f"Neo4j wrote to {layout.data} after a restore was sealed, and before it was swapped in"
        hint = (
            f"to keep what was written, remove {layout.home}/journal.json and {layout.staging}; "
            f"to finish that restore, remove {', '.join(live)} below {layout.data}"
        )
        raise TargetOccupiedError(message, hint=hint)
    incoming = layout.home / journal.incoming
    if live and parts_present(incoming, journal.install) != journal.install:
        message = f"a restore was sealed, and part of what it staged in {incoming} is gone"
        hint = f"the old data is as it was: to stay with it, remove {layout.home}/journal.json"
        raise TargetOccupiedError(message, hint=hint)


def fingerprint(root: Path, parts: tuple[str, ...]) -> str:
    """Return a digest of the names, sizes and times of all files in `parts`: it changes when Neo4j has run on them."""
    files = sorted(path for part in parts for path in (root / part).rglob("*") if path.is_file())
    facts = [(str(path.relative_to(root)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def parts_present(root: Path, parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of `parts` that are in the data folder `root`."""
    return tuple(part for part in parts if (root / part).exists())


def _retire(layout: Layout, journal: Journal) -> None:
    incoming = layout.home / journal.incoming
    layout.outgoing.mkdir(exist_ok=True)
    disk.fsync(layout.home)
    for part in journal.retire:
        # While what comes in is still there, what is live is old; once it is gone, what is live is new.
        waiting = part not in journal.install or (incoming / part).exists()
        if waiting and (layout.data / part).exists():
            _move(layout.data / part, layout.outgoing / part)
    _sync(layout, journal.retire, layout.data, layout.outgoing)


def _install(layout: Layout, journal: Journal) -> None:
    incoming = layout.home / journal.incoming
    for part in journal.install:
        if (incoming / part).exists():
            _move(incoming / part, layout.data / part)
        elif not (layout.data / part).exists():
            message = f"{part} is neither staged in {incoming} nor on the volume: something removed it in mid-swap"
            hint = (
                f"move what is in {layout.outgoing} back below {layout.data}, then remove that folder and the journal"
            )
            raise TargetOccupiedError(message, hint=hint)
    _sync(layout, journal.install, incoming, layout.data)


def _put_away(layout: Layout, journal: Journal) -> None:
    """Let what was replaced go, or keep it as the one previous generation."""
    if parts_present(layout.outgoing, journal.retire):
        disk.remove_tree(layout.previous)
        if journal.keep:
            layout.outgoing.rename(layout.previous)
            disk.fsync(layout.home)
    elif not any(layout.previous.glob("*/*")):
        # What a rollback took its folders from. One with databases in it is kept, by this run before a crash, say.
        disk.remove_tree(layout.previous)
    disk.remove_tree(layout.outgoing)


def _move(source: Path, target: Path) -> None:
    if target.exists():
        message = f"{target} is there, where {source} should go"
        raise TargetOccupiedError(message, hint="something else wrote to the volume; move it away, then start again")
    if not target.parent.exists():
        target.parent.mkdir(parents=True)
        disk.fsync(target.parent.parent)
    source.rename(target)


def _sync(layout: Layout, parts: tuple[str, ...], source: Path, target: Path) -> None:
    """Bring the renames of `parts` from `source` to `target` to the disk: where they came to first."""
    into, out_of = ([root, *{(root / part).parent for part in parts}] for root in (target, source))
    for folder in [*into, *out_of, layout.home]:
        # One may be gone: made and removed before the crash that this run recovers from.
        if folder.exists():
            disk.fsync(folder)
