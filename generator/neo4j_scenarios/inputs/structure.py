"""Inputs that are lists and maps of Kubernetes: read as YAML or JSON, kept as one line of JSON.

As one line they are texts like all other inputs, in a flag, a cell or a layer of a fleet. A file may write them out.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from neo4j_restore.spec import Invalid
from neo4j_scenarios.errors import InputFileError

if TYPE_CHECKING:
    from neo4j_scenarios.yaml.tree import Node

# The readers of YAML are imported inside the functions: every command knows the inputs, and most read no YAML.

_NAME: Final = "value"


@dataclass(frozen=True, eq=False)
class ListOf:
    """A rule for a list of maps, each with texts under `keys`. It returns one line of JSON, or nothing for no items.

    what: the kind of item, such as `volume`. No two items have the same value of the first key.
    """

    what: str
    keys: tuple[str, ...]
    distinct: bool = True

    def __call__(self, text: str) -> str:
        """Return the list as one line."""
        items = read(text) if text else []
        if not isinstance(items, list):
            message = f"must be a list of {self.what}s, but is not"
            raise Invalid(message)
        for number, item in enumerate(items, 1):
            self._check(number, item)
        names = [item[self.keys[0]] for item in items]
        if twice := next((name for name in names if self.distinct and names.count(name) > 1), None):
            message = f"has the {self.what} {twice!r} twice"
            raise Invalid(message)
        return line(items) if items else ""

    def _check(self, number: int, item: object) -> None:
        for key in self.keys:
            text = item.get(key) if isinstance(item, Mapping) else None
            if not isinstance(text, str) or not text:
                message = f"{self.what} {number} has no text under {key!r}"
                raise Invalid(message)


def read(text: str) -> Any:
    """Parse a line of YAML or JSON, with the types that Helm gives its scalars. Raises Invalid."""
    try:
        return json.loads(text)
    except ValueError:
        pass
    from neo4j_scenarios.yaml.located import locate

    try:
        return locate(f"{_NAME}: {text}", _NAME).data[_NAME]
    except InputFileError as error:
        reason = "; ".join(problem.what for problem in error.problems)
        message = f"is neither JSON nor YAML of one line: {reason}"
        raise Invalid(message) from error


def line(value: Any) -> str:
    """Return data as one line of JSON."""
    return json.dumps(value, ensure_ascii=False)


def items(text: str) -> list[Any]:
    """Return the items of a list that a rule returned as a line. An empty line has none."""
    listed: list[Any] = json.loads(text) if text else []
    return listed


def of_node(node: "Node") -> str:
    """Return a node of a file as one line of JSON. Raises InputFileError for a number that is not valid."""
    from neo4j_scenarios.yaml.located import data_of

    return line(data_of(node))


def mapped(text: str, change: Callable[[str], str]) -> str:
    """Return a line with each text in it changed; one that is not JSON is changed as a whole."""
    try:
        value = json.loads(text)
    except ValueError:
        return change(text)
    return line(_mapped(value, change))


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _mapped(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [_mapped(each, change) for each in value]
    return change(value) if isinstance(value, str) else value
