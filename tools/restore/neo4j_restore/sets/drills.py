"""The results of drills: their place in a bucket, and what they say about the time of a restore. Pure.

A result has the form of `last` in `receipt.json`, so the receipt of a volume is read here too. A result of
`neo4j-restore drill` has the field `drill` as well. Other programs may leave results: only what is read here must be
there.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from neo4j_restore.spec import DatabaseName

FOLDER: Final = "drills/"

# A result has a few KB.
MOST_BYTES: Final = 256 * 1024

_RESULT: Final = re.compile(r"drills/[^/]+\.json")
_OURS: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z)_(.+)\.json")


@dataclass(frozen=True)
class MeasuredSet:
    """A set that was restored. kind: empty where the result does not say it. size_bytes: 0 there."""

    object: str
    kind: str = ""
    size_bytes: int = 0


@dataclass(frozen=True)
class Measured:
    """A restore whose time is known. sets: by the database that each is of.

    seconds: without the phase `prepare`. phases: seconds by `stopwatch.Phase`, empty in results of others.
    start_seconds: until Neo4j answered on the copy, or None.
    """

    finished: datetime
    sets: Mapping[DatabaseName, MeasuredSet]
    size_bytes: int
    seconds: float
    phases: Mapping[str, float] = field(default_factory=dict)
    start_seconds: float | None = None


def key_of(finished: datetime, name: str) -> str:
    """Return the key of a result, below the bucket's path. It sorts by time. name: of the drill, see DRILL_NAME."""
    time = finished.astimezone(UTC)
    return f"{FOLDER}{time:%Y-%m-%dT%H-%M-%S}.{time.microsecond // 1000:03}Z_{name}.json"


def is_result(relative: str) -> bool:
    """Tell whether an object is a result of a drill. relative: its key below the bucket's path."""
    return _RESULT.fullmatch(relative) is not None


def name_of(relative: str) -> str:
    """Return the name of the drill whose result this is, or an empty text for a result with another name."""
    found = _OURS.fullmatch(relative.removeprefix(FOLDER))
    return found[2] if found else ""


def parse(text: bytes) -> Measured | None:
    """Return what a result measured, or None for one that can't be read, or of a drill that did not succeed."""
    try:
        return measured(json.loads(text))
    except (ValueError, RecursionError):
        return None


def measured(record: Any) -> Measured | None:
    """Return what the record of a restore measured, or None. It may be anything that JSON can hold."""
    try:
        if not _succeeded(record.get("drill", {})):
            return None
        seconds, size = float(record["seconds"]), int(record["bytes"])
        time = datetime.fromisoformat(record["finished"]).astimezone(UTC)
        sets = {_source(each): _set(each) for each in record["restored"]}
        phases = {str(name): _seconds(value) for name, value in (record.get("phases") or {}).items()}
        start = (record.get("drill", {}).get("phases") or {}).get("start")
        start_seconds = None if start is None else _seconds(start)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None
    if not (0 < seconds < float("inf") and size >= 0):
        return None
    return Measured(time, sets, size, seconds, phases, start_seconds)


def _succeeded(drill: Any) -> bool:
    return isinstance(drill, Mapping) and drill.get("succeeded", True) is True


def _source(restored: Mapping[str, Any]) -> DatabaseName:
    """Return the database whose set was restored. Receipts of earlier versions have no other name than that."""
    return DatabaseName(str(restored.get("source_database") or restored["database"]))


def _set(restored: Mapping[str, Any]) -> MeasuredSet:
    return MeasuredSet(str(restored["object"]), str(restored.get("kind") or ""), int(restored.get("size_bytes") or 0))


def _seconds(value: Any) -> float:
    seconds = float(value)
    if not 0 <= seconds < float("inf"):
        message = f"{value!r} is not a number of seconds"
        raise ValueError(message)
    return seconds
