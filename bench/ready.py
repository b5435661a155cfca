"""Measures how long an operator waits until Neo4j answers after `helm install`, and the forecast of a restore.

The first needs a cluster: `make bench-ready` starts one, or takes that of KUBECONFIG.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from statistics import median

from bench.errors import BenchError
from bench.places import ROOT
from bench.results import Results

from bench import forecasts, machine, places, servers

# What `--only` can name.
FORECAST, READY = "forecast", "ready"

_TEST = "tests/e2e/test_ready.py"

_NAMES = {
    "ready_seconds": "until bolt answers, restore included",
    "ready_without_seconds": "until bolt answers, without a restore",
}


def measured(*, quick: bool, repeats: int, only: list[str], say: Callable[[str], None]) -> Results:
    """Return the results. only: `forecast` or `ready`. Empty: both."""
    results = Results()
    with servers.working(places.sets()) as work:
        results.facts = {"load before": f"{machine.load():.2f}", **machine.describe(work)}
        if not only or FORECAST in only:
            results.figures |= forecasts.errors(work, repeats, quick=quick)
    if not only or READY in only:
        try:
            times = _ready(repeats)
            results.figures |= times
            results.facts |= {_NAMES[name]: f"{seconds:.1f} s" for name, seconds in times.items()}
        except BenchError as error:
            say(f"the time to ready is not measured: {error}. {error.hint}")
    return results


def _ready(repeats: int) -> dict[str, float]:
    kept = places.RESULTS / "ready-rounds.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.unlink(missing_ok=True)
    variables = {"READY_RESULTS": str(kept), "READY_ROUNDS": str(repeats)}
    argv = [str(ROOT / "tools" / "cluster" / "with"), sys.executable, "-m", "pytest", "-q", "-m", "e2e", _TEST]
    done = subprocess.run(argv, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, check=False)
    if done.returncode or not kept.exists():
        message = f"{_TEST} ended with {done.returncode}: {done.stdout[-600:]}"
        raise BenchError(message, hint="read these lines. A cluster is started by `make cluster`")
    rounds: dict[str, list[float]] = json.loads(kept.read_text())
    return {name: median(seconds) for name, seconds in rounds.items()}
