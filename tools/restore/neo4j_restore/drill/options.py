"""Makes the options of `drill` of the environment. All problems are reported at once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from neo4j_restore.drill.assertions import Assertion
from neo4j_restore.drill.variables import (
    DRILL_ASSERTIONS,
    DRILL_NAME,
    DRILL_SECONDS,
    METRICS_FILE,
    PUSHGATEWAY_URL,
    VARIABLES,
)
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.finalize.login import VARIABLES as LOGIN
from neo4j_restore.finalize.variables import BOLT_AUTH_FILE, BOLT_CA_FILE, BOLT_URI
from neo4j_restore.values import read_each
from neo4j_restore.variables import DATA_DIR


@dataclass(frozen=True)
class Options:
    """What a drill is asked to prove, with all defaults applied.

    auth: the texts that may hold user and password. Nothing of them is logged.
    data_dir: the restored copy, whose receipt says what was restored.
    """

    name: str
    assertions: tuple[Assertion, ...]
    address: str
    ca_file: Path | None
    auth_file: Path | None
    auth: Mapping[str, str] = field(repr=False)
    seconds: float
    metrics_file: Path | None
    pushgateway: str
    data_dir: Path


def from_environment(environment: Mapping[str, str]) -> Options:
    """Return the options in `environment`. Raises one ConfigurationError that names every malformed variable."""
    values, malformed = read_each(environment, (*VARIABLES, BOLT_URI, BOLT_CA_FILE, BOLT_AUTH_FILE, DATA_DIR))
    if malformed:
        hint = "correct these variables of the container that runs the drill. For a list run: neo4j-restore --help"
        raise ConfigurationError("; ".join(problem.what for problem in malformed), hint=hint)
    return Options(
        name=values[DRILL_NAME],
        assertions=values[DRILL_ASSERTIONS],
        address=values[BOLT_URI],
        ca_file=values.get(BOLT_CA_FILE),
        auth_file=values.get(BOLT_AUTH_FILE),
        auth={name: environment.get(name, "").strip() for name in LOGIN},
        seconds=values[DRILL_SECONDS],
        metrics_file=values.get(METRICS_FILE),
        pushgateway=values.get(PUSHGATEWAY_URL) or "",
        data_dir=Path(os.path.realpath(values[DATA_DIR])),
    )
