"""Scenario -> the restore container, for the charts that take a whole container."""

from collections.abc import Mapping
from typing import Final

from neo4j_scenarios.charts.environment import environment
from neo4j_scenarios.charts.resources import resources
from neo4j_scenarios.charts.volumes import Values, mounts
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.inputs.structure import items

# The user of Neo4j's images since 4.0, and of the restore image.
USER: Final = 7474

# Pod Security "restricted" asks for this. Neither foreign chart gives its own security context to init containers.
_RESTRICTED: Final[Mapping[str, object]] = {
    "runAsNonRoot": True,
    "runAsUser": USER,
    "runAsGroup": USER,
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def container(scenario: Scenario, data_mount: Values) -> Values:
    """Return the init container. data_mount: the mount of the chart's data volume."""
    return {
        "name": "restore",
        "image": _reference(scenario),
        "imagePullPolicy": "IfNotPresent",
        **({"resources": amounts} if (amounts := resources(scenario)) else {}),
        "env": [{"name": name, "value": value} for name, value in environment(scenario).items()],
        "volumeMounts": [data_mount, *mounts(scenario), *items(scenario.restore_mounts)],
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "securityContext": dict(_RESTRICTED),
    }


def init_containers(scenario: Scenario, restore: Values) -> list[Values]:
    """Return the init containers of the pod: the restore between those of the user."""
    return [*items(scenario.init_containers_before), restore, *items(scenario.init_containers_after)]


def _reference(scenario: Scenario) -> str:
    if scenario.restore_digest:
        return f"{scenario.restore_image}@{scenario.restore_digest}"
    return f"{scenario.restore_image}:{scenario.restore_tag}"
