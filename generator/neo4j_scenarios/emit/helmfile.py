"""Releases -> a helmfile for each wave, and one that runs them in order."""

from typing import Any, Final

from neo4j_scenarios.emit.document import document, header, without_empty
from neo4j_scenarios.emit.engine import Order
from neo4j_scenarios.emit.locations import Location, pinned
from neo4j_scenarios.emit.releases import Release, waves

# How long helm waits for a restore, in seconds.
_TIMEOUT_SECONDS: Final = 6 * 3600


_CLUSTERS: Final = (
    "This installs new clusters, whose servers wait for each other. To upgrade clusters, take one server after the",
    "other, and wait for each to end: helmfile sync --selector server=1, then server=2, and so on.",
)


def helmfile(order: Order) -> dict[str, str]:
    """Return the files."""
    by_wave = waves(order.releases)
    note = [
        f"helmfile sync --concurrency {order.at_once}: a wave begins when the previous wave is ready, and so restored."
    ]
    if any(release.servers > 1 for release in order.releases):
        note += _CLUSTERS
    paths = [f"wave-{wave}.yaml" for wave in by_wave]
    top = document(header(order.command, "", *note), {"helmfiles": [{"path": path} for path in paths]})
    head = header(order.command)
    return {
        "helmfile.yaml": top,
        **{path: document(head, _wave(members, order)) for path, members in zip(paths, by_wave.values(), strict=True)},
    }


def _wave(releases: list[Release], order: Order) -> dict[str, Any]:
    charts = dict.fromkeys(
        order.charts[release.scenario.target.name]
        for release in releases
        if release.scenario.target.name in order.charts
    )
    return without_empty(
        {
            "repositories": [_repository(chart) for chart in {_alias(chart): chart for chart in charts}.values()],
            "helmDefaults": {"wait": True, "timeout": _TIMEOUT_SECONDS, "createNamespace": True},
            "releases": [_release(release, order) for release in releases],
        }
    )


def _repository(chart: Location) -> dict[str, Any]:
    url = chart.repository.removeprefix("oci://")
    return {"name": _alias(chart), "url": url, **({"oci": True} if chart.oci else {})}


def _alias(chart: Location) -> str:
    """Return the name of a repository in the helmfile: its host and path, in letters, digits and '-'."""
    place = chart.repository.partition("://")[2]
    return "".join(letter if letter.isalnum() else "-" for letter in place)


def _release(release: Release, order: Order) -> dict[str, Any]:
    chart = pinned(order.charts, release.scenario)
    return without_empty(
        {
            "name": release.name,
            "namespace": release.namespace,
            "kubeContext": release.kubernetes,
            "labels": {"cluster": release.application, "wave": str(release.wave), "server": str(release.server)},
            "chart": f"{_alias(chart)}/{chart.name}" if chart else release.scenario.target.chart,
            "version": chart.version if chart else release.scenario.chart_version,
            "values": [release.values],
        }
    )
