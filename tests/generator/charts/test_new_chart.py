"""A chart is added with the files that docs/adding.md names, and then every command knows it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.docs.pages import ROOT

from neo4j_scenarios.charts import all_charts, chart
from neo4j_scenarios.charts.interface import Chart
from neo4j_scenarios.targets import TARGETS, Target

TOY = Path(__file__).parent / "toy"
PACKAGE = "generator/neo4j_scenarios"

# Each file of the new chart, and its place in the repository.
FILES = {
    "toy.py": f"{PACKAGE}/charts/toy.py",
    "toy.yaml.j2": f"{PACKAGE}/templates/toy.yaml.j2",
    "toy.json": f"{PACKAGE}/charts/schemas/toy.json",
}
REGISTRY = f"{PACKAGE}/targets.py"
ENTRY = '\nTOY: Final = register(Target("toy", "toy", "toys/graph", "a chart of toys", 5, _NO_END, "5.26.30"))\n'

SCENARIO = "scenario: single-instance\ntarget: toy\nbucket: gs://graph-backups/daily\ndatabase: neo4j\n"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the command of a copy of the generator that has the new chart."""
    root = tmp_path_factory.mktemp("repository")
    shutil.copytree(ROOT / PACKAGE, root / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    for file, place in FILES.items():
        assert not (root / place).exists()
        shutil.copy(TOY / file, root / place)
    with (root / REGISTRY).open("a", encoding="utf-8") as registry:
        registry.write(ENTRY)
    environment = {**os.environ, "PYTHONPATH": f"{root / 'generator'}:{ROOT / 'tools' / 'restore'}"}

    def command(*words: object) -> subprocess.CompletedProcess[str]:
        arguments = [sys.executable, "-m", "neo4j_scenarios.cli", *map(str, words)]
        return subprocess.run(arguments, capture_output=True, text=True, check=False, env=environment, cwd=root)

    return command


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    """Return the folder of a scenario for the new chart, built."""
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    done = run("build", tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_the_page_names_the_files_that_were_added_and_no_other() -> None:
    page = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")
    part = page.partition("## A chart\n")[2].partition("\n## ")[0]
    named = re.findall(r"^\| `(generator/[\w./-]+)`", part, re.MULTILINE)
    assert {path.replace("NAME", "toy") for path in named} == {*FILES.values(), REGISTRY}


@pytest.mark.parametrize("target", TARGETS.values(), ids=lambda target: target.slug)
def test_each_chart_has_its_files_and_no_sign_of_another(target: Target) -> None:
    assert isinstance(chart(target), Chart)
    assert (ROOT / PACKAGE / "templates" / f"{target.slug}.yaml.j2").exists()
    assert (ROOT / PACKAGE / "charts" / "schemas" / f"{target.slug}.json").exists()
    others = {sign for name, each in all_charts().items() if name != target.name for sign in each.signs}
    assert others.isdisjoint(chart(target).signs)


def test_list_and_help_have_the_new_chart(run: Run) -> None:
    rows = json.loads(run("list", "--json").stdout)
    assert [row["scenario"] for row in rows if row["target"] == "toy"] == ["single-instance"]
    assert "toy" in run("new", "--help").stdout


def test_build_writes_its_values_file(run: Run, folder: Path) -> None:
    text = (folder / "values.toy.yaml").read_text()
    assert "gs://graph-backups/daily" in text
    done = run("build", "--check", folder)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_validate_recognises_the_file_and_finds_its_mistakes(run: Run, folder: Path) -> None:
    path = folder / "values.toy.yaml"
    done = run("validate", path)
    assert done.returncode == 0, done.stdout + done.stderr
    path.write_text(path.read_text().replace("gs://graph-backups/daily", "gs://"))
    done = run("validate", path)
    assert done.returncode == 1
    assert "graph.before[0].env" in done.stdout + done.stderr


def test_import_gives_back_the_scenario(run: Run, folder: Path) -> None:
    done = run("import", folder / "values.toy.yaml", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    imported = json.loads(done.stdout)
    assert imported["left"] == []
    assert {line.split(": ")[0]: line.split(": ")[1] for line in SCENARIO.splitlines()} == imported["scenario"]


def test_what_the_new_chart_cannot_do_is_refused(run: Run) -> None:
    done = run("new", "cluster", "--target", "toy", "--bucket", "gs://graph-backups", "--database", "neo4j")
    assert done.returncode == 2
    assert "there is no 'cluster' for the chart toy yet" in done.stderr
