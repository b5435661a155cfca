"""The Helms that every test of the chart runs with, and the chart whose notes they print."""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.chart.helm import CHART, ROOT, Helm

# `helm template` prints no notes, and Helm 3 asks a cluster before a dry run: a template of the copy holds them.
TEMPLATE = """notes: {{ include (print .Template.BasePath "/NOTES.txt") . | toJson }}"""


@pytest.fixture(scope="session", params=[3, 4], ids=["helm3", "helm4"])
def helm(request: pytest.FixtureRequest) -> Helm:
    """Return Helm 3, then Helm 4, built where they are not cached."""
    major: int = request.param
    done = subprocess.run([ROOT / "tools" / "helm", str(major)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(done.stderr, pytrace=False)
    return Helm(Path(done.stdout.strip()), major)


@pytest.fixture(scope="session")
def speaking_chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the chart that renders its notes as a document."""
    copy = tmp_path_factory.mktemp("speaking") / CHART.name
    shutil.copytree(CHART, copy)
    (copy / "templates" / "speaking.yaml").write_text(TEMPLATE, encoding="utf-8")
    return copy
