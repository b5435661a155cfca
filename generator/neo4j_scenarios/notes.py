"""The sentences that values files have beside a setting, each made once for all scenarios that it is the same for."""

from typing import Any

from neo4j_scenarios import memory
from neo4j_scenarios.identity import annotations
from neo4j_scenarios.scenario import Scenario


class Notebook:
    """The notes of a template's macros, with what they read of a scenario, and their texts by the values of just that.

    A text is kept by all that its note was ever seen to read, so whatever decided about it is the same.
    """

    def __init__(self, macros: Any) -> None:
        """Take the template's module; each of its macros takes a scenario."""
        self._macros = macros
        self._known: dict[str, tuple[tuple[str, ...], dict[tuple[Any, ...], str]]] = {}

    def of(self, scenario: Scenario) -> "Notes":
        """Return the notes of a scenario, for a template: `notes.BUCKET`."""
        return Notes(self, scenario)

    def text(self, name: str, scenario: Scenario) -> str:
        """Return one note. Raises AttributeError where there is none of that name."""
        names, texts = self._known.get(name) or ((), {})
        text = texts.get(_values(scenario, names))
        return self._made(name, scenario) if text is None else text

    def _made(self, name: str, scenario: Scenario) -> str:
        reading = _Reading(scenario)
        text = str(getattr(self._macros, name)(reading))
        names, texts = self._known.get(name) or ((), {})
        if more := reading.names.difference(names):
            names, texts = (*names, *sorted(more)), {}
        texts[_values(scenario, names)] = text
        self._known[name] = names, texts
        return text


class Notes:
    """The notes of one scenario, as attributes."""

    def __init__(self, book: Notebook, scenario: Scenario) -> None:
        """Take what tells them; none is made yet."""
        self._book = book
        self._scenario = scenario

    def __getattr__(self, name: str) -> str:
        """Return the note of that name."""
        return self._book.text(name, self._scenario)


class _Reading:
    """A scenario as the macros see it: it remembers what they read."""

    def __init__(self, scenario: Scenario) -> None:
        self.names: set[str] = set()
        self._scenario = scenario

    def __getattr__(self, name: str) -> Any:
        found = _value(self._scenario, name)
        self.names.add(name)
        return found


def _values(scenario: Scenario, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple([_value(scenario, name) for name in names])


def _value(scenario: Scenario, name: str) -> Any:
    """Return an attribute; `marks`: what the cloud has to be told of the service account; `memory`: a quantity."""
    if name == "memory":
        return memory.quantity(scenario)
    if name == "marks":
        return tuple(f"{key}={value}" for key, value in annotations(scenario).items())
    return getattr(scenario, name)
