"""Hazards: combinations of inputs that are refused. Each rule checks a whole scenario, and says what to do instead."""

from collections.abc import Iterator

from neo4j_scenarios.hazards.access import reach
from neo4j_scenarios.hazards.cluster import cluster
from neo4j_scenarios.hazards.data import data
from neo4j_scenarios.hazards.deployment import deployment
from neo4j_scenarios.hazards.hazard import Hazard
from neo4j_scenarios.hazards.ldap import ldap
from neo4j_scenarios.hazards.pod import beside
from neo4j_scenarios.inputs.scenario import Scenario

__all__ = ["Hazard", "hazards"]


def hazards(scenario: Scenario) -> Iterator[Hazard]:
    """Yield all hazards of a scenario."""
    for rule in (data, reach, deployment, cluster, ldap, beside):
        yield from rule(scenario)
