"""Releases -> HelmReleases of Flux, their values in them, in folders that Kustomizations apply wave by wave.

Source: Flux's reference of HelmRelease v2, Kustomization v1 and HelmRepository v1.
"""

import hashlib
from typing import Any, Final

from neo4j_scenarios.emit.charts import Chart
from neo4j_scenarios.emit.document import document, header, without_empty
from neo4j_scenarios.emit.engine import Order
from neo4j_scenarios.emit.releases import Release, waves
from neo4j_scenarios.values import values

_SYSTEM: Final = "flux-system"

# How long a restore may take before Flux calls its release failed; it undoes nothing then.
_TIMEOUT: Final = "6h0m0s"
_INTERVAL: Final = "10m0s"

_NOTES: Final = (
    "",
    "Flux applies a wave once all releases of the one before are ready, and so restored. Within a wave it installs as",
    "many at once as its controllers are set to (--concurrent).",
)


def flux(order: Order) -> dict[str, str]:
    """Return the files: repositories, Kustomizations, and a HelmRelease for each release in the folder of its wave."""
    used = dict.fromkeys(order.charts[release.scenario.target.name] for release in order.releases)
    head = header(order.command)
    files = {"charts.yaml": document(head, *_repositories(list(used)))}
    files["waves.yaml"] = document(header(order.command, *_NOTES), *_kustomizations(order))
    for release in order.releases:
        chart = order.charts[release.scenario.target.name]
        files[f"{_folder(release.wave)}/{release.application}.yaml"] = document(head, _helm_release(release, chart))
    return files


def _folder(wave: int) -> str:
    return f"wave-{wave}"


def _repository_name(repository: str) -> str:
    return f"neo4j-charts-{hashlib.sha256(repository.encode()).hexdigest()[:8]}"


def _repositories(charts: list[Chart]) -> list[dict[str, Any]]:
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
    made: list[dict[str, Any]] = []
    before: list[dict[str, str]] = []
    for wave in waves(order.releases):
        name = f"{order.name}-{_folder(wave)}"
        spec = {
            "interval": _INTERVAL,
            "path": f"./{order.path}/{_folder(wave)}" if order.path else f"./{_folder(wave)}",
            "prune": False,  # a release that leaves the fleet keeps its data until someone removes it
            "wait": True,
            "timeout": _TIMEOUT,
            "sourceRef": {"kind": "GitRepository", "name": _SYSTEM},
        }
        made.append(
            {
                "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
                "kind": "Kustomization",
                "metadata": {"name": name, "namespace": _SYSTEM},
                "spec": {**spec, **({"dependsOn": before} if before else {})},
            }
        )
        before = [{"name": name}]
    return made


def _helm_release(release: Release, chart: Chart) -> dict[str, Any]:
    source = {"kind": "HelmRepository", "name": _repository_name(chart.repository), "namespace": _SYSTEM}
    kubernetes = {"secretRef": {"name": release.kubernetes}} if release.kubernetes else {}
    spec = {
        "interval": _INTERVAL,
        "timeout": _TIMEOUT,
        "releaseName": release.name,
        "targetNamespace": release.namespace,
        "kubeConfig": kubernetes,
        "chart": {"spec": {"chart": chart.name, "version": chart.version, "sourceRef": source}},
        "install": {"createNamespace": True},
        "values": values(release.scenario),
    }
    return {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": release.application, "namespace": _SYSTEM},
        "spec": without_empty(spec),
    }
