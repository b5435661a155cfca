"""Scenario -> the restore container and its volumes, for the charts that take them as they are."""

from collections.abc import Mapping
from typing import Any, Final

from neo4j_scenarios.environment import KEY_FOLDER, KEY_NAME, environment
from neo4j_scenarios.scenario import Scenario

Values = dict[str, Any]

# The user of Neo4j's images since 4.0, and of the restore image.
USER: Final = 7474

_KEY_VOLUME: Final = "restore-service-key"
_TMP_VOLUME: Final = "restore-tmp"

# What Pod Security "restricted" asks of a container. Neither foreign chart hands its own down to init containers.
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
    """Return the init container; `data_mount` is the mount of the chart's data volume."""
    mounts = [data_mount, {"name": _TMP_VOLUME, "mountPath": "/tmp"}]  # noqa: S108 - an emptyDir in the pod
    if scenario.secret:
        mounts.append({"name": _KEY_VOLUME, "mountPath": KEY_FOLDER, "readOnly": True})
    return {
        "name": "restore",
        "image": _reference(scenario),
        "imagePullPolicy": "IfNotPresent",
        "env": [{"name": name, "value": value} for name, value in environment(scenario).items()],
        "volumeMounts": mounts,
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "securityContext": dict(_RESTRICTED),
    }


def volumes(scenario: Scenario) -> list[Values]:
    """Return the pod's volumes that the container mounts, beside the data volume."""
    made: list[Values] = [{"name": _TMP_VOLUME, "emptyDir": {}}]
    if scenario.secret:
        # `items`: a Secret without that key keeps the pod waiting, with the reason in its events. 288 is octal 0440.
        items = [{"key": KEY_NAME, "path": KEY_NAME}]
        secret = {"secretName": scenario.secret, "defaultMode": 0o440, "items": items}
        made.append({"name": _KEY_VOLUME, "secret": secret})
    return made


def _reference(scenario: Scenario) -> str:
    if scenario.restore_digest:
        return f"{scenario.restore_image}@{scenario.restore_digest}"
    return f"{scenario.restore_image}:{scenario.restore_tag}"
