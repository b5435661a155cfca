"""Renders a chart with a values file, and checks the restore containers of its pods against the contract."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from neo4j_restore.secrecy import redact
from neo4j_scenarios.charts.environment import DATA_DIR
from neo4j_scenarios.charts.sites import ContainerSite, is_restore
from neo4j_scenarios.checking.container import check_container
from neo4j_scenarios.checking.finding import Finding
from neo4j_scenarios.checking.hazards import Consent
from neo4j_scenarios.errors import Problem, UsageError
from neo4j_scenarios.yaml.located import Located
from neo4j_scenarios.yaml.tree import Place

_TIMEOUT_SECONDS: Final = 120
_NONE_HINT: Final = (
    "a later values file replaces the whole list of init containers. In offline maintenance mode, the chart only keeps "
    "init containers with enabledInOfflineMaintenanceMode"
)
_HINT: Final = "run the command yourself with --debug: "


@dataclass(frozen=True)
class Rendering:
    """How `helm template` is run.

    chart: the chart to render. If empty, the target's.
    helm: a path, or a name on PATH.
    flags: more flags, for a chart that otherwise needs a running cluster.
    """

    chart: str = ""
    helm: str = "helm"
    flags: Sequence[str] = ()


def check_rendered(
    values: Located, rendering: Rendering, consent: Consent, *, cluster: bool, restores: bool
) -> Iterator[Finding]:
    """Yield the findings about the restore containers of the rendered workloads.

    restores: whether the values ask for a restore. Then a chart without a restore container is a finding too.
    Raises UsageError if there is no Helm.
    """
    chart, helm = rendering.chart, rendering.helm
    program = shutil.which(helm)
    if program is None:
        raise UsageError(
            Problem(
                "--render",
                f"needs Helm, but there is no {helm!r} on PATH",
                "install Helm, or give its path with --helm",
            )
        )
    files = [word for file in values.files for word in ("--values", file)]
    command = [program, "template", "check", chart, *files, *rendering.flags]
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        yield _whole(values, f"helm template did not end within {_TIMEOUT_SECONDS} seconds", _HINT + " ".join(command))
        return
    if result.returncode:
        reason = " ".join(result.stderr.split())
        yield _whole(values, f"helm template fails: {redact(reason)}", _HINT + " ".join(command))
        return
    pods = list(_pods(result.stdout))
    for name, pod in pods:
        yield from _pod(values, name, pod, consent, cluster)
    if restores and not any(is_restore(each) for _, pod in pods for each in pod.get("initContainers") or []):
        yield _whole(values, "no rendered pod has a restore container, so Neo4j starts empty", _NONE_HINT)


def _whole(values: Located, what: str, hint: str) -> Finding:
    return Finding(Place(values.file, 1, 1), "", what, hint)


def _pods(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the pods of the workloads, each with the workload's name."""
    for item in yaml.safe_load_all(text):
        if isinstance(item, dict) and item.get("kind") in {"StatefulSet", "Deployment"}:
            pod = dict(item["spec"]["template"]["spec"])
            claims = [{"name": each["metadata"]["name"]} for each in item["spec"].get("volumeClaimTemplates") or []]
            pod["volumes"] = [*(pod.get("volumes") or []), *claims]
            yield f"{item['kind']}/{item['metadata']['name']}", pod


def _pod(values: Located, name: str, pod: Mapping[str, Any], consent: Consent, cluster: bool) -> Iterator[Finding]:
    rendered = Located(values.file, pod, {}, [], values.files)
    data = next(filter(None, map(_data, pod.get("containers") or [])), ("", ""))
    for index, container in enumerate(pod.get("initContainers") or []):
        if is_restore(container):
            at = ("initContainers", index)
            site = ContainerSite(rendered, at, ("volumes",), data, cluster=cluster)
            for each in check_container(site, consent):
                yield Finding(each.place, f"{name} {each.key}", each.what, each.hint)


def _data(container: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the volume name and the sub-path of the server's mount of its data."""
    for mount in container.get("volumeMounts") or []:
        if mount.get("mountPath") == DATA_DIR:
            return str(mount.get("name")), str(mount.get("subPathExpr") or mount.get("subPath") or "")
    return None
