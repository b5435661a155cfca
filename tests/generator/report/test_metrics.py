"""Metrics, read by Prometheus' own parser."""

import re
from datetime import timedelta
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from tests.generator.report.facts import NOW, a_fleet, make_drill, make_facts, make_pin
from tests.generator.report.hostile import HOSTILE

from neo4j_scenarios.report.findings import Finding
from neo4j_scenarios.report.metrics import metrics
from neo4j_scenarios.report.rows import Facts, rows

Samples = dict[str, list[tuple[dict[str, str], float]]]


def read(*facts: Facts) -> Samples:
    text = metrics("fleet.yaml", rows(facts, NOW), NOW)
    families = text_string_to_metric_families(text)
    return {each.name: [(one.labels, one.value) for one in each.samples] for each in families}


def test_each_value_of_a_database_has_its_labels() -> None:
    facts = make_facts(group="prod", region="eu", labels={"team": "graph", "a.b/c": "x"}, drill=make_drill(), count=7)
    samples = read(facts)
    labels = {"fleet": "fleet.yaml", "cluster": "eu-1", "database": "neo4j", "group": "prod", "region": "eu"}
    assert samples["neo4j_backup_sets"] == [(labels, 7)]
    assert samples["neo4j_backup_readable"] == [(labels, 1)]
    assert samples["neo4j_backup_rpo_seconds"] == [(labels, 86400)]
    assert samples["neo4j_backup_latest_timestamp_seconds"] == [(labels, (NOW - timedelta(hours=12)).timestamp())]
    assert samples["neo4j_backup_restore_forecast_seconds"] == [(labels, 200)]
    assert samples["neo4j_backup_state"] == [({**labels, "state": "fine"}, 1)]
    assert samples["neo4j_backup_cluster_labels"] == [
        ({"fleet": "fleet.yaml", "cluster": "eu-1", "label_team": "graph", "label_a_b_c": "x"}, 1)
    ]


def test_what_is_not_known_has_no_value() -> None:
    samples = read(make_facts(latest=None, problem="403", rpo_seconds=None))
    assert [value for _, value in samples["neo4j_backup_readable"]] == [0]
    for name in ("sets", "latest_timestamp_seconds", "rpo_seconds", "last_drill_timestamp_seconds"):
        assert samples[f"neo4j_backup_{name}"] == []


def test_a_fleet_has_the_count_of_every_state_and_finding() -> None:
    late = make_facts(cluster="late", latest=make_pin(timedelta(days=3)))
    samples = read(make_facts(), late)
    states = {labels["state"]: value for labels, value in samples["neo4j_backup_databases"]}
    assert (states["late"], states["fine"], states["unreadable"]) == (1, 1, 0)
    findings = {labels["finding"]: value for labels, value in samples["neo4j_backup_findings"]}
    assert (findings["never-drilled"], findings["shrunk"]) == (2, 0)
    assert samples["neo4j_backup_report_timestamp_seconds"] == [({"fleet": "fleet.yaml"}, NOW.timestamp())]


def test_hostile_names_stay_values_of_labels() -> None:
    hostile = f'{HOSTILE}\\"}} 1\nevil 2\\n'
    facts = make_facts(cluster=hostile, database=hostile, group=hostile, labels={"team": hostile, "te-am": "x"})
    samples = read(facts)
    (state,) = samples["neo4j_backup_state"]
    assert (state[0]["cluster"], state[0]["database"], state[0]["group"]) == (hostile, hostile, hostile)
    assert samples["neo4j_backup_cluster_labels"][0][0]["label_team"] == hostile
    assert all(name.startswith("neo4j_backup_") for name in samples)


def test_labels_that_become_one_name_are_one() -> None:
    samples = read(make_facts(labels={"te-am": "a", "te.am": "b"}))
    assert samples["neo4j_backup_cluster_labels"][0][0]["label_te_am"] == "a"


def test_each_family_is_said_once_with_its_help_and_base_units() -> None:
    text = metrics("fleet.yaml", rows(a_fleet(300), NOW), NOW)
    names = re.findall(r"^# TYPE (\S+) gauge$", text, re.MULTILINE)
    assert re.findall(r"^# HELP (\S+) \S", text, re.MULTILINE) == names
    assert len(set(names)) == len(names)
    assert not [name for name in names if re.search("_(total|count|sum|info|ms|hours|days|percent|mib)$", name)]
    series = [line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")]
    assert len(set(series)) == len(series)


def test_every_metric_and_finding_is_documented() -> None:
    readme = (Path(__file__).parents[3] / "generator" / "README.md").read_text(encoding="utf-8")
    text = metrics("fleet.yaml", [], NOW)
    for name in re.findall(r"^# TYPE (\S+)", text, re.MULTILINE):
        assert f"`{name}`" in readme, name
    words = readme.partition("| finding | database |")[2].partition("\n\n")[0]
    for finding in Finding:
        assert f"`{finding.value}`" in words, finding
