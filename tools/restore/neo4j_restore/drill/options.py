"""Makes the options of `drill` of the environment. All problems are reported at once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from neo4j_restore import settings
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
from neo4j_restore.finalize import access
from neo4j_restore.finalize.access import ServerAccess
from neo4j_restore.settings import Settings
from neo4j_restore.values import read, read_each
from neo4j_restore.variables import BUCKET, DATA_DIR


@dataclass(frozen=True)
class Options:
    """What a drill is asked to prove, with all defaults applied.

    data_dir: the restored copy, whose receipt says what was restored.
    bucket: the settings of the restore, whose bucket gets the result. None without BUCKET.
    """

    name: str
    assertions: tuple[Assertion, ...]
    server: ServerAccess
    seconds: float
    metrics_file: Path | None
    pushgateway: str
    data_dir: Path
    bucket: Settings | None = None


def from_environment(environment: Mapping[str, str]) -> Options:
    """Return the options in `environment`. Raises one ConfigurationError that names every malformed variable."""
    values, malformed = read_each(environment, (*VARIABLES, *access.VARIABLES, DATA_DIR))
    has_bucket = bool(environment.get(BUCKET.name, "").strip())
    # Both have DATA_DIR.
    of_bucket = [each for each in read(environment)[1] if each not in malformed] if has_bucket else []
    if problems := [problem.what for problem in (*malformed, *of_bucket)]:
        hint = "correct these variables of the container that runs the drill. For a list run: neo4j-restore --help"
        raise ConfigurationError("; ".join(problems), hint=hint)
    return Options(
        name=values[DRILL_NAME],
        assertions=values[DRILL_ASSERTIONS],
        server=access.of(values, environment),
        seconds=values[DRILL_SECONDS],
        metrics_file=values.get(METRICS_FILE),
        pushgateway=values.get(PUSHGATEWAY_URL) or "",
        data_dir=Path(os.path.realpath(values[DATA_DIR])),
        bucket=settings.from_environment(environment) if has_bucket else None,
    )
