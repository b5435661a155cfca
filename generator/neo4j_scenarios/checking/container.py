"""Checks a restore container, of a values file or of a rendered pod, against the contract."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from neo4j_restore.memory import LEAST_LIMIT_MIB, heap_mib
from neo4j_restore.secrecy import looks_like_key, secret_name
from neo4j_scenarios.charts.environment import DATA_DIR
from neo4j_scenarios.charts.resources import mebibytes, reckoned
from neo4j_scenarios.charts.sites import ContainerSite
from neo4j_scenarios.checking.contract import PATHS, complaints
from neo4j_scenarios.checking.finding import Finding, finding
from neo4j_scenarios.checking.hazards import Consent, hazards
from neo4j_scenarios.inputs import rules
from neo4j_scenarios.inputs.fields.deployment import HEAP_SIZE
from neo4j_scenarios.yaml.located import Located, Steps

_OLD = "is the old restore image, which exits with 0 after a failure, so Neo4j starts empty"


def check_container(site: ContainerSite, consent: Consent) -> Iterator[Finding]:
    """Yield all findings about the container's image, environment and mounts."""
    image = str(site.values.get(*site.at, "image"))
    if "neo4j-helm/restore" in image:
        yield finding(
            site.values, (*site.at, "image"), _OLD, "make a scenario from this file with neo4j-scenarios import"
        )
    variables = list(_variables(site))
    yield from _texts(site, variables)
    environment = {name: text if isinstance(text, str) else None for name, _, text in variables}
    steps = {name: at for name, at, _ in variables}
    problems = list(complaints(environment))
    problems += hazards(environment, cluster=site.cluster, consent=consent)
    # With envFrom, a variable that is missing here may be set in a ConfigMap or Secret.
    has_more = site.values.get(*site.at, "envFrom") is not None
    for name, message, hint in problems:
        if not (has_more and name not in steps):
            yield finding(site.values, steps.get(name, (*site.at, "env")), message, hint)
    yield from memory(site.values, (*site.at, "resources"), environment.get("HEAP_SIZE", ""))
    yield from _mounts(site, environment, steps)


def memory(values: Located, block: Steps, heap_size: str | None) -> Iterator[Finding]:
    """Yield a finding if the memory limit of `block` is too small for neo4j-admin.

    heap_size: empty if it follows from the limit, None if the values file does not show it.
    """
    limit = values.get(*block, "limits", "memory")
    amount = mebibytes(str(limit))
    if limit is None or amount is None or heap_size is None:
        return
    place = (*block, "limits", "memory")
    if not heap_size and amount < LEAST_LIMIT_MIB:
        message = f"is {limit}, too small for neo4j-admin: expected {LEAST_LIMIT_MIB}Mi or more"
        yield finding(values, place, message, f"use {reckoned(HEAP_SIZE.default)}, or leave it out")
    elif re.fullmatch(rules.HEAP_SIZE.pattern, heap_size) and amount < heap_mib(heap_size):
        message = f"is {limit}, less than the heap of neo4j-admin, which is {heap_size}"
        yield finding(values, place, message, f"use {reckoned(heap_size)}, or a smaller heap")


def _variables(site: ContainerSite) -> Iterator[tuple[str, Steps, Any]]:
    """Yield name, place and literal value of each variable. A value from a Secret, for example, is None."""
    listed = site.values.get(*site.at, "env")
    for index, item in enumerate(listed if isinstance(listed, list) else []):
        steps = (*site.at, "env", index)
        if isinstance(item, Mapping) and isinstance(item.get("name"), str):
            literal = "value" in item
            yield item["name"], (*steps, "value") if literal else steps, (item["value"] or "") if literal else None


