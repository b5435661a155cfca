"""The schemas are closed, and speak the image's vocabulary."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
import yaml
from tests.generator.inputs import make_scenario

from neo4j_restore import spec
from neo4j_scenarios.charts.environment import LICENCE
from neo4j_scenarios.charts.schema import SCHEMAS, validate
from neo4j_scenarios.render.values_file import render
from neo4j_scenarios.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_a_key_that_the_chart_does_not_know_is_complained_of(name: str) -> None:
    values: dict[str, Any] = yaml.safe_load(render(make_scenario(target=name)))
    assert validate(TARGETS[name], values) == []
    (complaint,) = validate(TARGETS[name], {**values, "restroe": {}})
    assert "restroe" in complaint


@pytest.mark.parametrize("name", ["neo4j/neo4j", "neo4j-helm"])
def test_a_container_without_its_data_volume_is_complained_of(name: str) -> None:
    values: dict[str, Any] = yaml.safe_load(render(make_scenario(target=name)))
    block = values["podSpec" if name == "neo4j/neo4j" else "core"]
    del block["initContainers"][0]["volumeMounts"][0]
    assert any("volumeMounts" in complaint for complaint in validate(TARGETS[name], values))


@pytest.mark.parametrize("name", [LICENCE, *(variable.name for variable in spec.VARIABLES)])
def test_a_restore_container_may_have_each_variable_of_the_contract(name: str) -> None:
    assert [each for each in with_variable(name) if ".name:" in each] == []


def test_a_restore_container_has_variables_of_the_contract_alone() -> None:
    assert any(".name:" in each and "RESTORE_IDS" in each for each in with_variable("RESTORE_IDS"))


def with_variable(name: str) -> list[str]:
    """Return the complaints about a restore container with one more variable."""
    values: dict[str, Any] = yaml.safe_load(render(make_scenario(target="neo4j/neo4j")))
    values["podSpec"]["initContainers"][0]["env"].append({"name": name, "value": "text"})
    return validate(TARGETS["neo4j/neo4j"], values)


@pytest.mark.parametrize(
    ("name", "words"),
    [("FORCE_OVERWRITE", spec.FORCE_OVERWRITE), ("ON_MISSING", spec.OnMissing), ("SPACE_MODE", spec.SpaceMode)],
    ids=["FORCE_OVERWRITE", "ON_MISSING", "SPACE_MODE"],
)
def test_a_restore_container_has_policies_of_the_contract_alone(name: str, words: Iterable[str]) -> None:
    rules = json.loads((SCHEMAS / "restore-container.json").read_text(encoding="utf-8"))["$defs"]["container"]
    parts = [rule["contains"]["properties"] for rule in rules["properties"]["env"]["allOf"]]
    (allowed,) = (part["value"]["enum"] for part in parts if part["name"]["const"] == name)
    assert allowed == list(words)


@pytest.mark.parametrize("schema", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.stem)
def test_every_object_of_a_schema_of_ours_is_closed(schema: Any) -> None:
    def closed(node: Any) -> bool:
        if isinstance(node, list):
            return all(map(closed, node))
        if not isinstance(node, dict):
            return True
        return (node.get("type") != "object" or "additionalProperties" in node) and all(map(closed, node.values()))

    if schema.stem != "neo4j-restore":  # the chart's own tests look at that one
        assert closed(json.loads(schema.read_text(encoding="utf-8")))
