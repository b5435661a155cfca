"""Options of the commands that read buckets."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from neo4j_restore.spec import Invalid
from neo4j_scenarios.amounts import parse_duration
from neo4j_scenarios.commands.options import FLEET, cluster_names
from neo4j_scenarios.errors import Problem, UsageError

if TYPE_CHECKING:
    from neo4j_scenarios.survey import Options

T = TypeVar("T")

FleetFile = Annotated[Path, typer.Argument(metavar="FLEET", help=f"fleet file [default: {FLEET}]", show_default=False)]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        "--cluster",
        metavar="NAME",
        help="clusters by name: 'eu-*'",
        show_default=False,
        autocompletion=cluster_names,
    ),
]
Credentials = Annotated[
    Path | None,
    typer.Option(
        "--credentials-file",
        metavar="FILE",
        help="key file for reading the buckets [default: this machine's identity]",
        show_default=False,
    ),
]
Threads = Annotated[int, typer.Option("--threads", metavar="N", help="most buckets to read at once", min=1, max=256)]
Deadline = Annotated[
    str, typer.Option("--deadline", metavar="5m", help="time limit for each bucket", show_default="5m")
]


def option(name: str, text: str | None, parse: Callable[[str], T]) -> T | None:
    """Return the value of an option, or None if it is not set. Raises UsageError."""
    try:
        return None if text is None else parse(text)
    except Invalid as error:
        raise UsageError(Problem(name, str(error), f"see {name} in --help")) from error


def survey_options(credentials: Path | None, threads: int, deadline: str, *, drills: bool = False) -> "Options":
    """Return the options for reading buckets. Retries get a part of the bucket's time. Raises UsageError."""
    from neo4j_scenarios.survey import Options

    seconds = option("--deadline", deadline, parse_duration) or 0
    if seconds < 1:
        raise UsageError(Problem("--deadline", f"{deadline} is too short", "give at least 1s"))
    return Options(credentials, threads, seconds, min(30, seconds / 4), min(30, seconds), drills)
