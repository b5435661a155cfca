"""Makes the options of `finalize` of the environment. All problems are reported at once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neo4j_restore import variables
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.finalize.variables import VARIABLES, Metadata
from neo4j_restore.rules import Invalid
from neo4j_restore.spec import DatabaseName
from neo4j_restore.values import parse, text_of


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
    values: dict[str, Any] = {}
    problems: list[str] = []
    for variable in (*VARIABLES, variables.DATABASE, variables.DATA_DIR):
        text = text_of(environment, variable)
        try:
            values[variable.name] = parse(variable, text) if text else None
        except Invalid as error:
            problems.append(f"{variable.name}: {error}")
    databases: tuple[DatabaseName, ...] = values.get("DATABASE") or ()
    if values.get("METADATA_FILE") and len(databases) != 1:
        problems.append(f"METADATA_FILE needs one database in DATABASE, which has {len(databases)}")
    if problems:
        hint = "correct these variables of the container that finalizes. For a list run: neo4j-restore --help"
        raise ConfigurationError("; ".join(problems), hint=hint)
    return Options(
        address=values["BOLT_URI"],
        ca_file=values["BOLT_CA_FILE"],
        auth_file=values["BOLT_AUTH_FILE"],
        auth={name: environment.get(name, "").strip() for name in ("NEO4J_AUTH", "NEO4J_USERNAME", "NEO4J_PASSWORD")},
        seconds=values["FINALIZE_SECONDS"],
        metadata=values["METADATA"],
        metadata_file=values["METADATA_FILE"],
        default=values["DEFAULT_DATABASE"],
        databases=databases,
        data_dir=Path(os.path.realpath(values["DATA_DIR"])),
    )
