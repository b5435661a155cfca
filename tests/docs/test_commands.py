"""What a reader copies from a page works: the generator's commands for real, Helm's as a rendering."""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from tests.docs.pages import PAGES, ROOT, blocks, commands, name
from tests.support.here import neo4j_scenarios
from tests.support.says import says
from tests.support.stores import Bucket

from neo4j_scenarios.targets import NEO4J_RESTORE, TARGETS

CHART = ROOT / "charts" / "neo4j-restore"
KEY = {
    "type": "service_account",
    "client_email": "restore@project.iam.gserviceaccount.com",
    "private_key": "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n",
    "token_uri": "https://oauth2.googleapis.com/token",
}
FLEET = """\
clusters:
  prod-eu-7: {{scenario: single-instance, bucket: "{url}", database: neo4j, emulator-host: "{host}"}}
"""
WORKLOAD = "{{ .Values | toJson }}\n"

# Which chart a name stands for; what is not here is looked for in the project.
FOREIGN = {target.chart: target for target in TARGETS.values() if target is not NEO4J_RESTORE}

# Charts of others that no values file of ours is for.
BESIDE = {"neo4j/neo4j-loadbalancer"}

# The page for an incident has a test of its own, as it changes its fleet between commands.
WITH_COMMANDS = [page for page in PAGES if page.name != "worst-day.md" and commands(page, "neo4j-scenarios", "helm")]


@pytest.fixture
def desk(tmp_path: Path, bucket: Bucket) -> Path:
    """Return a folder as a reader has it: the charts, the scenarios, a key, a fleet whose bucket has a set of today."""
    (tmp_path / "charts").symlink_to(ROOT / "charts")
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    # Values files of several releases, and one that is laid over a release's.
    shutil.copytree(ROOT / "scenarios" / "single-instance", tmp_path / "fleet")
    (tmp_path / "fleet" / "scenario.yaml").unlink()
    (tmp_path / "yours.yaml").write_text("data: {size: 20Gi}\n")
    for file in ("key.json", "KEY.json"):
        (tmp_path / file).write_text(json.dumps(KEY))
    (tmp_path / "AWS-KEY").write_text("[default]\naws_access_key_id = a\naws_secret_access_key = hunter2\n")
    bucket.put(f"neo4j-{datetime.now(UTC):%Y-%m-%d-%H:%M:%S}.dump", b"a backup")
    (tmp_path / "fleet.yaml").write_text(FLEET.format(url=bucket.url, host=bucket.host))
    return tmp_path


def run(desk: Path, *command: str) -> str:
    """Return the output of a command, which must succeed."""
    done = subprocess.run(command, cwd=desk, capture_output=True, text=True, check=False)
    says(done, 0)
    return done.stdout


def scenarios(desk: Path, *words: str) -> str:
    """Return the output of the generator, which must succeed."""
    done = neo4j_scenarios(desk, *(each for word in words for each in expanded(desk, word)))
    says(done, 0)
    return done.stdout


def expanded(desk: Path, word: str) -> list[str]:
    """Return the files that a shell puts in the place of a pattern, or the word itself."""
    paths = sorted(str(path.relative_to(desk)) for path in desk.glob(word)) if "*" in word else []
    return paths or [word]


def rendered(helm: str, desk: Path, words: list[str]) -> str:
    """Return what Helm would install by the words behind `install`, `upgrade` or `template`."""
    release, chart, *flags = words
    files = [flags[index + 1] for index, flag in enumerate(flags) if flag == "-f"]
    target = FOREIGN.get(chart, NEO4J_RESTORE)
    for file in files:
        if not (desk / file).exists():
            where = ["--bucket", "gs://my-backups/nightly", "--database", "neo4j", "--target", target.name]
            scenarios(desk, "new", "single-instance", *where, "-o", file)
    if "--reuse-values" in flags:
        flags = [flag for flag in flags if flag != "--reuse-values"]
        flags += ["-f", str(CHART / "ci" / "minimal-values.yaml")]
    return run(
        desk, helm, "template", release, str(stand_in(desk)) if chart in FOREIGN.keys() | BESIDE else chart, *flags
    )


def stand_in(desk: Path) -> Path:
    """Return a chart that shows the values it is given."""
    chart = desk / "stand-in"
    (chart / "templates").mkdir(parents=True, exist_ok=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: stand-in\nversion: 1.0.0\n")
    (chart / "templates" / "values.yaml").write_text(WORKLOAD)
    return chart


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name)
def test_the_commands_of_a_page_work_in_their_order(helm: str, desk: Path, page: Path) -> None:
    for program, verb, *words in commands(page, "neo4j-scenarios", "helm"):
        if program == "neo4j-scenarios":
            scenarios(desk, verb, *words)
        elif verb in {"install", "upgrade", "template"}:
            assert rendered(helm, desk, words)
        elif verb == "get":
            # What was given to the release, and not the release's whole values.
            shutil.copy(CHART / "ci" / "minimal-values.yaml", desk / "values.yaml")
        else:
            assert (verb, len(words) >= 1) == ("test", True)


@pytest.mark.parametrize("chart", FOREIGN)
def test_the_rollback_with_a_foreign_chart_changes_the_arguments_alone(helm: str, desk: Path, chart: str) -> None:
    lines = commands(ROOT / "docs" / "operations.md", "helm")
    (words,) = (words for _, _, *words in lines if words[1:2] == [chart])
    back, before = (yaml.safe_load(rendered(helm, desk, each)) for each in (words, words[:-2]))
    (container,) = (back.get("podSpec") or back["core"])["initContainers"]
    assert container.pop("args") == ["rollback"]
    assert back == before


YAML = [
    (page, code) for page in (ROOT / "docs" / "operations.md", CHART / "README.md") for code in blocks(page, "yaml")
]


@pytest.mark.parametrize(("page", "code"), YAML, ids=[f"{name(page)}-{index}" for index, (page, _) in enumerate(YAML)])
def test_the_values_in_a_page_are_values_of_the_chart(helm: str, desk: Path, page: Path, code: str) -> None:
    (desk / "values.yaml").write_text(code)
    minimal = str(CHART / "ci" / "minimal-values.yaml")
    assert run(desk, helm, "template", "graph", "charts/neo4j-restore", "-f", minimal, "-f", "values.yaml")


def test_there_are_commands_to_run() -> None:
    assert len(commands(ROOT / "README.md", "neo4j-scenarios", "helm")) >= 4
    assert len(commands(ROOT / "docs" / "operations.md", "helm")) >= 5
    assert len(YAML) >= 2
