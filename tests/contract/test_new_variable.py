"""A variable is added with its row in the table alone, and then the command, its help and `validate` know it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from tests.docs.pages import ROOT
from tests.support.says import says

IMAGE, GENERATOR = "tools/restore/neo4j_restore", "generator/neo4j_scenarios"
TABLE = f"{IMAGE}/variables.py"

MEANING = "seconds that a toy may play"
ROW = f'TOY_SECONDS: Final = Variable("TOY_SECONDS", "{MEANING}", rules.seconds, "30", example="60")\n'

Module = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Module:
    """Return what runs a module of a copy of both packages. The table of the copy has one more row."""
    root = tmp_path_factory.mktemp("repository")
    for package in (IMAGE, GENERATOR):
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    text = (root / TABLE).read_text(encoding="utf-8")
    end = text.index("# In the order above")
    (root / TABLE).write_text(text[:end] + ROW + text[end:], encoding="utf-8")
    paths = f"{root / 'tools/restore'}:{root / 'generator'}"

    def run(name: str, *words: object, **variables: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", name, *map(str, words)]
        environment = {**os.environ, "PYTHONPATH": paths, **variables}
        return subprocess.run(argv, capture_output=True, text=True, check=False, env=environment, cwd=root)

    return run


def test_the_help_has_the_new_variable_with_its_default(module: Module) -> None:
    done = module("neo4j_restore", "--help")
    says(done, 0)
    assert f"  TOY_SECONDS\n      {MEANING} (default: 30)" in done.stdout


def test_the_command_refuses_a_wrong_value_and_takes_a_right_one(module: Module, tmp_path: Path) -> None:
    given = {"BUCKET": f"file://{tmp_path}", "DATABASE": "neo4j", "DATA_DIR": str(tmp_path / "no data")}
    given["TERMINATION_LOG"] = str(tmp_path / "reason")
    says(module("neo4j_restore", "plan", **given, TOY_SECONDS="soon"), 2, "TOY_SECONDS: 'soon'")
    # The next mistake: there is no data folder.
    done = module("neo4j_restore", "plan", **given, TOY_SECONDS="60")
    says(done, 14, "does not exist")
    assert "TOY_SECONDS" not in done.stderr


def test_validate_refuses_a_wrong_value_in_a_values_file(module: Module, tmp_path: Path) -> None:
    values = yaml.safe_load((ROOT / "scenarios/single-instance/values.neo4j.yaml").read_text(encoding="utf-8"))
    path = tmp_path / "values.yaml"
    for value, code in (("60", 0), ("soon", 1)):
        changed = yaml.safe_load(yaml.safe_dump(values))
        changed["podSpec"]["initContainers"][0]["env"].append({"name": "TOY_SECONDS", "value": value})
        path.write_text(yaml.safe_dump(changed), encoding="utf-8")
        done = module("neo4j_scenarios.cli", "validate", path)
        assert done.returncode == code, done.stdout + done.stderr
    assert "TOY_SECONDS: 'soon'" in done.stdout + done.stderr


def test_the_page_names_at_most_ten_files_that_are_written_by_hand() -> None:
    page = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")
    part = page.partition("## A variable of the restore container\n")[2].partition("\n## ")[0]
    paths = {path.rstrip("/") for path in re.findall(r"`((?:tools|tests|charts|generator)/[\w./-]+)`", part)}
    # `make docs` writes the README, and this test is there already. Some files of the chart lack their folder.
    others = ["values.schema.json", "templates/_restore.tpl", "ci/all-values.yaml"]
    by_hand = paths - {"tools/restore/README.md", "tests/contract/test_new_variable.py"}
    by_hand |= {f"charts/neo4j-restore/{other}" for other in others}
    assert all(f"`{other}`" in part for other in others)
    assert {path for path in by_hand if not (ROOT / path).exists()} == set()
    assert TABLE in by_hand
    assert len(by_hand) <= 10
