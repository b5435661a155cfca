"""Scenario -> the data of a values file, for each target chart. The templates only lay it out."""

from collections.abc import Callable, Mapping
from typing import Final

from neo4j_scenarios.charts.neo4j.write import official
from neo4j_scenarios.charts.neo4j_helm.write import labs
from neo4j_scenarios.charts.neo4j_restore.write import own
from neo4j_scenarios.charts.volumes import Values
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.targets import NEO4J, NEO4J_HELM, NEO4J_RESTORE


def values(scenario: Scenario) -> Values:
    """Return the data of the values file for the scenario's target."""
    return _BUILDERS[scenario.target.name](scenario)


_BUILDERS: Final[Mapping[str, Callable[[Scenario], Values]]] = {
    NEO4J_RESTORE.name: own,
    NEO4J.name: official,
    NEO4J_HELM.name: labs,
}
