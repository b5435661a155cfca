"""Words that the shell offers for completion."""

from pathlib import Path
from typing import Final

import typer

# The fleet file that commands read by default.
FLEET: Final = "fleet.yaml"


def keys(incomplete: str) -> list[str]:
    """Return the inputs that begin with `incomplete`."""
    from neo4j_scenarios.inputs.fields import FIELDS

    return [field.key for field in FIELDS if field.key.startswith(incomplete)]


def cluster_names(context: typer.Context, incomplete: str) -> list[str]:
    """Return the names of the clusters of the fleet file on the command line that begin with `incomplete`."""
    from neo4j_scenarios.errors import GeneratorError
    from neo4j_scenarios.fleet.file import read_fleet_file

    path = context.params.get("fleet") or next(iter(context.params.get("paths") or ()), FLEET)
    try:
        entries = read_fleet_file(Path(path), []).entries
    except GeneratorError:
        return []  # the command itself reports the problem
    return [entry.name for entry in entries if entry.name.startswith(incomplete)]
