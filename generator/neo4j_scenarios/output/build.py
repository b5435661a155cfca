"""A fleet -> the tree of its values files, `<cluster>/values.<target>.yaml`. Only reads templates."""

import shlex
from collections.abc import Callable, Iterator
from typing import Final

from neo4j_scenarios.fleet.cluster import Cluster
from neo4j_scenarios.fleet.fleet import Fleet
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.output.compare import Tree
from neo4j_scenarios.output.sharing import rendered
from neo4j_scenarios.render.values_file import render

# The default output folder, beside the fleet file.
OUTPUT: Final = "out"


def tree(fleet: Fleet, progress: Callable[[int], None] = lambda _: None) -> Tree:
    """Return the files that the output folder of `fleet` must hold: the same bytes for the same fleet.

    progress: called with the number of clusters rendered so far. Raises RenderError.
    """
    files = rendered(fleet.clusters, lambda cluster: _files(fleet, cluster), progress)
    others = frozenset(fleet.names).difference(cluster.name for cluster in fleet.clusters)
    names = {cluster.name: cluster.name for cluster in fleet.clusters}  # a name for all its files, and not one for each
    clusters = {path: names[path.partition("/")[0]] for path in files}
    return Tree(fleet.path.name, files, lambda path: path.partition("/")[0] in others, clusters)


def _files(fleet: Fleet, cluster: Cluster) -> Iterator[tuple[str, str]]:
    for scenario in cluster.scenarios:
        yield path(cluster, scenario), render(scenario, writer(fleet, cluster))


def path(cluster: Cluster, scenario: Scenario) -> str:
    """Return the path of a values file, relative to the output folder."""
    return f"{cluster.name}/values.{scenario.target.slug}.yaml"


def writer(fleet: Fleet, cluster: Cluster) -> str:
    """Return the command, on one line, that writes a cluster's files again. It names no folder of this machine."""
    return shlex.join(["neo4j-scenarios", "build", fleet.path.name, "--only", cluster.name])
