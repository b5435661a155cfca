"""Scenario -> values of the official chart."""

from typing import Final

from neo4j_scenarios.charts import identity, ldap
from neo4j_scenarios.charts.container import container, init_containers
from neo4j_scenarios.charts.environment import DATA_DIR
from neo4j_scenarios.charts.volumes import Values, volumes
from neo4j_scenarios.inputs import data_volume
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.inputs.structure import items

_PASSWORD_FOLDER: Final = "/config/ldap"  # noqa: S105 - a folder, not a secret


def values(scenario: Scenario) -> Values:
    """Return the values."""
    secrets, mounted = list(scenario.image_pull_secrets), items(scenario.neo4j_mounts)
    return {
        "neo4j": _neo4j(scenario),
        "image": {
            "customImage": f"{scenario.neo4j_image}:{scenario.neo4j_tag}",
            **({"imagePullSecrets": secrets} if secrets else {}),
        },
        "volumes": {"data": {**_data(scenario), **_sub_path(scenario)}},
        **_ldap(scenario),
        **_services(scenario),
        "podSpec": _pod(scenario),
        "additionalVolumes": volumes(scenario),
        **({"additionalVolumeMounts": mounted} if mounted else {}),
    }


def _data(scenario: Scenario) -> Values:
    """Return the mode of the data volume, and its block. In each mode the chart mounts it alike."""
    volume = data_volume.parse(scenario.data_volume)
    if volume.kind == data_volume.CLAIM:
        return _mode(data_volume.VOLUME, {"persistentVolumeClaim": {"claimName": volume.claim}})
    if volume.kind in {data_volume.VOLUME, data_volume.TEMPLATE}:
        return _mode(volume.kind, volume.block)
    storage = {"storageClassName": scenario.storage_class} if scenario.storage_class else {}
    claim = {**storage, "requests": {"storage": scenario.storage_size}}
    if volume.kind == data_volume.SELECTOR:
        return _mode(data_volume.SELECTOR, {**claim, **_labels(dict(volume.labels))})
    return _mode("dynamic" if scenario.storage_class else "defaultStorageClass", claim)


def _mode(mode: str, block: Values) -> Values:
    return {"mode": mode, mode: block}


def _labels(labels: dict[str, str]) -> Values:
    """Return the labels of the volumes. Helm merges them with the chart's own, which a null removes."""
    defaults = {data_volume.NAME_LABEL: None, data_volume.ROLE_LABEL: None}
    return {"selectorTemplate": {"matchLabels": {**defaults, **labels}}} if labels else {}


def _neo4j(scenario: Scenario) -> Values:
    neo4j: Values = {
        "name": scenario.neo4j_name,
        "edition": scenario.edition,
        "acceptLicenseAgreement": scenario.accept_license or "no",
    }
    if scenario.password_secret:
        neo4j["passwordFromSecret"] = scenario.password_secret
    if scenario.cluster:
        neo4j["minimumClusterSize"] = scenario.servers
    if labels := identity.pod_labels(scenario):
        neo4j["labels"] = labels
    if scenario.offline_maintenance:
        neo4j["offlineMaintenanceModeEnabled"] = True
    return neo4j


def _services(scenario: Scenario) -> Values:
    # Each release of a cluster would create the same Service, and Helm refuses the second one.
    return {"services": {"neo4j": {"enabled": False}}} if scenario.cluster else {}


def _sub_path(scenario: Scenario) -> Values:
    if scenario.data_sub_path == "/":
        return {"disableSubPathExpr": True}
    return {} if scenario.data_sub_path == "data" else {"subPathExpr": scenario.data_sub_path}


def _pod(scenario: Scenario) -> Values:
    # The chart mounts its data volume with `subPathExpr`. Without it, the databases would land one folder too high.
    below = {} if scenario.data_sub_path == "/" else {"subPathExpr": scenario.data_sub_path}
    restore = container(scenario, {"name": "data", "mountPath": DATA_DIR, **below})
    if scenario.offline_maintenance:
        restore["enabledInOfflineMaintenanceMode"] = True
    account = {"serviceAccountName": scenario.service_account} if scenario.service_account else {}
    beside = items(scenario.extra_containers)
    return {
        **account,
        "initContainers": init_containers(scenario, restore),
        **({"containers": beside} if beside else {}),
    }


def _ldap(scenario: Scenario) -> Values:
    settings = ldap.settings(scenario)
    if not settings:
        return {}
    if not scenario.ldap_secret:
        return {"config": settings}
    return {
        "config": settings,
        "ldapPasswordFromSecret": scenario.ldap_secret,
        "ldapPasswordMountPath": _PASSWORD_FOLDER,
    }
