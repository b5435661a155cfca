"""Scenario -> the data of a values file, for each target chart. The templates only lay it out."""

from collections.abc import Callable, Mapping
from typing import Final

from neo4j_scenarios.labs import labs
from neo4j_scenarios.official import official
from neo4j_scenarios.own import own
from neo4j_scenarios.scenario import Scenario
from neo4j_scenarios.targets import NEO4J, NEO4J_HELM, NEO4J_RESTORE
from neo4j_scenarios.volumes import Values


def values(scenario: Scenario) -> Values:
    """Return the data of the values file for the scenario's target."""
    return _BUILDERS[scenario.target.name](scenario)


_BUILDERS: Final[Mapping[str, Callable[[Scenario], Values]]] = {
    NEO4J_RESTORE.name: own,
    NEO4J.name: official,
    NEO4J_HELM.name: labs,
}
