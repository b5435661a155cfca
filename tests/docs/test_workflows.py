"""The workflow runs the steps of .ci/run, and the files that other pages promise exist."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.docs.pages import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def check_job() -> dict[str, Any]:
    job: dict[str, Any] = load(GITHUB / "workflows" / "check.yml")["jobs"]["check"]
    return job


def test_the_workflow_runs_the_steps_of_the_ci_script() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    # Side by side, no step has come after `make quick`, and each builds what it needs.
    steps = [step.removesuffix(" AFTER=quick") for step in re.findall(r"^(?:beside )?make (.+)$", script, re.MULTILINE)]
    assert sorted(check_job()["strategy"]["matrix"]["make"]) == sorted(set(steps) - {"parts"})
    assert check_job()["steps"][-1]["run"] == "make ${{ matrix.make }}"


def test_the_ci_script_needs_nothing_outside_the_repository() -> None:
    assert "../" not in (ROOT / ".ci" / "run").read_text(encoding="utf-8").replace('")/.."', "")


def test_the_workflow_has_the_oldest_python_that_is_supported_and_the_images() -> None:
    matrix = check_job()["strategy"]["matrix"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    dockerfile = (ROOT / "tools" / "restore" / "Dockerfile").read_text(encoding="utf-8")
    assert matrix["include"][0]["python"] == project["requires-python"].removeprefix(">=")
    assert f"PYTHON_IMAGE=python:{matrix['python'][0]}-" in dockerfile


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_with_their_version_beside(workflow: Path) -> None:
    uses = re.findall(r"uses: (.+)$", workflow.read_text(encoding="utf-8"), re.MULTILINE)
    assert uses
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each) for each in uses), uses


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.name)
def test_a_form_asks_for_something_and_its_links_lead_somewhere(form: Path) -> None:
    fields = [each for each in load(form)["body"] if each["type"] != "markdown"]
    assert len({each["id"] for each in fields}) == len(fields) > 1
    for target in re.findall(r"\]\(\.\./blob/main/([^)]+)\)", form.read_text(encoding="utf-8")):
        assert (ROOT / target).is_file(), target


def test_the_hooks_run_programs_that_make_venv_installs() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]["dev"]
    installed = {re.split(r"[=;<>]", each)[0] for each in groups}
    programs = {"ruff": "ruff", "lint-imports": "import-linter"}
    (repository,) = load(ROOT / ".pre-commit-config.yaml")["repos"]
    for hook in repository["hooks"]:
        program = hook["entry"].split()[0].removeprefix(".venv/bin/")
        assert programs[program] in installed


def test_renovate_knows_every_kind_of_file_with_pins() -> None:
    managers = json.loads((ROOT / "renovate.json").read_text(encoding="utf-8"))["enabledManagers"]
    assert set(managers) == {"pep621", "pip-compile", "gomod", "npm", "dockerfile", "maven", "github-actions"}


def test_renovate_groups_the_packages_that_the_image_and_the_project_share() -> None:
    rules = json.loads((ROOT / "renovate.json").read_text(encoding="utf-8"))["packageRules"]
    (grouped,) = (rule["matchPackageNames"] for rule in rules if rule.get("groupName") == "packages of the image")
    lines = (ROOT / "tools" / "restore" / "requirements.in").read_text(encoding="utf-8").splitlines()
    assert grouped == [line.split("==")[0] for line in lines if "==" in line]
