"""Plans and sets as JSON: a published contract, documented in the image's README."""

from dataclasses import asdict
from datetime import UTC
from typing import Any

from neo4j_restore.buckets import BucketUrl
from neo4j_restore.planning import afterwards, authfiles
from neo4j_restore.planning.plan import Plan
from neo4j_restore.sets.backup_set import BackupSet, Span, Unclear
from neo4j_restore.sets.headers import Header
from neo4j_restore.spec import DatabaseName
from neo4j_restore.transfer import evidence


def as_json(plan: Plan, bucket: BucketUrl) -> dict[str, Any]:
    """Return the plan as `plan --json` prints it: a published contract."""
    return {
        "neo4j_admin": str(plan.version) if plan.version else None,
        "edition": plan.edition,
        "need_bytes": plan.need_bytes,
        "databases": [
            {
                "database": step.database,
                "source_database": step.source,
                "action": step.decision.action.value,
                "reason": step.decision.reason,
                "replaces": step.decision.replaces,
                "warning": step.warning or None,
                "set": set_as_json(step.chosen, bucket) if step.chosen else None,
                "verified_by": _verified_by(step.chosen, bucket) if step.chosen else None,
                "not_sets": [unclear_as_json(each, bucket) for each in step.unclear],
                **inside_as_json(step.chosen),
            }
            for step in plan.steps
        ],
        "auth_files": authfiles.as_json(plan.auth_files, bucket),
        "after_start": list(afterwards.after_start(plan)),
    }


def _verified_by(chosen: BackupSet, bucket: BucketUrl) -> list[str] | None:
    """Return how the set will be verified, or None if the store says that only with the bytes."""
    verdict = evidence.expected(chosen, bucket.scheme)
    return list(verdict.ways) if verdict.is_known else None


def inside_as_json(chosen: BackupSet | None) -> dict[str, Any]:
    """Return what is in the set, as `plan --json` and the receipt have it, or nulls."""
    inside = chosen.inside if chosen else None
    store = inside.store if inside else None
    return {
        "layers": list(inside.layers) if inside else None,
        "member": (inside and inside.member) or None,
        "store_version": store.text.replace(" ", "-") if store else None,
    }


def set_as_json(chosen: BackupSet, bucket: BucketUrl) -> dict[str, Any]:
    """Return one set as `list --json` and `plan --json` print it."""
    return {
        "database": chosen.database,
        "kind": chosen.kind.value,
        "object": bucket.of(chosen.key),
        "stamp": chosen.stamp,
        "time": chosen.time.astimezone(UTC).isoformat(),
        "time_source": chosen.time_source.value,
        "size_bytes": chosen.size_bytes,
        "objects": len(chosen.objects),
        "range": _span_as_json(chosen.span) if chosen.span else None,
        "restore_until": str(chosen.until) if chosen.until else None,
        "header": header_as_json(chosen.header) if chosen.header else None,
        "not_a_set": None,
    }


def _span_as_json(span: Span) -> dict[str, Any]:
    times = {"first_time": span.first_time, "last_time": span.last_time}
    transactions = {"first_tx": span.first_tx, "last_tx": span.last_tx}
    return transactions | {name: time.isoformat() if time else None for name, time in times.items()}


def unclear_as_json(unclear: Unclear, bucket: BucketUrl) -> dict[str, Any]:
    """Return an object that looks like a backup but is not understood, as `plan --json` prints it."""
    return {
        "object": bucket.of(unclear.key),
        "reason": unclear.reason,
        "time": unclear.time.astimezone(UTC).isoformat(),
        "time_source": unclear.time_source.value,
        "size_bytes": unclear.size_bytes,
    }


def unclear_as_entry(unclear: Unclear, database: DatabaseName, bucket: BucketUrl) -> dict[str, Any]:
    """Return the same as `list --json` prints it, with the fields of a set. `not_a_set` says why it is not one."""
    entry = unclear_as_json(unclear, bucket)
    reason = entry.pop("reason")
    nothing = {"kind": "unknown", "stamp": "", "objects": 1, "range": None, "restore_until": None, "header": None}
    return {"database": database} | nothing | entry | {"not_a_set": reason}


def header_as_json(header: Header) -> dict[str, Any]:
    """Return the header of a dump or backup as `list --json` prints it, with null for a field that it does not have."""
    return asdict(header) | {"time": header.time.isoformat() if header.time else None}
