"""What was restored last, and which requests were fulfilled: `receipt.json`, kept beside the data."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from logging import getLogger
from pathlib import Path
from typing import Any

from neo4j_restore import disk, records
from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.records import Record
from neo4j_restore.spec import DatabaseName

log = getLogger(__name__)

FORMAT = 1


@dataclass(frozen=True)
class Receipt:
    """The last restore, and all wishes fulfilled on this volume.

    last: the published record: restore_id, request, restored, left_alone, versions, times, bytes, seconds.
    wishes: RESTORE_ID, or its default for one database, to database to the time, ISO 8601, at which it was fulfilled.
    """

    last: Mapping[str, Any] = field(default_factory=dict)
    wishes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def fulfilled(self, restore_id: str, database: DatabaseName) -> str:
        """Return when the wish was fulfilled for `database`, or an empty text."""
        return self.wishes.get(restore_id, {}).get(database, "")

    def removed(self, database: DatabaseName) -> bool:
        """Tell whether the last thing done here was a rollback to a time when there was no `database`."""
        return database in self.last.get("removed", [])

    def plus(self, record: Mapping[str, Any]) -> "Receipt":
        """Return the receipt after the restore that `record` tells of."""
        wishes = {wish: dict(done) for wish, done in self.wishes.items()}
        for each in record["restored"]:
            wishes.setdefault(each["wish"], {})[each["database"]] = record["finished"]
        return Receipt(record, wishes)


def read(home: Path) -> Receipt:
    """Return the receipt in `home`, the volume's `.neo4j-restore`; an empty one where there is none.

    Raises TargetOccupiedError for one that can't be read: what it says is not known, so nothing may be overwritten.
    """
    path = home / "receipt.json"
    hint = f"see {home / 'history.jsonl'} for what was restored, then move the file away: mv {path} {path}.moved"
    with records.understood(path, unknown="whether this request was fulfilled is not known", hint=hint):
        record = records.load(path)
        if record is None:
            return Receipt()
        if record.number("format") != FORMAT:
            message = f"{path} has format {record.number('format')}, expected {FORMAT}"
            raise TargetOccupiedError(message, hint="use the version of neo4j-restore that wrote it, or a newer one")
        last, wishes = record.record("last"), record.record("wishes")
        check_record(last)
        return Receipt(last.values, {wish: _times(wishes.record(wish)) for wish in wishes.values})


def _times(done: Record) -> dict[str, str]:
    return {database: done.text(database) for database in done.values}


def check_record(record: Record) -> None:
    """Raise ValueError if a field of the record of a restore or rollback that we read has another type."""
    for name in ("restore_id", "finished"):
        record.text(name, "")
    for name in ("rolled_back", "removed"):
        record.texts(name, [])
    for each in record.records("restored"):
        if each.text("database") in {".", ".."} or "/" in each.text("database"):
            message = f"restored has the database {each.text('database')!r}"
            raise ValueError(message)
        each.text("wish", "")
        each.text("object", "")


def check_next(record: Record) -> None:
    """Raise ValueError if a record lacks what `Receipt.plus` needs of it."""
    check_record(record)
    record.text("finished")
    if "restored" not in record.values:
        message = "restored is missing"
        raise ValueError(message)
    for each in record.records("restored"):
        each.text("wish")


def write(home: Path, receipt: Receipt) -> None:
    """Replace the receipt: whole or not at all, and on the disk when this returns.

    The oldest requests are forgotten, with a warning, before there are more than can be read again.
    """
    kept = receipt
    while len(_text(kept).encode()) > records.MOST_BYTES and len(kept.wishes) > 1:
        newest = sorted(kept.wishes, key=lambda wish: max(kept.wishes[wish].values(), default=""))
        kept = replace(kept, wishes={wish: kept.wishes[wish] for wish in newest[1 + len(newest) // 10 :]})
    if forgotten := len(receipt.wishes) - len(kept.wishes):
        log.warning("the oldest %d requests are forgotten: the receipt can't hold more; the history tells", forgotten)
    disk.replace_file(home / "receipt.json", _text(kept))


def _text(receipt: Receipt) -> str:
    return records.text_of({"format": FORMAT, "last": receipt.last, "wishes": receipt.wishes}) + "\n"
