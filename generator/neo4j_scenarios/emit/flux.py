"""Releases -> HelmReleases of Flux, which hold their values. Kustomizations apply their folders wave by wave.

Source: Flux's reference of HelmRelease v2, Kustomization v1 and HelmRepository v1.
"""

import hashlib
from typing import Any, Final

from neo4j_restore.spec import Invalid
from neo4j_scenarios.charts import values
from neo4j_scenarios.emit.document import document, header, without_empty
from neo4j_scenarios.emit.engine import Order
from neo4j_scenarios.emit.locations import Location, pinned
from neo4j_scenarios.emit.releases import Release, waves
from neo4j_scenarios.errors import Problem, UsageError
from neo4j_scenarios.inputs.rules import NAME

_SYSTEM: Final = "flux-system"

_INTERVAL: Final = "10m0s"
# Flux checks a wave again after this time, not after the interval, because the next wave waits for it.
_LOOK_AGAIN: Final = "15s"
_RETRY: Final = {"name": "RetryOnFailure", "retryInterval": "5m0s"}

_NOTES: Final = (
    "",
    "Flux applies a wave when all releases of the previous wave are ready, and so restored. Within a wave, Flux's",
    "--concurrent decides how many it installs at once. It installs the servers of a cluster one after the other. For",
    "a new cluster it waits at the last server, because no server is ready before all exist.",
    "",
    "When a release is not ready in time, Flux reports a failure and tries again. It undoes nothing, and a longer",
    "restore goes on. Until then Flux reads no change of this release or its wave. --timeout of emit sets the time.",
)


_KUSTOMIZATION: Final = {
    "apiVersion": "kustomize.config.k8s.io/v1beta1",
    "kind": "Kustomization",
    "resources": ["charts.yaml", "waves.yaml"],
}


def flux(order: Order) -> dict[str, str]:
    """Return the files: repositories, Kustomizations, and a HelmRelease for each release in the folder of its wave.

    Raises UsageError for a Kubernetes cluster whose name is not valid for a Secret.
    """
    _check_secrets(order.releases)
    used = dict.fromkeys(order.charts[release.scenario.target.name] for release in order.releases)
    head = header(order.command)
    files = {"charts.yaml": document(head, *_repositories(list(used)))}
    # Without this file, Flux takes a folder with all folders below it, and so all waves at once.
    files["kustomization.yaml"] = document(head, _KUSTOMIZATION)
    files["waves.yaml"] = document(header(order.command, *_NOTES), *_kustomizations(order))
    before: Release | None = None
    for release in order.releases:
        chart = pinned(order.charts, release.scenario) or order.charts[release.scenario.target.name]
        files[path(release)] = document(head, _helm_release(release, chart, before, order.timeout_seconds))
        before = release
    return files


def _check_secrets(releases: list[Release]) -> None:
    problems = []
    for name in dict.fromkeys(release.kubernetes for release in releases if release.kubernetes):
        try:
            NAME(name)
        except Invalid as error:
            what = f"{error}: Flux reads the kubeconfig of a Kubernetes cluster from the Secret of this name"
            problems.append(Problem("variables.kubernetes", what, "variables: {kubernetes: prod-eu}"))
    if problems:
        raise UsageError(*problems)


def path(release: Release) -> str:
    """Return the path of a release's file."""
    return f"{_folder(release.wave)}/{release.application}.yaml"


def _folder(wave: int) -> str:
    return f"wave-{wave}"


def _repository_name(repository: str) -> str:
    return f"neo4j-charts-{hashlib.sha256(repository.encode()).hexdigest()[:8]}"


def _repositories(charts: list[Location]) -> list[dict[str, Any]]:
    return [
        {
            "apiVersion": "source.toolkit.fluxcd.io/v1",
            "kind": "HelmRepository",
            "metadata": {"name": _repository_name(repository), "namespace": _SYSTEM},
            "spec": without_empty(
                {
                    "type": "oci" if repository.startswith("oci://") else "",
                    "interval": _INTERVAL,
                    "url": repository,
                }
            ),
        }
        for repository in dict.fromkeys(chart.repository for chart in charts)
    ]


def _kustomizations(order: Order) -> list[dict[str, Any]]:
    objects: list[dict[str, Any]] = []
    before: list[dict[str, str]] = []
    for wave in waves(order.releases):
        name = f"{order.name}-{_folder(wave)}"
        spec = {
            "interval": _INTERVAL,
            "path": f"./{order.path}/{_folder(wave)}" if order.path else f"./{_folder(wave)}",
            "prune": False,  # a release that leaves the fleet keeps its data until somebody removes it
            "wait": True,
            # While Flux waits, it reads no new commit, not even the one that repairs the release.
            "timeout": _duration(order.timeout_seconds),
            "retryInterval": _LOOK_AGAIN,
            "sourceRef": {"kind": "GitRepository", "name": _SYSTEM},
        }
        objects.append(
            {
                "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
                "kind": "Kustomization",
                "metadata": {"name": name, "namespace": _SYSTEM},
                "spec": {**spec, **({"dependsOn": before} if before else {})},
            }
        )
        before = [{"name": name}]
    return objects


def _duration(seconds: int) -> str:
    """Return a duration as Kubernetes prints it, such as `1h30m0s`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + f"{rest}s"


def _helm_release(release: Release, chart: Location, before: Release | None, timeout_seconds: int) -> dict[str, Any]:
    source = {"kind": "HelmRepository", "name": _repository_name(chart.repository), "namespace": _SYSTEM}
    kubernetes = {"secretRef": {"name": release.kubernetes}} if release.kubernetes else {}
    spec = {
        "interval": _INTERVAL,
        # A longer restore goes on, and Flux waits again. While Flux waits, it reads no other values.
        "timeout": _duration(timeout_seconds),
        "releaseName": release.name,
        "targetNamespace": release.namespace,
        # By default, Helm's record of a release is in the namespace of this object. All releases of one name would
        # share it there, and overwrite each other.
        "storageNamespace": release.namespace,
        "kubeConfig": kubernetes,
        "chart": {"spec": {"chart": chart.name, "version": chart.version, "sourceRef": source}},
        "dependsOn": _previous(release, before),
        # A failed restore is retried without an uninstall, which would remove the pod that shows why it failed.
        "install": {"createNamespace": True, "strategy": _RETRY, **_unready(release)},
        "upgrade": {"strategy": _RETRY},
        "values": values(release.scenario),
    }
    return {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": release.object, "namespace": _SYSTEM},
        "spec": without_empty(spec),
    }


def _previous(release: Release, before: Release | None) -> list[dict[str, str]]:
    """Return the previous server of the same cluster, because an upgrade takes one server after the other."""
    same = before is not None and before.cluster == release.cluster
    return [{"name": before.object}] if before is not None and same else []


def _unready(release: Release) -> dict[str, bool]:
    """Return the settings that let a new cluster form: no server is ready before the last one exists."""
    return {"disableWait": True} if release.server < release.servers else {}
