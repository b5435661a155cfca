"""What a reader has found -> the fewest inputs, and everything of the file that these do not bring back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from neo4j_scenarios.errors import InputFileError, Problem, UsageError, did_you_mean
from neo4j_scenarios.fields import FIELDS
from neo4j_scenarios.fields.deployment import RELEASE
from neo4j_scenarios.importing import ldap
from neo4j_scenarios.importing.chart import chart_of
from neo4j_scenarios.importing.found import Found, Left
from neo4j_scenarios.importing.header import header_inputs
from neo4j_scenarios.importing.labs import read_labs
from neo4j_scenarios.importing.leftovers import leftovers
from neo4j_scenarios.importing.official import read_official
from neo4j_scenarios.importing.own import read_own
from neo4j_scenarios.importing.parts import read_edition
from neo4j_scenarios.located import Located, dotted, read_located
from neo4j_scenarios.parse import parse
from neo4j_scenarios.scenario import Scenario, inputs
from neo4j_scenarios.targets import NEO4J, NEO4J_HELM, NEO4J_RESTORE, TARGETS, Target
from neo4j_scenarios.values import values

_READERS: Final[Mapping[str, Callable[[Found], None]]] = {
    NEO4J_RESTORE.name: read_own,
    NEO4J.name: read_official,
    NEO4J_HELM.name: read_labs,
}

# What values never say, so that the header's word counts.
_UNSAID: Final = ("release", "chart-version", "edition", "accept-data-loss", "unpinned", "accept-first-bootstrap")

_NO_RESTORE: Final = "has no restore in it: its block restore has neither bucket nor database"


@dataclass(frozen=True)
class Imported:
    """A scenario that was made of a values file.

    file: the values file; source, target: the charts that it was for, and that the scenario is for.
    inputs: as scenario.yaml has them. left: what is not carried. open: inputs that are missing, and yours to decide:
    without them the scenario is refused.
    """

    file: str
    source: Target
    target: Target
    inputs: Mapping[str, str]
    left: tuple[Left, ...]
    open: tuple[str, ...]


def import_values(path: Path, source: str = "", target: str = "") -> Imported:
    """Return the scenario that the values file `path` stands for.

    source: name of the chart that the file is for; empty: told by its content. target: name of the chart of the
    scenario; empty: the same. Raises UsageError for the name of no chart, and InputFileError for a file that can't be
    read, has no restore in it, or does not tell its chart.
    """
    charts = {"--from": source, "--target": target}
    wrong = [
        Problem(flag, did_you_mean(name, TARGETS), "name a chart of `neo4j-scenarios list`")
        for flag, name in charts.items()
        if name and name not in TARGETS
    ]
    if wrong:
        raise UsageError(*wrong)
    given = read_located(path)
    chart = TARGETS[source] if source else chart_of(given, "--from")
    return import_located(given, chart, TARGETS[target] if target else chart)


def import_located(given: Located, source: Target, target: Target) -> Imported:
    """Return the scenario for the chart `target` that values of the chart `source` stand for."""
    found = Found(given)
    _READERS[source.name](found)
    if source is NEO4J_RESTORE and not {"bucket", "database"} & found.origins.keys():
        raise InputFileError(Problem(given.file, _NO_RESTORE, "name a values file that restores"))
    _complete(found, target)
    scenario, unanswered = _settled(found)
    made = _made(found, unanswered) if scenario is None else scenario
    found.left += leftovers(found, source, values(made) if made and source is target else {})
    listed = tuple(sorted(found.left, key=lambda left: (left.place.line, left.place.column)))
    fewest = {**inputs(scenario), "target": target.name} if scenario else found.inputs
    ordered = {field.key: fewest[field.key] for field in FIELDS if field.key in fewest}
    return Imported(given.file, source, target, ordered, listed, tuple(dict.fromkeys(unanswered)))


def _complete(found: Found, target: Target) -> None:
    header = header_inputs(found.values)
    # A foreign chart's service account is bound outside of its values; of an image with a digest the tag is not said.
    keyless = () if "secret" in found.inputs else ("workload-identity",)
    tagless = ("restore-tag",) if "restore-digest" in found.inputs else ()
    for key in (*_UNSAID, *keyless, *tagless, *_elsewhere(found, header)):
        if key in header:
            found.inputs.setdefault(key, header[key])
    read_edition(found)
    found.inputs.setdefault("scenario", "single-instance")
    found.inputs["target"] = target.name
    for field in FIELDS:
        if found.inputs.get(field.key) == field.default and field.key != "target":
            del found.inputs[field.key]
    local = found.inputs.get("bucket", "").startswith("file://")
    if not local and not {"secret", "workload-identity"} & found.inputs.keys():
        _no_identity(found)


def _elsewhere(found: Found, header: Mapping[str, str]) -> tuple[str, ...]:
    """Return the inputs of a directory, which the labs chart has in a ConfigMap: of the release, and still named."""
    name = f"{header.get('release', RELEASE.default)}-ldap"
    sources = found.values.get("core", "envFrom")
    named = isinstance(sources, list) and {"configMapRef": {"name": name}} in sources
    if not named or "ldap-url" not in header:
        return ()
    found.skip("core", "envFrom")
    return ldap.UNSAID


def _no_identity(found: Found) -> None:
    if found.origins.get("secret") is None or "secret" in header_inputs(found.values):
        return
    found.leave(
        (*found.origins["secret"], "secret"),
        "mounts no service key, so the identity of the pod or its node is used, and the file does not name it",
        "workload-identity: NAME; without it the scenario mounts the Secret restore-service-key",
    )


def _settled(found: Found) -> tuple[Scenario | None, list[str]]:
    """Return the scenario, what is refused of it left out and listed; or the keys that only a person can give."""
    while True:
        try:
            return parse(found.inputs, str), []
        except UsageError as error:
            refused = [each for each in error.problems if each.where in found.inputs and each.where in found.origins]
            if not refused:
                return None, [_open(found, problem) for problem in error.problems]
            for problem in refused:
                if found.inputs.pop(problem.where, None) is not None:
                    found.leave(found.origins[problem.where], problem.what, problem.hint)


def _open(found: Found, problem: Problem) -> str:
    key = problem.where
    steps = found.origins.get(key, ())
    if not any(left.key == dotted(steps) for left in found.left if steps):
        name = dotted(steps) or key
        found.left.append(
            Left(name, found.values.place(steps), problem.what, f"{key} in scenario.yaml: {problem.hint}")
        )
    return key


def _made(found: Found, unanswered: list[str]) -> Scenario | None:
    """Return the scenario with examples in place of what is open, to see what of the file it brings back."""
    examples: dict[str, Any] = {field.key: field.example for field in FIELDS if field.key in unanswered}
    try:
        return parse({**found.inputs, **examples}, str)
    except UsageError:
        return None
