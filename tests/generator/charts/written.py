"""The values that a scenario is written as."""

from typing import Any

import yaml

from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.render.values_file import render


def written(scenario: Scenario) -> dict[str, Any]:
    """Return the values in the file of a scenario."""
    values: dict[str, Any] = yaml.safe_load(render(scenario))
    return values
