"""A values file -> all that is wrong with it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from neo4j_scenarios.checking.charts import check_restore
from neo4j_scenarios.checking.finding import Finding
from neo4j_scenarios.checking.hazards import Consent
from neo4j_scenarios.checking.rendered import Rendering, check_rendered
from neo4j_scenarios.checking.secrets import check_secrets
from neo4j_scenarios.checking.shape import check_shape
from neo4j_scenarios.errors import GeneratorError
from neo4j_scenarios.importing.chart import chart_of
from neo4j_scenarios.importing.header import header_inputs
from neo4j_scenarios.located import Located, read_located
from neo4j_scenarios.targets import NEO4J, NEO4J_HELM, NEO4J_RESTORE, TARGETS, Target
from neo4j_scenarios.yamltree import Place

# The official chart looks for Secrets and Services in the cluster, and fails without one.
_NO_LOOKUPS: Final = ("--set", "disableLookups=true")


def check(
    path: Path, target: str = "", consent: Consent | None = None, rendering: Rendering | None = None
) -> Sequence[Finding]:
    """Return all that is wrong with a values file, in the order of its lines.

    target: name of its chart; empty: told by its keys. consent: what is accepted besides what the file's own header
    says. rendering: where given, the chart is rendered too. Raises GeneratorError where the file can't be read.
    """
    values = read_located(path)
    chart = TARGETS[target] if target else chart_of(values, "--target")
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
    return sorted(dict.fromkeys(found), key=lambda each: (each.place.line, each.place.column))


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


def unreadable(error: GeneratorError, path: Path) -> Iterator[Finding]:
    """Yield the problems of a file that can't be read, as findings."""
    for problem in error.problems:
        place, _, rest = problem.where.removeprefix(str(path)).partition(": ")
        numbers = [int(each) for each in place.split(":") if each.isdigit()]
        line, column = [*numbers, 1, 1][:2]
        yield Finding(Place(str(path), line, column), rest, problem.what, problem.hint)
