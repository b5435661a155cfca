"""Decides what a report says about each database of each cluster. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from neo4j_scenarios import pin
from neo4j_scenarios.pin import Pin
from neo4j_scenarios.report import nights
from neo4j_scenarios.report.findings import Bounds, Finding
from neo4j_scenarios.survey.drills import Drill


class State(StrEnum):
    """The state of a database. The worst is first, which is the order of the report."""

    UNREADABLE = "unreadable"
    MISSING = "no set"
    REFUSED = "refused"
    LATE = "late"
    SHRUNK = "shrunk"
    GROWN = "grown"
    UNKNOWN = "no RPO"
    FINE = "within RPO"


class Drift(StrEnum):
    """The relation of a pin to the sets in the bucket."""

    GONE = "gone"
    REPLACED = "replaced"
    BEHIND = "behind"
    LATEST = "latest"
    UNTOLD = "not known"
    UNPINNED = "not pinned"


_ORDER: Final = list(State)
_BOUNDS: Final = Bounds()
# The state of each finding about sets.
STATES: Final = {
    Finding.UNREADABLE: State.UNREADABLE,
    Finding.MISSING: State.MISSING,
    Finding.REFUSED: State.REFUSED,
    Finding.LATE: State.LATE,
    Finding.SHRUNK: State.SHRUNK,
    Finding.GROWN: State.GROWN,
    Finding.NO_RPO: State.UNKNOWN,
}
_DRIFTS: Final = {
    Drift.GONE: Finding.PIN_GONE,
    Drift.REPLACED: Finding.PIN_REPLACED,
    Drift.BEHIND: Finding.PIN_BEHIND,
}


@dataclass(frozen=True)
class Facts:
    """The facts about one database of one cluster.

    labels: of the cluster.
    rpo_seconds: None if the cluster has no RPO.
    latest: the set that `latest` selects.
    pin: from the lock.
    held: the set that the lock's timestamp selects now.
    trend: times and sizes of one set per night, the oldest first.
    problem: why the bucket could not be read.
    refused: why a restore of the latest set would be refused.
    restored_as: the name that the database gets on the volume, if that is another one.
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
    refused: str = ""
    restored_as: str = ""


@dataclass(frozen=True)
class Row:
    """The facts about a database, and the conclusions from them.

    state: the worst finding about its sets.
    findings: all findings.
    age_seconds: of the latest set.
    rpo_ratio: the age divided by the RPO, or None without an RPO.
    usual_bytes: the usual size of a set, or None if not known.
    growth: the fraction by which the newest set differs from the usual size.
    behind_seconds: how much older the pin is than the latest set.
    rto_seconds: the forecast of the recovery time (RTO), or None if no speed is known.
    rto_source: `drill`, `given`, or empty.
    """

    facts: Facts
    state: State
    findings: tuple[Finding, ...]
    drift: Drift
    age_seconds: float | None
    rpo_ratio: float | None
    usual_bytes: float | None
    growth: float | None
    behind_seconds: float
    rto_seconds: float | None
    rto_source: str


def rows(facts: Iterable[Facts], now: datetime, throughput: float | None = None, bounds: Bounds = _BOUNDS) -> list[Row]:
    """Return the rows, the worst first: by state, then by age against the RPO, then by age, cluster and database.

    now: UTC. throughput: bytes per second, for databases without a drill. bounds: for the size of a set.
    """
    return sorted((_row(each, now, throughput, bounds) for each in facts), key=_badness)


def _badness(row: Row) -> tuple[int, float, float, str, str]:
    names = row.facts.cluster, row.facts.database
    return _ORDER.index(row.state), -(row.rpo_ratio or 0), -(row.age_seconds or 0), *names


def _row(facts: Facts, now: datetime, throughput: float | None, bounds: Bounds) -> Row:
    age = (now - _time(facts.latest)).total_seconds() if facts.latest else None
    ratio = age / max(facts.rpo_seconds, 1) if age is not None and facts.rpo_seconds is not None else None
    behind = (_time(facts.latest) - _time(facts.pin)).total_seconds() if facts.latest and facts.pin else 0.0
    usual = nights.usual(facts.trend)
    # Rounded, so that a set that is smaller by exactly the bound is still within it.
    growth = round(facts.trend[-1][1] / usual - 1, 4) if usual else None
    drift = _drift(facts)
    findings = (*_of_sets(facts, ratio, growth, bounds), *_of_pin(facts, drift))
    state = next((STATES[each] for each in findings if each in STATES), State.FINE)
    seconds, source = _forecast(facts, throughput)
    return Row(facts, state, findings, drift, age, ratio, usual, growth, max(behind, 0.0), seconds, source)


def _of_sets(facts: Facts, ratio: float | None, growth: float | None, bounds: Bounds) -> Iterator[Finding]:
    """Yield the findings about the sets of a database, the worst first."""
    if not facts.latest:
        yield Finding.UNREADABLE if facts.problem else Finding.REFUSED if facts.refused else Finding.MISSING
        return
    if facts.refused:
        yield Finding.REFUSED
    if ratio is not None and ratio > 1:
        yield Finding.LATE
    if growth is not None and growth < -bounds.shrink:
        yield Finding.SHRUNK
    if growth is not None and growth > bounds.growth:
        yield Finding.GROWN
    if facts.rpo_seconds is None:
        yield Finding.NO_RPO


def _of_pin(facts: Facts, drift: Drift) -> Iterator[Finding]:
    """Yield the findings about the pin and the drills."""
    if drift in _DRIFTS:
        yield _DRIFTS[drift]
    # If the bucket could not be read, nobody knows whether there was a drill.
    if not facts.drill and not facts.problem:
        yield Finding.NEVER_DRILLED


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
    """Return the time of a restore, and the source of its speed. The speed is the last drill's, or `throughput`."""
    chosen = facts.pin or facts.latest
    if not chosen:
        return None, ""
    if facts.drill and facts.drill.bytes_per_second:
        return chosen.size_bytes / facts.drill.bytes_per_second, "drill"
    return (chosen.size_bytes / throughput, "given") if throughput else (None, "")


def _time(pin: Pin) -> datetime:
    return datetime.fromisoformat(pin.time)
