"""The target charts: each has a module here, named by its target, that alone knows where the chart keeps what.

`targets` lists the charts. `chart` loads the module of one.
"""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from neo4j_scenarios.targets import TARGETS, Target

if TYPE_CHECKING:
    from neo4j_scenarios.charts.interface import Chart
    from neo4j_scenarios.charts.volumes import Values
    from neo4j_scenarios.inputs.scenario import Scenario


def chart(target: Target) -> "Chart":
    """Return what is known of a chart."""
    return _load(target.slug)


@cache
def _load(slug: str) -> "Chart":
    # By name, so that a command imports only the charts that it needs, and a new chart needs no change here.
    loaded: Chart = import_module(f"{__name__}.{slug.replace('-', '_')}").CHART
    return loaded


def values(scenario: "Scenario") -> "Values":
    """Return the data of the values file for the scenario's target. The templates only lay it out."""
    return chart(scenario.target).values(scenario)


def all_charts() -> "dict[str, Chart]":
    """Return all charts by the names of their targets."""
    return {name: chart(target) for name, target in TARGETS.items()}
