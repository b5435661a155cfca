"""The command `neo4j-scenarios`, in this process."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from neo4j_scenarios.cli import main


@dataclass(frozen=True)
class Result:
    """What a command gave: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


Command = Callable[..., Result]


@pytest.fixture
def neo4j_scenarios(capsys: pytest.CaptureFixture[str]) -> Command:
    """Return the command: `neo4j_scenarios("new single-instance", "--bucket", url)`. A shell would split the first."""

    def run(line: str, *arguments: object) -> Result:
        capsys.readouterr()
        code = main([*shlex.split(line), *map(str, arguments)])
        out, err = capsys.readouterr()
        return Result(code, out, err)

    return run


@pytest.fixture
def new(neo4j_scenarios: Command) -> Command:
    """Return `neo4j-scenarios new` with the least that it needs."""
    return lambda *arguments: neo4j_scenarios(
        "new single-instance --bucket gs://graph-backups/production --database neo4j", *arguments
    )
