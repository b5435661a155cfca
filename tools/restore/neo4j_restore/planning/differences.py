"""Compares a request with the receipt: is the data on the volume of the bucket, the set and the request that are named?

Only the last restore is compared. Of a database that it left alone, or that a rollback put back, the receipt does not
say which set it is of. Pure functions, which need no store.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from neo4j_restore.request import Request
from neo4j_restore.settings import Policy
from neo4j_restore.spec import BucketUrl, DatabaseName, Invalid, Overwrite, parse_timestamp
from neo4j_restore.timestamps import LATEST, Timestamp, parse_time
from neo4j_restore.until import Until
from neo4j_restore.volume.receipt import Receipt


def differences(request: Request, policy: Policy, database: DatabaseName, receipt: Receipt) -> list[str]:
    """Return what the request names differently from the restore of `database`. Empty if nothing is known to differ."""
    restored, problems = record_of(database, receipt), []
    if restored:
        problems += _source(request, database, restored)
        problems += [*_bucket(request.bucket, restored, receipt.last), *_set(request.timestamp, restored, receipt)]
        problems += _until(request.until, restored)
        problems += _auth_files(request, policy, receipt.last)
    has_name = request.restore_id or not problems
    if has_name and policy.overwrite is Overwrite.ONCE and "rolled_back" not in receipt.last:
        problems += _name(request, database, restored, receipt)
    return problems


def repeated(request: Request, policy: Policy, database: DatabaseName, receipt: Receipt) -> str:
    """Return why the data is not what is requested, if the request is done already. Empty if it is, or is not done."""
    is_done = policy.overwrite is Overwrite.ONCE and receipt.fulfilled(request.name_of(database), database)
    return ", ".join(differences(request, policy, database, receipt)) if is_done else ""


def record_of(database: DatabaseName, receipt: Receipt) -> Mapping[str, Any]:
    """Return what the receipt says of the set that `database` was restored from last, or an empty record."""
    records = (each for each in receipt.last.get("restored", []) if each["database"] == database)
    return next(records, {})


def _source(request: Request, database: DatabaseName, restored: Mapping[str, Any]) -> list[str]:
    # Earlier versions did not rename, and did not write this field.
    earlier, source = restored.get("source_database", database), request.naming_of(database).source
    return [] if earlier == source else [f"DATABASE names the set of {source}, and the data is of {earlier}"]


def _bucket(bucket: BucketUrl, restored: Mapping[str, Any], last: Mapping[str, Any]) -> list[str]:
    source, folder = str(restored.get("object", "")), str(bucket).rstrip("/")
    # A parent folder of the bucket's path, or the object itself, may be named since.
    if last.get("bucket") == str(bucket) or not source or f"{source}/".startswith(f"{folder}/"):
        return []
    return [f"BUCKET is {bucket}, and the data is from {source}"]


def _set(timestamp: Timestamp, restored: Mapping[str, Any], receipt: Receipt) -> list[str]:
    earlier = str(receipt.last.get("timestamp") or LATEST)
    # Which set is the latest only the store knows.
    if timestamp.is_latest or str(timestamp) == earlier:
        return []
    time = _time(str(restored.get("time", "")))
    if time is None or _is_it(timestamp, str(restored.get("stamp") or ""), time, earlier):
        return []
    return [f"TIMESTAMP is {timestamp.text}, and the data is of the set of {restored['time']}, restored for {earlier}"]


def _until(until: Until | None, restored: Mapping[str, Any]) -> list[str]:
    earlier = restored.get("restore_until")
    if earlier == (str(until) if until else None):
        return []
    return [f"RESTORE_UNTIL is {until or 'not set'}, and the data was restored until {earlier or 'the end of its set'}"]


def _auth_files(request: Request, policy: Policy, last: Mapping[str, Any]) -> list[str]:
    # With FORCE_OVERWRITE=false a restore leaves auth files alone that are there.
    if not request.auth_files or last.get("auth_files") or policy.overwrite is Overwrite.NEVER:
        return []
    return ["AUTH_FILES is true, and the data was restored without auth files"]


def _is_it(timestamp: Timestamp, stamp: str, time: datetime, earlier: str) -> bool:
    """Tell whether the restored set is the requested one. earlier: the TIMESTAMP that it was restored for."""
    if timestamp.moment is None:
        # Imported here: a start that leaves data alone must not pay for the forms of stamps.
        from neo4j_restore.sets import stamps

        requested = stamps.read(timestamp.stamp)
        same_name = timestamp.stamp in {stamp, f"{stamp}.backup"}
        return same_name or (requested is not None and requested.holds(time))
    # Of what was the latest set, or the newest at or before a later time, nothing newer lies before the requested time.
    limit = _parsed(earlier)
    is_newest = limit is not None and not limit.is_exact and limit.allows(timestamp.moment)
    return timestamp.allows(time) and is_newest


def _parsed(text: str) -> Timestamp | None:
    try:
        return parse_timestamp(text)
    except Invalid:
        return None


def _time(text: str) -> datetime | None:
    try:
        return parse_time(text)
    except Invalid:
        return None


def _name(request: Request, database: DatabaseName, restored: Mapping[str, Any], receipt: Receipt) -> list[str]:
    name, of = request.name_of(database), restored.get("wish")
    fulfilled = receipt.fulfilled(name, database)
    if not fulfilled:
        return [f"the request {name} was not fulfilled on this volume" + (f", and the data is of {of}" if of else "")]
    if request.restore_id and of and of != name:
        return [f"the request {name} was fulfilled at {fulfilled}, and the data is of the later request {of}"]
    return []