def _texts(site: ContainerSite, variables: list[tuple[str, Steps, Any]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for name, steps, text in variables:
        if name in seen:
            yield finding(site.values, steps, f"{name} is set twice", "remove one of the two")
        seen.add(name)
        if text is not None and not isinstance(text, str):
            message = f"{name}: {text!r} is not a text, but Kubernetes only takes texts"
            yield finding(site.values, steps, message, "put it into double quotes")
        elif text and (secret_name(name) or looks_like_key(text)):
            message = "holds a secret in plain text"
            hint = "remove it here and from the Git history, mount a Secret, and name the path of its file"
            yield finding(site.values, steps, message, hint)


def _mounts(
    site: ContainerSite, environment: Mapping[str, str | None], steps: Mapping[str, Steps]
) -> Iterator[Finding]:
    listed = site.values.get(*site.at, "volumeMounts")
    if listed is None and site.mounted:
        mounts: list[tuple[Steps, Mapping[str, Any]]] = []
    else:
        mounts = _maps(listed, (*site.at, "volumeMounts"))
        yield from _data(site, environment.get("DATA_DIR") or DATA_DIR, mounts)
    volumes = {
        str(volume.get("name")): (at, volume) for at, volume in _maps(site.values.get(*site.volumes), site.volumes)
    }
    for at, mount in mounts:
        name = str(mount.get("name"))
        if name not in volumes and name not in site.chart_volumes:
            yield _no_volume(site, at, name)
    for name in PATHS:
        path = environment.get(name)
        if path and PurePosixPath(path).is_absolute():
            yield from _file(site, name, path, steps[name], mounts, volumes)
    if site.values.get(*site.at, "securityContext", "readOnlyRootFilesystem") is True and not _under("/tmp", mounts):  # noqa: S108 - a path in the pod
        message = "has a read-only root, but mounts nothing at /tmp, where temporary files go"
        yield finding(site.values, (*site.at, "volumeMounts"), message, "mount an emptyDir at /tmp")


def _no_volume(site: ContainerSite, mount: Steps, name: str) -> Finding:
    """Return the finding that the pod lacks a volume. It is placed at the list of volumes of a later file, if any."""
    listed = _words(site.volumes)
    if earlier := site.values.hidden.get(site.volumes):
        mounted = site.values.place(mount)
        message = f"has no volume {name!r}, which is mounted at {mounted}, and replaces the list at {earlier}"
        hint = "Helm replaces lists and does not merge them: name all volumes here"
        return finding(site.values, site.volumes, message, hint)
    message = f"mounts the volume {name!r}, but the pod has no volume of that name"
    return finding(site.values, mount, message, f"add it to {listed}, or correct the name")


def _data(site: ContainerSite, folder: str, mounts: list[tuple[Steps, Mapping[str, Any]]]) -> Iterator[Finding]:
    name, below = site.data
    expected = f"volume {name!r} at {DATA_DIR}" + (f" with subPathExpr {below!r}" if below else " without subPath")
    for at, mount in mounts:
        if mount.get("mountPath") == folder:
            if (mount.get("name"), _below(mount)) != site.data:
                message = (
                    f"differs from the server's mount, so Neo4j would not see the restored data: expected {expected}"
                )
                yield finding(site.values, at, message, "mount it as the server does")
            return
    message = f"mounts no volume at {folder}, where the data must go"
    yield finding(site.values, (*site.at, "volumeMounts"), message, f"mount the {expected}")


def _below(mount: Mapping[str, Any]) -> str:
    return str(mount.get("subPathExpr") or mount.get("subPath") or "")


def _file(
    site: ContainerSite,
    name: str,
    path: str,
    steps: Steps,
    mounts: list[tuple[Steps, Mapping[str, Any]]],
    volumes: Mapping[str, tuple[Steps, Mapping[str, Any]]],
) -> Iterator[Finding]:
    """Check that the file that a variable names is in a mounted volume."""
    mount = _under(path, mounts)
    if mount is None:
        message = f"{name}: nothing is mounted at {PurePosixPath(path).parent}, so {path} does not exist"
        yield finding(site.values, steps, message, "mount the volume of the Secret there, or correct the path")
        return
    at, volume = volumes.get(str(mount.get("name")), ((), {}))
    items = volume["secret"].get("items") if isinstance(volume.get("secret"), Mapping) else None
    paths = [item.get("path") for item in items if isinstance(item, Mapping)] if isinstance(items, list) else None
    inner = str(PurePosixPath(path).relative_to(str(mount.get("mountPath"))))
    if paths is not None and not mount.get("subPath") and inner not in paths:
        message = f"puts {', '.join(map(str, paths))} into the volume, but {name} names {inner}"
        yield finding(site.values, (*at, "secret", "items"), message, "use the same file name in both")


def _under(path: str, mounts: list[tuple[Steps, Mapping[str, Any]]]) -> Mapping[str, Any] | None:
    """Return the deepest mount that contains `path`."""
    inside = [each for _, each in mounts if PurePosixPath(path).is_relative_to(str(each.get("mountPath", "?")))]
    return max(inside, key=lambda each: len(str(each["mountPath"])), default=None)


def _maps(listed: Any, steps: Steps) -> list[tuple[Steps, Mapping[str, Any]]]:
    items = enumerate(listed) if isinstance(listed, list) else ()
    return [((*steps, index), item) for index, item in items if isinstance(item, Mapping)]


def _words(steps: Steps) -> str:
    return ".".join(map(str, steps))
