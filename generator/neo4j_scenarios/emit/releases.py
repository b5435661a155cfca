"""A fleet -> the Helm releases that install it, in waves. Every engine gets them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.fleet.cluster import Cluster
from neo4j_scenarios.fleet.fleet import Fleet
from neo4j_scenarios.fleet.grouping import Grouping
from neo4j_scenarios.inputs.scenario import Scenario, release_names
from neo4j_scenarios.output.build import path

# The label with a cluster's wave, and the variables for engines. WAVE is a label so that selectors can use it.
WAVE: Final = "wave"
NAMESPACE: Final = "namespace"
KUBERNETES: Final = "kubernetes"

# Argo CD and Flux write the name of an object into a label's value, which has at most 63 characters.
_LONGEST: Final = 63

# A context of kubectl may be an ARN. It can't begin with '-', because it would then be a flag.
_KUBERNETES: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:/@._+-]{0,252}")

_NAMESPACE: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Release:
    """One Helm release.

    application: its name in the fleet.
    object: the same name after the fleet's name, because several fleets may share an engine.
    cluster: the name of its cluster.
    servers: the number of releases of this cluster.
    server: the number of this release among them, from 1.
    name: Helm's name of it.
    kubernetes: the engine's name of the Kubernetes cluster. Empty means the one in which the engine runs.
    wave: lower waves are installed first.
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
    """Return the releases of clusters in the order of their waves, and within a wave in the order of the file.

    Raises InputFileError with all problems. One problem is two clusters with the same release: the second install would
    overwrite the data of the first one's Neo4j.
    """
    grouping = Grouping(fleet.path)
    listed = list(clusters)
    for cluster in listed:
        for key, what, hint in _problems(cluster):
            grouping.add(cluster.name, cluster.place, key, cluster.origin(key), what, hint)
    if grouping:
        raise InputFileError(*grouping.problems())
    every = [release for cluster in listed for release in _releases(fleet.name, cluster)]
    problems = [*_shared(fleet, every), *_too_long(fleet, every)]
    if problems:
        raise InputFileError(*problems)
    return sorted(every, key=lambda release: release.wave)


def _shared(fleet: Fleet, releases: Iterable[Release]) -> Iterator[Problem]:
    """Yield a problem for releases of two clusters that have one name for Helm, or one file or object for an engine."""
    places: dict[tuple[str, ...], Release] = {}
    for release in releases:
        for place in ((release.kubernetes, release.namespace, release.name), (release.application,)):
            first = places.setdefault(place, release)
            if first is not release:
                yield _one(fleet, first, release, place)


def _one(fleet: Fleet, first: Release, second: Release, place: tuple[str, ...]) -> Problem:
    both = f"{first.cluster} and {second.cluster}"
    if len(place) == 1:
        what = f"{both} would both have a release named {place[0]!r}, and so the same file"
        return Problem(str(fleet.path), what, "rename one of the two clusters", (first.cluster, second.cluster))
    kubernetes, namespace, name = place
    where = f"release {name!r} in namespace {namespace!r}" + (f" of {kubernetes!r}" if kubernetes else "")
    what = f"{both} would be the same {where}: the second install would take over the first one's Neo4j"
    hint = "give one of them another `release`, `variables.namespace` or `variables.kubernetes`"
    return Problem(str(fleet.path), what, hint, (first.cluster, second.cluster))


def _too_long(fleet: Fleet, releases: Iterable[Release]) -> Iterator[Problem]:
    for release in releases:
        if len(release.object) > _LONGEST:
            what = f"{release.object!r} has {len(release.object)} characters, but engines allow at most {_LONGEST}"
            hint = "give the fleet or the cluster a shorter name"
            yield Problem(f"{fleet.path}: {release.cluster}", what, hint, (release.cluster,))


def waves(releases: list[Release]) -> dict[int, list[Release]]:
    """Return the releases by their wave, the first wave first."""
    numbers = dict.fromkeys(each.wave for each in releases)
    return {wave: [release for release in releases if release.wave == wave] for wave in numbers}


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
    """Yield the key, the problem and the hint."""
    if len(cluster.scenarios) > 1:
        what = f"names {len(cluster.scenarios)} charts, but an engine would install all of them"
        yield "target", what, "name one target"
    elif cluster.scenarios[0].offline_maintenance:
        what = "keeps the pods from becoming ready, but engines wait until they are"
        yield "offline-maintenance", what, "remove it, or install by hand: the header of the file of `build` says how"
    wave = cluster.labels.get(WAVE, "0")
    if not re.fullmatch(r"[0-9]{1,6}", wave):
        yield f"labels.{WAVE}", f"{wave!r} is not a whole number", "labels: {wave: 1}"
    kubernetes = cluster.variables.get(KUBERNETES, "")
    if kubernetes and not _KUBERNETES.fullmatch(kubernetes):
        what = f"{kubernetes!r} is not the name of a Kubernetes cluster (no blanks or quotes, 253 characters at most)"
        yield f"variables.{KUBERNETES}", what, "variables: {kubernetes: prod-eu}"
    if not _NAMESPACE.fullmatch(_namespace(cluster)):
        what = f"{_namespace(cluster)!r} is not a valid namespace (a-z, 0-9 and '-', 63 at most)"
        yield f"variables.{NAMESPACE}", what, "give the cluster one: variables: {namespace: graph}"


def _namespace(cluster: Cluster) -> str:
    return cluster.variables.get(NAMESPACE, cluster.name)
