"""What a run would do, decided without a cloud or a disk.

1. `guard`: settings and the volume's facts say for each database whether it is restored, left alone or refused.
2. `check`: with the sets found and neo4j-admin's version, what can be known to fail fails before the first byte.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from neo4j_restore import compatibility, evidence, families
from neo4j_restore.errors import ConfigurationError, MigrationNeededError, TargetOccupiedError
from neo4j_restore.families import Edition
from neo4j_restore.headers import Header
from neo4j_restore.sets import BackupSet, Unclear
from neo4j_restore.settings import Settings
from neo4j_restore.spec import SYSTEM, BucketUrl, DatabaseName, OnMissing, Overwrite, SpaceMode
from neo4j_restore.volume import Found, Volume


class Action(StrEnum):
    """What happens to one database."""

    RESTORE = "restore"
    SKIP = "skip"
    REFUSE = "refuse"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Decision:
    """The guard's word on one database, with its reason; `replaces`: there is one that goes."""

    action: Action
    reason: str
    replaces: bool = False


@dataclass(frozen=True)
class Step:
    """One database of the plan. `chosen` is the set to restore, None where nothing is; `warning` may be empty.

    unclear: what looks like its backup, and is not understood.
    """

    database: DatabaseName
    decision: Decision
    chosen: BackupSet | None
    warning: str = ""
    unclear: tuple[Unclear, ...] = ()


@dataclass(frozen=True)
class Plan:
    """All databases of the request, in its order. version: neo4j-admin's, or None where nothing is restored.

    edition: neo4j-admin's as well, where it could be told.
    need_bytes: the room on the volume that the restore takes at its peak.
    """

    steps: tuple[Step, ...]
    version: families.Version | None = None
    need_bytes: int = 0
    edition: Edition | None = None

    @property
    def restores(self) -> tuple[Step, ...]:
        """Return the steps that restore."""
        return tuple(step for step in self.steps if step.decision.action is Action.RESTORE)


def guard(settings: Settings, volume: Volume, now: datetime) -> dict[DatabaseName, Decision]:
    """Return the decision for each database asked for, in the request's order. now: UTC."""
    return {database: _decide(settings, volume, database, now) for database in settings.databases}


def _decide(settings: Settings, volume: Volume, database: DatabaseName, now: datetime) -> Decision:
    found, wish = volume.databases[database], settings.wish(database)
    done = settings.overwrite is Overwrite.ONCE and volume.receipt.fulfilled(wish, database)
    if found is Found.UNKNOWN:
        return Decision(Action.REFUSE, "its folder holds files but no store: not known what they are")
    expired = settings.not_after is not None and now > settings.not_after
    if found is Found.ABSENT and not volume.in_cluster:
        if volume.receipt.removed(database) and (settings.overwrite is Overwrite.NEVER or done):
            return Decision(Action.SKIP, "the last rollback removed it; a new RESTORE_ID with once restores it")
        if expired:
            return Decision(Action.EXPIRED, f"it is absent, and the wish expired at {settings.not_after}")
        return Decision(Action.RESTORE, "there is no such database on the volume")
    there = "it exists" if found is Found.DATABASE else "the volume has a cluster's state (cluster-state)"
    if settings.overwrite is Overwrite.NEVER:
        return Decision(Action.SKIP, f"{there}, and FORCE_OVERWRITE is false")
    if done:
        return Decision(Action.SKIP, f"the wish {wish} was fulfilled at {done}")
    if expired:
        return Decision(Action.SKIP, f"{there}, and the wish expired at {settings.not_after}")
    policy = f"once, for the wish {wish}" if settings.overwrite is Overwrite.ONCE else "true"
    return Decision(Action.RESTORE, f"{there}, and FORCE_OVERWRITE is {policy}", replaces=found is Found.DATABASE)


def refuse(decisions: Mapping[DatabaseName, Decision], data: str) -> None:
    """Raise TargetOccupiedError if any database is refused: a request is carried out whole or not at all."""
    refused = [f"{name}: {each.reason}" for name, each in decisions.items() if each.action is Action.REFUSE]
    if refused:
        hint = f"look into {data}/databases and {data}/transactions; move away what is there, then start again"
        message = f"refused to touch {'; '.join(refused)}"
        raise TargetOccupiedError(message, hint=hint)
    expired = [f"{name}: {each.reason}" for name, each in decisions.items() if each.action is Action.EXPIRED]
    if expired:
        hint = "set RESTORE_NOT_AFTER later, or take it out, if this volume is to be restored; else give it its data"
        raise ConfigurationError("; ".join(expired), hint=hint)


