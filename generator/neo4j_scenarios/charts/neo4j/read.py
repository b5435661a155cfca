"""Values of the official chart -> inputs."""

from collections.abc import Mapping
from typing import Final

from neo4j_restore.spec import Invalid
from neo4j_scenarios.charts.ldap import read_ldap
from neo4j_scenarios.charts.neo4j import sub_path
from neo4j_scenarios.charts.read_container import read_container, split_image
from neo4j_scenarios.charts.read_pod import (
    read_init_containers,
    read_licence,
    read_list,
    read_pull_secrets,
    read_volumes,
)
from neo4j_scenarios.charts.reading import Reading
from neo4j_scenarios.charts.sites import restore_containers
from neo4j_scenarios.inputs import data_volume
from neo4j_scenarios.inputs.fields import pod
from neo4j_scenarios.inputs.structure import line
from neo4j_scenarios.yaml.overlay import completed

_PASSWORD_WHY: Final = "is a password in plain text"  # noqa: S105 - a message
_PASSWORD_HINT: Final = "remove it here and from the Git history, and name a Secret with neo4j.passwordFromSecret"  # noqa: S105 - a message

# The labels of the chart, one of which is its own template. Source: its values.yaml, 5.17.
_NAMED: Final = ("{{ .Values.neo4j.name }}", "{{.Values.neo4j.name}}")
_LABELS: Final = {data_volume.NAME_LABEL: _NAMED[0], data_volume.ROLE_LABEL: data_volume.ROLE}


def read(reading: Reading) -> None:
    """Read the inputs."""
    _read_name(reading)
    reading.take("edition", "neo4j", "edition")
    read_licence(reading, "neo4j", "acceptLicenseAgreement")
    if reading.values.get("neo4j", "password"):
        reading.leave(("neo4j", "password"), _PASSWORD_WHY, _PASSWORD_HINT)
    reading.take("password-secret", "neo4j", "passwordFromSecret")
    read_ldap(reading)
    reading.take("ldap-secret", "ldapPasswordFromSecret")
    _read_shape(reading)
    _read_image(reading)
    _read_storage(reading)
    _read_sub_path(reading)
    reading.take("service-account", "podSpec", "serviceAccountName")
    read_pull_secrets(reading, "image", "imagePullSecrets")
    restores = restore_containers(reading.values, "podSpec", "initContainers")
    for steps in restores[1:]:
        reading.leave(steps, "is a second restore container", "keep only one: it restores all databases, or none")
    for steps in restores[:1]:
        read_container(reading, steps, ("additionalVolumes",), {"name": "data", "below": sub_path(reading.values)})
    read_init_containers(reading, ("podSpec", "initContainers"), restores[0] if restores else None)
    read_list(reading, pod.EXTRA_CONTAINERS, "podSpec", "containers")
    read_list(reading, pod.NEO4J_MOUNTS, "additionalVolumeMounts")
    read_volumes(reading, ("additionalVolumes",))


def _read_name(reading: Reading) -> None:
    """Read the name. If no header names the release, the release has the same name."""
    reading.take("neo4j-name", "neo4j", "name")
    name = reading.inputs.get("neo4j-name", "")
    if name and not reading.header:
        reading.inputs["release"] = name


def _read_shape(reading: Reading) -> None:
    size = reading.values.get("neo4j", "minimumClusterSize")
    if isinstance(size, int) and size > 1:
        reading.inputs["scenario"] = "cluster"
        reading.take("servers", "neo4j", "minimumClusterSize")
    elif size == 1:
        reading.skip("neo4j", "minimumClusterSize")
    if reading.values.get("neo4j", "offlineMaintenanceModeEnabled") is False:
        reading.skip("neo4j", "offlineMaintenanceModeEnabled")
    else:
        reading.take("offline-maintenance", "neo4j", "offlineMaintenanceModeEnabled")


def _read_sub_path(reading: Reading) -> None:
    if reading.values.get("volumes", "data", "disableSubPathExpr") is True:
        reading.give("data-sub-path", "/", "volumes", "data", "disableSubPathExpr")
        reading.skip("volumes", "data", "subPathExpr")
    else:
        reading.skip("volumes", "data", "disableSubPathExpr")
        reading.take("data-sub-path", "volumes", "data", "subPathExpr")


def _read_image(reading: Reading) -> None:
    """Read the image. Charts of 2026 take it in three keys, or in `customImage`."""
    if reading.values.get("image", "customImage") is not None:
        repository, tag = split_image(reading.text("image", "customImage") or "")
        reading.give("neo4j-image", repository, "image", "customImage")
        reading.give("neo4j-tag", tag, "image", "customImage")
        return
    registry, repository = (reading.text("image", key) or "" for key in ("registry", "repository"))
    reading.give("neo4j-image", "/".join(filter(None, (registry, repository))), "image", "repository")
    if registry:
        reading.skip("image", "registry")
    reading.take("neo4j-tag", "image", "tag")


def _read_storage(reading: Reading) -> None:
    mode = reading.text("volumes", "data", "mode")
    block = reading.values.get("volumes", "data", mode) if mode else None
    if mode in {data_volume.VOLUME, data_volume.TEMPLATE} and isinstance(block, Mapping):
        reading.skip("volumes", "data", "mode")
        reading.give("data-volume", _short(line({mode: block})), "volumes", "data", mode)
    if mode not in {"defaultStorageClass", "dynamic", data_volume.SELECTOR}:
        return
    reading.skip("volumes", "data", "mode")
    reading.take("storage-size", "volumes", "data", mode, "requests", "storage")
    if mode != "defaultStorageClass":
        reading.take("storage-class", "volumes", "data", mode, "storageClassName")
    if mode == data_volume.SELECTOR:
        _read_labels(reading, "volumes", "data", mode, "selectorTemplate", "matchLabels")


def _short(text: str) -> str:
    """Return the shortest text for the same volume. A text that is refused is returned as it is."""
    try:
        return data_volume.rule(text)
    except Invalid:
        return text


def _read_labels(reading: Reading, *steps: str | int) -> None:
    """Take the labels that choose volumes: those of the file over the chart's own, as Helm merges them."""
    selector = reading.values.get(*steps)
    labels = completed(_LABELS, selector if isinstance(selector, Mapping) else {})
    labels = {
        key: reading.inputs.get("neo4j-name", "") if text in _NAMED else text for key, text in labels.items() if text
    }
    if selector is None:
        reading.inputs["data-volume"] = data_volume.SELECTOR
        return
    text = ",".join(f"{key}={value}" for key, value in labels.items())
    reading.give("data-volume", _short(f"{data_volume.SELECTOR}/{text}"), *steps)
