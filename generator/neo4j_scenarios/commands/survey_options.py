"""Options of the commands that read buckets."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from neo4j_restore.spec import Invalid
from neo4j_scenarios.amounts import parse_duration
from neo4j_scenarios.commands.options import FLEET, Json, KeepGoing, Quiet, Selector, cluster_names
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
Deadline = Annotated[str, typer.Option("--deadline", metavar="5m", help="time limit for each bucket")]


def option(name: str, text: str | None, parse: Callable[[str], T]) -> T | None:
    """Return the value of an option, or None if it is not set. Raises UsageError."""
    try:
        return None if text is None else parse(text)
    except Invalid as error:
        raise UsageError(Problem(name, str(error), f"see {name} in --help")) from error


@dataclass(frozen=True)
class Selected:
    """The fleet and its clusters: the first options in the help of a command that reads buckets."""

    fleet: FleetFile = Path(FLEET)
    selector: Selector = None
    only: Only = None


@dataclass(frozen=True)
class Reading:
    """How buckets are read and what is printed: the last options in the help of such a command."""

    credentials: Credentials = None
    threads: Threads = 32
    deadline: Deadline = "5m"
    keep_going: KeepGoing = False
    as_json: Json = False
    quiet: Quiet = False

    @property
    def silent(self) -> bool:
        """Whether neither progress nor remarks are printed."""
        return self.quiet or self.as_json

    def survey(self, *, drills: bool = False) -> "Options":
        """Return the options for reading buckets. Retries get a part of the bucket's time. Raises UsageError."""
        from neo4j_scenarios.survey import Options

        seconds = option("--deadline", self.deadline, parse_duration) or 0
        if seconds < 1:
            raise UsageError(Problem("--deadline", f"{self.deadline} is too short", "give at least 1s"))
        return Options(self.credentials, self.threads, seconds, min(30, seconds / 4), min(30, seconds), drills)
