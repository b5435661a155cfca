"""The helmfile of a fleet, rendered by a real Helm."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml
from bench.programs import program
from tests.generator.conftest import Command
from tests.generator.emit.engines import CHARTS, ROOT
from tests.support.says import says


@pytest.fixture
def helmfile(helm: str, tmp_path: Path) -> Path:
    """Return a folder with helmfile and a helm, for PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "helmfile").symlink_to(program("helmfile"))
    (folder / "helm").symlink_to(helm)
    return folder


def run(folder: Path, programs: Path, *argv: str) -> str:
    surroundings = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "HELMFILE_CACHE_HOME": str(folder)}
    done = subprocess.run(argv, cwd=folder, env=surroundings, capture_output=True, text=True, check=False)
    says(done, 0)
    return done.stdout


def test_helmfile_reads_what_it_is_told(emit: Command, helmfile: Path, tmp_path: Path) -> None:
    emit("helmfile", CHARTS)
    releases = json.loads(run(tmp_path / "out", helmfile, "helmfile", "list", "--skip-charts", "--output", "json"))
    assert sorted((each["name"], each["namespace"], each["chart"], each["version"]) for each in releases) == [
        ("neo4j", "graph", "registry-example-5000-charts/neo4j-restore", "0.1.0"),
        ("neo4j", "trial", "registry-example-5000-charts/neo4j-restore", "0.1.0"),
        *((f"neo4j-{number}", "big", "helm-example-charts/neo4j", "5.26.0") for number in (1, 2, 3)),
    ]


def test_helmfile_renders_the_fleet_with_the_chart(emit: Command, helmfile: Path, tmp_path: Path) -> None:
    emit("helmfile", "--part early -l wave!=2")
    (tmp_path / "out/charts").mkdir()
    (tmp_path / "out/charts/neo4j-restore").symlink_to(ROOT / "charts/neo4j-restore")
    rendered = yaml.safe_load_all(run(tmp_path / "out", helmfile, "helmfile", "template", "--quiet"))
    pods = [each["spec"]["template"]["spec"] for each in rendered if each and each["kind"] == "StatefulSet"]
    buckets = [item["value"] for pod in pods for item in pod["initContainers"][0]["env"] if item["name"] == "BUCKET"]
    assert buckets == ["gs://backups/trial", "gs://backups/live"]
