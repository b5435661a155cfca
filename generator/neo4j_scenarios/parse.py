"""Parses the texts of flags or of a scenario.yaml into a `Scenario`, or reports all their problems."""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any, Final, TypeVar

from neo4j_restore.secrecy import WITHHELD
from neo4j_restore.spec import Invalid
from neo4j_scenarios.errors import Problem, UsageError, did_you_mean
from neo4j_scenarios.hazards import Hazard, hazards
from neo4j_scenarios.inputs.fields import FIELDS, Field, deployment
from neo4j_scenarios.inputs.rules import has_key
from neo4j_scenarios.inputs.scenario import Scenario, attribute, default, derived

T = TypeVar("T")

_FIELDS: Final = {field.key: field for field in FIELDS}
_ATTRIBUTES: Final = {field.key: attribute(field) for field in FIELDS}
_REQUIRED: Final = frozenset(field.key for field in FIELDS if field.required)


def flag(key: str) -> str:
    """Return the name of an input on the command line."""
    return "SCENARIO" if key == deployment.SCENARIO.key else f"--{key}"


def parse(inputs: Mapping[str, str], where: Callable[[str], str] = flag) -> Scenario:
    """Return the scenario of `inputs`, which are texts by the keys of `FIELDS`.

    where: gives the place of a key for messages, by default its flag. Raises UsageError with all problems.
    """
    reader = _Reader(inputs, where)
    scenario = _read(reader)
    problems = reader.problems + [
        Problem(where(hazard.key), hazard.what, hazard.hint)
        for hazard in hazards(scenario)
        if not reader.failed.intersection(hazard.keys)
    ]
    if problems:
        raise UsageError(*problems)
    return scenario


def check(field: Field[T], text: str) -> None:
    """Raise Invalid if `text` is not valid for an input. An empty text means the default, if the input has one."""
    _parsed(field.key, text or field.default)


def refused(inputs: Mapping[str, str]) -> list[Hazard]:
    """Return the hazards of `inputs`, the combinations that must not be used. `check` accepts each single input."""
    return list(hazards(_read(_Reader({key: text for key, text in inputs.items() if text}, flag))))


def _read(reader: "_Reader") -> Scenario:
    values = dict(_defaults())
    values |= {name: reader.read(_FIELDS[key]) for key, name in _ATTRIBUTES.items() if key in reader.keys}
    for name, text in derived(values).items():
        values[name] = values[name] or text
    return Scenario._make(map(values.__getitem__, Scenario._fields))  # three times as fast as 75 arguments by name


@cache
def _defaults() -> Mapping[str, Any]:
    optional = (field for field in FIELDS if not field.required)
    return {attribute(field): default(field) for field in optional}


class _Reader:
    """Reads inputs and collects problems. A field with a problem gets a valid value, so that other checks can run.

    keys: of the inputs that are read. All others have their defaults.
    """

    def __init__(self, inputs: Mapping[str, str], where: Callable[[str], str]) -> None:
        self._inputs = inputs
        self._where = where
        self.keys = _REQUIRED | inputs.keys()
        self.failed: set[str] = set()
        self.problems = [
            Problem(where(key), did_you_mean(key, _FIELDS), "correct the name, or remove it")
            for key in inputs
            if key not in _FIELDS
        ]

    def read(self, field: Field[T]) -> T:
        text = self._inputs.get(field.key, field.default)
        try:
            value: T = _parsed(field.key, text)  # type: ignore[assignment] # the rule of that key gives a T
        except Invalid as error:
            self.failed.add(field.key)
            hint = f"use a value such as {field.example}"
            self.problems.append(Problem(self._where(field.key), str(error), hint))
            return field.parse(field.default if field.default or not field.required else field.example)
        else:
            return value


@lru_cache(maxsize=4096)  # the clusters of a fleet mostly have the same inputs
def _parsed(key: str, text: str) -> object:
    field = _FIELDS[key]
    return field.parse(_acceptable(text, field.required))


def _acceptable(text: str, required: bool) -> str:
    if required and not text:
        message = "is missing"
        raise Invalid(message)
    if has_key(text):
        message = f"is {WITHHELD}: a values file names a Secret, which `neo4j-scenarios secret` makes from a key file"
        raise Invalid(message)
    if not text.isprintable():
        message = f"{text!r} has a control character or a line break in it"
        raise Invalid(message)
    return text
