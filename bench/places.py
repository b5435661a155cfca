"""Where the benchmarks keep what they make once, and where they work."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]

PAGE = ROOT / "docs" / "benchmarks.md"

# What a run measured, for the page to be written from, also later.
RESULTS = ROOT / "build" / "bench"


def cache() -> Path:
    """Return the folder of what is built once and kept, the Makefile's NEO4J_RESTORE_CACHE."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("NEO4J_RESTORE_CACHE") or base / "neo4j-restore")


def sets() -> Path:
    """Return the folder of the backup sets; on the disk that is measured, for `cp` and hard links."""
    return cache() / "bench"
