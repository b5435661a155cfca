"""Reads what several charts keep alike: the user's containers, volumes and mounts, secrets, amounts, the account."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from neo4j_scenarios.charts import identity
from neo4j_scenarios.charts.reading import Reading
from neo4j_scenarios.inputs.fields import Field, deployment, pod
from neo4j_scenarios.inputs.fields.deployment import NONE
from neo4j_scenarios.inputs.structure import items, line
from neo4j_scenarios.yaml.located import Steps

_MOUNTS: Final = (pod.RESTORE_MOUNTS, pod.NEO4J_MOUNTS)
_CONTAINERS: Final = (pod.INIT_CONTAINERS_BEFORE, pod.INIT_CONTAINERS_AFTER, pod.EXTRA_CONTAINERS)


def read_list(reading: Reading, field: Field[Any], *steps: str | int) -> None:
    """Take a whole list."""
    listed = reading.values.get(*steps)
    if isinstance(listed, list) and listed:
        reading.give(field.key, line(listed), *steps)


def read_init_containers(reading: Reading, steps: Steps, restore: Steps | None) -> None:
    """Take the init containers around the restore container at `restore`. Without one, all run after the new one."""
    listed = reading.values.get(*steps)
    if not isinstance(listed, list):
        return
    number = restore[-1] if restore else -1
    others = [index for index in range(len(listed)) if index != number and (*steps, index) not in reading.done]
    before = [index for index in others if restore and index < int(number)]
    for field, indices in (
        (pod.INIT_CONTAINERS_BEFORE, before),
        (pod.INIT_CONTAINERS_AFTER, [index for index in others if index not in before]),
    ):
        _take_items(reading, field, steps, indices)
    if restore:
        reading.same[restore] = (*steps, len(before))


def read_volumes(reading: Reading, steps: Steps) -> None:
    """Take the volumes that no other input covers, and those that the user's containers and mounts use."""
    listed = reading.values.get(*steps)
    if not isinstance(listed, list):
        return
    mounted = _mounted(reading)
    rest = [
        index
        for index, each in enumerate(listed)
        if (*steps, index) not in reading.done or (isinstance(each, Mapping) and each.get("name") in mounted)
    ]
    _take_items(reading, pod.EXTRA_VOLUMES, steps, rest)


def read_mounts(reading: Reading, steps: Steps) -> None:
    """Take the mounts of the restore container that no other input covers."""
    listed = reading.values.get(*steps)
    if isinstance(listed, list):
        rest = [index for index in range(len(listed)) if (*steps, index) not in reading.done]
        _take_items(reading, pod.RESTORE_MOUNTS, steps, rest)


def read_pull_secrets(reading: Reading, *steps: str | int) -> None:
    """Take a list of names. They may be texts, or objects with a name."""
    listed = reading.values.get(*steps)
    # Anything but a list is left over, and listed with its place.
    items = listed if isinstance(listed, list) else []
    names = [item.get("name") if isinstance(item, Mapping) else item for item in items]
    if names and all(isinstance(name, str) and name for name in names):
        reading.give(pod.IMAGE_PULL_SECRETS.key, ",".join(map(str, names)), *steps)


def read_cpu(reading: Reading, default: str, *block: str | int) -> None:
    """Take the CPU of the resources at `block`.

    default: the CPU request that the chart sets itself.
    """
    request, limit = (reading.text(*block, part, "cpu") for part in ("requests", "limits"))
    if request is None or limit is None:
        return
    removed = "cpu" in (reading.values.get(*block, "requests") or {}) and not request
    requested = request or ("" if removed else default or limit)
    for part in ("requests", "limits"):
        reading.skip(*block, part, "cpu")
    if removed and not limit:
        reading.give(deployment.RESTORE_CPU.key, NONE, *block, "requests", "cpu")
    elif limit or requested != default:
        text = limit if requested == limit else f"{requested}/{limit or NONE}"
        reading.give(deployment.RESTORE_CPU.key, text, *block, "limits" if limit else "requests", "cpu")


def read_licence(reading: Reading, *steps: str | int) -> None:
    """Read the accepted licence. `no` means that none is accepted."""
    if reading.text(*steps) in {"no", "false"}:
        reading.skip(*steps)
        return
    reading.take("accept-license", *steps)


def read_service_account(reading: Reading) -> None:
    """Read the `serviceAccount` block: an existing account, or one that the chart makes for an identity."""
    if reading.values.get("serviceAccount", "create") is False:
        reading.take("service-account", "serviceAccount", "name")
    for annotation in identity.ANNOTATIONS:
        reading.take("workload-identity", "serviceAccount", "annotations", annotation)
    if {"service-account", "workload-identity"} & reading.origins.keys():
        reading.skip("serviceAccount", "create")


def read_memory(reading: Reading, *block: str | int) -> bool:
    """Read the memory of the resources at `block`. Return whether they set any, even one that no input can hold."""
    request, limit = (reading.text(*block, part, "memory") for part in ("requests", "limits"))
    if limit and request in {limit, ""}:
        reading.give(deployment.RESTORE_MEMORY.key, limit, *block, "limits", "memory")
        reading.skip(*block, "requests", "memory")
    return request != "" or limit != ""


def read_edition(reading: Reading) -> None:
    """Find out the edition, which no key holds: by the image's tag, or else by the accepted licence."""
    if "enterprise" in reading.inputs.get("neo4j-tag", ""):
        reading.inputs["edition"] = "enterprise"
    elif "accept-license" in reading.inputs:
        reading.inputs.setdefault("edition", "enterprise")


def _take_items(reading: Reading, field: Field[Any], steps: Steps, indices: Sequence[int]) -> None:
    if not indices:
        return
    listed = reading.values.get(*steps)
    reading.give(field.key, line([listed[index] for index in indices]), *steps, indices[0])
    for index in indices:
        reading.skip(*steps, index)


def _mounted(reading: Reading) -> set[str]:
    """Return the names of the volumes that the user's containers and mounts use."""
    lists = {field: items(reading.inputs.get(field.key, "")) for field in (*_MOUNTS, *_CONTAINERS)}
    mounts = [mount for field in _MOUNTS for mount in lists[field]]
    for field in _CONTAINERS:
        for container in lists[field]:
            mounted = container.get("volumeMounts") if isinstance(container, Mapping) else None
            mounts += mounted if isinstance(mounted, list) else []
    return {str(mount.get("name")) for mount in mounts if isinstance(mount, Mapping)}
