"""Scenario -> values of the labs chart."""

from neo4j_scenarios.charts.container import USER, container, init_containers
from neo4j_scenarios.charts.environment import DATA_DIR
from neo4j_scenarios.charts.identity import pod_labels, service_account
from neo4j_scenarios.charts.volumes import Values, volumes
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.inputs.structure import items


def values(scenario: Scenario) -> Values:
    """Return the values: one standalone core, or cores and read replicas. Each has the restore container."""
    shape: Values = {"standalone": not scenario.cluster}
    if scenario.cluster:
        shape["numberOfServers"] = scenario.servers
    beside = items(scenario.extra_containers)
    shape |= {"sidecarContainers": beside} if beside else {}  # the replicas get those of the cores
    pull = scenario.image_pull_secrets[:1]
    labels = {"podLabels": pod_labels(scenario)}
    replicas = {"readReplica": {"numberOfServers": scenario.read_replicas, **_member(scenario)}}
    return {
        "image": scenario.neo4j_image,
        "imageTag": scenario.neo4j_tag,
        **({"imagePullSecret": pull[0]} if pull else {}),
        "acceptLicenseAgreement": scenario.accept_license or "no",
        **({"existingPasswordSecret": scenario.password_secret} if scenario.password_secret else {}),
        "core": {**shape, **_member(scenario)},
        **(replicas if scenario.read_replicas else {}),
        # This chart sets no security context by default: the volume would belong to root, and Neo4j would run as root.
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "fsGroupChangePolicy": "OnRootMismatch",
        },
        **(labels if labels["podLabels"] else {}),
        **service_account(scenario),
    }


def config_map(release: str) -> str:
    """Return the name of the ConfigMap with the LDAP settings, because this chart's values can't hold them."""
    return f"{release}-ldap"


def _member(scenario: Scenario) -> Values:
    size = {"size": scenario.storage_size}
    storage = {"storageClass": scenario.storage_class} if scenario.storage_class else {}
    below = {} if scenario.data_sub_path == "/" else {"subPath": scenario.data_sub_path}
    member: Values = {
        "persistentVolume": {**size, **storage, **below},
        "initContainers": init_containers(
            scenario, container(scenario, {"name": "datadir", "mountPath": DATA_DIR, **below})
        ),
        "additionalVolumes": volumes(scenario),
    }
    if mounted := items(scenario.neo4j_mounts):
        member["additionalVolumeMounts"] = mounted
    if scenario.ldap_url:
        secret = [{"secretRef": {"name": scenario.ldap_secret}}] if scenario.ldap_secret else []
        member["envFrom"] = [{"configMapRef": {"name": config_map(scenario.release)}}, *secret]
    return member
