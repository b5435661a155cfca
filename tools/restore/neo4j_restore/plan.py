"""What a run would do, decided without a cloud or a disk.

1. `guard`: settings and the volume's facts say for each database whether it is restored, left alone or refused.
2. `check`: with the sets found and neo4j-admin's version, what can be known to fail fails before the first byte.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Any

from neo4j_restore import admin
from neo4j_restore.catalog import BackupSet, Kind
from neo4j_restore.errors import MigrationNeededError, NoSpaceError, TargetOccupiedError
from neo4j_restore.settings import Settings
from neo4j_restore.spec import SYSTEM, BucketUrl, DatabaseName, Overwrite
from neo4j_restore.volume import Found, Volume


class Action(StrEnum):
    """What happens to one database."""

    RESTORE = "restore"
    SKIP = "skip"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Decision:
    """The guard's word on one database, with its reason; `replaces`: there is one that goes."""

    action: Action
    reason: str
    replaces: bool = False


@dataclass(frozen=True)
class Step:
    """One database of the plan. `chosen` is the set to restore, None where nothing is."""

    database: DatabaseName
    decision: Decision
    chosen: BackupSet | None


@dataclass(frozen=True)
class Plan:
    """All databases of the request, in its order. version: neo4j-admin's, or None where nothing is restored."""

    steps: tuple[Step, ...]
    version: admin.Version | None = None

    @property
    def restores(self) -> tuple[Step, ...]:
        """Return the steps that restore."""
        return tuple(step for step in self.steps if step.decision.action is Action.RESTORE)


def guard(settings: Settings, volume: Volume) -> dict[DatabaseName, Decision]:
    """Return the decision for each database asked for, in the request's order."""
    return {database: _decide(settings, volume, database) for database in settings.databases}


def _decide(settings: Settings, volume: Volume, database: DatabaseName) -> Decision:
    found = volume.databases[database]
    if found is Found.UNKNOWN:
        return Decision(Action.REFUSE, "its folder holds files but no store: not known what they are")
    if found is Found.ABSENT and not volume.in_cluster:
        return Decision(Action.RESTORE, "there is no such database on the volume")
    there = "it exists" if found is Found.DATABASE else "the volume has a cluster's state (cluster-state)"
    if settings.overwrite is Overwrite.NEVER:
        return Decision(Action.SKIP, f"{there}, and FORCE_OVERWRITE is false")
    done = volume.receipt.fulfilled(settings.restore_id, database)
    if settings.overwrite is Overwrite.ONCE and done:
        return Decision(Action.SKIP, f"the wish {settings.restore_id} was fulfilled at {done}")
    wish = f"once, for the wish {settings.restore_id}" if settings.overwrite is Overwrite.ONCE else "true"
    return Decision(Action.RESTORE, f"{there}, and FORCE_OVERWRITE is {wish}", replaces=found is Found.DATABASE)


def refuse(decisions: Mapping[DatabaseName, Decision], data: str) -> None:
    """Raise TargetOccupiedError if any database is refused: a request is carried out whole or not at all."""
    refused = [f"{name}: {each.reason}" for name, each in decisions.items() if each.action is Action.REFUSE]
    if refused:
        hint = f"look into {data}/databases and {data}/transactions; move away what is there, then start again"
        message = f"refused to touch {'; '.join(refused)}"
        raise TargetOccupiedError(message, hint=hint)


def check(plan: Plan, volume: Volume) -> None:
    """Raise what would fail later: a set that this Neo4j can't take, or a volume without room."""
    for step in plan.restores:
        if step.chosen and step.chosen.kind is not Kind.DUMP and plan.version and plan.version.major >= 5:
            message = f"{step.chosen.key} is a backup of Neo4j 4.4 or older, and neo4j-admin here is {plan.version}"
            hint = f"restore it with an image of its own version first, then migrate; or take a dump of {step.database}"
            raise MigrationNeededError(message, hint=hint)
        if step.database == SYSTEM and plan.version and plan.version.major < 4:
            message = f"neo4j-admin {plan.version} has no system database: it came with Neo4j 4.0"
            raise MigrationNeededError(message, hint="take system out of DATABASE, or use an image of 4.0 or later")
    need = sum(step.chosen.size_bytes for step in plan.restores if step.chosen)
    if need > volume.free_bytes:
        message = f"the sets need more than {need} bytes, and the volume has {volume.free_bytes} free"
        raise NoSpaceError(message, hint="make the volume larger, or free room on it; nothing was touched")


def as_json(plan: Plan, bucket: BucketUrl) -> dict[str, Any]:
    """Return the plan as `plan --json` prints it: a published contract."""
    return {
        "neo4j_admin": str(plan.version) if plan.version else None,
        "databases": [
            {
                "database": step.database,
                "action": step.decision.action.value,
                "reason": step.decision.reason,
                "replaces": step.decision.replaces,
                "set": set_as_json(step.chosen, bucket) if step.chosen else None,
            }
            for step in plan.steps
        ],
    }


def set_as_json(each: BackupSet, bucket: BucketUrl) -> dict[str, Any]:
    """Return one set as `list --json` and `plan --json` print it."""
    return {
        "database": each.database,
        "kind": each.kind.value,
        "object": bucket.of(each.key),
        "stamp": each.stamp,
        "time": each.time.astimezone(UTC).isoformat(),
        "size_bytes": each.size_bytes,
        "objects": len(each.objects),
    }
