"""The Helms that every test of the chart runs with."""

import subprocess
from pathlib import Path

import pytest
from tests.chart.helm import ROOT, Helm


@pytest.fixture(scope="session", params=[3, 4], ids=["helm3", "helm4"])
def helm(request: pytest.FixtureRequest) -> Helm:
    """Return Helm 3, then Helm 4, built where they are not cached."""
    major: int = request.param
    done = subprocess.run([ROOT / "tools" / "helm", str(major)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(done.stderr, pytrace=False)
    return Helm(Path(done.stdout.strip()), major)
