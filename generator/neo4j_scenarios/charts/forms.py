"""The table of a chart that says what single values must look like: forms.yaml, whose head describes it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from neo4j_scenarios.yaml.located import Steps
from neo4j_scenarios.yaml.text import parse_yaml

_STEP: Final = re.compile(r"\*|\[\]|\{\}|[^.\[{]+")


@dataclass(frozen=True)
class Form:
    """What the text at a key must look like. secret: it can hold a password, so it is not repeated.

    exception: a pattern, or empty. A text in which it matches a part is refused too.
    numbers: a number is a text too. Values of other types, and keys that are not there, are for the schema.
    """

    pattern: str
    exception: str
    expected: str
    secret: bool
    numbers: bool

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        # Compiled when it is needed: a file has a few of the keys, and the table has a hundred.
        return re.compile(self.pattern)

    def takes(self, text: str) -> bool:
        """Return whether a text has this form."""
        return bool(self._pattern.fullmatch(text)) and not (self.exception and re.search(self.exception, text))

    def complaint(self, value: object) -> str:
        """Return what is wrong with a value. It is empty for a right one, and for one that the schema judges."""
        if self.numbers and isinstance(value, int | float) and not isinstance(value, bool):
            value = json.dumps(value)
        if not isinstance(value, str) or self.takes(value):
            return ""
        return f"{'this' if self.secret else repr(value)} is not {self.expected}"


@dataclass
class Forms:
    """The forms of a value and of what is inside it. The whole table is such a tree, so a walk takes each value once.

    own: of the value itself. names: of each name in the map. keys: of the values in the map, by their names.
    others: of each value in the map, whatever its name. items: of each item of the list.
    """

    own: list[Form] = field(default_factory=list)
    names: list[Form] = field(default_factory=list)
    keys: "dict[str, Forms]" = field(default_factory=dict)
    others: "Forms | None" = None
    items: "Forms | None" = None

    def complaints(self, value: object) -> list[tuple[Steps, str]]:
        """Return what is wrong with a value and what is inside it, each with its path."""
        complaints: list[tuple[Steps, str]] = []
        self._walk(value, (), complaints)
        return complaints

    def _walk(self, value: object, steps: Steps, complaints: list[tuple[Steps, str]]) -> None:
        complaints += [(steps, complaint) for form in self.own if (complaint := form.complaint(value))]
        if isinstance(value, dict):
            for name, inside in value.items():
                for form in self.names:
                    if complaint := form.complaint(name):
                        complaints.append(((*steps, name), complaint))
                for forms in (self.keys.get(name), self.others):
                    if forms:
                        forms._walk(inside, (*steps, name), complaints)
        elif isinstance(value, list) and self.items:
            for index, item in enumerate(value):
                self.items._walk(item, (*steps, index), complaints)

    def _below(self, step: str) -> "Forms":
        """Return the forms at a step below, which are made if there are none."""
        if step == "*":
            self.others = self.others or Forms()
            return self.others
        if step == "[]":
            self.items = self.items or Forms()
            return self.items
        return self.keys.setdefault(step, Forms())

    def add(self, key: str, form: Form) -> None:
        """Add a form. key: such as `a.b`, `a[]` for each item, `a.*` for each value of a map, `a{}` for each name."""
        node = self
        *above, last = _STEP.findall(key)
        for step in above:
            node = node._below(step)
        if last == "{}":
            node.names.append(form)
        else:
            node._below(last).own.append(form)


def read_forms(text: str) -> Forms:
    """Return the forms of a table."""
    forms = Forms()
    table: list[Mapping[str, Any]] = parse_yaml(text)
    for each in table:
        marks = (each.get(name, False) for name in ("secret", "numbers"))
        form = Form(each["pattern"], each.get("except", ""), each["expected"], *marks)
        for key in each["keys"]:
            forms.add(key, form)
    return forms
