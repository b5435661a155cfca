"""A fleet -> the Helm releases that install it, in waves: what every engine is told in its own words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from neo4j_scenarios.build import path
from neo4j_scenarios.errors import InputFileError
from neo4j_scenarios.fleet import Cluster, Fleet
from neo4j_scenarios.grouping import Grouping
from neo4j_scenarios.scenario import Scenario
from neo4j_scenarios.steps import release_names

# Keys of a cluster in the fleet file that engines look at; a label, so that groups set it and selectors know it.
WAVE: Final = "wave"
NAMESPACE: Final = "namespace"
KUBERNETES: Final = "kubernetes"

_NAMESPACE: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Release:
    """One Helm release.

    application: its name among all of the fleet. cluster: whose it is, and servers: the releases that it has.
    name: as Helm has it. kubernetes: the Kubernetes cluster, by a name
    that the engine knows; empty for the one that the engine runs in. wave: the lower, the earlier.
    values: path of the values file, relative to the output folder.
    """

    application: str
    cluster: str
    servers: int
    name: str
    namespace: str
    kubernetes: str
    wave: int
    values: str
    scenario: Scenario


def releases(fleet: Fleet) -> list[Release]:
    """Return the releases of a fleet by waves, in the order of the file. Raises InputFileError with all problems."""
    grouping = Grouping(fleet.path)
    for cluster in fleet.clusters:
        for key, what, hint in _problems(cluster):
            grouping.add(cluster.name, cluster.place, key, cluster.origin(key), what, hint)
    if grouping:
        raise InputFileError(*grouping.problems())
    found = [release for cluster in fleet.clusters for release in _releases(cluster)]
    return sorted(found, key=lambda release: release.wave)


def waves(found: list[Release]) -> dict[int, list[Release]]:
    """Return the releases by their wave, the first wave first."""
    return {wave: [release for release in found if release.wave == wave] for wave in {each.wave: 0 for each in found}}


def _releases(cluster: Cluster) -> Iterator[Release]:
    (scenario,) = cluster.scenarios
    names = release_names(scenario)
    for number, name in enumerate(names, 1):
        yield Release(
            application=cluster.name if len(names) == 1 else f"{cluster.name}-{number}",
            cluster=cluster.name,
            servers=len(names),
            name=name,
            namespace=_namespace(cluster),
            kubernetes=cluster.variables.get(KUBERNETES, ""),
            wave=int(cluster.labels.get(WAVE, "0")),
            values=path(cluster, scenario),
            scenario=scenario,
        )


def _problems(cluster: Cluster) -> Iterator[tuple[str, str, str]]:
    """Yield the key, what is wrong and what to do."""
    if len(cluster.scenarios) > 1:
        what = f"asks for {len(cluster.scenarios)} charts, and an engine would install them all"
        yield "target", what, "name one target"
    wave = cluster.labels.get(WAVE, "0")
    if not re.fullmatch(r"[0-9]{1,6}", wave):
        yield f"labels.{WAVE}", f"{wave!r} is no whole number", "labels: {wave: 1}"
    if not _NAMESPACE.fullmatch(_namespace(cluster)):
        what = f"{_namespace(cluster)!r} is no namespace (a-z, 0-9 and '-', 63 at most)"
        yield f"variables.{NAMESPACE}", what, "give the cluster one: variables: {namespace: graph}"


def _namespace(cluster: Cluster) -> str:
    return cluster.variables.get(NAMESPACE, cluster.name)
