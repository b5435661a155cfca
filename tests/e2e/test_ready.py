"""How long a new release takes until Neo4j answers, with a restore and without one. `make bench-ready` takes the times.

It asserts no time: that of a busy machine says nothing.
"""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import neo4j
import pytest
from neo4j.exceptions import DriverError, Neo4jError
from tests.e2e.cluster import DEADLINE
from tests.e2e.release import CHART, Release
from tests.e2e.sample import NODES
from tests.support.patience import until

pytestmark = pytest.mark.e2e

WITHOUT = "without"


def until_bolt_answers(release: Release, *options: str) -> tuple[float, int]:
    """Install, and ask until Neo4j answers. Return the seconds, and how many nodes it has."""
    values, began = release.generate(), time.monotonic()
    release.helm("install", release.name, CHART, "-f", values, *options)
    # A pod is ready once bolt's port is open, which the chart asks for each second here.
    release.namespace.wait("create", f"pod/{release.pod}")
    release.namespace.wait("condition=Ready", f"pod/{release.pod}")
    answers: list[tuple[float, int]] = []
    with release.namespace.forwarded(f"pod/{release.pod}", 7687) as port:

        def answered() -> bool:
            try:
                with neo4j.GraphDatabase.driver(f"bolt://127.0.0.1:{port}", auth=release.auth) as driver:
                    records, _, _ = driver.execute_query("MATCH (n) RETURN count(n) AS n", database_="neo4j")
            except (DriverError, Neo4jError):
                return False
            answers.append((time.monotonic() - began, records[0]["n"]))
            return True

        until(answered, "an answer over bolt")
    return answers[0]


def test_a_release_answers_with_and_without_a_restore(make_release: Callable[[str], Release]) -> None:
    seconds: dict[str, list[float]] = {"ready_seconds": [], "ready_without_seconds": []}
    for number in range(int(os.environ.get("READY_ROUNDS", "1"))):
        # In turn, so that a busy minute falls on both.
        for name, options in (("restored", ()), (WITHOUT, ("--set", "restore.enabled=false"))):
            release = make_release(f"{name}{number}")
            probes = ("--set", "probes.startup.periodSeconds=1", "--set", "probes.readiness.periodSeconds=1")
            login = ("--set", "auth.enabled=false") if name == WITHOUT else ()
            taken, nodes = until_bolt_answers(release, *options, *probes, *login)
            assert nodes == (0 if name == WITHOUT else NODES)
            seconds["ready_without_seconds" if name == WITHOUT else "ready_seconds"].append(taken)
            release.helm("uninstall", release.name)
            # Its own alone: other tests have theirs in the same namespace.
            release.namespace.kubectl("delete", f"persistentvolumeclaim/data-{release.pod}", f"--timeout={DEADLINE}")
    if path := os.environ.get("READY_RESULTS"):
        Path(path).write_text(json.dumps(seconds))
