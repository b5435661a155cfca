"""Hazards in the user's own containers, volumes and mounts: the pod does not start, or the restore lacks its files."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from neo4j_restore.secrecy import secret_name
from neo4j_scenarios.charts import all_charts, chart
from neo4j_scenarios.charts.environment import DATA_DIR
from neo4j_scenarios.charts.volumes import OURS, mounts, volumes
from neo4j_scenarios.hazards.hazard import Hazard
from neo4j_scenarios.inputs import data_volume
from neo4j_scenarios.inputs.fields import Field, deployment, pod
from neo4j_scenarios.inputs.scenario import Scenario, attribute
from neo4j_scenarios.inputs.structure import items
from neo4j_scenarios.targets import able

_CONTAINERS: Final = (pod.INIT_CONTAINERS_BEFORE, pod.INIT_CONTAINERS_AFTER, pod.EXTRA_CONTAINERS)
_OWN: Final = (*_CONTAINERS, pod.EXTRA_VOLUMES, pod.RESTORE_MOUNTS, pod.NEO4J_MOUNTS)
_INIT: Final = _CONTAINERS[:2]

# The official chart reads this key of a container, and does not pass it to Kubernetes.
_OFFLINE: Final = "enabledInOfflineMaintenanceMode"


def beside(scenario: Scenario) -> Iterator[Hazard]:
    """Yield the hazards of the user's containers, volumes and mounts, and those of an existing data volume."""
    if any(getattr(scenario, attribute(field)) for field in _OWN):
        yield from _names(scenario)
        for field in _CONTAINERS:
            for container in _listed(scenario, field):
                yield from _container(scenario, field, container)
        yield from _volumes(scenario)
        yield from _mounts(scenario)
    yield from _data(scenario)
    if len(scenario.image_pull_secrets) > 1 and chart(scenario.target).one_pull_secret:
        yield Hazard(
            (pod.IMAGE_PULL_SECRETS.key, "target"),
            f"the chart {scenario.target.name} takes one pull Secret, but {len(scenario.image_pull_secrets)} are given",
            "one Secret with the logins of all registries",
        )


def _listed(scenario: Scenario, field: Field[Any]) -> list[dict[str, Any]]:
    return items(getattr(scenario, attribute(field)))


def _names(scenario: Scenario) -> Iterator[Hazard]:
    owners = {"restore": "the restore container"}
    if server := chart(scenario.target).server:
        owners[server] = "the Neo4j container"
    for field in _CONTAINERS:
        for container in _listed(scenario, field):
            name = container["name"]
            if name in owners:
                yield Hazard(
                    (field.key,), f"names a container {name!r}, which is the name of {owners[name]}", "another name"
                )
            owners.setdefault(name, f"one of --{field.key}")


def _container(scenario: Scenario, field: Field[Any], container: Mapping[str, Any]) -> Iterator[Hazard]:
    name, target = container["name"], scenario.target
    if "image" not in container and not chart(target).fills_image:
        yield Hazard((field.key, "target"), f"the container {name!r} has no image", "image: registry.example/tools:1")
    if _OFFLINE in container and not target.offline_maintenance:
        charts = " and ".join(able(lambda each: each.offline_maintenance))
        message = f"the container {name!r} has {_OFFLINE}, which only the chart {charts} knows"
        yield Hazard((field.key, "target"), message, "leave it out")
    if scenario.offline_maintenance and field in _INIT and container.get(_OFFLINE) is not True:
        yield Hazard(
            (field.key, "offline-maintenance"),
            f"the chart leaves the container {name!r} out in its offline maintenance mode",
            f"{_OFFLINE}: true in the container",
        )
    volumes = _known(scenario)
    for mount in _maps(container, "volumeMounts"):
        if mount.get("name") not in volumes:
            volume = mount.get("name")
            message = f"the container {name!r} mounts the volume {volume!r}, but the pod has no volume of that name"
            yield Hazard((field.key, pod.EXTRA_VOLUMES.key), message, "add it to --extra-volumes")
    for variable in _maps(container, "env"):
        if variable.get("value") and secret_name(str(variable.get("name"))):
            message = f"the container {name!r} has a secret in the open, in its variable {variable['name']}"
            yield Hazard((field.key,), message, "valueFrom: {secretKeyRef: {name: NAME, key: KEY}}")


def _maps(container: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    listed = container.get(key)
    return [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []


def _known(scenario: Scenario) -> set[str]:
    """Return the names of the pod's volumes."""
    return {str(each["name"]) for each in volumes(scenario)} | chart(scenario.target).volumes


def _volumes(scenario: Scenario) -> Iterator[Hazard]:
    mine = _listed(scenario, pod.EXTRA_VOLUMES)
    ours = {each["name"] for each in volumes(scenario)[: -len(mine) or None]} | chart(scenario.target).volumes
    for volume in mine:
        if volume["name"] in ours | OURS:
            message = f"the volume {volume['name']!r} has the name of a volume of the chart or of the restore"
            yield Hazard((pod.EXTRA_VOLUMES.key, "target"), message, "another name")


def _mounts(scenario: Scenario) -> Iterator[Hazard]:
    volumes = _known(scenario)
    ours = [DATA_DIR, *(str(each["mountPath"]) for each in mounts(scenario))]
    server = chart(scenario.target).server_mounts
    for field, taken in ((pod.RESTORE_MOUNTS, ours), (pod.NEO4J_MOUNTS, server)):
        for mount in _listed(scenario, field):
            path = mount["mountPath"]
            if mount["name"] not in volumes:
                message = f"mounts the volume {mount['name']!r}, but the pod has no volume of that name"
                yield Hazard((field.key, pod.EXTRA_VOLUMES.key), message, "add it to --extra-volumes")
            if not path.startswith("/"):
                yield Hazard((field.key,), f"{path!r} is not an absolute path", "a path such as /plugins")
            elif path.rstrip("/") in taken or path.strip("/") == "":
                message = f"mounts something at {path}, where the container already has a volume or its programs"
                yield Hazard((field.key,), message, "another path")


def _data(scenario: Scenario) -> Iterator[Hazard]:
    volume, target = data_volume.parse(scenario.data_volume), scenario.target
    key = deployment.DATA_VOLUME.key
    if volume.kind == data_volume.NEW:
        return
    takes = chart(target).data_volumes
    others = " or ".join(name for name, each in all_charts().items() if volume.kind in each.data_volumes)
    if not takes:
        message = f"the chart {target.name} makes its own data volumes"
        yield Hazard((key, "target"), message, f"leave it out, or --target {others}")
    elif volume.kind not in takes:
        message = f"the chart {target.name} takes an existing {' or '.join(sorted(takes))}, not a {volume.kind}"
        yield Hazard((key, "target"), message, f"{data_volume.CLAIM}/NAME, or --target {others}")
    if scenario.cluster and volume.claims:
        message = "is a single claim, but each server of a cluster needs its own data volume"
        yield Hazard((key, "scenario"), message, "selector/KEY=VALUE with a volume for each server, or leave it out")
    if volume.kind != data_volume.SELECTOR:
        for field in (deployment.STORAGE_SIZE, deployment.STORAGE_CLASS):
            if getattr(scenario, attribute(field)) != field.default:
                message = f"has no effect on the data volume {volume.kind!r}, which has its own"
                yield Hazard((field.key, key), message, "leave it out")
