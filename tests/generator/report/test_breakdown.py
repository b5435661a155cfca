"""Where the trouble is: the same counts for each group, region, or value of a label."""

from datetime import timedelta

import pytest
from tests.generator.report.facts import GIB, NOW, a_fleet, make_drill, make_facts, make_pin

from neo4j_scenarios.report.breakdown import breakdown, dimensions, part
from neo4j_scenarios.report.rows import State, rows


def test_group_and_region_come_before_the_labels() -> None:
    facts = make_facts(group="prod", region="eu", labels={"team": "a", "env": "prod"})
    assert dimensions(rows([facts], NOW)) == ["group", "region", "env", "team"]
    assert dimensions(rows([make_facts()], NOW)) == []


@pytest.mark.parametrize("name", ["group", "region", "team", "nobody-has-it"])
def test_every_database_is_in_one_part(name: str) -> None:
    table = rows(a_fleet(300), NOW, GIB)
    parts = breakdown(table, name)
    assert sum(each.databases for each in parts) == sum(sum(each.states.values()) for each in parts) == 300
    whole = part("", table)
    assert sum(each.restore_seconds for each in parts) == whole.restore_seconds
    assert sum(each.size_bytes for each in parts) == whole.size_bytes


def test_the_worst_part_comes_first_and_what_has_no_label_is_a_part() -> None:
    facts = [
        make_facts(cluster="fine", region="eu"),
        make_facts(cluster="late", region="us", latest=make_pin(timedelta(days=3))),
        make_facts(cluster="nowhere", latest=None),
    ]
    parts = breakdown(rows(facts, NOW), "region")
    assert [each.value for each in parts] == ["", "us", "eu"]
    assert [each.worst_ratio for each in parts] == [None, 3, 0.5]
    assert parts[1].states == {State.LATE: 1}


def test_restores_of_one_cluster_come_one_after_the_other_and_clusters_side_by_side() -> None:
    facts = [
        make_facts(cluster="one", drill=make_drill(seconds=100)),
        make_facts(cluster="one", database="system", drill=make_drill(seconds=20)),
        make_facts(cluster="two", drill=make_drill(seconds=90)),
        make_facts(cluster="three"),
    ]
    whole = part("", rows(facts, NOW))
    assert (whole.restore_seconds, whole.longest_seconds, whole.unknown) == (210, 120, 1)
    assert (whole.clusters, whole.databases, whole.never_drilled) == (3, 4, 1)
