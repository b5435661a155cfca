"""`make charts-real CHARTS=folder`: our files and our facts, held to charts of others that are on the disk.

The folder holds charts as `helm pull` leaves them, of any versions, packed or not. Every values file of scenarios/ is
rendered with each chart that it is for: the restore containers of the pods are checked, and that no two releases of a
cluster make the same object. Then each fact of facts.yaml is tried. Ends with 1 if something does not hold.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from tests.chart.helm import ROOT
from tests.charts_real.facts import Fact, facts, paths, version

from neo4j_scenarios.checking import Rendering, check
from neo4j_scenarios.inputs.scenario import Scenario, release_names
from neo4j_scenarios.output.scenario_folder import scenarios
from neo4j_scenarios.targets import NEO4J, NEO4J_HELM, Target

# What a file says that an old chart does not know yet is no mistake of ours.
_NEEDS = "needs "

_NO_LOOKUPS = ("--set", "disableLookups=true")


@dataclass(frozen=True)
class Chart:
    """A chart on the disk."""

    place: Path
    target: Target
    version: str


def main(folder: Path, helm: str) -> int:
    """Print a table. Return the exit code."""
    lines: list[tuple[str, str, str, str]] = []
    for chart in charts(folder, helm):
        for path, scenario in files(chart.target):
            problems_there = lacking(chart, path) or [
                *problems(chart, path, helm),
                *shared(chart, path, scenario, helm),
            ]
            lines.append((chart.target.name, chart.version, path.parent.name, " ".join(problems_there) or "ok"))
        for fact in facts()[chart.target.name]:
            if wrong := disproved(chart, fact, helm):
                lines.append((chart.target.name, chart.version, ".".join(fact.key), wrong))
    for line in lines:
        sys.stdout.write("{:<12} {:<9} {:<34} {}\n".format(*line))
    if not lines:
        sys.stderr.write(f"error: {folder} has no chart neo4j/neo4j of 5 or later, and no labs chart\n")
    return 0 if lines and all(line[3] == "ok" or line[3].startswith(_NEEDS) for line in lines) else 1


def charts(folder: Path, helm: str) -> Iterator[Chart]:
    """Yield the charts in a folder that the generator writes for."""
    for place in sorted(folder.iterdir()):
        if not (place.suffix == ".tgz" or (place / "Chart.yaml").is_file()):
            continue
        shown = yaml.safe_load(run(helm, "show", "chart", str(place)))
        labs = "core" in (yaml.safe_load(run(helm, "show", "values", str(place))) or {})
        if shown["name"] == "neo4j" and (labs or version(shown["version"]) >= (5,)):
            yield Chart(place, NEO4J_HELM if labs else NEO4J, shown["version"])


def files(target: Target) -> Iterator[tuple[Path, Scenario]]:
    """Yield the ready-made values files for a chart."""
    for path in sorted((ROOT / "scenarios").glob("*/scenario.yaml")):
        for scenario in scenarios(path):
            if scenario.target is target:
                yield path.parent / f"values.{target.slug}.yaml", scenario


def lacking(chart: Chart, path: Path) -> list[str]:
    """Return which version of the chart a values file needs, where this one is older."""
    written = [*paths(yaml.safe_load(path.read_text(encoding="utf-8")))]
    if ("neo4j", "passwordFromSecret") in written:
        written.append(("disableLookups",))  # without it the chart looks for that Secret in a cluster
    late = [
        fact
        for fact in facts()[chart.target.name]
        if version(chart.version) < fact.since and any(each[: len(fact.key)] == fact.key for each in written)
    ]
    return [f"{_NEEDS}{'.'.join(map(str, fact.since))} for {'.'.join(fact.key)};" for fact in late]


def problems(chart: Chart, path: Path, helm: str) -> list[str]:
    """Return what `validate --render` has against a values file."""
    findings = check([path], chart.target.name, rendering=Rendering(str(chart.place), helm))
    return [f"{each.key} {each.what}" for each in findings]


def shared(chart: Chart, path: Path, scenario: Scenario, helm: str) -> list[str]:
    """Return the objects that two releases of a cluster would both make."""
    flags = _NO_LOOKUPS if chart.target is NEO4J else ()
    made: Counter[str] = Counter()
    for name in release_names(scenario):
        text = run(helm, "template", name, str(chart.place), "--values", str(path), *flags)
        made.update(f"{each['kind']}/{each['metadata']['name']}" for each in yaml.safe_load_all(text) if each)
    return [f"{name} is made {count} times" for name, count in made.items() if count > 1]


def disproved(chart: Chart, fact: Fact, helm: str) -> str:
    """Return what does not fit the fact: a key that has an effect too early, or none later. Empty if the fact holds."""
    base = ROOT / "scenarios" / "single-instance" / f"values.{chart.target.slug}.yaml"
    values = laid_over(yaml.safe_load(base.read_text(encoding="utf-8")), fact.beside)
    example = fact.example
    for step in reversed(fact.key):
        example = {step: example}
    texts = [rendered(chart, each, helm) for each in (values, laid_over(values, example))]
    counts = texts[0] != texts[1]
    if counts == (version(chart.version) >= fact.since):
        return ""
    return "does nothing, and should" if not counts else "counts already, and should not"


def rendered(chart: Chart, values: Mapping[str, Any], helm: str) -> str:
    """Return what the chart makes of values. Random passwords are left out."""
    flags = _NO_LOOKUPS if chart.target is NEO4J and "disableLookups" not in values else ()
    command = [helm, "template", "graph", str(chart.place), "--values", "-", *flags]
    text = subprocess.run(command, input=yaml.safe_dump(dict(values)), capture_output=True, text=True, check=False)
    lines = (text.stdout or text.stderr).splitlines()
    return "\n".join(line for line in lines if "NEO4J_AUTH:" not in line and "neo4j-password:" not in line)


def laid_over(values: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as Helm lays one file over another."""
    merged = dict(values)
    for key, value in above.items():
        below = merged.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[key] = laid_over(below, value) if both and below is not None else value
    return merged


def run(*command: str) -> str:
    """Return the output of a command. If it fails, show its error and return an empty text."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
