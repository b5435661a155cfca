"""Checks the restore in the values of any chart, wherever the chart keeps it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from neo4j_scenarios.charts import chart
from neo4j_scenarios.charts.sites import ContainerSite, RestoreBlock, is_restore
from neo4j_scenarios.checking.container import check_container, memory
from neo4j_scenarios.checking.contract import complaints
from neo4j_scenarios.checking.finding import Finding, finding
from neo4j_scenarios.checking.hazards import Consent, hazards
from neo4j_scenarios.targets import Target
from neo4j_scenarios.yaml.located import Located, Steps, dotted

_OLD: Final = "is the old restore, which exits with 0 after a failure, so Neo4j starts empty"
_LISTS: Final = (
    "Helm replaces lists and does not merge them: put the containers into the first file with --init-containers-after"
)
_IMPORT: Final = "make a scenario from this file with neo4j-scenarios import"


def check_restore(values: Located, target: Target, consent: Consent) -> Iterator[Finding]:
    """Yield the mistakes in the restore of the values.

    A file without a restore container is a mistake too, if the chart does not make the container itself.
    """
    its_chart = chart(target)
    sites, old = list(its_chart.sites(values)), list(its_chart.old_restores(values))
    for site in sites:
        if isinstance(site, ContainerSite):
            yield from check_container(site, consent)
        else:
            yield from _check_block(site, consent, cluster=its_chart.cluster(values))
    for steps in old:
        yield finding(values, steps, _OLD, _IMPORT)
    if its_chart.containers and not sites and not old:
        yield _nowhere(values, target.name, its_chart.containers)


def _check_block(block: RestoreBlock, consent: Consent, *, cluster: bool) -> Iterator[Finding]:
    # The chart that makes the container lets each member of a cluster ask the others.
    data_loss, unpinned = consent.data_loss or block.accepts_data_loss, consent.unpinned or block.accepts_unpinned
    accepted = Consent(data_loss, unpinned, asks_members=True)
    problems = [*complaints(block.environment), *hazards(block.environment, cluster=cluster, consent=accepted)]
    for name, message, hint in problems:
        yield finding(block.values, block.place(name), message, hint)
    yield from memory(block.values, (*block.at, "resources"), block.environment.get("HEAP_SIZE", ""))


def _nowhere(values: Located, name: str, containers: Steps) -> Finding:
    """Return the finding that there is no restore container, or that it is in the wrong place."""
    expected = dotted(containers)
    for steps in _anywhere(values.data, ()):
        message = f"is a restore container in a place where the chart {name} does not use it"
        return finding(values, steps, message, f"move it to {expected}")
    if containers in values.hidden:
        message = f"has no restore container, and replaces the list at {values.hidden[containers]}"
        return finding(values, containers, message, _LISTS)
    hint = f"add one to {expected} as neo4j-scenarios new does, or name a second file after its first: A.yaml B.yaml"
    return finding(values, (), "has no restore container", hint)


def _anywhere(node: Any, steps: Steps) -> Iterator[Steps]:
    if is_restore(node):
        yield steps
    items = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    for step, item in items:
        yield from _anywhere(item, (*steps, step))
