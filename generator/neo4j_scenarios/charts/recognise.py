"""Finds out which chart a values file is for, by its keys."""

from collections.abc import Mapping

from neo4j_scenarios.charts import all_charts
from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.targets import TARGETS, Target
from neo4j_scenarios.yaml.located import Located, Steps


def recognise(values: Located, flag: str) -> Target:
    """Return the chart whose keys the file has. Raises InputFileError for keys of no chart, or of several.

    flag: the option that names the chart on the command line.
    """
    charts = all_charts()
    names = _named(values, {name: chart.signs for name, chart in charts.items()})
    names = names or _named(values, {name: chart.weak_signs for name, chart in charts.items()})
    if len(names) == 1:
        return TARGETS[names[0]]
    message = f"has keys of {' and of '.join(names)}" if names else f"has no key of {', '.join(TARGETS)}"
    raise InputFileError(Problem(values.file, f"{message}, so its chart is not clear", f"name the chart with {flag}"))


def _named(values: Located, charts: Mapping[str, tuple[Steps, ...]]) -> list[str]:
    return [name for name, signs in charts.items() if any(values.get(*sign) is not None for sign in signs)]
