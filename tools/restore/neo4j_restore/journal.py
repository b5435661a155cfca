"""The journal of a restore under way: what it is about, and how far it has come."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from neo4j_restore import disk
from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.volume import Layout

FORMAT = 1


class Phase(StrEnum):
    """How far a restore has come."""

    INTENT = "intent"
    STAGED = "staged"
    VERIFIED = "verified"
    SWAPPED = "swapped"


@dataclass(frozen=True)
class Journal:
    """What is under way.

    incoming: the folder, relative to our own, whose `install` parts go live; `retire` parts make room for them.
    record: the receipt's next record, from verified on. keep: what was replaced stays, one generation.
    reclaim: what is live goes before what is new is there. fingerprint: of the retire parts, when they were sealed.
    """

    phase: Phase
    restore_id: str
    incoming: str = "staging/data"
    retire: tuple[str, ...] = ()
    install: tuple[str, ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict)
    purge: bool = True
    keep: bool = False
    reclaim: bool = False
    fingerprint: str = ""


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
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{path} is no journal ({error}): how far a restore had come can't be known"
        hint = f"look at {layout.home} and {layout.data}, then move the file away"
        raise TargetOccupiedError(message, hint=hint) from error


def write(layout: Layout, journal: Journal) -> None:
    """Put the journal on the disk before the step it tells of."""
    disk.replace_file(layout.home / "journal.json", json.dumps({"format": FORMAT, **asdict(journal)}, indent=1) + "\n")
