"""Releases -> ApplicationSets of Argo CD: one for each chart, its applications synced wave by wave.

Source: Argo CD's manual, "Progressive Syncs" and "Multiple Sources for an Application".
"""

from typing import Any, Final

from neo4j_scenarios.charts import chart
from neo4j_scenarios.emit.document import document, header
from neo4j_scenarios.emit.engine import Order
from neo4j_scenarios.emit.locations import Location
from neo4j_scenarios.emit.releases import Release, waves
from neo4j_scenarios.errors import Problem, UsageError
from neo4j_scenarios.targets import Target

_WAVE: Final = "neo4j-scenarios/wave"
_CLUSTER: Final = "neo4j-scenarios/cluster"
_SERVERS: Final = "neo4j-scenarios/servers"

# Argo CD's own name for the cluster in which it runs, and its default namespace.
_HERE: Final = "in-cluster"
_NAMESPACE: Final = "argocd"
_PROJECT: Final = "default"

# The most clusters that a message names.
_NAMED: Final = 3

_NOTES: Final = (
    "",
    "The first installation goes wave by wave: the next wave begins when all applications of the previous one are",
    "healthy, and so restored. For that, Argo CD's controller needs --enable-progressive-syncs. Without it, all are",
    "synced at once. Waves of different ApplicationSets do not wait for each other.",
    "A later commit changes all applications at once, and Argo CD does not always keep to the waves then. So commit",
    "a change that restores data one wave at a time: emit --override NAME --wave N.",
)


# A rolling sync can't tell an installation, which needs all servers at once, from an upgrade, which takes one server
# after the other. So clusters are not part of it.
_BY_HAND: Final = (
    "",
    "The servers of a cluster are synced by hand. Sync a new cluster at once: no server is ready before all exist:",
    f"  argocd app sync --async --selector {_CLUSTER}=CLUSTER",
    "Upgrade one server after the other, because a cluster without a majority serves no requests:",
    "  argocd app sync APPLICATION && argocd app wait APPLICATION --health",
)

# etcd takes objects up to 1.5 MiB. Argo CD adds the status of each application, so some room must stay free.
_LARGEST: Final = 1_000_000


def argocd(order: Order) -> dict[str, str]:
    """Return the files: one ApplicationSet for each chart. Raises UsageError if Kubernetes would refuse one of them."""
    _check_passwords(order.releases)
    files: dict[str, str] = {}
    for target in dict.fromkeys(release.scenario.target for release in order.releases):
        members = [release for release in order.releases if release.scenario.target is target]
        application_set = _application_set(target, members, order)
        by_hand = _BY_HAND if any(release.servers > 1 for release in members) else ()
        text = document(header(order.command, *_NOTES, *by_hand), application_set)
        if len(text) > _LARGEST:
            what = f"for {target.name} would have {len(text)} bytes, but Kubernetes takes about {_LARGEST}"
            hint = "emit parts of the fleet into separate folders, with -l and --part"
            raise UsageError(Problem("the ApplicationSet", what, hint))
        files[f"applicationset.{target.slug}.yaml"] = text
    if order.windows:
        files["project.yaml"] = document(header(order.command), _project(order))
    return files


def _project(order: Order) -> dict[str, Any]:
    """Return the AppProject. A manual sync is always allowed, because an incident can't wait for a window."""
    charts = [order.charts[target] for target in dict.fromkeys(each.scenario.target.name for each in order.releases)]
    places = dict.fromkeys(release.kubernetes or _HERE for release in order.releases)
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": order.project, "namespace": order.namespace or _NAMESPACE},
        "spec": {
            "description": f"Neo4j of the fleet {order.name}",
            "sourceRepos": [*dict.fromkeys(_url(each) for each in charts), order.repository],
            "destinations": [{"name": place, "namespace": "*"} for place in places],
            # Argo CD creates the namespace of each cluster.
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


def _url(location: Location) -> str:
    return location.repository.removeprefix("oci://")  # Argo CD names an OCI repository without its scheme


def _check_passwords(releases: list[Release]) -> None:
    """Raise UsageError for charts that would make a new random password each time that Argo CD renders them."""
    alone = [each for each in releases if not each.scenario.password_secret]
    random = [each for each in alone if chart(each.scenario.target).random_password]
    names = dict.fromkeys(each.cluster for each in random)
    if names:
        charts = ", ".join(sorted({each.scenario.target.name for each in random}))
        shown = ", ".join(list(names)[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        what = f"is missing for {shown}: {charts} makes a new password each time that Argo CD renders it"
        raise UsageError(Problem("password-secret", what, "defaults: {password-secret: neo4j-password}"))


def _application_set(target: Target, members: list[Release], order: Order) -> dict[str, Any]:
    version = order.charts[target.name].version
    alone = [release for release in members if release.servers == 1]
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
            "generators": [{"list": {"elements": [_element(release, version) for release in members]}}],
            **rolling,
            # A release that leaves the fleet keeps its Neo4j and its data until somebody removes them.
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
    location, folder = order.charts[target.name], f"{order.path}/" if order.path else ""
    helm: dict[str, Any] = {"releaseName": "{{.release}}", "valueFiles": [f"$values/{folder}{{{{.values}}}}"]}
    if offline := chart(target).offline:
        helm["valuesObject"] = dict(offline)  # Argo CD renders without access to a cluster
    return {
        "repoURL": _url(location),
        "chart": location.name,
        "targetRevision": "{{.version}}",
        "helm": helm,
    }
