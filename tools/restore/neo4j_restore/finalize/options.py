"""Makes the options of `finalize` of the environment. All problems are reported at once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from neo4j_restore.errors import ConfigurationError
from neo4j_restore.finalize import access
from neo4j_restore.finalize.access import ServerAccess
from neo4j_restore.finalize.variables import (
    DEFAULT_DATABASE,
    FINALIZE_SECONDS,
    METADATA,
    METADATA_FILE,
    VARIABLES,
    Metadata,
)
from neo4j_restore.spec import DatabaseName
from neo4j_restore.values import read_each
from neo4j_restore.variables import DATA_DIR, DATABASE, START_ID

# Without it the receipt names the databases.
_DATABASES: Final = replace(DATABASE, required=False)


@dataclass(frozen=True)
class Options:
    """What finalize is asked to do, with all defaults applied.

    databases: of DATABASE, or empty: then the receipt names them. data_dir: where the volume is, if it is mounted.
    start_id: of the start to wait for, or empty.
    """

    server: ServerAccess
    seconds: float
    metadata: Metadata
    metadata_file: Path | None
    default: DatabaseName | None
    databases: tuple[DatabaseName, ...]
    data_dir: Path
    start_id: str = ""


def from_environment(environment: Mapping[str, str]) -> Options:
    """Return the options in `environment`. Raises one ConfigurationError that names every malformed variable."""
    values, malformed = read_each(environment, (*VARIABLES, _DATABASES, DATA_DIR, START_ID))
    problems = [problem.what for problem in malformed]
    # A server knows a renamed database by its new name alone.
    databases = tuple(each.target for each in values.get(_DATABASES) or ())
    if values.get(METADATA_FILE) and len(databases) != 1:
        problems.append(f"METADATA_FILE needs one database in DATABASE, which has {len(databases)}")
    if problems:
        hint = "correct these variables of the container that finalizes. For a list run: neo4j-restore --help"
        raise ConfigurationError("; ".join(problems), hint=hint)
    return Options(
        server=access.of(values, environment),
        seconds=values[FINALIZE_SECONDS],
        metadata=values[METADATA],
        metadata_file=values.get(METADATA_FILE),
        default=values.get(DEFAULT_DATABASE),
        databases=databases,
        data_dir=Path(os.path.realpath(values[DATA_DIR])),
        start_id=values.get(START_ID) or "",
    )
