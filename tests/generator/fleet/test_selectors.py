"""Selections of clusters, as kubectl selects."""

import pytest

from neo4j_scenarios.errors import UsageError
from neo4j_scenarios.fleet.selectors import EVERYTHING, parse_selection

CLUSTERS = {
    "eu-1": {"env": "prod", "tier": "gold"},
    "eu-2": {"env": "test"},
    "us-1": {"env": "prod"},
}


def taken(selectors: list[str], only: list[str]) -> list[str]:
    selection = parse_selection(selectors, only)
    return [name for name, labels in CLUSTERS.items() if selection.takes(name, labels)]


@pytest.mark.parametrize(
    ("selectors", "only", "expected"),
    [
        ([], [], ["eu-1", "eu-2", "us-1"]),
        (["env=prod"], [], ["eu-1", "us-1"]),
        (["env==prod,tier!=gold"], [], ["us-1"]),
        (["env=prod", "tier"], [], ["eu-1"]),
        (["!tier"], [], ["eu-2", "us-1"]),
        (["env in (test, stage),!tier"], [], ["eu-2"]),
        (["env notin (prod)"], [], ["eu-2"]),
        (["tier notin (gold)"], [], ["eu-2", "us-1"]),
        ([], ["eu-*"], ["eu-1", "eu-2"]),
        ([], ["eu-1,us-?"], ["eu-1", "us-1"]),
        (["env=prod"], ["eu-*"], ["eu-1"]),
        (["env="], [], []),
    ],
)
def test_labels_and_names_select(selectors: list[str], only: list[str], expected: list[str]) -> None:
    assert taken(selectors, only) == expected


@pytest.mark.parametrize("selector", ["env=>x", "=prod", "env in prod", "a b", "env=a b"])
def test_a_selector_that_can_not_be_read_is_told(selector: str) -> None:
    with pytest.raises(UsageError, match="is not a label selector"):
        parse_selection([selector], [])


def test_nothing_said_selects_everything() -> None:
    assert EVERYTHING.everything
    assert parse_selection([], []).everything
    assert not parse_selection([], ["*"]).everything
