"""What the generator writes for charts that are not ours, against what is known of them."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from tests.chart.helm import ROOT
from tests.charts_real.__main__ import Chart, charts, lacking, shared
from tests.charts_real.facts import facts, paths
from tests.generator.inputs import all_inputs

from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.output.scenario_folder import scenarios
from neo4j_scenarios.parse import parse
from neo4j_scenarios.render.values_file import render
from neo4j_scenarios.targets import NEO4J_RESTORE

KNOWN = {target: {fact.key for fact in known} for target, known in facts().items()}

READY_MADE = {
    f"{path.parent.name}-{scenario.target.slug}": scenario
    for path in sorted((ROOT / "scenarios").glob("*/scenario.yaml"))
    for scenario in scenarios(path)
    if scenario.target is not NEO4J_RESTORE
}


def unknown(scenario: Scenario) -> list[tuple[str, ...]]:
    """Return the keys of a scenario's values that are below no known key."""
    known = KNOWN[scenario.target.name]
    written = paths(yaml.safe_load(render(scenario)))
    return [path for path in written if not any(path[: len(key)] == key for key in known)]


@pytest.mark.parametrize("scenario", READY_MADE.values(), ids=READY_MADE)
def test_a_ready_made_file_has_keys_of_its_chart_alone(scenario: Scenario) -> None:
    assert unknown(scenario) == []


@given(all_inputs())
def test_no_inputs_give_a_key_that_the_chart_does_not_have(drawn: dict[str, str]) -> None:
    scenario = parse(drawn)
    if scenario.target is not NEO4J_RESTORE:
        assert unknown(scenario) == []


@pytest.fixture
def chart(tmp_path: Path, helm: str) -> Chart:
    """Return a chart of the official one's name, of before passwordFromSecret, that makes one Secret a cluster."""
    place = tmp_path / "neo4j"
    (place / "templates").mkdir(parents=True)
    (place / "Chart.yaml").write_text("apiVersion: v2\nname: neo4j\nversion: 5.1.0\n")
    (place / "templates" / "secret.yaml").write_text(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: {{ .Values.neo4j.name }}-auth}\n"
    )
    (pulled,) = charts(tmp_path, helm)
    return pulled


def test_a_file_that_an_old_chart_does_not_know_says_which_it_needs(chart: Chart) -> None:
    needs = lacking(chart, ROOT / "scenarios" / "cluster" / "values.neo4j.yaml")
    assert needs[0] == "needs 5.3.0 for neo4j.passwordFromSecret;"
    assert lacking(chart, ROOT / "scenarios" / "single-instance" / "values.neo4j.yaml") == []


def test_what_the_releases_of_a_cluster_make_twice_is_found(chart: Chart, helm: str) -> None:
    scenario = READY_MADE["cluster-neo4j"]
    path = ROOT / "scenarios" / "cluster" / "values.neo4j.yaml"
    assert shared(chart, path, scenario, helm) == ["Secret/neo4j-auth is made 3 times"]
