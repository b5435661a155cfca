"""How long a restore will take, by the time that a drill or the last restore here took. Pure.

Each phase grows with the bytes of the sets, apart from the start of neo4j-admin in it. How long that takes shows in the
phase `inspect`, which does little else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from neo4j_restore.planning.plan import Plan
from neo4j_restore.sets.drills import Measured
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.spec import DatabaseName
from neo4j_restore.stopwatch import Phase

# What the forecast was made from.
DRILL: Final = "drill"
RECEIPT: Final = "receipt"


@dataclass(frozen=True)
class Source:
    """A restore that was measured. kind: DRILL or RECEIPT. place: its URL or path."""

    kind: str
    place: str
    measured: Measured


@dataclass(frozen=True)
class Forecast:
    """The expected time of a restore.

    transfer_seconds: download, verify, unpack, and the load of a dump that is streamed.
    admin_seconds: neo4j-admin on what lies on the volume. other_seconds: the rest, such as listing and syncs.
    """

    size_bytes: int
    transfer_seconds: float
    admin_seconds: float
    other_seconds: float
    source: Source

    @property
    def seconds(self) -> float:
        """The whole time."""
        return self.transfer_seconds + self.admin_seconds + self.other_seconds

    @property
    def bytes_per_second(self) -> float | None:
        """The speed of the transfer, or None where it takes no time."""
        return self.size_bytes / self.transfer_seconds if self.transfer_seconds else None


def forecast(plan: Plan, sources: Iterable[Source], *, checks: bool) -> Forecast | None:
    """Return the forecast by the first source that is of the plan's databases, in sets of their kinds.

    sources: the newest first. checks: the restore looks for inconsistencies. Then only one that did so can tell.
    """
    kinds = {step.source: step.chosen.kind for step in plan.restores if step.chosen}
    size = sum(step.chosen.size_bytes for step in plan.restores if step.chosen)
    if not kinds:
        return None
    source = next((each for each in sources if _fits(each.measured, kinds, checks=checks)), None)
    return _of(source, size, kinds, checks=checks) if source else None


def _fits(measured: Measured, kinds: Mapping[DatabaseName, Kind], *, checks: bool) -> bool:
    has_speeds = all(
        database in measured.sets and measured.sets[database].kind in {"", kind.value}
        for database, kind in kinds.items()
    )
    # A result of others does not say of its time what the check took.
    return has_speeds and measured.size_bytes > 0 and not (checks and not measured.phases.get(Phase.CHECK))


def _of(source: Source, size: int, kinds: Mapping[DatabaseName, Kind], *, checks: bool) -> Forecast:
    measured, phases = source.measured, source.measured.phases
    grows = size / measured.size_bytes
    if not phases:
        return Forecast(size, measured.seconds * grows, 0.0, 0.0, source)
    # One of neo4j-admin's starts for each database.
    starts = len(kinds) / len(measured.sets)
    start = phases.get(Phase.INSPECT, 0.0)

    def scaled(phase: Phase, *, starts_admin: bool) -> float:
        took = phases.get(phase, 0.0)
        fixed = min(took, start) if starts_admin else 0.0
        return fixed * starts + (took - fixed) * grows

    streams = not phases.get(Phase.LOAD) and not {Kind.DUMP, Kind.BACKUP}.isdisjoint(kinds.values())
    admin = scaled(Phase.LOAD, starts_admin=True) + start * starts
    admin += scaled(Phase.CHECK, starts_admin=True) if checks else 0.0
    other = phases.get(Phase.PREPARE, 0.0) + scaled(Phase.FINISH, starts_admin=False)
    return Forecast(size, scaled(Phase.TRANSFER, starts_admin=streams), admin, other, source)


def as_json(expected: Forecast | None) -> dict[str, Any] | None:
    """Return the forecast as `plan --json` prints it: a published contract."""
    if expected is None:
        return None
    measured = expected.source.measured
    return {
        "seconds": round(expected.seconds, 1),
        "transfer_seconds": round(expected.transfer_seconds, 1),
        "bytes_per_second": round(expected.bytes_per_second) if expected.bytes_per_second else None,
        "neo4j_admin_seconds": round(expected.admin_seconds, 1),
        "other_seconds": round(expected.other_seconds, 1),
        "server_start_seconds": measured.start_seconds,
        "bytes": expected.size_bytes,
        "by": expected.source.kind,
        "from": expected.source.place,
        "measured": measured.finished.isoformat(timespec="seconds"),
    }
