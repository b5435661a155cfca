"""A scenario folder: `scenario.yaml` by hand, and beside it one values file for each target."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from neo4j_scenarios.errors import GeneratorError, InputFileError, Problem
from neo4j_scenarios.fields import deployment
from neo4j_scenarios.parse import parse
from neo4j_scenarios.render import render
from neo4j_scenarios.scenario import Scenario
from neo4j_scenarios.targets import KINDS

INPUTS: Final = "scenario.yaml"

_HINT: Final = "the keys of a scenario.yaml are the flags of `neo4j-scenarios new`, without dashes at their start"


@dataclass(frozen=True)
class _Text:
    """A scalar as it stands in the file, and its place, both from 1."""

    text: str
    line: int
    column: int


def values_files(folders: list[Path]) -> dict[Path, str]:
    """Return the texts that the values files of `folders` should hold, in the order of folders and targets.

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
    """Yield what the `scenario.yaml` at `path` asks for: one for each target it names, or else for each that can.

    Raises InputFileError or UsageError with file, line and column.
    """
    read = _read(path)
    inputs = {key: value.text for key, value in read.items()}
    kind = KINDS.get(inputs.get(deployment.SCENARIO.key, ""))
    by_default = [target.name for target in kind.targets] if kind else []
    named = inputs.pop(deployment.TARGET.key, "")
    for target in _names(named) or by_default or [deployment.TARGET.default]:
        yield parse({**inputs, deployment.TARGET.key: target}, _places(path, read))


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _places(path: Path, read: Mapping[str, _Text]) -> Callable[[str], str]:
    def where(key: str) -> str:
        place = read.get(key)
        return f"{path}:{place.line}:{place.column}: {key}" if place else f"{path}: {key}"

    return where


def _read(path: Path) -> dict[str, _Text]:
    """Return the file's keys and scalars, as text: no YAML type comes between an input and its rule."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise InputFileError(
            Problem(str(path), f"can't be read: {error.strerror}", "name folders with a scenario.yaml")
        ) from error
    except UnicodeDecodeError as error:
        raise InputFileError(Problem(str(path), "is not UTF-8 text", "save it as UTF-8")) from error
    except RecursionError as error:
        raise InputFileError(Problem(str(path), "is nested too deeply", _HINT)) from error
    except yaml.YAMLError as error:
        raise InputFileError(Problem(_place(path, error), f"is not YAML: {_reason(error)}", _HINT)) from error
    if not isinstance(root, yaml.MappingNode):
        raise InputFileError(Problem(str(path), "does not hold keys with values", _HINT))
    return _scalars(path, root)


def _scalars(path: Path, root: yaml.MappingNode) -> dict[str, _Text]:
    read: dict[str, _Text] = {}
    problems: list[Problem] = []
    for key, value in root.value:
        mark = key.start_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}"
        if not isinstance(key, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode):
            problems.append(Problem(place, "has a list or a map where one text is expected, as 'neo4j,system'", _HINT))
        elif key.value in read:
            problems.append(Problem(place, f"has {key.value!r} a second time", "leave one of the two out"))
        else:
            read[key.value] = _Text(value.value, mark.line + 1, mark.column + 1)
    if problems:
        raise InputFileError(*problems)
    return read


def _place(path: Path, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)


def _reason(error: yaml.YAMLError) -> str:
    # Without the mark, whose text quotes the line: that may hold a key.
    return getattr(error, "problem", None) or getattr(error, "reason", None) or "it can't be read"
