"""What a report says of each database of each cluster, decided from what was found. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from neo4j_scenarios import pin
from neo4j_scenarios.pin import Pin
from neo4j_scenarios.survey.drills import Drill


class State(StrEnum):
    """How a database stands; the worst first, which is the order of the report."""

    UNREADABLE = "unreadable"
    MISSING = "no set"
    LATE = "late"
    UNKNOWN = "no RPO"
    FINE = "within RPO"


class Drift(StrEnum):
    """How a pin stands to what is in the bucket."""

    GONE = "gone"
    REPLACED = "replaced"
    BEHIND = "behind"
    LATEST = "latest"
    UNTOLD = "not known"
    UNPINNED = "not pinned"


@dataclass(frozen=True)
class Facts:
    """What was found of one database of one cluster.

    labels: of the cluster. rpo_seconds: None where none is given. latest: what `latest` takes. pin: of the lock. held:
    what the lock's timestamp takes now. trend: times and sizes, the oldest first. problem: why nothing was found.
    """

    cluster: str
    database: str
    bucket: str
    group: str = ""
    region: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    rpo_seconds: float | None = None
    latest: Pin | None = None
    pin: Pin | None = None
    held: Pin | None = None
    trend: tuple[tuple[datetime, int], ...] = ()
    count: int = 0
    drill: Drill | None = None
    problem: str = ""


@dataclass(frozen=True)
class Row:
    """Facts, and what follows from them.

    age_seconds: of the latest set. behind_seconds: of the pin, to the latest. rto_seconds: the forecast, None where
    nothing tells how fast a restore is; rto_source: `drill` or `given`, or empty.
    """

    facts: Facts
    state: State
    drift: Drift
    age_seconds: float | None
    behind_seconds: float
    rto_seconds: float | None
    rto_source: str


def rows(found: Iterable[Facts], now: datetime, throughput: float | None = None) -> list[Row]:
    """Return the rows, the worst first, then by cluster and database.

    now: UTC. throughput: bytes a second, for those without a drill.
    """
    told = [_row(facts, now, throughput) for facts in found]
    order = list(State)
    return sorted(told, key=lambda row: (order.index(row.state), row.facts.cluster, row.facts.database))


def _row(facts: Facts, now: datetime, throughput: float | None) -> Row:
    age = (now - _time(facts.latest)).total_seconds() if facts.latest else None
    behind = (_time(facts.latest) - _time(facts.pin)).total_seconds() if facts.latest and facts.pin else 0.0
    seconds, source = _forecast(facts, throughput)
    return Row(facts, _state(facts, age), _drift(facts), age, max(behind, 0.0), seconds, source)


def _state(facts: Facts, age: float | None) -> State:
    if age is None:
        return State.UNREADABLE if facts.problem else State.MISSING
    if facts.rpo_seconds is None:
        return State.UNKNOWN
    return State.LATE if age > facts.rpo_seconds else State.FINE


def _drift(facts: Facts) -> Drift:
    if facts.pin is None:
        return Drift.UNPINNED
    if facts.problem:
        return Drift.UNTOLD
    if facts.held is None or facts.held.object != facts.pin.object:
        return Drift.GONE
    if not pin.same(facts.held, facts.pin):
        return Drift.REPLACED
    newer = facts.latest is not None and facts.latest.time > facts.pin.time
    return Drift.BEHIND if newer else Drift.LATEST


def _forecast(facts: Facts, throughput: float | None) -> tuple[float | None, str]:
    """Return how long a restore of the set in question takes: its size by the speed of the last drill, or the given."""
    chosen = facts.pin or facts.latest
    if not chosen:
        return None, ""
    if facts.drill and facts.drill.bytes_per_second:
        return chosen.size_bytes / facts.drill.bytes_per_second, "drill"
    return (chosen.size_bytes / throughput, "given") if throughput else (None, "")


def _time(pin: Pin) -> datetime:
    return datetime.fromisoformat(pin.time)
