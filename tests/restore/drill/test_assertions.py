"""What an assertion means, and whether an answer meets it."""

import json
from typing import Any

import pytest

from neo4j_restore.drill.assertions import parse_assertions, problem
from neo4j_restore.finalize.facts import Answer
from neo4j_restore.rules import Invalid


def answer(*values: Any) -> Answer:
    """Return an answer of one column, with a row for each value."""
    return Answer(["n"], [[value] for value in values])


def judged(expect: object, *values: Any) -> str:
    (assertion,) = parse_assertions(json.dumps([{"query": "RETURN 1", "expect": expect}]))
    return problem(assertion.expected, answer(*values))


@pytest.mark.parametrize(
    ("expect", "value"),
    [
        (5, 5),
        (5, 5.0),
        ("graph", "graph"),
        (True, True),
        (None, None),
        ({"atLeast": 5}, 5),
        ({"atMost": 5}, 5),
        ({"atLeast": 1, "atMost": 9}, 5.5),
        ("nonEmpty", 0),
        ({"nonEmpty": True}, None),
    ],
    ids=str,
)
def test_an_answer_that_is_expected_holds(expect: object, value: object) -> None:
    assert judged(expect, value) == ""


@pytest.mark.parametrize(
    ("expect", "value", "said"),
    [
        (5, 4, "found 4, expected 5"),
        (1, True, "found true, expected 1"),
        (True, 1, "found 1, expected true"),
        ("5", 5, 'found 5, expected "5"'),
        (None, 0, "found 0, expected null"),
        ({"atLeast": 1000}, 999, "found 999, expected at least 1000"),
        ({"atMost": 5}, 6, "found 6, expected at most 5"),
        ({"atLeast": 1, "atMost": 5}, 0, "found 0, expected at least 1 and at most 5"),
        ({"atLeast": 0}, True, "found true, expected at least 0"),
        ({"atLeast": 0}, None, "found null, expected at least 0"),
        ({"atLeast": 0}, "many", 'found "many", expected at least 0'),
        (5, ["a"] * 100, 'found ["a", "a"'),
    ],
    ids=str,
)
def test_an_answer_that_is_not_expected_is_told_with_both(expect: object, value: object, said: str) -> None:
    assert judged(expect, value).startswith(said)
    assert len(judged(expect, value)) < 300


def test_a_value_is_compared_only_if_there_is_exactly_one() -> None:
    assert judged(5) == "found no row with the columns n, expected a single value"
    assert judged(5, 5, 5) == "found several rows with the columns n, expected a single value"
    (assertion,) = parse_assertions('[{"query": "RETURN 1", "expect": 5}]')
    two = Answer(["a", "b"], [[5, 5]])
    assert problem(assertion.expected, two) == "found a row with the columns a, b, expected a single value"


def test_without_an_expectation_a_row_is_expected() -> None:
    (assertion,) = parse_assertions('[{"query": " MATCH (n) RETURN n ", "database": "sales"}]')
    assert (assertion.query, assertion.database) == ("MATCH (n) RETURN n", "sales")
    assert problem(assertion.expected, answer()) == "found no row, expected a row"
    assert problem(assertion.expected, Answer(["a", "b"], [[1, 2], [3, 4]])) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("MATCH (n) RETURN n", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("{}", "it is not a list of assertions"),
        ('["RETURN 1"]', "assertion 1: it is not a map with query and expect"),
        ('[{"query": "RETURN 1"}, {"expect": 1}]', "assertion 2: query is not a text"),
        ('[{"query": ""}]', "assertion 1: query is not a text"),
        ('[{"query": "RETURN 1", "expected": 1}]', "assertion 1: expected: only query, expect and database are known"),
        ('[{"query": "RETURN 1", "expect": {"atLeast": "1"}}]', "expect is not a value, nonEmpty, or a map"),
        ('[{"query": "RETURN 1", "expect": {}}]', "expect is not a value"),
        ('[{"query": "RETURN 1", "expect": {"least": 1}}]', "expect is not a value"),
        ('[{"query": "RETURN 1", "expect": [1]}]', "expect is not a value"),
        ('[{"query": "RETURN 1", "database": "a*"}]', "'a*'"),
        (json.dumps([{"query": "RETURN 1"}] * 101), "it has 101 assertions, and 100 are the most"),
    ],
)
def test_what_is_not_an_assertion_is_told_with_its_number(text: str, said: str) -> None:
    with pytest.raises(Invalid) as raised:
        parse_assertions(text)
    assert said in str(raised.value)
