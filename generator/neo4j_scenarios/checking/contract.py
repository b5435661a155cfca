"""Checks the environment of a restore container against the contract: the image's own rules, before there is a pod."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from neo4j_restore.values import read
from neo4j_restore.variables import VARIABLES, Content
from neo4j_scenarios.charts.environment import LICENCE

# Variables that name a file that the pod must mount.
PATHS: Final = tuple(variable.name for variable in VARIABLES if variable.content is Content.MOUNTED_FILE)

_VARIABLES: Final = {variable.name: variable for variable in VARIABLES}

KNOWN: Final = frozenset(_VARIABLES)


class Complaint(NamedTuple):
    """A problem with a variable, and its hint. `name` is empty if the problem is not about one variable."""

    name: str
    what: str
    hint: str


def complaints(environment: Mapping[str, str | None]) -> Iterator[Complaint]:
    """Yield everything that the image would refuse. A value is None if the values file does not show it."""
    yield from _names(environment)
    _, problems = read(environment)
    for name, message, hint in problems:
        yield Complaint(name, message, hint or f"set {name} to its meaning: {_VARIABLES[name].meaning}")


def _names(environment: Iterable[str]) -> Iterator[Complaint]:
    for name in environment:
        if name in _VARIABLES or name == LICENCE:
            continue
        short = name.removeprefix("NEO4J_")
        if name != short:
            hint = f"use {short}" if short in _VARIABLES else "remove it: settings of Neo4j belong to the server"
            yield Complaint(name, f"{name}: no variable of the restore image starts with NEO4J_", hint)
        elif similar := difflib.get_close_matches(name, _VARIABLES, n=1, cutoff=0.8):
            message = f"{name} is not known: did you mean {similar[0]}?"
            yield Complaint(name, message, "correct the name, or remove the variable")
