"""What a shell completes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.generator.fleets import make_fleet

COMMAND = Path(sys.executable).with_name("neo4j-scenarios")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("neo4j-scenarios explain eu", ["eu-1", "eu-2"]),
        ("neo4j-scenarios explain -f fleet.yaml us", ["us-1"]),
        ("neo4j-scenarios build fleet.yaml --only us", ["us-1"]),
        ("neo4j-scenarios explain eu-1 heap", ["heap-size"]),
        ("neo4j-scenarios explain -f absent.yaml eu", []),
        ("neo4j-scenarios expl", ["explain"]),
    ],
)
def test_commands_clusters_and_keys_are_completed(tmp_path: Path, line: str, expected: list[str]) -> None:
    make_fleet(tmp_path)
    words = line.split()
    surroundings = {
        "PATH": os.environ["PATH"],
        "_NEO4J_SCENARIOS_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    done = subprocess.run([COMMAND], env=surroundings, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.split() == expected
