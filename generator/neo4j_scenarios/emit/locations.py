"""The locations of charts, for engines that fetch them: `--chart TARGET=REPOSITORY/NAME:VERSION`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from neo4j_restore.spec import Invalid
from neo4j_scenarios.errors import Problem, UsageError
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.targets import Target, parse_target

_CHART: Final = re.compile(
    r"((?:https?|oci)://[^\s@:]+(?::[0-9]+)?(?:/[^\s@:]+)*)/([A-Za-z0-9._-]+):([A-Za-z0-9.+_-]+)"
)

EXAMPLE: Final = "--chart neo4j-restore=oci://registry.example/charts/neo4j-restore:0.1.0"


@dataclass(frozen=True)
class Location:
    """One version of a chart in a repository. repository: the URL with `https://` or `oci://`, without the name."""

    repository: str
    name: str
    version: str

    @property
    def oci(self) -> bool:
        """Whether the repository is a registry of container images."""
        return self.repository.startswith("oci://")


def parse_charts(texts: Iterable[str]) -> dict[str, Location]:
    """Return the charts by the name of their target. Raises UsageError with all problems."""
    charts: dict[str, Location] = {}
    problems = []
    for text in texts:
        try:
            target, chart = _parse(text)
            charts[target.name] = chart
        except Invalid as error:
            problems.append(Problem("--chart", str(error), EXAMPLE))
    if problems:
        raise UsageError(*problems)
    return charts


def pinned(charts: Mapping[str, Location], scenario: Scenario) -> Location | None:
    """Return the chart of a scenario, in the scenario's own version if it has one. None if no location is given."""
    chart = charts.get(scenario.target.name)
    return replace(chart, version=scenario.chart_version) if chart and scenario.chart_version else chart


def needed(charts: Mapping[str, Location], targets: Iterable[Target]) -> None:
    """Raise UsageError for each target without a chart."""
    missing = [target.name for target in dict.fromkeys(targets) if target.name not in charts]
    if missing:
        why = "the engine fetches the chart itself, and must know its location"
        raise UsageError(*(Problem("--chart", f"is missing for {name}: {why}", EXAMPLE) for name in missing))


def _parse(text: str) -> tuple[Target, Location]:
    name, _, place = text.partition("=")
    match = _CHART.fullmatch(place)
    if not match:
        message = f"{text!r} is not TARGET=REPOSITORY/NAME:VERSION"
        raise Invalid(message)
    return parse_target(name), Location(*match.groups())
