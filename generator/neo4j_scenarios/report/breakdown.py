"""Rows -> counts for each group, region, or value of a label, to show where the trouble is. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from neo4j_scenarios.fleet.layers import GROUP, REGION
from neo4j_scenarios.report.findings import Finding
from neo4j_scenarios.report.rows import Facts, Row, State

_ORDER: Final = list(State)


@dataclass(frozen=True)
class Part:
    """The databases whose clusters have the same value of a label. The value is empty for those without the label.

    worst_ratio: the largest ratio of age to RPO, or None if no database has an RPO.
    restore_seconds: the sum of all known forecasts.
    longest_seconds: the time of the slowest cluster, because clusters are restored in parallel.
    unknown: the number of databases without a forecast, which are in neither.
    """

    value: str
    clusters: int
    databases: int
    states: Mapping[State, int]
    never_drilled: int
    worst_ratio: float | None
    size_bytes: int
    restore_seconds: float
    longest_seconds: float
    unknown: int


def labels_of(facts: Facts) -> dict[str, str]:
    """Return the labels by which selectors find a database: its cluster's group, region and labels."""
    identity = {key: text for key, text in ((GROUP, facts.group), (REGION, facts.region)) if text}
    return identity | dict(facts.labels)


def dimensions(rows: Iterable[Row]) -> list[str]:
    """Return the labels by which the rows can be broken down: group and region first, then the others by name."""
    names = {name for row in rows for name in labels_of(row.facts)}
    return [name for name in (GROUP, REGION) if name in names] + sorted(names - {GROUP, REGION})


def breakdown(rows: Iterable[Row], dimension: str) -> list[Part]:
    """Return a part for each value of a label, the worst first: by state, by its count, and by age against RPO."""
    values: dict[str, list[Row]] = {}
    for row in rows:
        values.setdefault(labels_of(row.facts).get(dimension, ""), []).append(row)
    return sorted((part(value, members) for value, members in values.items()), key=_badness)


def part(value: str, rows: Sequence[Row]) -> Part:
    """Return the counts of some rows."""
    clusters: Counter[str] = Counter()
    for row in rows:
        clusters[row.facts.cluster] += 0 if row.rto_seconds is None else round(row.rto_seconds)
    ratios = [row.rpo_ratio for row in rows if row.rpo_ratio is not None]
    return Part(
        value,
        len(clusters),
        len(rows),
        Counter(row.state for row in rows),
        sum(Finding.NEVER_DRILLED in row.findings for row in rows),
        max(ratios, default=None),
        sum(row.facts.latest.size_bytes for row in rows if row.facts.latest),
        clusters.total(),
        max(clusters.values(), default=0),
        sum(row.rto_seconds is None for row in rows),
    )


def _badness(part: Part) -> tuple[int, int, float, str]:
    worst = next((state for state in _ORDER if part.states[state]), State.FINE)
    return _ORDER.index(worst), -part.states[worst], -(part.worst_ratio or 0), part.value
