"""A scenario folder: a `scenario.yaml` written by hand, and beside it one values file for each target."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from neo4j_scenarios.errors import GeneratorError, InputFileError, Problem
from neo4j_scenarios.fleet.layers import STRUCTURES, Setting
from neo4j_scenarios.inputs.fields import deployment
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.inputs.structure import of_node
from neo4j_scenarios.parse import parse
from neo4j_scenarios.render.values_file import render
from neo4j_scenarios.targets import KINDS
from neo4j_scenarios.yaml.tree import Map, Node, Text, read_tree

INPUTS: Final = "scenario.yaml"

_HINT: Final = "the keys of a scenario.yaml are the flags of `neo4j-scenarios new`, without the leading dashes"


def values_files(folders: list[Path]) -> dict[Path, str]:
    """Return the texts of the values files of `folders`, in the order of folders and targets.

    Raises InputFileError with the problems of all folders, each with file, line and column.
    """
    files: dict[Path, str] = {}
    problems: list[Problem] = []
    for folder in folders:
        try:
            for scenario in scenarios(folder / INPUTS):
                files[folder / f"values.{scenario.target.slug}.yaml"] = render(scenario)
        except GeneratorError as error:
            problems += error.problems
    if problems:
        raise InputFileError(*dict.fromkeys(problems))
    return files


def scenarios(path: Path) -> Iterator[Scenario]:
    """Yield the scenarios of the `scenario.yaml` at `path`, one for each target.

    If the file names no target, there is one for each target that can do the scenario.
    Raises InputFileError or UsageError with file, line and column.
    """
    settings = _read(path)
    inputs = {key: setting.text or "" for key, setting in settings.items()}
    kind = KINDS.get(inputs.get(deployment.SCENARIO.key, ""))
    by_default = [target.name for target in kind.targets] if kind else []
    targets = inputs.pop(deployment.TARGET.key, "")
    for target in _names(targets) or by_default or [deployment.TARGET.default]:
        yield parse({**inputs, deployment.TARGET.key: target}, _places(path, settings))


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _places(path: Path, settings: Mapping[str, Setting]) -> Callable[[str], str]:
    return lambda key: f"{settings[key].place if key in settings else path}: {key}"


def _read(path: Path) -> dict[str, Setting]:
    """Return the file's keys and scalars as texts, so that an input's rule sees just what the file says."""
    root = read_tree(path, _HINT)
    if not isinstance(root, Map):
        raise InputFileError(Problem(str(path), "does not hold keys with values", _HINT))
    what = "has a list or a map, but must be a single text such as 'neo4j,system'"
    texts = {key: _text(key, node) for key, (_, node) in root.entries.items()}
    places = {key: at for key, (at, _) in root.entries.items()}
    if problems := [Problem(f"{places[key]}: {key}", what, _HINT) for key, text in texts.items() if text is None]:
        raise InputFileError(*problems)
    return {key: Setting(text, places[key]) for key, text in texts.items()}


def _text(key: str, node: Node) -> str | None:
    """Return what an input's node says, a list or map of Kubernetes as one line; None where the input is one text."""
    if isinstance(node, Text):
        return node.text or ""
    return of_node(node) if key in STRUCTURES else None
