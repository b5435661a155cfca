"""Values of the official chart -> inputs."""

from collections.abc import Mapping
from typing import Final

from neo4j_scenarios.importing.container import read_container, restore_containers, split_image
from neo4j_scenarios.importing.found import Found
from neo4j_scenarios.importing.header import header_inputs
from neo4j_scenarios.importing.ldap import read_ldap
from neo4j_scenarios.importing.parts import read_licence

_PASSWORD_WHY: Final = "is a password in plain text"  # noqa: S105 - a message
_PASSWORD_HINT: Final = "remove it here and from the Git history, and name a Secret with neo4j.passwordFromSecret"  # noqa: S105 - a message


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
    for index, steps in enumerate(restore_containers(found, "podSpec", "initContainers")):
        if index:
            found.leave(steps, "is a second restore container", "keep only one: it restores all databases, or none")
            continue
        found.same[steps] = ("podSpec", "initContainers", 0)
        read_container(found, steps, ("additionalVolumes",), {"name": "data", "below": _below(found)})


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
    if mode not in {"defaultStorageClass", "dynamic"} or not isinstance(block, Mapping):
        return
    found.skip("volumes", "data", "mode")
    found.take("storage-size", "volumes", "data", mode, "requests", "storage")
    if mode == "dynamic":
        found.take("storage-class", "volumes", "data", mode, "storageClassName")
