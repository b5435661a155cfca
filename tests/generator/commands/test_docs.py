"""The README says what the command does."""

import re
import textwrap
from pathlib import Path

import pytest
from tests.docs import tables
from tests.generator.conftest import Command
from tests.generator.fleets import make_fleet
from tests.support.says import says

from neo4j_scenarios.cli import COMMANDS
from neo4j_scenarios.targets import TARGETS, Target

FOLDERS = sorted(path.parent for path in Path(__file__).parents[3].glob("scenarios/*/scenario.yaml"))
README = (Path(__file__).parents[3] / "generator" / "README.md").read_text(encoding="utf-8")


def test_the_table_of_inputs_is_that_of_the_code() -> None:
    assert tables.generator() == README, "run: make docs"


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_flag_and_command_is_documented(neo4j_scenarios: Command, command: str) -> None:
    shown = neo4j_scenarios(f"{command} --help").out
    assert f"neo4j-scenarios {command}".strip() in README
    for flag in re.findall(r"^  (?:-\w, )?(--[a-z-]+)", shown, re.MULTILINE):
        assert f"`{flag}" in README, flag


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_every_target_is_documented(target: Target) -> None:
    assert re.search(rf"^\| `{target.name}` \|.*\| {target.versions} \|$", README, re.MULTILINE)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_ready_made_scenario_has_its_row_with_its_targets(folder: Path) -> None:
    written = {path.name.removeprefix("values.").removesuffix(".yaml") for path in folder.glob("values.*.yaml")}
    targets = ", ".join(f"`{target.name}`" for target in TARGETS.values() if target.slug in written)
    link = re.escape(f"| [{folder.name}](../scenarios/{folder.name}/README.md) | ")
    assert re.search(rf"^{link}.+ \| {re.escape(targets)} \|$", README, re.MULTILINE)


def test_the_fleet_of_the_page_is_one(neo4j_scenarios: Command, tmp_path: Path) -> None:
    blocks = [textwrap.dedent(block) for block in re.findall(r"(?:^ {4,}.*\n|^\n)+", README, re.MULTILINE)]
    (fleet,) = (block for block in blocks if "\nclusters:\n" in block)
    (matrix,) = (block for block in blocks if "matrix:\n" in block)
    says(neo4j_scenarios("build", make_fleet(tmp_path, fleet)), 0)
    changed = re.sub("clusters:.*", matrix.strip(), fleet, flags=re.DOTALL).replace("  eu: {s", "  ap: {}\n  eu: {s")
    says(neo4j_scenarios("build", make_fleet(tmp_path, changed)), 0)
    assert (tmp_path / "out" / "ap-prod").is_dir()
