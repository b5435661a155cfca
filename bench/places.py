"""The folders of the benchmarks: for files that are made once, and for their work."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]

PAGE = ROOT / "docs" / "benchmarks.md"

# The results of a run, from which the page can be written again.
RESULTS = ROOT / "build" / "bench"


def cache() -> Path:
    """Return the folder of files that are built once and kept: the Makefile's NEO4J_RESTORE_CACHE."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("NEO4J_RESTORE_CACHE") or base / "neo4j-restore")


def sets() -> Path:
    """Return the folder of the backup sets. It is on the disk that is measured, for `cp` and hard links."""
    return cache() / "bench"
