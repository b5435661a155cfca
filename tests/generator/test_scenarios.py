"""The ready-made folders: golden, explained, complete."""

import shlex
from pathlib import Path

import pytest
from tests.generator.conftest import Command

from neo4j_scenarios.targets import KINDS

ROOT = Path(__file__).parents[2] / "scenarios"
FOLDERS = sorted(path for path in ROOT.iterdir() if path.is_dir())
FILES = sorted(ROOT.glob("*/values.*.yaml"))


def test_every_scenario_has_its_folder() -> None:
    assert set(KINDS) <= {folder.name for folder in FOLDERS}


def test_the_folders_hold_what_their_inputs_give(neo4j_scenarios: Command) -> None:
    done = neo4j_scenarios("build --check", *FOLDERS)
    assert (done.code, done.out) == (0, ""), "neo4j-scenarios build scenarios/* writes them again"


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_command_in_a_file_writes_it(neo4j_scenarios: Command, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    line = shlex.split(text.splitlines()[1].removeprefix("#"))
    assert line[0] == "neo4j-scenarios"
    assert neo4j_scenarios("", *line[1:]).out == text


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_folders_readme_names_its_files_and_hazards(folder: Path) -> None:
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for file in [folder / "scenario.yaml", *folder.glob("values.*.yaml")]:
        assert f"`{file.name}`" in readme
    for heading in ["## When", "## Install", "## Hazards"]:
        assert heading in readme