def missing_is_fine(settings: Settings, step: Step, volume: Volume, near: int) -> bool:
    """Tell whether Neo4j may start without this database: asked for, nothing to lose, and nothing like a set of it.

    near: how many objects in the bucket bear its name. A volume whose data was deleted for room never starts empty.
    """
    asked = settings.on_missing is OnMissing.START_EMPTY
    return asked and near == 0 and not step.decision.replaces and not volume.reclaimed


def check(plan: Plan, bucket: BucketUrl) -> None:
    """Raise MigrationNeededError for a set that this version of Neo4j can't take, ConfigurationError for its edition.

    Sets are as they were looked at. Of what can't be known before, neo4j-admin's ending tells.
    """
    for step in plan.restores:
        if plan.version and step.database == SYSTEM and plan.version.major < 4:
            message = f"neo4j-admin {plan.version} has no system database: it came with Neo4j 4.0"
            raise MigrationNeededError(message, hint="take system out of DATABASE, or use an image of 4.0 or later")
        if plan.version and step.chosen:
            compatibility.check(step.chosen, plan.version, plan.edition, bucket.of(step.chosen.key))


def check_sure(plan: Plan, bucket: BucketUrl, mode: SpaceMode) -> None:
    """Raise ConfigurationError where old data would be deleted for a set in which nothing to restore was seen."""
    for step in plan.restores:
        inside = step.chosen.inside if step.chosen else None
        if step.chosen and step.decision.replaces and mode is SpaceMode.RECLAIM and not (inside and inside.sure):
            layers = f" ({inside})" if inside and inside.layers else ""
            message = (
                f"the first bytes of {bucket.of(step.chosen.key)}{layers} do not show a backup of {step.database}, "
                "and SPACE_MODE=reclaim would delete the old data before the rest is read"
            )
            raise ConfigurationError(message, hint="set SPACE_MODE=keep on a volume with room for both")


def as_json(plan: Plan, bucket: BucketUrl) -> dict[str, Any]:
    """Return the plan as `plan --json` prints it: a published contract."""
    return {
        "neo4j_admin": str(plan.version) if plan.version else None,
        "edition": plan.edition,
        "need_bytes": plan.need_bytes,
        "databases": [
            {
                "database": step.database,
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
    }


def _verified_by(chosen: BackupSet, bucket: BucketUrl) -> list[str] | None:
    """Return how the set will be verified; None where the store tells that only with the bytes."""
    verdict = evidence.expected(chosen, bucket.scheme)
    return list(verdict.ways) if verdict.is_known else None


def inside_as_json(chosen: BackupSet | None) -> dict[str, Any]:
    """Return what is packed in the set and how, as `plan --json` and the receipt tell it; null where there is none."""
    inside = chosen.inside if chosen else None
    return {"layers": list(inside.layers) if inside else None, "member": (inside and inside.member) or None}


def set_as_json(each: BackupSet, bucket: BucketUrl) -> dict[str, Any]:
    """Return one set as `list --json` and `plan --json` print it."""
    return {
        "database": each.database,
        "kind": each.kind.value,
        "object": bucket.of(each.key),
        "stamp": each.stamp,
        "time": each.time.astimezone(UTC).isoformat(),
        "time_source": each.time_source.value,
        "size_bytes": each.size_bytes,
        "objects": len(each.objects),
        "header": header_as_json(each.header) if each.header else None,
        "not_a_set": None,
    }


def unclear_as_json(each: Unclear, bucket: BucketUrl) -> dict[str, Any]:
    """Return what looks like a backup and is not understood, as `plan --json` prints it."""
    return {
        "object": bucket.of(each.key),
        "reason": each.reason,
        "time": each.time.astimezone(UTC).isoformat(),
        "time_source": each.time_source.value,
        "size_bytes": each.size_bytes,
    }


def unclear_as_entry(each: Unclear, database: DatabaseName, bucket: BucketUrl) -> dict[str, Any]:
    """Return the same as `list --json` prints it, with the fields of a set: `not_a_set` says why it is none."""
    told = unclear_as_json(each, bucket)
    reason = told.pop("reason")
    nothing = {"kind": "unknown", "stamp": "", "objects": 1, "header": None}
    return {"database": database} | nothing | told | {"not_a_set": reason}


def header_as_json(header: Header) -> dict[str, Any]:
    """Return what a dump or backup says of itself, as `list --json` prints it; null for what it does not say."""
    return asdict(header) | {"time": header.time.isoformat() if header.time else None}
