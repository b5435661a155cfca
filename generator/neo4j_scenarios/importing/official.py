"""Values of the official chart -> inputs."""

from collections.abc import Mapping
from typing import Final

from neo4j_restore.spec import Invalid
from neo4j_scenarios import datavolume
from neo4j_scenarios.fields import pod
from neo4j_scenarios.importing.container import read_container, restore_containers, split_image
from neo4j_scenarios.importing.found import Found
from neo4j_scenarios.importing.header import header_inputs
from neo4j_scenarios.importing.ldap import read_ldap
from neo4j_scenarios.importing.parts import read_licence
from neo4j_scenarios.importing.pod import read_init_containers, read_list, read_pull_secrets, read_volumes
from neo4j_scenarios.overlay import completed
from neo4j_scenarios.structure import line

_PASSWORD_WHY: Final = "is a password in plain text"  # noqa: S105 - a message
_PASSWORD_HINT: Final = "remove it here and from the Git history, and name a Secret with neo4j.passwordFromSecret"  # noqa: S105 - a message

# The labels of the chart, one of which is its own template. Source: its values.yaml, 5.17.
_NAMED: Final = ("{{ .Values.neo4j.name }}", "{{.Values.neo4j.name}}")
_LABELS: Final = {datavolume.NAME_LABEL: _NAMED[0], datavolume.ROLE_LABEL: datavolume.ROLE}


def read_official(found: Found) -> None:
    """Read the inputs."""
    _read_name(found)
    found.take("edition", "neo4j", "edition")
    read_licence(found, "neo4j", "acceptLicenseAgreement")
    if found.values.get("neo4j", "password"):
        found.leave(("neo4j", "password"), _PASSWORD_WHY, _PASSWORD_HINT)
    found.take("password-secret", "neo4j", "passwordFromSecret")
    read_ldap(found)
    found.take("ldap-secret", "ldapPasswordFromSecret")
    _read_shape(found)
    _read_image(found)
    _read_storage(found)
    _read_sub_path(found)
    found.take("service-account", "podSpec", "serviceAccountName")
    read_pull_secrets(found, "image", "imagePullSecrets")
    restores = restore_containers(found, "podSpec", "initContainers")
    for steps in restores[1:]:
        found.leave(steps, "is a second restore container", "keep only one: it restores all databases, or none")
    for steps in restores[:1]:
        read_container(found, steps, ("additionalVolumes",), {"name": "data", "below": _below(found)})
    read_init_containers(found, ("podSpec", "initContainers"), restores[0] if restores else None)
    read_list(found, pod.EXTRA_CONTAINERS, "podSpec", "containers")
    read_list(found, pod.NEO4J_MOUNTS, "additionalVolumeMounts")
    read_volumes(found, ("additionalVolumes",))


def _read_name(found: Found) -> None:
    """Read the name. If no header names the release, the release has the same name."""
    found.take("neo4j-name", "neo4j", "name")
    name = found.inputs.get("neo4j-name", "")
    if name and not header_inputs(found.values):
        found.inputs["release"] = name


def _read_shape(found: Found) -> None:
    size = found.values.get("neo4j", "minimumClusterSize")
    if isinstance(size, int) and size > 1:
        found.inputs["scenario"] = "cluster"
        found.take("servers", "neo4j", "minimumClusterSize")
    elif size == 1:
        found.skip("neo4j", "minimumClusterSize")
    if found.values.get("neo4j", "offlineMaintenanceModeEnabled") is False:
        found.skip("neo4j", "offlineMaintenanceModeEnabled")
    else:
        found.take("offline-maintenance", "neo4j", "offlineMaintenanceModeEnabled")


def _below(found: Found) -> str:
    """Return the folder of the data volume that the chart mounts."""
    if found.values.get("volumes", "data", "disableSubPathExpr") is True:
        return ""
    return found.text("volumes", "data", "subPathExpr") or "data"


def _read_sub_path(found: Found) -> None:
    if found.values.get("volumes", "data", "disableSubPathExpr") is True:
        found.give("data-sub-path", "/", "volumes", "data", "disableSubPathExpr")
        found.skip("volumes", "data", "subPathExpr")
    else:
        found.skip("volumes", "data", "disableSubPathExpr")
        found.take("data-sub-path", "volumes", "data", "subPathExpr")


def _read_image(found: Found) -> None:
    """Read the image. Charts of 2026 take it in three keys, or in `customImage`."""
    if found.values.get("image", "customImage") is not None:
        repository, tag = split_image(found.text("image", "customImage") or "")
        found.give("neo4j-image", repository, "image", "customImage")
        found.give("neo4j-tag", tag, "image", "customImage")
        return
    registry, repository = (found.text("image", key) or "" for key in ("registry", "repository"))
    found.give("neo4j-image", "/".join(filter(None, (registry, repository))), "image", "repository")
    if registry:
        found.skip("image", "registry")
    found.take("neo4j-tag", "image", "tag")


def _read_storage(found: Found) -> None:
    mode = found.text("volumes", "data", "mode")
    block = found.values.get("volumes", "data", mode) if mode else None
    if mode in {datavolume.VOLUME, datavolume.TEMPLATE} and isinstance(block, Mapping):
        found.skip("volumes", "data", "mode")
        found.give("data-volume", _short(line({mode: block})), "volumes", "data", mode)
    if mode not in {"defaultStorageClass", "dynamic", datavolume.SELECTOR}:
        return
    found.skip("volumes", "data", "mode")
    found.take("storage-size", "volumes", "data", mode, "requests", "storage")
    if mode != "defaultStorageClass":
        found.take("storage-class", "volumes", "data", mode, "storageClassName")
    if mode == datavolume.SELECTOR:
        _read_labels(found, "volumes", "data", mode, "selectorTemplate", "matchLabels")


def _short(text: str) -> str:
    """Return the shortest text for the same volume; one that is refused is told as it is."""
    try:
        return datavolume.rule(text)
    except Invalid:
        return text


def _read_labels(found: Found, *steps: str | int) -> None:
    """Take the labels that choose volumes: those of the file over the chart's own, as Helm merges them."""
    said = found.values.get(*steps)
    labels = completed(_LABELS, said if isinstance(said, Mapping) else {})
    labels = {
        key: found.inputs.get("neo4j-name", "") if text in _NAMED else text for key, text in labels.items() if text
    }
    if said is None:
        found.inputs["data-volume"] = datavolume.SELECTOR
        return
    text = ",".join(f"{key}={value}" for key, value in labels.items())
    found.give("data-volume", _short(f"{datavolume.SELECTOR}/{text}"), *steps)
