"""The state of the volume: the restore in progress, the last receipt, the history. Reads only; changes nothing."""

from pathlib import Path
from typing import Any

from neo4j_restore import disk
from neo4j_restore.volume import history, journal, receipt
from neo4j_restore.volume.paths import VolumePaths
from neo4j_restore.volume.state import inspect


def status(data_dir: Path) -> dict[str, Any]:
    """Return state, receipt and history as `status --json` prints them: a published contract.

    state: `none` (nothing was ever restored here), `done`, or the phase of an unfinished restore.
    history: oldest first, without a line that a crash cut short.
    Raises VolumeError for a file that can't be read, TargetOccupiedError for a receipt or journal that can't be
    understood.
    """
    paths = VolumePaths(data_dir)
    with disk.errors_of(data_dir):
        return _state(paths)


def _state(paths: VolumePaths) -> dict[str, Any]:
    inspect(paths, ())
    phase, restore_id = _unfinished(paths)
    last = receipt.read(paths.home).last
    return {
        "state": phase or ("done" if last else "none"),
        "restore_id": restore_id if phase else last.get("restore_id"),
        "previous_kept": any((paths.previous / name).exists() for name in ("databases", "dbms")),
        "receipt": last or None,
        "history": history.read(paths.home),
    }


def _unfinished(paths: VolumePaths) -> tuple[str, str]:
    """Return the phase and the id of an unfinished restore, or empty texts."""
    # A journal may be large. It is dropped here, before the receipt and the history are read.
    unfinished = journal.read(paths)
    return (unfinished.phase.value, unfinished.restore_id) if unfinished else ("", "")
