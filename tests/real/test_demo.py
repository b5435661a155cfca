"""The demo, run as `make demo` runs it."""

import os
import subprocess
import sys

from tests.real.neo4j import DEADLINE_SECONDS
from tests.real.unprivileged import ROOT


def run_demo(**changed: str) -> str:
    """Return what the demo prints, all of it."""
    done = subprocess.run(
        [sys.executable, "-m", "demo"],
        env={**os.environ, **changed},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_demo_restores_once_and_keeps_what_was_written_since() -> None:
    shown = run_demo()
    assert shown.count("'neo4j': 'online'") == 2
    assert "nodes: {'stations': 200, 'names': 200, 'lines': 199}" in shown
    assert "neo4j: skip:" in shown
    assert "the receipt is unchanged" in shown
    assert "nodes: {'stations': 201, 'names': 201, 'lines': 199}" in shown
    assert "Three things to try next:" in shown.partition("Done in")[2]


def test_the_demo_without_java_finds_the_backup_and_says_what_it_leaves_out() -> None:
    shown = run_demo(JAVA_HOME="/no/java/here")
    assert "gs://demo/nightly/neo4j/neo4j-2026-01-31T02-00-00.dump" in shown.partition("neo4j-restore list")[2]
    assert "Left out: the restore" in shown
    assert "error: /no/java/here/bin/java is missing" in shown
    assert "SHOW DATABASES" not in shown
