"""Rows -> the output of `report --json`, which is a published contract. Pure."""

from collections.abc import Sequence
from typing import Any

from neo4j_scenarios import pin
from neo4j_scenarios.report.breakdown import Part, breakdown, dimensions
from neo4j_scenarios.report.findings import Finding
from neo4j_scenarios.report.rows import Drift, Row, State
from neo4j_scenarios.survey.drills import Drill


def summary(rows: Sequence[Row], throughput: float | None) -> dict[str, Any]:
    """Return the output of `report --json` for the rows."""
    return {
        "throughput": throughput,
        "states": {state.value: sum(row.state is state for row in rows) for state in State},
        "findings": {finding.value: sum(finding in row.findings for row in rows) for finding in Finding},
        "drifts": {drift.value: sum(row.drift is drift for row in rows) for drift in Drift},
        "by": {name: [_part_as_json(each) for each in breakdown(rows, name)] for name in dimensions(rows)},
        "databases": [as_json(row) for row in rows],
    }


def as_json(row: Row) -> dict[str, Any]:
    """Return a row in the form of `report --json`."""
    facts = row.facts
    return {
        "cluster": facts.cluster,
        "group": facts.group or None,
        "region": facts.region or None,
        "labels": dict(facts.labels),
        "database": facts.database,
        "restored_as": facts.restored_as or None,
        "bucket": facts.bucket,
        "state": row.state.value,
        "findings": [finding.value for finding in row.findings],
        "problem": facts.problem or None,
        "refused": facts.refused or None,
        "latest": pin.as_json(facts.latest),
        "age_seconds": row.age_seconds,
        "rpo_seconds": facts.rpo_seconds,
        "rpo_ratio": row.rpo_ratio,
        "sets": facts.count,
        "sizes": [{"time": time.isoformat(), "size_bytes": size} for time, size in facts.trend],
        "usual_bytes": row.usual_bytes,
        "growth": row.growth,
        "pin": pin.as_json(facts.pin),
        "drift": row.drift.value,
        "behind_seconds": row.behind_seconds,
        "drill": _drill_as_json(facts.drill),
        "rto_seconds": row.rto_seconds,
        "rto_source": row.rto_source or None,
    }


def _part_as_json(part: Part) -> dict[str, Any]:
    return {
        "value": part.value or None,
        "clusters": part.clusters,
        "databases": part.databases,
        "states": {state.value: part.states.get(state, 0) for state in State},
        "never_drilled": part.never_drilled,
        "worst_rpo_ratio": part.worst_ratio,
        "size_bytes": part.size_bytes,
        "restore_seconds": part.restore_seconds,
        "longest_cluster_seconds": part.longest_seconds,
        "without_forecast": part.unknown,
    }


def _drill_as_json(drill: Drill | None) -> dict[str, Any] | None:
    if drill is None:
        return None
    return {
        "time": drill.time.isoformat(),
        "object": drill.object,
        "bytes": drill.size_bytes,
        "seconds": drill.seconds,
    }
