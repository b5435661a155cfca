"""The Helms that every test of the chart runs with, and the chart whose notes they print."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.chart.helm import CHART, ROOT, Helm
from tests.support.renderer import renderer

# `helm template` prints no notes, and Helm 3 asks a cluster before a dry run: a template of the copy holds them.
TEMPLATE = """notes: {{ include (print .Template.BasePath "/NOTES.txt") . | toJson }}"""


@pytest.fixture(scope="session", params=[3, 4], ids=["helm3", "helm4"])
def helm(request: pytest.FixtureRequest) -> Iterator[Helm]:
    """Give Helm 3, then Helm 4, built where they are not cached, each with its library."""
    major: int = request.param
    done = subprocess.run([ROOT / "tools" / "helm", str(major)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(done.stderr, pytrace=False)
    with renderer(major) as library:
        yield Helm(Path(done.stdout.strip()), major, library)


@pytest.fixture(scope="session")
def speaking_chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the chart that renders its notes as a document."""
    copy = tmp_path_factory.mktemp("speaking") / CHART.name
    shutil.copytree(CHART, copy)
    (copy / "templates" / "speaking.yaml").write_text(TEMPLATE, encoding="utf-8")
    return copy
