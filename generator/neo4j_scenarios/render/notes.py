"""The notes of values files: the sentences beside a setting. Each text is made once for all scenarios that share it."""

from collections.abc import Callable
from typing import Any

from neo4j_scenarios.charts import resources
from neo4j_scenarios.charts.identity import annotations
from neo4j_scenarios.inputs.fields import FIELDS
from neo4j_scenarios.inputs.scenario import Scenario


class Notebook:
    """Runs the note macros of a template, and caches their texts.

    A macro runs on a proxy of the scenario that records which attributes it reads. Its text is cached by the values of
    all attributes that this macro ever read, so two scenarios that agree in them share the text. This saves most macro
    calls of a large fleet.
    """

    def __init__(self, macros: Any) -> None:
        """Take the template's module. Each of its macros takes a scenario."""
        self._macros = macros
        self._cache: dict[str, tuple[tuple[str, ...], dict[tuple[Any, ...], str]]] = {}

    def of(self, scenario: Scenario) -> "Notes":
        """Return the notes of a scenario, for a template: `notes.BUCKET`."""
        return Notes(self, scenario)

    def text(self, name: str, scenario: Scenario) -> str:
        """Return one note. A rare input without one has its meaning. Raises AttributeError for any other name."""
        names, texts = self._cache.get(name) or ((), {})
        text = texts.get(_values(scenario, names))
        return self._make(name, scenario) if text is None else text

    def _make(self, name: str, scenario: Scenario) -> str:
        reading = _Reading(scenario)
        macro = getattr(self._macros, name, None) or _meaning(name)
        text = str(macro(reading))
        names, texts = self._cache.get(name) or ((), {})
        if more := reading.names.difference(names):
            names, texts = (*names, *sorted(more)), {}
        texts[_values(scenario, names)] = text
        self._cache[name] = names, texts
        return text


def _meaning(name: str) -> Callable[[object], str]:
    """Return the note of a rare input, which is its meaning, by the name of its variable."""
    for field in FIELDS:
        if field.rare and field.variable == name:
            text = f"{field.meaning[0].upper()}{field.meaning[1:]}."
            return lambda _: text
    raise AttributeError(name)


class Notes:
    """The notes of one scenario, as attributes."""

    def __init__(self, book: Notebook, scenario: Scenario) -> None:
        """Take the notebook and the scenario. No note is made yet."""
        self._book = book
        self._scenario = scenario

    def __getattr__(self, name: str) -> str:
        """Return the note of that name."""
        return self._book.text(name, self._scenario)


class _Reading:
    """A proxy of a scenario that records the names of the attributes that macros read."""

    def __init__(self, scenario: Scenario) -> None:
        self.names: set[str] = set()
        self._scenario = scenario

    def __getattr__(self, name: str) -> Any:
        value = _value(self._scenario, name)
        self.names.add(name)
        return value


def _values(scenario: Scenario, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple([_value(scenario, name) for name in names])


def _value(scenario: Scenario, name: str) -> Any:
    """Return an attribute of the scenario, or one of two derived values.

    `memory`: the container's memory. `marks`: the annotations of the service account.
    """
    if name == "memory":
        return resources.quantity(scenario)
    if name == "marks":
        return tuple(f"{key}={value}" for key, value in annotations(scenario).items())
    return getattr(scenario, name)
