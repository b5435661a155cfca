"""`neo4j-scenarios import`: a values file becomes a scenario, and what a scenario can't carry is told."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from tests.generator.conftest import Command
from tests.generator.importing.folder import SAMPLES
from tests.generator.inputs import all_inputs, make_inputs, make_scenario
from tests.support.says import says

from neo4j_scenarios.importing import import_values
from neo4j_scenarios.importing.imported import import_located
from neo4j_scenarios.parse import parse
from neo4j_scenarios.render.values_file import render
from neo4j_scenarios.targets import TARGETS
from neo4j_scenarios.yaml.located import locate


@settings(deadline=None)
@given(all_inputs())
def test_a_generated_file_becomes_the_scenario_that_it_was_made_of(given: dict[str, str]) -> None:
    scenario = parse(given)
    imported = import_located(locate(render(scenario), "values.yaml"), scenario.target, scenario.target)
    assert (imported.left, imported.open) == ((), ())
    assert parse(imported.inputs) == scenario


def test_a_pasted_key_is_not_shown_wherever_it_stands(neo4j_scenarios: Command, tmp_path: Path) -> None:
    key = "-----BEGIN PRIVATE KEY-----hunter2"
    file = tmp_path / "values.yaml"
    for text in (f'"{key}": 1', f'nodeSelector: {{"{key}": a}}', f'config: {{a: "{key}"}}', f'image: {{tag: "{key}"}}'):
        file.write_text(f"restore: {{bucket: gs://graph-backups, database: neo4j}}\n{text}\n")
        done = neo4j_scenarios("import", file)
        says(done, 3)
        assert "hunter2" not in done.out + done.err


OFFICIAL = TARGETS["neo4j/neo4j"]

NO_RESTORE = """\
neo4j: {name: graph, edition: enterprise, acceptLicenseAgreement: "yes", passwordFromSecret: graph-password}
image: {registry: registry.example, repository: team/neo4j, tag: 2026.01.2-enterprise}
volumes: {data: {mode: dynamic, dynamic: {storageClassName: fast, requests: {storage: 50Gi}}}}
"""


def test_a_file_without_a_restore_becomes_the_scenario_that_adds_one(neo4j_scenarios: Command, tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(NO_RESTORE)
    done = neo4j_scenarios("import", tmp_path / "values.yaml", "-o", tmp_path / "scenario.yaml")
    says(done, 3)
    text = (tmp_path / "scenario.yaml").read_text()
    for line in ("target: neo4j/neo4j", "neo4j-tag: 2026.01.2-enterprise", "neo4j-image: registry.example/team/neo4j"):
        assert line in text
    assert "# Missing, you must decide: bucket\n# Missing, you must decide: database\n" in text
    (tmp_path / "scenario.yaml").write_text(text + "bucket: gs://graph-backups\ndatabase: neo4j\n")
    says(neo4j_scenarios("build", tmp_path), 0)
    values = yaml.safe_load((tmp_path / "values.neo4j.yaml").read_text())
    assert values["image"] == {"customImage": "registry.example/team/neo4j:2026.01.2-enterprise"}
    assert values["neo4j"]["passwordFromSecret"] == "graph-password"
    assert values["podSpec"]["initContainers"][0]["name"] == "restore"


@pytest.mark.parametrize(
    ("volume", "expected", "mount"),
    [
        ({}, "", {"subPathExpr": "data"}),
        ({"disableSubPathExpr": True}, "/", {}),
        ({"disableSubPathExpr": True, "subPathExpr": "ignored"}, "/", {}),
        ({"disableSubPathExpr": False}, "", {"subPathExpr": "data"}),
        ({"subPathExpr": "graph/data"}, "graph/data", {"subPathExpr": "graph/data"}),
    ],
    ids=["default", "whole", "whole wins", "said", "folder"],
)
def test_the_restore_goes_where_the_server_looks(
    volume: dict[str, object], expected: str, mount: dict[str, str]
) -> None:
    values = yaml.safe_load(NO_RESTORE)
    values["volumes"]["data"] |= volume
    imported = import_located(locate(yaml.safe_dump(values), "values.yaml"), OFFICIAL, OFFICIAL)
    assert imported.inputs.get("data-sub-path", "") == expected
    assert {each.key for each in imported.left} == {"bucket", "database"}
    made = yaml.safe_load(render(parse({**imported.inputs, "bucket": "gs://graph-backups", "database": "neo4j"})))
    ignored = {} if volume.get("disableSubPathExpr") else {"subPathExpr": volume.get("subPathExpr")}
    kept = {key: volume[key] for key in ("disableSubPathExpr", *ignored) if volume.get(key)}
    assert made["volumes"]["data"].items() >= kept.items()
    data = {"name": "data", "mountPath": "/data", **mount}
    assert data in made["podSpec"]["initContainers"][0]["volumeMounts"]


def test_a_name_that_is_not_the_releases_is_carried() -> None:
    scenario = make_scenario(target="neo4j/neo4j", neo4j_name="company-graph", chart_version="5.26.0")
    imported = import_located(locate(render(scenario), "values.yaml"), OFFICIAL, OFFICIAL)
    assert parse(imported.inputs) == scenario
    bare = import_located(locate(NO_RESTORE, "values.yaml"), OFFICIAL, OFFICIAL)
    assert (bare.inputs["release"], "neo4j-name" in bare.inputs) == ("graph", True)


def test_data_loss_is_never_accepted_in_somebodys_place() -> None:
    imported = import_values(SAMPLES / "labs-block.yaml")
    assert "force-overwrite" not in imported.inputs
    assert "accept-data-loss" not in imported.inputs


def test_a_file_can_become_a_scenario_for_another_chart() -> None:
    imported = import_values(SAMPLES / "labs-block.yaml", target="neo4j-restore")
    scenario = parse(imported.inputs)
    assert scenario.target is TARGETS["neo4j-restore"]
    assert scenario.neo4j_tag == "4.4.10-enterprise"


def test_an_edited_file_says_more_than_its_header() -> None:
    text = render(make_scenario(target="neo4j-helm", heap_size="1g", release="graph"))
    edited = text.replace('value: "1g"', 'value: "3g"')
    imported = import_located(locate(edited, "values.yaml"), TARGETS["neo4j-helm"], TARGETS["neo4j-helm"])
    assert imported.inputs == make_inputs(target="neo4j-helm", heap_size="3g", release="graph")


def test_programs_get_json(neo4j_scenarios: Command) -> None:
    done = neo4j_scenarios("import --json", SAMPLES / "own.yaml")
    result = json.loads(done.out)
    says(done, 3)
    assert done.err == ""
    assert (result["from"], result["target"], result["open"]) == ("neo4j-restore", "neo4j-restore", [])
    assert result["scenario"]["bucket"] == "gs://graph-backups/production"
    assert [(each["key"], each["line"]) for each in result["left"]] == [("restore.retrySeconds", 7), ("config", 18)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1", "has no key of neo4j-restore, neo4j/neo4j, neo4j-helm"),
        ("core: {}\nneo4j: {}", "has keys of neo4j/neo4j and of neo4j-helm"),
        ("data: {size: 1Gi}", "asks for no restore"),
        ("core: [", "is not YAML"),
    ],
)
def test_a_file_that_is_no_restore_is_an_error(
    neo4j_scenarios: Command, tmp_path: Path, text: str, expected: str
) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(text)
    done = neo4j_scenarios("import", file, "-o", tmp_path / "scenario.yaml")
    says(done, 1)
    assert done.out == ""
    assert expected in done.err
    assert not (tmp_path / "scenario.yaml").exists()


def test_an_unknown_chart_is_told_with_the_nearest(neo4j_scenarios: Command) -> None:
    done = neo4j_scenarios("import", SAMPLES / "own.yaml", "--from", "neo4j-helmm")
    says(done, 2, "did you mean 'neo4j-helm'?")


@pytest.mark.parametrize("value", ["true", "name", "3", "{name: regcred}"])
def test_pull_secrets_that_are_not_a_list_are_left_over(value: str, neo4j_scenarios: Command, tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    given = make_scenario(target="neo4j-restore")
    path.write_text(f"{render(given)}\nimagePullSecrets: {value}\n")
    done = neo4j_scenarios("import", path, "--json")
    left = json.loads(done.out)["left"]
    assert any("imagePullSecrets" in str(each) for each in left), done.out
