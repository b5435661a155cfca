"""Makes the options of `finalize` of the environment. All problems are reported at once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from neo4j_restore.errors import ConfigurationError
from neo4j_restore.finalize.login import VARIABLES as LOGIN
from neo4j_restore.finalize.variables import (
    BOLT_AUTH_FILE,
    BOLT_CA_FILE,
    BOLT_URI,
    DEFAULT_DATABASE,
    FINALIZE_SECONDS,
    METADATA,
    METADATA_FILE,
    VARIABLES,
    Metadata,
)
from neo4j_restore.spec import DatabaseName
from neo4j_restore.values import read_each
from neo4j_restore.variables import DATA_DIR, DATABASE

# Without it the receipt names the databases.
_DATABASES: Final = replace(DATABASE, required=False)


@dataclass(frozen=True)
class Options:
    """What finalize is asked to do, with all defaults applied.

    databases: of DATABASE, or empty: then the receipt names them. data_dir: where the volume is, if it is mounted.
    auth: the texts that may hold user and password. Nothing of them is logged.
    """

    address: str
    ca_file: Path | None
    auth_file: Path | None
    auth: Mapping[str, str] = field(repr=False)
    seconds: float
    metadata: Metadata
    metadata_file: Path | None
    default: DatabaseName | None
    databases: tuple[DatabaseName, ...]
    data_dir: Path


def from_environment(environment: Mapping[str, str]) -> Options:
    """Return the options in `environment`. Raises one ConfigurationError that names every malformed variable."""
    values, malformed = read_each(environment, (*VARIABLES, _DATABASES, DATA_DIR))
    problems = [problem.what for problem in malformed]
    # A server knows a renamed database by its new name alone.
    databases = tuple(each.target for each in values.get(_DATABASES) or ())
    if values.get(METADATA_FILE) and len(databases) != 1:
        problems.append(f"METADATA_FILE needs one database in DATABASE, which has {len(databases)}")
    if problems:
        hint = "correct these variables of the container that finalizes. For a list run: neo4j-restore --help"
        raise ConfigurationError("; ".join(problems), hint=hint)
    return Options(
        address=values[BOLT_URI],
        ca_file=values.get(BOLT_CA_FILE),
        auth_file=values.get(BOLT_AUTH_FILE),
        auth={name: environment.get(name, "").strip() for name in LOGIN},
        seconds=values[FINALIZE_SECONDS],
        metadata=values[METADATA],
        metadata_file=values.get(METADATA_FILE),
        default=values.get(DEFAULT_DATABASE),
        databases=databases,
        data_dir=Path(os.path.realpath(values[DATA_DIR])),
    )
