"""`emit` on a fleet of the tests."""

from pathlib import Path

import pytest
from tests.generator.conftest import Command, Result
from tests.generator.emit.engines import FLEET
from tests.generator.fleets import make_fleet


@pytest.fixture
def emit(neo4j_scenarios: Command, tmp_path: Path) -> Command:
    """Return `neo4j-scenarios emit` with a fleet: `emit("flux", CHARTS)`. Its folder is `tmp_path / "out"`."""

    def run(engine: str, flags: str = "", fleet: str = FLEET) -> Result:
        path = make_fleet(tmp_path, fleet)
        return neo4j_scenarios(f"emit {engine} {path} -o {tmp_path / 'out'} {flags}")

    return run
