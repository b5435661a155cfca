"""The command `neo4j-scenarios` in this process, for tests that run many of its commands one after the other."""

import io
import subprocess
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

from neo4j_scenarios.cli import main


def neo4j_scenarios(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `neo4j-scenarios WORDS` in a folder. Return how it ended, as `subprocess.run` does."""
    # The command writes bytes as well, below the text.
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with chdir(folder), redirect_stdout(out), redirect_stderr(err):
        code = main(words)
    return subprocess.CompletedProcess(["neo4j-scenarios", *words], code, _text(out), _text(err))


def _text(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
