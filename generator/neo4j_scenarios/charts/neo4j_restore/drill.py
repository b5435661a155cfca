"""Scenario -> the `drill` block of this project's chart, and back."""

import hashlib
from typing import TYPE_CHECKING, Final

from neo4j_scenarios.charts.volumes import Values
from neo4j_scenarios.inputs.fields import deployment
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.inputs.structure import items

if TYPE_CHECKING:
    from neo4j_scenarios.charts.reading import Reading

# From midnight to six. Each request has its own minute, so that a fleet's drills are spread over the night.
_MINUTES: Final = 6 * 60


def values(scenario: Scenario, data: Values) -> Values:
    """Return the block, or nothing without drills. data: the block of the data volume, whose size a drill needs too."""
    if not scenario.drill:
        return {}
    volume = {key: data[key] for key in ("size", "storageClass") if key in data}
    assertions = items(scenario.drill_assertions)
    return {
        "drill": {
            "enabled": True,
            "schedule": schedule(str(scenario.bucket), ",".join(map(str, scenario.namings))),
            **({"assertions": assertions} if assertions else {}),
            **({"volume": volume} if volume else {}),
            **({"results": {"secretName": secret}} if (secret := scenario.drill_results_secret) else {}),
            **({"cluster": scenario.drill_cluster} if scenario.drill_cluster else {}),
        }
    }


def schedule(bucket: str, database: str) -> str:
    """Return when the drills of a request begin: every night, at a minute that its bucket and databases decide."""
    minute = int(hashlib.sha256(f"{bucket}\n{database}".encode()).hexdigest()[:8], 16) % _MINUTES
    return f"{minute % 60} {minute // 60} * * *"


def read(reading: "Reading") -> None:
    """Read the block. What `values` would write again is no leftover."""
    from neo4j_scenarios.charts.read_pod import read_list

    reading.take(deployment.DRILL.key, "drill", "enabled")
    read_list(reading, deployment.DRILL_ASSERTIONS, "drill", "assertions")
    reading.take(deployment.DRILL_RESULTS_SECRET.key, "drill", "results", "secretName")
    reading.take(deployment.DRILL_CLUSTER.key, "drill", "cluster")
    ours = schedule(reading.inputs.get("bucket", ""), reading.inputs.get("database", ""))
    if reading.text("drill", "schedule") == ours:
        reading.skip("drill", "schedule")
    for key in ("size", "storageClass"):
        if reading.text("drill", "volume", key) == reading.text("data", key):
            reading.skip("drill", "volume", key)
