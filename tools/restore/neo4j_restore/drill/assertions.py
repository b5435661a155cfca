"""Assertions about a restored database: what they ask, what they expect, and whether an answer meets it. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from neo4j_restore.databases import parse_database
from neo4j_restore.rules import Invalid

if TYPE_CHECKING:
    from neo4j_restore.finalize.facts import Answer

AT_LEAST: Final = "atLeast"
AT_MOST: Final = "atMost"
NON_EMPTY: Final = "nonEmpty"

Scalar = str | int | float | bool | None

_EXAMPLE: Final = '[{"query": "MATCH (n) RETURN count(n)", "expect": {"atLeast": 1000}}]'
_KEYS: Final = {"query", "expect", "database"}

# An assertion that needs more is a report. The most assertions, and the most characters of a query.
_MOST: Final = 100
_LONGEST: Final = 10_000


@dataclass(frozen=True)
class Expected:
    """What a query has to return. Each part that is set has to hold.

    exactly: the single value, where `compares` is true. at_least, at_most: bounds of a single number.
    Without any of them the query has to return a row.
    """

    compares: bool = False
    exactly: Scalar = None
    at_least: float | None = None
    at_most: float | None = None

    def __str__(self) -> str:
        """Return it in words."""
        if self.compares:
            return json.dumps(self.exactly)
        bounds = (("at least", self.at_least), ("at most", self.at_most))
        return " and ".join(f"{word} {number:g}" for word, number in bounds if number is not None) or "a row"


@dataclass(frozen=True)
class Assertion:
    """A query, and what is expected of it. database: empty for the server's default one."""

    query: str
    expected: Expected
    database: str = ""


def problem(expected: Expected, answer: "Answer") -> str:
    """Return why an answer does not meet what is expected, or an empty text."""
    if expected == Expected():
        return "" if answer.rows else "found no row, expected a row"
    if len(answer.rows) != 1 or len(answer.columns) != 1:
        rows = "no row" if not answer.rows else "a row" if len(answer.rows) == 1 else "several rows"
        return f"found {rows} with the columns {_cut(', '.join(answer.columns)) or 'none'}, expected a single value"
    value = answer.rows[0][0]
    return "" if _meets(expected, value) else f"found {shown(value)}, expected {expected}"


def shown(value: object) -> str:
    """Return a value of a query as text, not too long."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = str(value)
    return _cut(text)


def _cut(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}…"


def _meets(expected: Expected, value: object) -> bool:
    if expected.compares:
        # Python counts True as 1. Neo4j does not.
        return isinstance(value, bool) is isinstance(expected.exactly, bool) and value == expected.exactly
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    above = expected.at_least is None or value >= expected.at_least
    return above and (expected.at_most is None or value <= expected.at_most)


def parse_assertions(text: str) -> tuple[Assertion, ...]:
    """Return the assertions of a JSON list. Raises Invalid with all problems."""
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"it is not JSON ({error}), such as {_EXAMPLE}"
        raise Invalid(message) from error
    if not isinstance(listed, list):
        message = f"it is not a list of assertions, such as {_EXAMPLE}"
        raise Invalid(message)
    if len(listed) > _MOST:
        message = f"it has {len(listed)} assertions, and {_MOST} are the most"
        raise Invalid(message)
    problems = [f"assertion {number}: {what}" for number, each in enumerate(listed, 1) for what in _problems(each)]
    if problems:
        raise Invalid("; ".join(problems))
    return tuple(
        Assertion(each["query"].strip(), _expected(each.get("expect", NON_EMPTY)), each.get("database", ""))
        for each in listed
    )


def _problems(each: object) -> Iterator[str]:
    if not isinstance(each, Mapping):
        yield "it is not a map with query and expect"
        return
    if unknown := sorted(map(str, each.keys() - _KEYS)):
        yield f"{', '.join(unknown)}: only query, expect and database are known"
    query = each.get("query")
    if not isinstance(query, str) or not query.strip() or len(query) > _LONGEST:
        yield f"query is not a text of 1 to {_LONGEST} characters"
    try:
        _expected(each.get("expect", NON_EMPTY))
        if "database" in each:
            parse_database(str(each["database"]))
    except Invalid as error:
        yield str(error)


def _expected(value: object) -> Expected:
    """Return what an `expect` means: a value, the word nonEmpty, or a map of bounds. Raises Invalid."""
    if value == NON_EMPTY or value == {NON_EMPTY: True}:
        return Expected()
    if value is None or isinstance(value, str | int | float):
        return Expected(compares=True, exactly=value)
    bounds = value if isinstance(value, Mapping) else {}
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in bounds.values())
    if not bounds or not numbers or bounds.keys() - {AT_LEAST, AT_MOST}:
        message = f"expect is not a value, {NON_EMPTY}, or a map with {AT_LEAST} or {AT_MOST} and numbers"
        raise Invalid(message)
    return Expected(at_least=bounds.get(AT_LEAST), at_most=bounds.get(AT_MOST))
