"""The journal of a restore under way: what it is about, and how far it has come."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from neo4j_restore import disk, receipt, records
from neo4j_restore.errors import ConfigurationError, TargetOccupiedError
from neo4j_restore.records import Record
from neo4j_restore.volume import Layout

FORMAT = 1


class Phase(StrEnum):
    """How far a restore has come."""

    INTENT = "intent"
    STAGED = "staged"
    VERIFIED = "verified"
    SWAPPED = "swapped"


# From these on the new data is decided upon, and the journal holds the receipt's next record.
SEALED = frozenset({Phase.VERIFIED, Phase.SWAPPED})

# Where the receipt's next record has the parts that were deleted for its room. Images that know no such parts refuse
# a journal with a field of its own for them, and carry this one to its end.
RECLAIMED = "reclaimed"

# What may come in: what was staged, or the previous generation; both relative to our own folder.
FROM_STAGING, FROM_PREVIOUS = "staging/data", "previous"


@dataclass(frozen=True)
class Journal:
    """What is under way.

    incoming: the folder, relative to our own, whose `install` parts go live; `retire` parts make room for them.
    record: the receipt's next record, from verified on. keep: what was replaced stays, one generation.
    reclaim: what is live goes before what is new is there. fingerprint: of the retire parts, when they were sealed.
    """

    phase: Phase
    restore_id: str
    incoming: str = FROM_STAGING
    retire: tuple[str, ...] = ()
    install: tuple[str, ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict)
    purge: bool = True
    keep: bool = False
    reclaim: bool = False
    fingerprint: str = ""

    @property
    def reclaimed(self) -> tuple[str, ...]:
        """Return the parts that were deleted for the room of this sealed restore."""
        return tuple(self.record.get(RECLAIMED, ()))


def read(layout: Layout) -> Journal | None:
    """Return the journal of an unfinished restore, or None. Raises TargetOccupiedError for one not understood."""
    path = layout.home / "journal.json"
    hint = f"see what is in {layout.home} and below {layout.data}, then move the file away: mv {path} {path}.moved"
    with records.understood(path, unknown="how far a restore had come is not known", hint=hint):
        record = records.load(path)
        if record is None:
            return None
        if record.number("format") != FORMAT:
            message = f"{path} was written by another version of neo4j-restore"
            raise TargetOccupiedError(message, hint="finish that restore with the version that began it")
        return _parsed(record)


def _parsed(record: Record) -> Journal:
    """Return the journal that a record holds. Raises ValueError."""
    phase, incoming = Phase(record.text("phase")), record.text("incoming", FROM_STAGING)
    if incoming not in {FROM_STAGING, FROM_PREVIOUS}:
        message = f"incoming is {incoming!r}"
        raise ValueError(message)
    told = record.record("record") if phase in SEALED else Record({})
    if phase in SEALED:
        receipt.check_next(told)
        _parts(told, RECLAIMED)
    return Journal(
        phase,
        record.text("restore_id"),
        incoming,
        _parts(record, "retire"),
        _parts(record, "install"),
        told.values,
        purge=record.flag("purge", default=True),
        keep=record.flag("keep", default=False),
        reclaim=record.flag("reclaim", default=False),
        fingerprint=record.text("fingerprint", ""),
    )


def _parts(record: Record, name: str) -> tuple[str, ...]:
    """Return parts of databases. What is not one could lead a rename out of the data folder."""
    parts = record.texts(name, [])
    for part in parts:
        top, _, database = part.partition("/")
        if top not in {"databases", "transactions"} or database in {"", ".", ".."} or {"/", "\0"} & {*database}:
            message = f"{name} has {part!r}"
            raise ValueError(message)
    return parts


def write(layout: Layout, journal: Journal) -> None:
    """Put the journal on the disk before the step it tells of. Raises ConfigurationError for one too large to read."""
    text = records.text_of({"format": FORMAT, **asdict(journal)}) + "\n"
    if len(text.encode()) > records.MOST_BYTES:
        message = f"the journal of this restore would have more than {records.MOST_BYTES} bytes"
        raise ConfigurationError(message, hint="name fewer databases in DATABASE, and restore the others after these")
    disk.replace_file(layout.home / "journal.json", text)
