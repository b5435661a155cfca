"""The README says what the command does."""

import re
from pathlib import Path

import pytest
from tests.generator.conftest import Command

from neo4j_scenarios.fields import FIELDS, SCENARIO, Field
from neo4j_scenarios.targets import TARGETS, Target

README = (Path(__file__).parents[2] / "generator" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("field", [field for field in FIELDS if field is not SCENARIO], ids=lambda field: field.key)
def test_every_input_has_its_row(field: Field[object]) -> None:
    assert f"| `--{field.key}` | {field.meaning} | {field.default_in_words} |\n" in README


@pytest.mark.parametrize("command", ["", "new", "build", "list", "secret"])
def test_every_flag_and_command_is_documented(neo4j_scenarios: Command, command: str) -> None:
    shown = neo4j_scenarios(f"{command} --help").out
    assert f"neo4j-scenarios {command}".strip() in README
    for flag in re.findall(r"^  (?:-\w, )?(--[a-z-]+)", shown, re.MULTILINE):
        assert f"`{flag}" in README, flag


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_every_target_is_documented(target: Target) -> None:
    assert re.search(rf"^\| `{target.name}` \|.*\| {target.versions} \|$", README, re.MULTILINE)
