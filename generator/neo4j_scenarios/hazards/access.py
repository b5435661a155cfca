"""What would keep the pod from its bucket, or let it in as someone else."""

from collections.abc import Iterator

from neo4j_scenarios.hazards.hazard import Hazard
from neo4j_scenarios.scenario import Scenario


def access(scenario: Scenario) -> Iterator[Hazard]:
    """Yield what is wrong with keys and identities."""
    if scenario.secret and scenario.workload_identity:
        yield Hazard(
            ("secret", "workload-identity"),
            "a key and a workload identity are asked for together, and the key would be the one that is used",
            "leave one of --secret and --workload-identity out",
        )
