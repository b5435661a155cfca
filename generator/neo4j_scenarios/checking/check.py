"""Values files -> all that is wrong with what Helm makes of them together."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Final

from neo4j_scenarios.checking.charts import check_restore
from neo4j_scenarios.checking.finding import Finding
from neo4j_scenarios.checking.hazards import Consent
from neo4j_scenarios.checking.rendered import Rendering, check_rendered
from neo4j_scenarios.checking.secrets import check_secrets
from neo4j_scenarios.checking.shape import check_shape
from neo4j_scenarios.errors import GeneratorError, InputFileError, Problem, UsageError
from neo4j_scenarios.importing.chart import chart_of
from neo4j_scenarios.importing.header import header_inputs, is_ours
from neo4j_scenarios.located import Located, read_located
from neo4j_scenarios.overlay import laid_over
from neo4j_scenarios.targets import NEO4J, NEO4J_HELM, NEO4J_RESTORE, TARGETS, Target
from neo4j_scenarios.yamltree import Place

_FLAG: Final = "--target"
_FLAGS: Final = "--target; --each checks files of several charts, each by itself"
_TWO: Final = "is written by neo4j-scenarios, as {} is: each of the two is the values of a release by itself"
_EACH: Final = "--each checks each file by itself; without it, files are laid over each other as `helm -f A -f B` does"

# The official chart looks for Secrets and Services in the cluster, and fails without one.
_NO_LOOKUPS: Final = ("--set", "disableLookups=true")


def check(
    paths: Sequence[Path], target: str = "", consent: Consent | None = None, rendering: Rendering | None = None
) -> Sequence[Finding]:
    """Return all that is wrong with one values file, or with several laid over each other, in the order of their lines.

    paths: in the order of `helm -f`. target: name of their chart; empty: told by their keys. consent: what is accepted
    besides what a file's own header says. rendering: where given, the chart is rendered too.
    Raises GeneratorError where a file can't be read, and UsageError where they do not belong together.
    """
    values = together(paths)
    chart = TARGETS[target] if target else chart_of(values, _FLAG if len(paths) == 1 else _FLAGS)
    accepted = _accepted(values, consent or Consent())
    found = [*check_secrets(values, chart.name), *check_restore(values, chart, accepted)]
    # Of one key the contract says more than the schema's pattern.
    told_of = {each.key for each in found}
    found += [each for each in check_shape(values, chart) if each.key not in told_of]
    if rendering is not None:
        told = {each.what for each in found}
        flags = _NO_LOOKUPS if chart is NEO4J else ()
        made = replace(rendering, chart=rendering.chart or chart.chart, flags=flags)
        rendered = check_rendered(
            values, made, accepted, cluster=_cluster(values, chart), restores=_restores(values, chart)
        )
        found += [each for each in rendered if each.what not in told]
    order = {file: number for number, file in enumerate(values.files)}
    return sorted(dict.fromkeys(found), key=lambda each: (order[each.place.file], each.place.line, each.place.column))


def together(paths: Sequence[Path]) -> Located:
    """Return values files as Helm lays them over each other.

    Raises InputFileError with the problems of all files that can't be read, and UsageError for a second file that
    the commands wrote: each of these is a release of its own.
    """
    read: list[Located] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            read.append(read_located(path))
        except InputFileError as error:
            problems += error.problems
    if problems:
        raise InputFileError(*problems)
    written = [each for each in read if is_ours(each)]
    for each in written[1:]:
        raise UsageError(Problem(each.file, _TWO.format(written[0].file), _EACH))
    return reduce(laid_over, read)


def _accepted(values: Located, consent: Consent) -> Consent:
    header = header_inputs(values)
    return Consent(
        consent.data_loss or header.get("accept-data-loss") == "true",
        consent.unpinned or header.get("unpinned") == "true",
    )


def _restores(values: Located, chart: Target) -> bool:
    """Tell whether the values ask for a restore; only our chart has a word for none."""
    return chart is not NEO4J_RESTORE or values.get("restore", "enabled") is not False


def _cluster(values: Located, chart: Target) -> bool:
    if chart is NEO4J_HELM:
        return values.get("core", "standalone") is not True
    size = values.get("neo4j", "minimumClusterSize")
    return chart is NEO4J and isinstance(size, int) and size > 1


def unreadable(error: GeneratorError, paths: Sequence[Path]) -> Iterator[Finding]:
    """Yield the problems of files that can't be read, as findings."""
    for problem in error.problems:
        path = max((str(each) for each in paths if problem.where.startswith(str(each))), key=len, default=str(paths[0]))
        place, _, rest = problem.where.removeprefix(path).partition(": ")
        numbers = [int(each) for each in place.split(":") if each.isdigit()]
        line, column = [*numbers, 1, 1][:2]
        yield Finding(Place(path, line, column), rest, problem.what, problem.hint)
