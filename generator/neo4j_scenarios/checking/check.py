"""Checks values files, together as Helm merges them, and returns all findings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Final

from neo4j_scenarios.charts import chart
from neo4j_scenarios.charts.recognise import recognise
from neo4j_scenarios.checking.finding import Finding
from neo4j_scenarios.checking.hazards import Consent
from neo4j_scenarios.checking.rendered import Rendering, check_rendered
from neo4j_scenarios.checking.restore import check_restore
from neo4j_scenarios.checking.secrets import check_secrets
from neo4j_scenarios.checking.shape import check_shape
from neo4j_scenarios.errors import GeneratorError, InputFileError, Problem, UsageError
from neo4j_scenarios.header import header_inputs, is_ours
from neo4j_scenarios.targets import TARGETS
from neo4j_scenarios.yaml.located import Located, read_located
from neo4j_scenarios.yaml.overlay import laid_over
from neo4j_scenarios.yaml.tree import Place

_FLAG: Final = "--target"
_FLAGS: Final = "--target, or check files of different charts one by one with --each"
_TWO: Final = "was written by neo4j-scenarios, and so was {}: each of the two is a separate release"
_EACH: Final = "check the files one by one with --each. Without it, they are merged as `helm -f A -f B` does"


def check(
    paths: Sequence[Path], target: str = "", consent: Consent | None = None, rendering: Rendering | None = None
) -> Sequence[Finding]:
    """Return all findings for one values file, or for several merged ones, in the order of their lines.

    paths: in the order of `helm -f`.
    target: name of their chart. If empty, the files' keys decide.
    consent: the accepted risks, in addition to those of a file's own header.
    rendering: how to render the chart. If None, the chart is not rendered.
    Raises GeneratorError if a file can't be read, and UsageError if the files do not belong together.
    """
    values = together(paths)
    recognised = TARGETS[target] if target else recognise(values, _FLAG if len(paths) == 1 else _FLAGS)
    its_chart = chart(recognised)
    accepted = _accepted(values, consent or Consent())
    findings = [*check_secrets(values, recognised), *check_restore(values, recognised, accepted)]
    # If contract and schema both refuse a key, the contract's message is better than the schema's pattern.
    reported = {each.key for each in findings}
    findings += [each for each in check_shape(values, recognised) if not reported.intersection(_keys(each))]
    if rendering is not None:
        messages = {each.what for each in findings}
        flags = [word for key, value in its_chart.offline.items() for word in ("--set", f"{key}={str(value).lower()}")]
        complete = replace(rendering, chart=rendering.chart or recognised.chart, flags=flags)
        rendered = check_rendered(
            values, complete, accepted, cluster=its_chart.cluster(values), restores=its_chart.asks_for_restore(values)
        )
        findings += [each for each in rendered if each.what not in messages]
    order = {file: number for number, file in enumerate(values.files)}
    return sorted(
        dict.fromkeys(findings), key=lambda each: (order[each.place.file], each.place.line, each.place.column)
    )


def together(paths: Sequence[Path]) -> Located:
    """Return values files as Helm merges them.

    Raises InputFileError with the problems of all files that can't be read. Raises UsageError for a second file that
    the commands wrote, because each of these is a separate release.
    """
    located: list[Located] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            located.append(read_located(path))
        except InputFileError as error:
            problems += error.problems
    if problems:
        raise InputFileError(*problems)
    written = [each for each in located if is_ours(each)]
    if len(written) > 1:
        raise UsageError(Problem(written[1].file, _TWO.format(written[0].file), _EACH))
    return reduce(laid_over, located)


def _keys(shape: Finding) -> set[str]:
    """Return the keys that the schema speaks of: the one that it looks at, and one below it that is missing."""
    missing = re.match(r'"(\w+)" is a required property', shape.what)
    return {shape.key, *([f"{shape.key}.{missing[1]}"] if missing else [])}


def _accepted(values: Located, consent: Consent) -> Consent:
    header = header_inputs(values)
    return Consent(
        consent.data_loss or header.get("accept-data-loss") == "true",
        consent.unpinned or header.get("unpinned") == "true",
    )


def unreadable(error: GeneratorError, paths: Sequence[Path]) -> Iterator[Finding]:
    """Yield the problems of files that can't be read, as findings."""
    for problem in error.problems:
        path = max((str(each) for each in paths if problem.where.startswith(str(each))), key=len, default=str(paths[0]))
        place, _, rest = problem.where.removeprefix(path).partition(": ")
        numbers = [int(each) for each in place.split(":") if each.isdigit()]
        line, column = [*numbers, 1, 1][:2]
        yield Finding(Place(path, line, column), rest, problem.what, problem.hint)
