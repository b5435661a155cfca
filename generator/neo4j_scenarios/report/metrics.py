"""Rows -> metrics in Prometheus' text format, for a node exporter's textfile collector or a Pushgateway. Pure.

Source of the format: https://prometheus.io/docs/instrumenting/exposition_formats/ (version 0.0.4).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from neo4j_scenarios.pin import Pin
from neo4j_scenarios.report.findings import Finding
from neo4j_scenarios.report.rows import Row, State
from neo4j_scenarios.write import MARK

_PREFIX: Final = "neo4j_backup_"

_ESCAPES: Final = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


@dataclass(frozen=True)
class _Gauge:
    """A gauge with a value for each database. A database whose value is not known is left out."""

    name: str
    text: str
    value: Callable[[Row], float | None]


def _time(pin: Pin | None) -> float | None:
    return datetime.fromisoformat(pin.time).timestamp() if pin else None


_GAUGES: Final = (
    _Gauge("readable", "Whether the bucket answered", lambda row: not row.facts.problem),
    _Gauge("sets", "How many sets the bucket holds", lambda row: None if row.facts.problem else row.facts.count),
    _Gauge("latest_timestamp_seconds", "When the latest set was made", lambda row: _time(row.facts.latest)),
    _Gauge(
        "latest_size_bytes",
        "Size of the latest set",
        lambda row: row.facts.latest.size_bytes if row.facts.latest else None,
    ),
    _Gauge("usual_size_bytes", "Median size of the nights before the newest set", lambda row: row.usual_bytes),
    _Gauge("rpo_seconds", "How old the latest set may be", lambda row: row.facts.rpo_seconds),
    _Gauge("pin_timestamp_seconds", "When the pinned set was made", lambda row: _time(row.facts.pin)),
    _Gauge(
        "last_drill_timestamp_seconds",
        "When the last restore drill ended",
        lambda row: row.facts.drill.time.timestamp() if row.facts.drill else None,
    ),
    _Gauge(
        "last_drill_bytes_per_second",
        "How fast the last restore drill was",
        lambda row: row.facts.drill.bytes_per_second if row.facts.drill else None,
    ),
    _Gauge("restore_forecast_seconds", "How long a restore is expected to take", lambda row: row.rto_seconds),
)


def metrics(fleet: str, rows: Sequence[Row], now: datetime) -> str:
    """Return the metrics: the same bytes for the same rows. fleet: the file's name. now: when buckets were read."""
    lines = [f"{MARK} metrics", *_of_fleet(fleet, rows, now)]
    for gauge in _GAUGES:
        values = [(row, gauge.value(row)) for row in rows]
        samples = [(_labels(fleet, row), value) for row, value in values if value is not None]
        lines += _family(gauge.name, gauge.text, samples)
    states = [({**_labels(fleet, row), "state": row.state.name.lower()}, 1.0) for row in rows]
    lines += _family("state", "The state of a database: always 1, with the state as a label", states)
    findings = [({**_labels(fleet, row), "finding": each.value}, 1.0) for row in rows for each in row.findings]
    lines += _family("finding", "The findings of a database: always 1, with the finding as a label", findings)
    clusters = {row.facts.cluster: row.facts.labels for row in rows}
    of_clusters = [({"fleet": fleet, "cluster": name} | _as_names(labels), 1.0) for name, labels in clusters.items()]
    lines += _family("cluster_labels", "The labels of a cluster, to join by fleet and cluster", of_clusters)
    return "\n".join([*lines, ""])


def _of_fleet(fleet: str, rows: Sequence[Row], now: datetime) -> Iterator[str]:
    yield from _family("report_timestamp_seconds", "When the buckets were read", [({"fleet": fleet}, now.timestamp())])
    counts = [
        ({"fleet": fleet, "state": state.name.lower()}, float(sum(row.state is state for row in rows)))
        for state in State
    ]
    yield from _family("databases", "How many databases are in each state", counts)
    samples = [
        ({"fleet": fleet, "finding": each.value}, float(sum(each in row.findings for row in rows))) for each in Finding
    ]
    yield from _family("findings", "How many databases have each finding", samples)


def _family(name: str, text: str, values: Sequence[tuple[Mapping[str, str], float]]) -> Iterator[str]:
    yield f"# HELP {_PREFIX}{name} {text}."
    yield f"# TYPE {_PREFIX}{name} gauge"
    for labels, value in values:
        pairs = ",".join(f'{key}="{text.translate(_ESCAPES)}"' for key, text in labels.items())
        # The shortest text of this number. A whole number has no decimal point.
        yield f"{_PREFIX}{name}{{{pairs}}} {repr(float(value)).removesuffix('.0')}"


def _labels(fleet: str, row: Row) -> dict[str, str]:
    facts = row.facts
    identity = {"fleet": fleet, "cluster": facts.cluster, "database": facts.database}
    return identity | {"group": facts.group, "region": facts.region}


def _as_names(labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels with names that Prometheus allows. If two names become the same, the first one wins."""
    labels_by_name: dict[str, str] = {}
    for key, text in sorted(labels.items()):
        labels_by_name.setdefault(f"label_{re.sub('[^a-zA-Z0-9_]', '_', key)}", text)
    return labels_by_name
