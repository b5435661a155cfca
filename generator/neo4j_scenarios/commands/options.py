"""Options that several commands share, and the words that the shell offers for them."""

from pathlib import Path
from typing import Annotated, Final

import typer

# The fleet file that commands read by default.
FLEET: Final = "fleet.yaml"

# The exit code of a check that finds a difference.
DIFFERENT: Final = 3


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


Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="DIR",
        help="output folder of the fleet [default: out, beside the fleet file]",
        show_default=False,
    ),
]
File = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="file to write [default: stdout]", show_default=False),
]
Fleet = Annotated[
    Path, typer.Option("--fleet", "-f", metavar="FLEET", help=f"fleet file [default: {FLEET}]", show_default=False)
]
Selector = Annotated[
    list[str] | None,
    typer.Option(
        "--selector", "-l", metavar="LABELS", help="clusters by labels: env=prod,tier!=dev", show_default=False
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only", metavar="NAME", help="clusters by name: 'eu-*'", show_default=False, autocompletion=cluster_names
    ),
]
Json = Annotated[bool, typer.Option("--json", help="print JSON, for programs")]
Prune = Annotated[bool, typer.Option("--prune", help="remove files of clusters that the fleet no longer has")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="print only errors and the requested output")]
Force = Annotated[bool, typer.Option("--force", help="replace a file that neo4j-scenarios did not write")]
Check = Annotated[bool, typer.Option("--check", help="write nothing, and exit with 3 if a file differs")]
MaxRestores = Annotated[
    int,
    typer.Option(
        "--max-restores", metavar="N", min=0, help="refuse a change that makes more clusters replace existing data"
    ),
]
MOST_RESTORES: Final = 10
KeepGoing = Annotated[
    bool,
    typer.Option(
        "--keep-going",
        help="skip clusters with problems, which keep what they have, and exit with 1",
    ),
]
