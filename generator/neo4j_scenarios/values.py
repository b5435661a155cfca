"""Scenario -> the data of a values file, for each target chart; the templates only lay them out."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from neo4j_scenarios.environment import DATA_DIR, KEY_FOLDER, KEY_NAME, environment
from neo4j_scenarios.scenario import Scenario
from neo4j_scenarios.targets import NEO4J, NEO4J_HELM, NEO4J_RESTORE

Values = dict[str, Any]

# The user of Neo4j's images since 4.0, and of the restore image.
_USER: Final = 7474

_KEY_VOLUME: Final = "restore-service-key"
_TMP_VOLUME: Final = "restore-tmp"

_GSA_ANNOTATION: Final = "iam.gke.io/gcp-service-account"

# What Pod Security "restricted" asks of a container. Neither foreign chart hands its own down to init containers.
_RESTRICTED: Final[Mapping[str, object]] = {
    "runAsNonRoot": True,
    "runAsUser": _USER,
    "runAsGroup": _USER,
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def values(scenario: Scenario) -> Values:
    """Return what a values file for the scenario's target says."""
    return _BUILDERS[scenario.target.name](scenario)


def _own(scenario: Scenario) -> Values:
    restore = {
        "enabled": True,
        "image": _own_image(scenario),
        "bucket": str(scenario.bucket),
        "database": ",".join(scenario.databases),
        "timestamp": scenario.timestamp,
        "backupSetDir": scenario.backup_set_dir,
        "forceOverwrite": scenario.force_overwrite,
        "acceptDataLoss": scenario.accept_data_loss,
        "restoreId": scenario.restore_id,
        "keepPrevious": scenario.keep_previous,
        "notAfter": scenario.not_after,
        "onMissing": scenario.on_missing.value,
        "spaceMode": scenario.space_mode.value,
        "purgeOnComplete": scenario.purge_on_complete,
        "secretName": scenario.secret,
        "heapSize": scenario.heap_size,
        "logFormat": scenario.log_format,
        "emulatorHost": scenario.emulator_host,
    }
    kept = {"secretName", "acceptDataLoss"}  # said even where there is nothing: no key, no consent
    return {
        "restore": {key: value for key, value in restore.items() if value != "" or key in kept},
        "image": {"repository": scenario.neo4j_image, "tag": scenario.neo4j_tag},
        "acceptLicenseAgreement": scenario.accept_license or "no",
        "data": {"size": scenario.storage_size, **_class("storageClass", scenario)},
        **_service_account(scenario),
    }


def _own_image(scenario: Scenario) -> Values:
    image = {"repository": scenario.restore_image, "tag": scenario.restore_tag, "digest": scenario.restore_digest}
    return {key: value for key, value in image.items() if value}


def _official(scenario: Scenario) -> Values:
    # `subPathExpr`: the chart mounts its data volume so, and without it the databases land a folder too high.
    mount = {"name": "data", "mountPath": DATA_DIR, "subPathExpr": "data"}
    pod: Values = {"initContainers": [_container(scenario, mount)]}
    if scenario.service_account:
        pod = {"serviceAccountName": scenario.service_account, **pod}
    mode = "dynamic" if scenario.storage_class else "defaultStorageClass"
    claim = {**_class("storageClassName", scenario), "requests": {"storage": scenario.storage_size}}
    return {
        "neo4j": {
            "name": scenario.release,
            "edition": scenario.edition,
            "acceptLicenseAgreement": scenario.accept_license or "no",
        },
        "image": {"customImage": f"{scenario.neo4j_image}:{scenario.neo4j_tag}"},
        "volumes": {"data": {"mode": mode, mode: claim}},
        "podSpec": pod,
        "additionalVolumes": _volumes(scenario),
    }


def _labs(scenario: Scenario) -> Values:
    mount = {"name": "datadir", "mountPath": DATA_DIR}
    return {
        "image": scenario.neo4j_image,
        "imageTag": scenario.neo4j_tag,
        "acceptLicenseAgreement": scenario.accept_license or "no",
        "core": {
            "standalone": True,
            "persistentVolume": {"size": scenario.storage_size, **_class("storageClass", scenario)},
            "initContainers": [_container(scenario, mount)],
            "additionalVolumes": _volumes(scenario),
        },
        # By default this chart's pods have none: the volume would belong to root, and Neo4j start as root.
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "fsGroupChangePolicy": "OnRootMismatch",
        },
        **_service_account(scenario),
    }


def _container(scenario: Scenario, data_mount: Values) -> Values:
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


def _volumes(scenario: Scenario) -> list[Values]:
    volumes: list[Values] = [{"name": _TMP_VOLUME, "emptyDir": {}}]
    if scenario.secret:
        # `items`: a Secret without that key keeps the pod waiting, with the reason in its events. 288 is octal 0440.
        items = [{"key": KEY_NAME, "path": KEY_NAME}]
        secret = {"secretName": scenario.secret, "defaultMode": 0o440, "items": items}
        volumes.append({"name": _KEY_VOLUME, "secret": secret})
    return volumes


def _reference(scenario: Scenario) -> str:
    if scenario.restore_digest:
        return f"{scenario.restore_image}@{scenario.restore_digest}"
    return f"{scenario.restore_image}:{scenario.restore_tag}"


def _class(key: str, scenario: Scenario) -> dict[str, str]:
    return {key: scenario.storage_class} if scenario.storage_class else {}


def _service_account(scenario: Scenario) -> Values:
    if scenario.service_account:
        return {"serviceAccount": {"create": False, "name": scenario.service_account}}
    if scenario.workload_identity:
        return {"serviceAccount": {"create": True, "annotations": {_GSA_ANNOTATION: scenario.workload_identity}}}
    return {}


_BUILDERS: Final[Mapping[str, Callable[[Scenario], Values]]] = {
    NEO4J_RESTORE.name: _own,
    NEO4J.name: _official,
    NEO4J_HELM.name: _labs,
}
