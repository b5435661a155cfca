"""Where a chart is, for engines that fetch it by themselves: `--chart TARGET=REPOSITORY/NAME:VERSION`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from neo4j_restore.spec import Invalid
from neo4j_scenarios.errors import Problem, UsageError
from neo4j_scenarios.scenario import Scenario
from neo4j_scenarios.targets import Target, parse_target

_CHART: Final = re.compile(
    r"((?:https?|oci)://[^\s@:]+(?::[0-9]+)?(?:/[^\s@:]+)*)/([A-Za-z0-9._-]+):([A-Za-z0-9.+_-]+)"
)

EXAMPLE: Final = "--chart neo4j-restore=oci://registry.example/charts/neo4j-restore:0.1.0"


@dataclass(frozen=True)
class Chart:
    """A chart of a repository, in one version. repository: its URL, with `https://` or `oci://`, without the name."""

    repository: str
    name: str
    version: str

    @property
    def oci(self) -> bool:
        """Whether the repository is one of container images."""
        return self.repository.startswith("oci://")


def parse_charts(texts: Iterable[str]) -> dict[str, Chart]:
    """Return the charts by the name of their target. Raises UsageError with all that is wrong."""
    charts: dict[str, Chart] = {}
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


def pinned(charts: Mapping[str, Chart], scenario: Scenario) -> Chart | None:
    """Return the chart of a scenario, in the version that it names itself; None where no place is given."""
    chart = charts.get(scenario.target.name)
    return replace(chart, version=scenario.chart_version) if chart and scenario.chart_version else chart


def needed(charts: Mapping[str, Chart], targets: Iterable[Target]) -> None:
    """Raise UsageError for each target that no chart is given for."""
    missing = [target.name for target in dict.fromkeys(targets) if target.name not in charts]
    if missing:
        hint = "the engine fetches the chart by itself: say from where"
        raise UsageError(*(Problem("--chart", f"is missing for {name}: {hint}", EXAMPLE) for name in missing))


def _parse(text: str) -> tuple[Target, Chart]:
    name, _, place = text.partition("=")
    found = _CHART.fullmatch(place)
    if not found:
        message = f"{text!r} is not TARGET=REPOSITORY/NAME:VERSION"
        raise Invalid(message)
    return parse_target(name), Chart(*found.groups())
