"""A drill with the real Neo4j: restored from a dump, started on the copy, asked what the backup should hold."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.real.conftest import MakePod
from tests.real.databases import FIRST_USER, Made
from tests.real.neo4j import Neo4j
from tests.real.restoring import COMMAND

COUNT = "MATCH (n) RETURN count(n)"


def asked(server: Neo4j, *assertions: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """Run the drill on a server, as a container beside it does."""
    environment = {
        "PATH": os.environ["PATH"],
        "BOLT_URI": f"bolt://127.0.0.1:{server.ports[0]}",
        "NEO4J_AUTH": "/".join(FIRST_USER),
        "DATA_DIR": str(server.data),
        "DRILL_ASSERTIONS": json.dumps(assertions),
    }
    argv: list[str | Path] = [COMMAND, "drill", "--json"]
    return subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=300, check=False)


def test_a_restored_copy_is_asked_and_not_changed(neo4j_5: Made, pod: MakePod) -> None:
    volume = pod(neo4j_5, "five", DATABASE="neo4j,system")
    ended = volume.restore()
    assert ended.code == 0, ended
    with Neo4j(volume.home, volume.data, FIRST_USER) as server:
        (count,) = server.query(f"{COUNT} AS n")
        good = asked(
            server,
            {"query": COUNT, "expect": count["n"]},
            {"query": COUNT, "expect": {"atLeast": 1, "atMost": 10**6}},
            {"query": "MATCH (n) RETURN n", "database": "neo4j"},
            {"query": "SHOW INDEXES YIELD state WHERE state <> 'ONLINE' RETURN count(*)", "expect": 0},
        )
        assert good.returncode == 0, good.stderr
        result = json.loads(good.stdout)
        assert result["restored"] == volume.receipt()["restored"]
        assert result["drill"]["neo4j"].startswith("5.26")

        bad = asked(
            server,
            {"query": COUNT, "expect": {"atLeast": 10**6}},
            {"query": "CREATE (n:Drill) RETURN 1", "expect": 1},
            {"query": "MTCH (n)"},
            {"query": COUNT, "database": "movies"},
            {"query": "MATCH (n:Drill) RETURN count(n)", "expect": 0},
        )
        assert bad.returncode == 42, bad.stderr
        problems = [each["problem"] for each in json.loads(bad.stdout)["drill"]["assertions"]]
        said = [f"found {count['n']}", "read access mode", "Invalid input", "movies"]
        assert all(words in problem for words, problem in zip(said, problems[:-1], strict=True)), problems
        # Nothing was written, and an assertion behind those that fail is still asked.
        assert problems[-1] is None
