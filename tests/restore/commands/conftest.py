"""What several tests of the command use."""

import subprocess
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.restore.commands.auth_file_sets import ThreeX
from tests.restore.stores.conftest import between, remote
from tests.support import standin

__all__ = ["between", "remote", "three"]


@pytest.fixture
def three(neo4j_restore: Run, tmp_path: Path) -> ThreeX:
    """Return the command with the neo4j-admin of 3.5, and AUTH_FILES."""
    home = standin.install(tmp_path / "three", "3.5.35")

    def run(command: str = "run", *argv: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return neo4j_restore(command, *argv, NEO4J_HOME=str(home), **{"AUTH_FILES": "true", **settings})

    return run


@pytest.fixture
def enterprise(tmp_path: Path) -> dict[str, str]:
    """Return the variables of an Enterprise Edition 5."""
    return {"NEO4J_HOME": str(standin.install_enterprise_5(tmp_path / "enterprise"))}
