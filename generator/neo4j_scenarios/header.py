"""Reads the command at the top of a generated values file. It has inputs that values can't hold, such as consents."""

import shlex
from typing import Final

from neo4j_scenarios.charts.reading import INPUTS
from neo4j_scenarios.errors import GeneratorError
from neo4j_scenarios.parse import parse
from neo4j_scenarios.write import MARK
from neo4j_scenarios.yaml.located import Located

_COMMAND: Final = ["neo4j-scenarios", "new"]


def is_ours(values: Located) -> bool:
    """Return whether a file, or the first file with a comment of several, begins like a file that we wrote."""
    return bool(values.comment) and f"# {values.comment[0]}".startswith(MARK)


def header_inputs(values: Located) -> dict[str, str]:
    """Return the inputs of the command in the file's header. There are none if it has no such command."""
    if not is_ours(values):
        return {}
    installs = [line.split()[2] for line in values.comment if line.startswith("helm install ")]
    release = {"release": installs[0]} if len(installs) == 1 else {}
    lines = [line for line in values.comment if line.startswith(" ".join(_COMMAND))]
    if not lines:
        return release  # a fleet's file, whose command does not have the inputs
    try:
        inputs = _flags(shlex.split(lines[0])[len(_COMMAND) :])
        parse(inputs)
    except (GeneratorError, ValueError):
        return {}  # somebody changed the header by hand
    return inputs


def _flags(words: list[str]) -> dict[str, str]:
    inputs = {"scenario": words[0]} if words else {}
    rest = words[1:]
    while rest:
        key = rest.pop(0).removeprefix("--")
        alone = not rest or (rest[0].removeprefix("--") in INPUTS and rest[0].startswith("--"))
        inputs[key] = "true" if alone else rest.pop(0)
    return inputs
