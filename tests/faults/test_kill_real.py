"""The real Neo4j starts on what a killed restore and the next start left, and has the backup's nodes and properties."""

import os
import shutil
from pathlib import Path

import pytest
from tests.faults.forks import Forks
from tests.faults.table import everything, tally
from tests.real.databases import Made
from tests.real.neo4j import Neo4j
from tests.real.people import BEFORE, counted
from tests.real.unprivileged import give

pytestmark = pytest.mark.real


def environment(made: Made, top: Path) -> dict[str, str]:
    """Return a restore container's environment: over the later database, once, with the real neo4j-admin."""
    shutil.copytree(made.backups / "graph.db", top / "bucket" / "graph.db")
    passed = {name: os.environ[name] for name in ("PATH", "JAVA_HOME") if name in os.environ}
    wish = {"BUCKET": f"file://{top / 'bucket'}", "DATABASE": "graph.db", "FORCE_OVERWRITE": "once"}
    return {**passed, **wish, "NEO4J_HOME": str(made.home)}


def volume(made: Made, folder: Path) -> Path:
    """Return a volume with the later database, of the user that Neo4j runs as."""
    folder.mkdir(mode=0o755)
    return give(shutil.copytree(made.later, folder / "data"))


def test_the_real_server_has_the_backups_nodes_after_a_kill(neo4j_3: Made, forking: Forks, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    container = environment(neo4j_3, tmp_path)
    whole = forking.run("run", environment={**container, "DATA_DIR": str(volume(neo4j_3, tmp_path / "whole"))})
    assert whole.code == 0, str(whole)
    count = 12 if everything() else 1
    with tally("SIGKILL, then the real Neo4j 3.3.5") as tries:
        for number in range(count):
            at = len(whole.changes) * (2 * number + 1) // (2 * count)
            with tries.attempt(f"before change {at}, {whole.changes[at]}"):
                data = volume(neo4j_3, tmp_path / f"at-{at}")
                variables = {**container, "DATA_DIR": str(data)}
                assert forking.run("run", environment=variables, fault={"kind": "kill", "at": at}).code < 0
                started = forking.run("run", environment=variables)
                assert started.code == 0, str(started)
                with Neo4j(neo4j_3.home, data) as server:
                    assert counted(server) == BEFORE
