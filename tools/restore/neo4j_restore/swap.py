"""From staged to live: a journal, renames, and how to go on after any crash.

    intent    staging is being filled; a crash leaves staging to be cleaned, and the live data as it was
    verified  all of the request is staged, checked and on the disk; from here on the swap is carried to its end
    swapped   every rename is on the disk; the receipt is owed, then the old data goes

Each step can be done again: what is left to do is read off the disk. Retired folders move to `previous` before
staged ones take their places, with an fsync between, so no power cut can show the second without the first.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from logging import getLogger
from pathlib import Path
from typing import Any

from neo4j_restore import disk, receipt
from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.spec import DatabaseName
from neo4j_restore.volume import Layout, parts_of

log = getLogger(__name__)

FORMAT = 1


class Phase(StrEnum):
    """How far a restore has come."""

    INTENT = "intent"
    VERIFIED = "verified"
    SWAPPED = "swapped"


@dataclass(frozen=True)
class Journal:
    """What is under way. retire, install: folders relative to a data folder. record: the receipt's, once verified."""

    phase: Phase
    restore_id: str
    retire: tuple[str, ...] = ()
    install: tuple[str, ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict)
    purge: bool = True


def read(layout: Layout) -> Journal | None:
    """Return the journal of an unfinished restore, or None. Raises TargetOccupiedError for one not understood."""
    path = layout.home / "journal.json"
    try:
        found = json.loads(path.read_text())
        if found.pop("format") != FORMAT:
            message = f"{path} was written by another version of neo4j-restore"
            raise TargetOccupiedError(message, hint="finish that restore with the version that began it")
        lists = {name: tuple(found[name]) for name in ("retire", "install")}
        return Journal(**{**found, **lists, "phase": Phase(found["phase"])})
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        message = f"{path} is no journal ({error}): how far a restore had come can't be known"
        raise TargetOccupiedError(
            message, hint=f"look at {layout.home} and {layout.data}, then move the file away"
        ) from error


def write(layout: Layout, journal: Journal) -> None:
    """Put the journal on the disk before the step it tells of."""
    disk.replace_file(layout.home / "journal.json", json.dumps({"format": FORMAT, **asdict(journal)}, indent=1) + "\n")


def begin(layout: Layout, restore_id: str, *, purge: bool) -> None:
    """Open a restore: an empty staging folder, and the intent in the journal."""
    clean(layout)
    write(layout, Journal(Phase.INTENT, restore_id, purge=purge))
    layout.staging.mkdir()


def seal(layout: Layout, databases: tuple[DatabaseName, ...], record: Mapping[str, Any]) -> None:
    """Bring all that is staged to the disk, and decide: from here on the swap will be carried to its end."""
    journal = read(layout)
    if journal is None or journal.phase is not Phase.INTENT:
        message = f"the journal in {layout.home} was changed by somebody else while this restore ran"
        raise TargetOccupiedError(message, hint="one restore a volume: see what else writes to it")
    parts = [part for database in databases for part in parts_of(database)]
    disk.fsync_tree(layout.staged_data)
    retire = tuple(part for part in parts if (layout.data / part).exists())
    install = tuple(part for part in parts if (layout.staged_data / part).exists())
    write(layout, replace(journal, phase=Phase.VERIFIED, retire=retire, install=install, record=record))


def complete(layout: Layout) -> None:
    """Carry the sealed restore to its end, from wherever a crash left it."""
    journal = read(layout)
    if journal is None or journal.phase is Phase.INTENT:
        return
    if journal.phase is Phase.VERIFIED:
        _retire(layout, journal)
        _install(layout, journal)
        journal = replace(journal, phase=Phase.SWAPPED)
        write(layout, journal)
    receipt.write(layout.home, receipt.read(layout.home).plus(journal.record))
    disk.remove_tree(layout.previous)
    if journal.purge:
        disk.remove_tree(layout.staging)
    (layout.home / "journal.json").unlink()
    disk.fsync(layout.home)


def recover(layout: Layout) -> None:
    """Bring the volume to rest after a crash: complete what was sealed, clean away what was not."""
    journal = read(layout)
    if journal is None:
        return
    if journal.phase is Phase.INTENT:
        log.warning("an earlier restore ended before it was verified; its staging is removed, the data is untouched")
        clean(layout)
        return
    log.warning("an earlier restore was cut off in its swap; it is completed now")
    complete(layout)


def clean(layout: Layout) -> None:
    """Remove staging, then the intent that announced it."""
    disk.remove_tree(layout.staging)
    (layout.home / "journal.json").unlink(missing_ok=True)
    disk.fsync(layout.home)


def _retire(layout: Layout, journal: Journal) -> None:
    for part in journal.retire:
        # While the staged folder is still there, what is live is old; once it is gone, what is live is new.
        staged = part not in journal.install or (layout.staged_data / part).exists()
        if staged and (layout.data / part).exists():
            _move(layout.data / part, layout.previous / part)
    _sync(layout, journal.retire)


def _install(layout: Layout, journal: Journal) -> None:
    for part in journal.install:
        if (layout.staged_data / part).exists():
            _move(layout.staged_data / part, layout.data / part)
    _sync(layout, journal.install)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        message = f"{target} is there, where {source} should go"
        raise TargetOccupiedError(message, hint="something else wrote to the volume; move it away, then start again")
    source.rename(target)


def _sync(layout: Layout, parts: tuple[str, ...]) -> None:
    folders = {root / part for root in (layout.data, layout.previous, layout.staged_data) for part in parts}
    parents = {folder.parent for folder in folders} | {layout.data, layout.home, layout.previous, layout.staged_data}
    for folder in sorted(parents):
        if folder.exists():
            disk.fsync(folder)
