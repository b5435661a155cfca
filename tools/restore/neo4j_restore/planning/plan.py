"""Decides what a run would do, without a cloud or a disk.

1. `guard`: from the request, the policy and the volume's facts, whether a database is restored, left alone or
   refused.
2. `check`: from the chosen sets and neo4j-admin's version, what would fail. It fails here, before the first byte.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from neo4j_restore.admin import admin_commands
from neo4j_restore.admin.admin_commands import Edition
from neo4j_restore.errors import ConfigurationError, MigrationNeededError, TargetOccupiedError
from neo4j_restore.planning import compatibility
from neo4j_restore.planning.authfiles import AuthFiles
from neo4j_restore.policies import Migrate
from neo4j_restore.request import Request
from neo4j_restore.sets.backup_set import BackupSet, Unclear
from neo4j_restore.settings import Policy
from neo4j_restore.spec import SYSTEM, BucketUrl, DatabaseName, OnMissing, Overwrite, SpaceMode
from neo4j_restore.volume.state import Found, Volume


class Action(StrEnum):
    """What happens to one database."""

    RESTORE = "restore"
    SKIP = "skip"
    REFUSE = "refuse"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Decision:
    """The guard's decision on one database, with its reason. replaces: a database on the volume would be replaced."""

    action: Action
    reason: str
    replaces: bool = False


@dataclass(frozen=True)
class Step:
    """One database of the plan.

    chosen: the set to restore, or None. warning: may be empty.
    unclear: objects that look like its backup but are not understood.
    renamed_from: the database whose set it gets, if that has another name.
    """

    database: DatabaseName
    decision: Decision
    chosen: BackupSet | None
    warning: str = ""
    unclear: tuple[Unclear, ...] = ()
    renamed_from: DatabaseName | None = None

    @property
    def source(self) -> DatabaseName:
        """Return the database whose set it gets."""
        return self.renamed_from or self.database


@dataclass(frozen=True)
class Plan:
    """All databases of the request, in its order.

    version: neo4j-admin's, or None if nothing is restored. edition: neo4j-admin's, or None if it is not known.
    need_bytes: the room on the volume that the restore needs at its peak.
    auth_files: what happens to those of Neo4j 3.x, or None if nothing was asked for.
    """

    steps: tuple[Step, ...]
    version: admin_commands.Version | None = None
    need_bytes: int = 0
    edition: Edition | None = None
    auth_files: AuthFiles | None = None

    @property
    def swaps_auth_files(self) -> bool:
        """Tell whether the auth files are restored."""
        return self.auth_files is not None and self.auth_files.restores

    @property
    def restores(self) -> tuple[Step, ...]:
        """Return the steps that restore."""
        return tuple(step for step in self.steps if step.decision.action is Action.RESTORE)


def guard(request: Request, policy: Policy, volume: Volume, now: datetime) -> dict[DatabaseName, Decision]:
    """Return the decision for each requested database, in the request's order. now: UTC."""
    return {database: _decide(request, policy, volume, database, now) for database in request.databases}


def _decide(request: Request, policy: Policy, volume: Volume, database: DatabaseName, now: datetime) -> Decision:
    content, name = volume.databases[database], request.name_of(database)
    fulfilled = policy.overwrite is Overwrite.ONCE and volume.receipt.fulfilled(name, database)
    if content is Found.UNKNOWN:
        return Decision(Action.REFUSE, "its folder holds files that are not a store")
    expired = request.not_after is not None and now > request.not_after
    if content is Found.ABSENT and not volume.in_cluster:
        if volume.receipt.removed(database) and (policy.overwrite is Overwrite.NEVER or fulfilled):
            reason = "the last rollback removed it. FORCE_OVERWRITE=once with a new RESTORE_ID restores it"
            return Decision(Action.SKIP, reason)
        if expired:
            return Decision(Action.EXPIRED, f"it is absent, and the request expired at {request.not_after}")
        return Decision(Action.RESTORE, "there is no such database on the volume")
    # On a member of a cluster an absent database may still be on the other members, so the policy decides.
    content_words = "it exists" if content is Found.DATABASE else "the volume has a cluster's state (cluster-state)"
    if policy.overwrite is Overwrite.NEVER:
        return Decision(Action.SKIP, f"{content_words}, and FORCE_OVERWRITE is false")
    if fulfilled:
        return Decision(Action.SKIP, f"the request {name} was fulfilled at {fulfilled}")
    if expired:
        return Decision(Action.SKIP, f"{content_words}, and the request expired at {request.not_after}")
    allowed = f"once, for the request {name}" if policy.overwrite is Overwrite.ONCE else "true"
    return Decision(
        Action.RESTORE, f"{content_words}, and FORCE_OVERWRITE is {allowed}", replaces=content is Found.DATABASE
    )


def refuse(decisions: Mapping[DatabaseName, Decision], data: str) -> None:
    """Raise TargetOccupiedError if any database is refused, ConfigurationError if any request has expired.

    A request is carried out as a whole or not at all.
    """
    refused = [f"{name}: {each.reason}" for name, each in decisions.items() if each.action is Action.REFUSE]
    if refused:
        hint = f"look into {data}/databases and {data}/transactions, move the files away, then start again"
        message = f"refused to touch {'; '.join(refused)}"
        raise TargetOccupiedError(message, hint=hint)
    expired = [f"{name}: {each.reason}" for name, each in decisions.items() if each.action is Action.EXPIRED]
    if expired:
        hint = (
            "to restore this volume, unset RESTORE_NOT_AFTER or set it later. Otherwise mount the volume with the data"
        )
        raise ConfigurationError("; ".join(expired), hint=hint)


def missing_is_fine(policy: Policy, step: Step, volume: Volume, bearing: int) -> bool:
    """Return whether Neo4j may start without this database: ON_MISSING allows it, and there is nothing to lose.

    bearing: how many objects in the bucket bear the database's name. A single one may be its backup.
    """
    allowed = policy.on_missing is OnMissing.START_EMPTY
    # A volume whose data was deleted for room never starts empty.
    return allowed and bearing == 0 and not step.decision.replaces and not volume.reclaimed


def check(plan: Plan, bucket: BucketUrl, migrate: Migrate = Migrate.NEVER) -> None:
    """Raise MigrationNeededError for a set that this Neo4j can't restore, ConfigurationError for a wrong edition.

    The sets are inspected ones. What can't be known from them shows when neo4j-admin ends.
    migrate: what to do with an older store.
    """
    for step in plan.restores:
        if plan.version and step.database == SYSTEM and plan.version.major < 4:
            message = f"neo4j-admin {plan.version} has no system database, which came with Neo4j 4.0"
            raise MigrationNeededError(message, hint="take system out of DATABASE, or use an image of 4.0 or later")
        if plan.version and step.chosen:
            compatibility.check(step.chosen, plan.version, plan.edition, bucket.of(step.chosen.key), migrate)


def check_sure(plan: Plan, bucket: BucketUrl, mode: SpaceMode) -> None:
    """Raise ConfigurationError if old data would be deleted for a set whose first bytes do not show a backup."""
    for step in plan.restores:
        inside = step.chosen.inside if step.chosen else None
        if step.chosen and step.decision.replaces and mode is SpaceMode.RECLAIM and not (inside and inside.sure):
            layers = f" ({inside})" if inside and inside.layers else ""
            message = (
                f"the first bytes of {bucket.of(step.chosen.key)}{layers} do not show a backup of {step.source}, "
                "and SPACE_MODE=reclaim would delete the old data before the rest is read"
            )
            raise ConfigurationError(message, hint="set SPACE_MODE=keep on a volume with room for both")
