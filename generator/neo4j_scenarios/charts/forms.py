"""The table of a chart that says what single values must look like: forms.yaml, whose head describes it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from neo4j_scenarios.yaml.located import Steps
from neo4j_scenarios.yaml.text import parse_yaml


@dataclass(frozen=True)
class Form:
    """What the text at a key must look like. secret: it can hold a password, so it is not repeated.

    key: such as `a.b`, `a[]` for each item, `a.*` for each value of a map, or `a{}` for each name in it.
    numbers: a number is a text too. Values of other types, and keys that are not there, are for the schema.
    """

    key: str
    pattern: re.Pattern[str]
    expected: str
    secret: bool
    numbers: bool

    def texts(self, values: Mapping[str, Any]) -> Iterator[tuple[Steps, str]]:
        """Yield each text at the key in `values`, with its path."""
        for steps, value in _at(values, (), self.key.split(".")):
            if isinstance(value, str):
                yield steps, value
            elif self.numbers and isinstance(value, int | float) and not isinstance(value, bool):
                yield steps, json.dumps(value)


def read_forms(text: str) -> Iterator[Form]:
    """Yield the forms of a table, one for each key."""
    for each in parse_yaml(text):
        pattern = re.compile(each["pattern"])
        for key in each["keys"]:
            yield Form(key, pattern, each["expected"], each.get("secret", False), each.get("numbers", False))


def _at(node: Any, steps: Steps, key: list[str]) -> Iterator[tuple[Steps, Any]]:
    if not key:
        yield steps, node
    elif isinstance(node, Mapping):
        for below, value in _step(node, key[0]):
            yield from _at(value, (*steps, *below), key[1:])


def _step(node: Mapping[str, Any], step: str) -> Iterator[tuple[Steps, Any]]:
    if step == "*":
        yield from (((name,), value) for name, value in node.items())
        return
    name = step.removesuffix("[]").removesuffix("{}")
    value = node.get(name)
    if step.endswith("[]") and isinstance(value, list):
        yield from (((name, index), item) for index, item in enumerate(value))
    elif step.endswith("{}") and isinstance(value, Mapping):
        yield from (((name, inside), inside) for inside in value)
    elif step == name:
        yield (name,), value
