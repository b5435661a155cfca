"""The published schemas: what the examples say is valid, and what no command takes is not."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from tests.generator.conftest import Command
from tests.generator.fleets import DEFAULTS, GOOD, fleets
from tests.generator.inputs import all_inputs, make_inputs
from tests.generator.lock.making import ASKED, locks

from neo4j_scenarios.fleet import lockfile
from neo4j_scenarios.fleet.lockfile import Lock
from neo4j_scenarios.fleet.schema import SCHEMAS
from neo4j_scenarios.inputs.fields import FIELDS, Field

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted(ROOT.glob("scenarios/*/scenario.yaml"))
HEADER = "# yaml-language-server: $schema="
MATRIX = "matrix: {name: '{{ env }}', axes: {env: [a, b]}, exclude: [{env: a}], include: [{env: c, heap-size: 1g}]}\n"


class Editor(yaml.SafeLoader):
    """Reads as editors do, by YAML 1.2: `yes` and times are texts."""


Editor.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if not tag.endswith((":timestamp", ":bool")) or first in "tf"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def valid(kind: str, data: Any) -> bool:
    return bool(jsonschema.Draft7Validator(SCHEMAS[kind]()).is_valid(data))


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_published_file_is_what_the_command_prints(neo4j_scenarios: Command, kind: str) -> None:
    printed = neo4j_scenarios(f"schema {kind}").out
    assert (ROOT / "generator" / "schema" / f"{kind}.json").read_text(encoding="utf-8") == printed, "make docs"
    jsonschema.Draft7Validator.check_schema(json.loads(printed))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_an_example_names_its_schema_and_fits_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(HEADER)
    schema = json.loads((path.parent / text.splitlines()[0].removeprefix(HEADER)).read_text(encoding="utf-8"))
    said = yaml.load(text, Loader=Editor)  # noqa: S506 - a safe loader
    jsonschema.validate(said, schema, cls=jsonschema.Draft7Validator)


@pytest.mark.parametrize("text", [GOOD, DEFAULTS + MATRIX, DEFAULTS + "inventory: a.csv\n", "clusters: [{name: a}]\n"])
def test_a_fleet_that_is_taken_fits_its_schema(text: str) -> None:
    assert valid("fleet", yaml.safe_load(text))


@settings(deadline=None)
@given(all_inputs())
def test_inputs_that_are_taken_fit_the_schema_of_a_scenario(given: dict[str, str]) -> None:
    assert valid("scenario", given)


@settings(deadline=None)
@given(fleets())
def test_fleets_that_are_taken_fit_the_schema_of_a_fleet(fleet: dict[str, Any]) -> None:
    assert valid("fleet", fleet)


@given(locks)
def test_a_lock_of_known_inputs_fits_its_schema(lock: Lock) -> None:
    known = {name: replace(entry, asked=ASKED) for name, entry in lock.items()}
    written = yaml.safe_load(lockfile.text(known, "fleet.yaml"))
    assert valid("lock", written)
    assert not valid("lock", written | {"format": 0})
    assert not valid("lock", written | {"pins": {}})


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_every_input_is_explained_and_takes_its_example_an_expression_and_null(field: Field[object]) -> None:
    layer = SCHEMAS["fleet"]()["definitions"]["layer"]["properties"]
    assert field.meaning in layer[field.key]["description"]
    for value in [field.example, "{{ labels.x }}", None]:
        assert valid("fleet", {"clusters": {"a": {field.key: value}}})
    assert valid("scenario", make_inputs() | {field.key: field.example})


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("scenario", "{scenario: single-instance, bucket: gs://bbb, database: neo4j, databse: x}"),
        ("scenario", "{scenario: single-instance, bucket: gs://bbb}"),
        ("scenario", "{scenario: single-instances, bucket: gs://bbb, database: neo4j}"),
        ("scenario", "{scenario: single-instance, bucket: gs://bbb, database: neo4j, heap-size: lots}"),
        ("scenario", "{scenario: single-instance, bucket: gs://bbb, database: neo4j, log-format: xml}"),
        ("fleet", "{}"),
        ("fleet", "{clusters: {}, cluster: {}}"),
        ("fleet", "{clusters: {a: {heap-size: lots}}}"),
        ("fleet", "{clusters: {a: {labels: [b]}}}"),
        ("fleet", "{clusters: {a: {bucket: [b]}}}"),
        ("fleet", "{clusters: {}, groups: {a: {group: b, name: c}}}"),
        ("fleet", "{matrix: {name: a}}"),
    ],
)
def test_what_is_not_taken_is_complained_of_in_the_editor_already(kind: str, text: str) -> None:
    assert not valid(kind, yaml.safe_load(text))
