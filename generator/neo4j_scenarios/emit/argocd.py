"""Releases -> ApplicationSets of Argo CD: one for each chart, its applications synced wave by wave.

Source: Argo CD's manual, "Progressive Syncs" and "Multiple Sources for an Application".
"""

from typing import Any, Final

from neo4j_scenarios.emit.charts import Chart
from neo4j_scenarios.emit.document import document, header
from neo4j_scenarios.emit.engine import Order
from neo4j_scenarios.emit.releases import Release, waves
from neo4j_scenarios.errors import Problem, UsageError
from neo4j_scenarios.targets import NEO4J, NEO4J_RESTORE, Target

_WAVE: Final = "neo4j-scenarios/wave"
_CLUSTER: Final = "neo4j-scenarios/cluster"
_SERVERS: Final = "neo4j-scenarios/servers"

# Where Argo CD itself runs, by the name that it has for that, and its namespace unless another is named.
_HERE: Final = "in-cluster"
_NAMESPACE: Final = "argocd"
_PROJECT: Final = "default"

# Clusters that a message names.
_NAMED: Final = 3

_NOTES: Final = (
    "",
    "A first installation goes wave by wave: the next begins once all applications of the one before are healthy, and",
    "so restored. Argo CD's controller needs --enable-progressive-syncs for it; without it all are synced at once.",
    "Waves of several ApplicationSets do not wait for each other.",
    "A later commit changes all applications at once, and Argo CD does not always keep to the waves then. So commit a",
    "change that restores wave by wave: emit --override NAME --wave N.",
)


# A rolling sync can't tell an installation, for which all servers have to be there, from an upgrade, which takes one
# after the other. So it leaves clusters out.
_BY_HAND: Final = (
    "",
    "The servers of a cluster are synced by hand. A new cluster at once, as none is ready before all are there:",
    f"  argocd app sync --async --selector {_CLUSTER}=CLUSTER",
    "An upgrade one server after the other, as a cluster without a majority serves nobody:",
    "  argocd app sync APPLICATION && argocd app wait APPLICATION --health",
)

# What etcd takes of one object is 1.5 MiB; Argo CD adds to it the status of each application.
_LARGEST: Final = 1_000_000


def argocd(order: Order) -> dict[str, str]:
    """Return the files: one ApplicationSet for each chart. Raises UsageError for one that Kubernetes would refuse."""
    _check_passwords(order.releases)
    files: dict[str, str] = {}
    for target in dict.fromkeys(release.scenario.target for release in order.releases):
        of_it = [release for release in order.releases if release.scenario.target is target]
        found = _application_set(target, of_it, order)
        by_hand = _BY_HAND if any(release.servers > 1 for release in of_it) else ()
        text = document(header(order.command, *_NOTES, *by_hand), found)
        if len(text) > _LARGEST:
            what = f"for {target.name} would be {len(text)} bytes, and Kubernetes takes some {_LARGEST} with a status"
            raise UsageError(
                Problem("the ApplicationSet", what, "parts of the fleet, by -l and --part, into folders of their own")
            )
        files[f"applicationset.{target.slug}.yaml"] = text
    if order.windows:
        files["project.yaml"] = document(header(order.command), _project(order))
    return files


def _project(order: Order) -> dict[str, Any]:
    """Return the AppProject. A sync by hand is always allowed: an incident does not wait for a window."""
    charts = [order.charts[target] for target in dict.fromkeys(each.scenario.target.name for each in order.releases)]
    places = dict.fromkeys(release.kubernetes or _HERE for release in order.releases)
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": order.project, "namespace": order.namespace or _NAMESPACE},
        "spec": {
            "description": f"Neo4j of the fleet {order.name}",
            "sourceRepos": [*dict.fromkeys(_url(chart) for chart in charts), order.repository],
            "destinations": [{"name": place, "namespace": "*"} for place in places],
            # For a namespace of each cluster, which Argo CD creates.
            "clusterResourceWhitelist": [{"group": "", "kind": "Namespace"}],
            "syncWindows": [
                {
                    "kind": window.kind,
                    "schedule": window.schedule,
                    "duration": window.duration,
                    "applications": ["*"],
                    "manualSync": True,
                }
                for window in order.windows
            ],
        },
    }


def _url(chart: Chart) -> str:
    return chart.repository.removeprefix("oci://")  # so Argo CD names a repository of images


def _check_passwords(releases: list[Release]) -> None:
    """Raise UsageError for charts that would make another random password each time that Argo CD renders them."""
    random = [
        each for each in releases if each.scenario.target is not NEO4J_RESTORE and not each.scenario.password_secret
    ]
    names = dict.fromkeys(each.cluster for each in random)
    if names:
        charts = ", ".join(sorted({each.scenario.target.name for each in random}))
        shown = ", ".join(list(names)[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        what = f"is missing for {shown}: {charts} makes another password each time that Argo CD renders it"
        raise UsageError(Problem("password-secret", what, "defaults: {password-secret: neo4j-password}"))


def _application_set(target: Target, found: list[Release], order: Order) -> dict[str, Any]:
    version = order.charts[target.name].version
    alone = [release for release in found if release.servers == 1]
    steps = [
        {"matchExpressions": [_is(_WAVE, str(wave)), _is(_SERVERS, "1")], "maxUpdate": order.at_once}
        for wave in waves(alone)
    ]
    rolling = {"strategy": {"type": "RollingSync", "rollingSync": {"steps": steps}}} if steps else {}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": f"{order.name}-{target.slug}", "namespace": order.namespace or _NAMESPACE},
        "spec": {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [{"list": {"elements": [_element(release, version) for release in found]}}],
            **rolling,
            # A release that leaves the fleet keeps its Neo4j, and its data, until someone removes them.
            "syncPolicy": {"preserveResourcesOnDeletion": True},
            "template": _template(target, order),
        },
    }


def _is(label: str, value: str) -> dict[str, Any]:
    return {"key": label, "operator": "In", "values": [value]}


def _element(release: Release, version: str) -> dict[str, str]:
    return {
        "application": release.object,
        "release": release.name,
        "namespace": release.namespace,
        "kubernetes": release.kubernetes or _HERE,
        "version": release.scenario.chart_version or version,
        "wave": str(release.wave),
        "cluster": release.cluster,
        "servers": str(release.servers),
        "values": release.values,
    }


def _template(target: Target, order: Order) -> dict[str, Any]:
    source = {"repoURL": order.repository, "targetRevision": order.revision, "ref": "values"}
    return {
        "metadata": {
            "name": "{{.application}}",
            "labels": {_WAVE: "{{.wave}}", _CLUSTER: "{{.cluster}}", _SERVERS: "{{.servers}}"},
        },
        "spec": {
            "project": order.project or _PROJECT,
            "sources": [_chart(target, order), source],
            "destination": {"name": "{{.kubernetes}}", "namespace": "{{.namespace}}"},
            "syncPolicy": {"syncOptions": ["CreateNamespace=true"]},
        },
    }


def _chart(target: Target, order: Order) -> dict[str, Any]:
    chart, folder = order.charts[target.name], f"{order.path}/" if order.path else ""
    helm: dict[str, Any] = {"releaseName": "{{.release}}", "valueFiles": [f"$values/{folder}{{{{.values}}}}"]}
    if target is NEO4J:
        helm["valuesObject"] = {"disableLookups": True}  # Argo CD renders without a cluster to look into
    return {
        "repoURL": _url(chart),
        "chart": chart.name,
        "targetRevision": "{{.version}}",
        "helm": helm,
    }
