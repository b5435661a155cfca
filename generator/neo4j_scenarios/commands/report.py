"""The command `report`: how the backups of a fleet stand, as one HTML file or as JSON."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neo4j_scenarios import amounts
from neo4j_scenarios.commands.options import Json, KeepGoing, Quiet, Selector
from neo4j_scenarios.commands.surveying import Credentials, Deadline, FleetFile, Only, Threads, option, survey_options
from neo4j_scenarios.completion import FLEET
from neo4j_scenarios.console import problems_as_json, progress, put, put_json, say
from neo4j_scenarios.console import report as report_problems
from neo4j_scenarios.errors import InputFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neo4j_scenarios.fleet import Fleet
    from neo4j_scenarios.report.rows import Facts
    from neo4j_scenarios.survey import Options

Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="HTML file to write [default: stdout]", show_default=False),
]
Throughput = Annotated[
    str | None,
    typer.Option(
        "--throughput",
        metavar="200MiB/s",
        help="speed of a restore, for the RTO forecast of what has no drill",
        show_default=False,
    ),
]
Force = Annotated[bool, typer.Option("--force", help="replace a file that is no report of neo4j-scenarios")]


def report(
    fleet: FleetFile = Path(FLEET),
    output: Output = None,
    selector: Selector = None,
    only: Only = None,
    throughput: Throughput = None,
    credentials: Credentials = None,
    threads: Threads = 32,
    deadline: Deadline = "5m",
    force: Force = False,
    keep_going: KeepGoing = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """report age, size, pins, drills and RTO forecasts of a fleet's backups"""
    from datetime import UTC, datetime

    from neo4j_scenarios import lockfile
    from neo4j_scenarios.commands.outcome import remark
    from neo4j_scenarios.fleet import load
    from neo4j_scenarios.report.page import MARK, page
    from neo4j_scenarios.report.rows import rows
    from neo4j_scenarios.report.summary import summary
    from neo4j_scenarios.selectors import parse_selection
    from neo4j_scenarios.write import write

    rate = option("--throughput", throughput, amounts.parse_rate)
    options = survey_options(credentials, threads, deadline, drills=True)
    loaded = load(fleet, parse_selection(selector or (), only or ()), lockfile.NoPins(), keep_going=keep_going)
    failure = InputFileError(*loaded.problems)
    report_problems(failure, as_json=False)
    remark(loaded, quiet)
    found = _facts(loaded, options, quiet or as_json)
    now = datetime.now(UTC)
    told = rows(found, now, rate)
    if as_json:
        data = {"fleet": fleet.name, "time": now.isoformat(timespec="seconds"), **summary(told, rate)}
        put_json(data | ({"problems": problems_as_json(failure)} if loaded.problems else {}))
    text = page(fleet.name, told, now, rate) if output or not as_json else ""
    if output:
        write(output, text, force=force, mark=MARK)
        if not quiet:
            say(f"written {output}: {len(told)} {'database' if len(told) == 1 else 'databases'}")
    elif text:
        put(text)
    return failure.exit_code if loaded.problems else 0


def _facts(fleet: "Fleet", options: "Options", quiet: bool) -> "Sequence[Facts]":
    from neo4j_scenarios import lockfile, questions
    from neo4j_scenarios.report import gather

    held = lockfile.read(lockfile.beside(fleet.path))
    rpo = gather.objectives(fleet.clusters)
    asked = questions.ask(fleet.clusters, held)
    with progress("reading buckets", asked.buckets, quiet) as show:
        answers = asked.answers(options, show)
    return list(gather.facts(fleet.clusters, held, answers, rpo))
