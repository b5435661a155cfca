"""A fleet -> the Helm releases that install it, in waves: what every engine is told in its own words."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from neo4j_scenarios.build import path
from neo4j_scenarios.cluster import Cluster
from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.fleet import Fleet
from neo4j_scenarios.grouping import Grouping
from neo4j_scenarios.scenario import Scenario
from neo4j_scenarios.steps import release_names

# Keys of a cluster in the fleet file that engines look at; a label, so that groups set it and selectors know it.
WAVE: Final = "wave"
NAMESPACE: Final = "namespace"
KUBERNETES: Final = "kubernetes"

# A label's value, in which Argo CD and Flux note whose an object is.
_LONGEST: Final = 63

# A context of kubectl may be an ARN. One that began with '-' would be a flag.
_KUBERNETES: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:/@._+-]{0,252}")

_NAMESPACE: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Release:
    """One Helm release.

    application: its name in the fleet. object: the same with the fleet's name before it, as several fleets may share an
    engine. cluster: whose it is. servers: the releases that this cluster has; server: which of them this is, from 1.
    name: as Helm has it.
    kubernetes: the Kubernetes cluster, by a name that the engine knows; empty for the one that the engine runs in.
    wave: the lower, the earlier.
    values: path of the values file, relative to the output folder.
    """

    application: str
    object: str
    cluster: str
    servers: int
    server: int
    name: str
    namespace: str
    kubernetes: str
    wave: int
    values: str
    scenario: Scenario


def releases(fleet: Fleet, clusters: Iterable[Cluster]) -> list[Release]:
    """Return the releases of clusters by waves, in the order of the file.

    Raises InputFileError with all problems; two clusters that would be one release are one, as the second install would
    give the first one's Neo4j the other's data.
    """
    grouping = Grouping(fleet.path)
    known = list(clusters)
    for cluster in known:
        for key, what, hint in _problems(cluster):
            grouping.add(cluster.name, cluster.place, key, cluster.origin(key), what, hint)
    if grouping:
        raise InputFileError(*grouping.problems())
    found = [release for cluster in known for release in _releases(fleet.name, cluster)]
    problems = [*_shared(fleet, found), *_too_long(fleet, found)]
    if problems:
        raise InputFileError(*problems)
    return sorted(found, key=lambda release: release.wave)


def _shared(fleet: Fleet, found: Iterable[Release]) -> Iterator[Problem]:
    """Yield a problem for releases of two clusters that are one to Helm, or one file or object to an engine."""
    places: dict[tuple[str, ...], Release] = {}
    for release in found:
        for place in ((release.kubernetes, release.namespace, release.name), (release.application,)):
            first = places.setdefault(place, release)
            if first is not release:
                yield _one(fleet, first, release, place)


def _one(fleet: Fleet, first: Release, second: Release, place: tuple[str, ...]) -> Problem:
    both = f"{first.cluster} and {second.cluster}"
    if len(place) == 1:
        what = f"{both} would both have a release called {place[0]!r}, and so one file"
        return Problem(str(fleet.path), what, "rename one of the two clusters", (first.cluster, second.cluster))
    kubernetes, namespace, name = place
    where = f"release {name!r} in namespace {namespace!r}" + (f" of {kubernetes!r}" if kubernetes else "")
    what = f"{both} would be the same {where}: the second install would take over the first one's Neo4j"
    hint = "give one of them another `release`, `variables.namespace` or `variables.kubernetes`"
    return Problem(str(fleet.path), what, hint, (first.cluster, second.cluster))


def _too_long(fleet: Fleet, found: Iterable[Release]) -> Iterator[Problem]:
    for release in found:
        if len(release.object) > _LONGEST:
            what = f"{release.object!r} has {len(release.object)} characters, and engines label objects with {_LONGEST}"
            hint = "give the fleet a shorter `name`, or the cluster"
            yield Problem(f"{fleet.path}: {release.cluster}", what, hint, (release.cluster,))


def waves(found: list[Release]) -> dict[int, list[Release]]:
    """Return the releases by their wave, the first wave first."""
    return {wave: [release for release in found if release.wave == wave] for wave in {each.wave: 0 for each in found}}


def _releases(fleet: str, cluster: Cluster) -> Iterator[Release]:
    (scenario,) = cluster.scenarios
    names = release_names(scenario)
    for number, name in enumerate(names, 1):
        application = cluster.name if len(names) == 1 else f"{cluster.name}-{number}"
        yield Release(
            application=application,
            object=f"{fleet}-{application}",
            cluster=cluster.name,
            servers=len(names),
            server=number,
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
    elif cluster.scenarios[0].offline_maintenance:
        what = "keeps the pods from ever being ready, and engines wait for that"
        yield "offline-maintenance", what, "leave it out here, and install by the header of its values file: `build`"
    wave = cluster.labels.get(WAVE, "0")
    if not re.fullmatch(r"[0-9]{1,6}", wave):
        yield f"labels.{WAVE}", f"{wave!r} is no whole number", "labels: {wave: 1}"
    kubernetes = cluster.variables.get(KUBERNETES, "")
    if kubernetes and not _KUBERNETES.fullmatch(kubernetes):
        what = f"{kubernetes!r} is not a name of a Kubernetes cluster (no blanks or quotes, 253 characters at most)"
        yield f"variables.{KUBERNETES}", what, "variables: {kubernetes: prod-eu}"
    if not _NAMESPACE.fullmatch(_namespace(cluster)):
        what = f"{_namespace(cluster)!r} is no namespace (a-z, 0-9 and '-', 63 at most)"
        yield f"variables.{NAMESPACE}", what, "give the cluster one: variables: {namespace: graph}"


def _namespace(cluster: Cluster) -> str:
    return cluster.variables.get(NAMESPACE, cluster.name)
