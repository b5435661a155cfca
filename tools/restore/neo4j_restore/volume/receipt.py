"""The receipt, `receipt.json`: which restore was the last on this volume, and which requests were fulfilled.

A request is what the operator asked for by RESTORE_ID. In the JSON it is called a wish, as in earlier versions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from logging import getLogger
from pathlib import Path
from typing import Any

from neo4j_restore import disk
from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.spec import DatabaseName
from neo4j_restore.volume import records
from neo4j_restore.volume.records import Record

log = getLogger(__name__)

FORMAT = 1


@dataclass(frozen=True)
class Receipt:
    """The last restore, and all requests fulfilled on this volume.

    last: the published record: restore_id, request, restored, left_alone, versions, times, bytes, seconds.
    wishes: for each RESTORE_ID, or its default for one database, the databases and the time at which each of them was
    restored, in ISO 8601.
    """

    last: Mapping[str, Any] = field(default_factory=dict)
    wishes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def fulfilled(self, restore_id: str, database: DatabaseName) -> str:
        """Return when the request was fulfilled for `database`, or an empty text."""
        return self.wishes.get(restore_id, {}).get(database, "")

    def removed(self, database: DatabaseName) -> bool:
        """Return whether the last change here was a rollback to a time when there was no `database`."""
        return database in self.last.get("removed", [])

    def plus(self, record: Mapping[str, Any]) -> "Receipt":
        """Return the receipt after the restore that `record` describes."""
        wishes = {request: dict(times) for request, times in self.wishes.items()}
        for restored in record["restored"]:
            wishes.setdefault(restored["wish"], {})[restored["database"]] = record["finished"]
        return Receipt(record, wishes)


def read(home: Path) -> Receipt:
    """Return the receipt in `home`, the volume's `.neo4j-restore`, or an empty one if there is none.

    Raises TargetOccupiedError if it can't be understood. Then nothing may be overwritten, as the request may have been
    fulfilled already.
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
        return Receipt(last.values, {request: _times(wishes.record(request)) for request in wishes.values})


def _times(fulfilled: Record) -> dict[str, str]:
    return {database: fulfilled.text(database) for database in fulfilled.values}


def check_record(record: Record) -> None:
    """Raise ValueError if a field that we read from the record of a restore or rollback has the wrong type."""
    for name in ("restore_id", "finished"):
        record.text(name, "")
    if record.values.get("volume") is not None:
        record.text("volume")
    for name in ("rolled_back", "removed"):
        record.texts(name, [])
    if record.values.get("auth_files") is not None:
        record.record("auth_files").text("from")
        record.record("auth_files").texts("names")
    for restored in record.records("restored"):
        # A rollback makes paths of these names: none may lead out of the data folder.
        if restored.text("database") in {".", ".."} or "/" in restored.text("database"):
            message = f"restored has the database {restored.text('database')!r}"
            raise ValueError(message)
        restored.text("wish", "")
        restored.text("source_database", "")
        restored.text("object", "")
        if restored.values.get("store") is not None:
            restored.record("store")
        if restored.values.get("migrated") is not None:
            restored.record("migrated")


def check_next(record: Record) -> None:
    """Raise ValueError if a record lacks a field that `Receipt.plus` needs."""
    check_record(record)
    record.text("finished")
    if "restored" not in record.values:
        message = "restored is missing"
        raise ValueError(message)
    for restored in record.records("restored"):
        restored.text("wish")


def write(home: Path, receipt: Receipt) -> None:
    """Replace the receipt, as a whole or not at all. It is on the disk when this returns.

    A receipt that would be too large to be read again loses its oldest requests, with a warning.
    """
    shortened = receipt
    while len(_text(shortened).encode()) > records.MOST_BYTES and len(shortened.wishes) > 1:
        by_age = sorted(shortened.wishes, key=lambda request: max(shortened.wishes[request].values(), default=""))
        newest = by_age[1 + len(by_age) // 10 :]
        shortened = replace(shortened, wishes={request: shortened.wishes[request] for request in newest})
    if forgotten := len(receipt.wishes) - len(shortened.wishes):
        log.warning("the receipt is full: it forgets its oldest %d requests. The history still has them", forgotten)
    disk.replace_file(home / "receipt.json", _text(shortened))


def _text(receipt: Receipt) -> str:
    return records.text_of({"format": FORMAT, "last": receipt.last, "wishes": receipt.wishes}) + "\n"
