"""What the shell may complete."""

from pathlib import Path
from typing import Final

import typer

# Where nothing else is said.
FLEET: Final = "fleet.yaml"


def keys(incomplete: str) -> list[str]:
    """Return the inputs that begin with `incomplete`."""
    from neo4j_scenarios.fields import FIELDS

    return [field.key for field in FIELDS if field.key.startswith(incomplete)]


def cluster_names(context: typer.Context, incomplete: str) -> list[str]:
    """Return the names of the clusters of the fleet file on the command line that begin with `incomplete`."""
    from neo4j_scenarios.errors import GeneratorError
    from neo4j_scenarios.fleetfile import read_fleet_file

    said = context.params.get("fleet") or next(iter(context.params.get("paths") or ()), FLEET)
    try:
        entries = read_fleet_file(Path(said), []).entries
    except GeneratorError:
        return []  # the command itself will say what is wrong
    return [entry.name for entry in entries if entry.name.startswith(incomplete)]
