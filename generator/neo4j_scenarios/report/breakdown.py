"""Rows -> the same counts for each group, region, or value of a label: where the trouble is. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from neo4j_scenarios.layers import GROUP, REGION
from neo4j_scenarios.report.findings import Finding
from neo4j_scenarios.report.rows import Facts, Row, State

_ORDER: Final = list(State)


@dataclass(frozen=True)
class Part:
    """The databases whose clusters have one value of a label; an empty value: those without the label.

    worst_ratio: the largest age by its RPO; None where none has one. restore_seconds: all known forecasts, one after
    the other. longest_seconds: of the cluster that takes longest, as clusters are restored side by side. unknown: how
    many databases have no forecast, and are in neither.
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
    """Return what a database can be found by, as selectors have it: its cluster's group, region and labels."""
    place = {key: text for key, text in ((GROUP, facts.group), (REGION, facts.region)) if text}
    return place | dict(facts.labels)


def dimensions(rows: Iterable[Row]) -> list[str]:
    """Return by what the rows can be broken down: group and region first, then the labels by name."""
    known = {name for row in rows for name in labels_of(row.facts)}
    return [name for name in (GROUP, REGION) if name in known] + sorted(known - {GROUP, REGION})


def breakdown(rows: Iterable[Row], dimension: str) -> list[Part]:
    """Return a part for each value of a label, the worst first: by state, how many are in it, and age against RPO."""
    values: dict[str, list[Row]] = {}
    for row in rows:
        values.setdefault(labels_of(row.facts).get(dimension, ""), []).append(row)
    return sorted((part(value, own) for value, own in values.items()), key=_badness)


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
