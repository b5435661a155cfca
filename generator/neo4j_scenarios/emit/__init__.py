"""A fleet -> the files with which an engine installs it.

An engine is Argo CD, Flux, helmfile, a script, Jobs that only restore, or an operator who sends Cypher to a running
cluster. It installs one wave after the other. A wave is a group of clusters that are installed together, by their label
`wave`. The files are the tree of a separate output folder.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from neo4j_scenarios.emit.argocd import argocd
from neo4j_scenarios.emit.engine import Order
from neo4j_scenarios.emit.flux import flux
from neo4j_scenarios.emit.flux import path as flux_path
from neo4j_scenarios.emit.helmfile import helmfile
from neo4j_scenarios.emit.job import job
from neo4j_scenarios.emit.job import path as job_path
from neo4j_scenarios.emit.locations import needed
from neo4j_scenarios.emit.releases import Release
from neo4j_scenarios.emit.script import script
from neo4j_scenarios.emit.seed import path as seed_path
from neo4j_scenarios.emit.seed import seed
from neo4j_scenarios.errors import Problem, UsageError
from neo4j_scenarios.fleet.fleet import Fleet
from neo4j_scenarios.output.build import tree
from neo4j_scenarios.output.compare import Tree


@dataclass(frozen=True)
class Engine:
    """An engine.

    write: makes its files. values: whether it reads values files. fetches: whether it fetches charts itself.
    git: whether it reads the output folder from Git. together: whether the servers of a cluster wait for each other.
    selects: whether a selection of clusters is all that it gets, and not a part of the whole fleet's files.
    seeds: whether it restores running clusters, each from the objects that the lock pins.
    own: the paths of the files that belong to one release.
    """

    name: str
    meaning: str
    write: Callable[[Order], dict[str, str]]
    values: bool = True
    fetches: bool = False
    git: bool = False
    together: bool = True
    selects: bool = False
    seeds: bool = False
    own: Callable[[Release], Sequence[str]] = lambda release: (release.values,)


ENGINES: Final[Mapping[str, Engine]] = {
    engine.name: engine
    for engine in (
        Engine("argocd", "ApplicationSets of Argo CD", argocd, fetches=True, git=True),
        Engine("flux", "HelmReleases of Flux", flux, values=False, fetches=True, own=lambda each: (flux_path(each),)),
        Engine("helmfile", "helmfiles", helmfile),
        Engine("script", "a script of `helm upgrade`", script),
        Engine(
            "job",
            "Jobs that restore into existing claims, and a script of `helm upgrade`",
            job,
            values=False,
            together=False,
            selects=True,
            own=lambda each: (job_path(each),),
        ),
        Engine(
            "seed",
            "Cypher that restores databases of running clusters of Neo4j 5 and later",
            seed,
            values=False,
            together=False,
            selects=True,
            seeds=True,
            own=lambda each: (seed_path(each),),
        ),
    )
}


def emitted(engine: Engine, fleet: Fleet, order: Order, chosen: frozenset[str]) -> Tree:
    """Return the content of the output folder: the engine's files, and the values files that they use.

    chosen: the clusters whose own files are written. Shared files always have every release of the order, so the files
    of other clusters stay as they are. Raises UsageError if the order lacks something that the engine needs.
    """
    if engine.fetches:
        needed(order.charts, (release.scenario.target for release in order.releases))
    if engine.git and not order.repository:
        what = f"is missing: {engine.name} reads the output folder from Git"
        raise UsageError(Problem("--repository", what, "--repository https://git.example/team/graphs.git"))
    if engine.together:
        _room(order)
    others = {path for release in order.releases if release.cluster not in chosen for path in engine.own(release)}
    files = engine.write(order)
    if engine.values:
        clusters = [cluster for cluster in fleet.clusters if cluster.name in chosen]
        files |= tree(replace(fleet, clusters=clusters)).files
    written = {path: text for path, text in files.items() if path not in others}
    whose = {path: release.cluster for release in order.releases for path in engine.own(release)}
    return Tree(f"{order.title} for {engine.name}", written, others.__contains__, whose)


def _room(order: Order) -> None:
    """Raise UsageError if a cluster has more servers than may be installed at once: its servers wait for each other."""
    most = max(order.releases, key=lambda release: release.servers)
    if order.at_once < most.servers:
        what = f"is {order.at_once}, less than the {most.servers} servers of {most.cluster}, which wait for each other"
        raise UsageError(Problem("--at-once", what, f"--at-once {most.servers}"))
