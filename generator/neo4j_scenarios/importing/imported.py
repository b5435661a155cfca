"""Makes a scenario from a values file: the fewest inputs, and a list of the values that these do not give back."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from neo4j_scenarios.charts import chart
from neo4j_scenarios.charts.read_pod import read_edition
from neo4j_scenarios.charts.reading import Reading, Unsupported
from neo4j_scenarios.charts.recognise import recognise
from neo4j_scenarios.errors import Problem, UsageError, did_you_mean
from neo4j_scenarios.header import header_inputs
from neo4j_scenarios.importing.leftovers import leftovers
from neo4j_scenarios.inputs.fields import FIELDS
from neo4j_scenarios.inputs.scenario import Scenario, inputs
from neo4j_scenarios.parse import parse
from neo4j_scenarios.targets import TARGETS, Target
from neo4j_scenarios.yaml.located import Located, dotted, read_located

# Inputs that values never hold, so the header's value counts.
_UNSAID: Final = ("release", "chart-version", "edition", "accept-data-loss", "unpinned", "accept-first-bootstrap")


@dataclass(frozen=True)
class Imported:
    """A scenario that was made from a values file.

    file: the values file. source: its chart. target: the chart of the scenario.
    inputs: in the form of scenario.yaml.
    left: the values that the scenario can't hold.
    open: missing inputs, which the operator must decide. Without them the scenario is refused.
    """

    file: str
    source: Target
    target: Target
    inputs: Mapping[str, str]
    left: tuple[Unsupported, ...]
    open: tuple[str, ...]


def import_values(path: Path, source: str = "", target: str = "") -> Imported:
    """Return the scenario of the values file `path`.

    source: name of the file's chart. If empty, its keys decide. target: name of the scenario's chart. If empty, it is
    the same. Raises UsageError for an unknown chart. Raises InputFileError for a file that can't be read, asks for no
    restore, or does not show its chart.
    """
    charts = {"--from": source, "--target": target}
    problems = [
        Problem(flag, did_you_mean(name, TARGETS), "name a chart of `neo4j-scenarios list`")
        for flag, name in charts.items()
        if name and name not in TARGETS
    ]
    if problems:
        raise UsageError(*problems)
    located = read_located(path)
    recognised = TARGETS[source] if source else recognise(located, "--from")
    return import_located(located, recognised, TARGETS[target] if target else recognised)


def import_located(located: Located, source: Target, target: Target) -> Imported:
    """Return the scenario of values of the chart `source`, for the chart `target`."""
    reading = Reading(located, header_inputs(located))
    chart(source).read(reading)
    _complete(reading, target)
    scenario, unanswered = _settled(reading)
    complete = _with_examples(reading, unanswered) if scenario is None else scenario
    reading.left += leftovers(reading, source, chart(source).values(complete) if complete and source is target else {})
    listed = tuple(sorted(reading.left, key=lambda left: (left.place.line, left.place.column)))
    fewest = {**inputs(scenario), "target": target.name} if scenario else reading.inputs
    ordered = {field.key: fewest[field.key] for field in FIELDS if field.key in fewest}
    return Imported(located.file, source, target, ordered, listed, tuple(dict.fromkeys(unanswered)))


def _complete(reading: Reading, target: Target) -> None:
    header = reading.header
    # A foreign chart's service account is bound outside of its values. An image with a digest has no tag in them.
    keyless = () if "secret" in reading.inputs else ("workload-identity",)
    tagless = ("restore-tag",) if "restore-digest" in reading.inputs else ()
    for key in (*_UNSAID, *keyless, *tagless, *reading.elsewhere):
        if key in header:
            reading.inputs.setdefault(key, header[key])
    read_edition(reading)
    reading.inputs.setdefault("scenario", "single-instance")
    reading.inputs["target"] = target.name
    for field in FIELDS:
        if reading.inputs.get(field.key) == field.default and field.key != "target":
            del reading.inputs[field.key]
    local = reading.inputs.get("bucket", "").startswith("file://")
    if not local and not {"secret", "workload-identity"} & reading.inputs.keys():
        _no_identity(reading)


def _no_identity(reading: Reading) -> None:
    if reading.origins.get("secret") is None or "secret" in reading.header:
        return
    reading.leave(
        (*reading.origins["secret"], "secret"),
        "mounts no service key, so it uses the identity of the pod or its node, which the file does not name",
        "set workload-identity to its NAME. Without it, the scenario mounts the Secret restore-service-key",
    )


def _settled(reading: Reading) -> tuple[Scenario | None, list[str]]:
    """Return the scenario without the inputs that were refused, which are listed. Or return the missing keys."""
    while True:
        try:
            return parse(reading.inputs, str), []
        except UsageError as error:
            refused = [
                each for each in error.problems if each.where in reading.inputs and each.where in reading.origins
            ]
            if not refused:
                return None, [_open(reading, problem) for problem in error.problems]
            for problem in refused:
                if reading.inputs.pop(problem.where, None) is not None:
                    reading.leave(reading.origins[problem.where], problem.what, problem.hint)


def _open(reading: Reading, problem: Problem) -> str:
    key = problem.where
    steps = reading.origins.get(key, ())
    if not any(left.key == dotted(steps) for left in reading.left if steps):
        name = dotted(steps) or key
        reading.left.append(
            Unsupported(name, reading.values.place(steps), problem.what, f"{key} in scenario.yaml: {problem.hint}")
        )
    return key


def _with_examples(reading: Reading, unanswered: list[str]) -> Scenario | None:
    """Return the scenario with examples for missing inputs, to see which of the file's values it gives back."""
    examples: dict[str, Any] = {field.key: field.example for field in FIELDS if field.key in unanswered}
    try:
        return parse({**reading.inputs, **examples}, str)
    except UsageError:
        return None
