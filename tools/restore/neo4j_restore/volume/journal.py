"""The journal of a restore in progress: which folders it moves, and how far it has come."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from neo4j_restore import disk
from neo4j_restore.errors import ConfigurationError, TargetOccupiedError
from neo4j_restore.volume import receipt, records
from neo4j_restore.volume.paths import AUTH_FILES, VolumePaths, is_membership
from neo4j_restore.volume.records import Record

FORMAT = 1


class Phase(StrEnum):
    """How far a restore has come. `swap` explains each phase."""

    INTENT = "intent"
    STAGED = "staged"
    VERIFIED = "verified"
    SWAPPED = "swapped"


# In these phases the swap is decided, and the journal holds the receipt's next record.
SEALED = frozenset({Phase.VERIFIED, Phase.SWAPPED})

# The field of the receipt's next record with the parts that were deleted for room. It is not a field of the journal
# itself, because older images refuse a journal with unknown fields. With this one they complete the swap.
RECLAIMED = "reclaimed"

# The field of the receipt's next record with the parts of a member's place in its cluster that the swap takes away.
UNBOUND = "unbound"

# Where new folders may come from: staging, or the previous generation. Both are relative to our own folder.
FROM_STAGING, FROM_PREVIOUS = "staging/data", "previous"


@dataclass(frozen=True)
class Journal:
    """One restore in progress.

    incoming: the folder, relative to our own, whose `install` parts go live. The `retire` parts make room for them.
    `moves` says what a part is.
    record: the receipt's next record, from `verified` on.
    purge: staging is removed at the end. keep: the replaced data stays, as the one previous generation.
    reclaim: the live data is deleted before the new data is there.
    fingerprint: of the `retire` parts, at the time of the seal.
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


def read(paths: VolumePaths) -> Journal | None:
    """Return the journal of an unfinished restore, or None. Raises TargetOccupiedError if it can't be understood."""
    path = paths.home / "journal.json"
    hint = f"see what is in {paths.home} and below {paths.data}, then move the file away: mv {path} {path}.moved"
    # An error, never None: a journal taken for absent would forget the folders that an earlier restore moved away.
    with records.understood(path, unknown="how far a restore had come is not known", hint=hint):
        record = records.load(path)
        if record is None:
            return None
        if record.number("format") != FORMAT:
            message = f"{path} was written by another version of neo4j-restore"
            raise TargetOccupiedError(message, hint="finish that restore with the version that began it")
        return _parsed(record)


def _parsed(record: Record) -> Journal:
    """Return the journal that a record holds. Raises ValueError for a field that is missing or of another type."""
    phase, incoming = Phase(record.text("phase")), record.text("incoming", FROM_STAGING)
    if incoming not in {FROM_STAGING, FROM_PREVIOUS}:
        message = f"incoming is {incoming!r}"
        raise ValueError(message)
    next_record = record.record("record") if phase in SEALED else Record({})
    if phase in SEALED:
        # Checked before the swap goes on: once the new data is live, the receipt needs these fields.
        receipt.check_next(next_record)
        _parts(next_record, RECLAIMED)
    return Journal(
        phase,
        record.text("restore_id"),
        incoming,
        _parts(record, "retire"),
        _parts(record, "install"),
        next_record.values,
        purge=record.flag("purge", default=True),
        keep=record.flag("keep", default=False),
        reclaim=record.flag("reclaim", default=False),
        fingerprint=record.text("fingerprint", ""),
    )


def _parts(record: Record, name: str) -> tuple[str, ...]:
    """Return parts of a data folder, such as `databases/neo4j`. Raises ValueError for any other text."""
    parts = record.texts(name, [])
    for part in parts:
        # The journal lies on a volume that others can write to. A path with `..` would lead a rename out of it.
        top, _, database = part.partition("/")
        if part in AUTH_FILES or is_membership(part):
            continue
        if top not in {"databases", "transactions"} or database in {"", ".", ".."} or {"/", "\0"} & {*database}:
            message = f"{name} has {part!r}"
            raise ValueError(message)
    return parts


def write(paths: VolumePaths, journal: Journal) -> None:
    """Write the journal to the disk, before the step that it announces.

    Raises ConfigurationError for a journal that would be too large to be read again.
    """
    text = records.text_of({"format": FORMAT, **asdict(journal)}) + "\n"
    if len(text.encode()) > records.MOST_BYTES:
        message = f"the journal of this restore would have more than {records.MOST_BYTES} bytes"
        raise ConfigurationError(message, hint="name fewer databases in DATABASE, and restore the others afterwards")
    # Whole or not at all, and on the disk when this returns: every caller changes the volume next.
    disk.replace_file(paths.home / "journal.json", text)
