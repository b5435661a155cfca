"""The command `report`: how the backups of a fleet stand, as one HTML file, as JSON, or as metrics."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neo4j_scenarios import amounts
from neo4j_scenarios.commands.options import Json, KeepGoing, Quiet, Selector
from neo4j_scenarios.commands.surveying import Credentials, Deadline, FleetFile, Only, Threads, option, survey_options
from neo4j_scenarios.completion import FLEET
from neo4j_scenarios.console import problems_as_json, progress, put, put_json, say
from neo4j_scenarios.console import report as report_problems
from neo4j_scenarios.errors import BucketError, InputFileError, Problem, UsageError
from neo4j_scenarios.secrecy import redact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neo4j_scenarios.fleet import Fleet
    from neo4j_scenarios.report.findings import Bounds, Finding
    from neo4j_scenarios.report.rows import Facts, Row
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
Metrics = Annotated[
    Path | None,
    typer.Option("--metrics", metavar="FILE", help="write metrics for Prometheus, as text", show_default=False),
]
FailOn = Annotated[
    str | None,
    typer.Option(
        "--fail-on",
        metavar="late,shrunk",
        help="exit with 1 where a database is one of these; the report is written first",
        show_default=False,
    ),
]
MaxShrink = Annotated[
    str, typer.Option("--max-shrink", metavar="30%", help="a set that is smaller than usual by more is shrunk")
]
MaxGrowth = Annotated[
    str, typer.Option("--max-growth", metavar="100%", help="a set that is larger than usual by more is grown")
]
Force = Annotated[bool, typer.Option("--force", help="replace a file that was not written by neo4j-scenarios")]


def report(
    fleet: FleetFile = Path(FLEET),
    output: Output = None,
    metrics: Metrics = None,
    fail_on: FailOn = None,
    selector: Selector = None,
    only: Only = None,
    throughput: Throughput = None,
    max_shrink: MaxShrink = "30%",
    max_growth: MaxGrowth = "100%",
    credentials: Credentials = None,
    threads: Threads = 32,
    deadline: Deadline = "5m",
    force: Force = False,
    keep_going: KeepGoing = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """report age, size, pins, drills and RTO forecasts of a fleet's backups"""
    from neo4j_scenarios import lockfile
    from neo4j_scenarios.commands.outcome import remark
    from neo4j_scenarios.fleet import load
    from neo4j_scenarios.report.findings import parse_findings
    from neo4j_scenarios.report.rows import rows
    from neo4j_scenarios.selectors import parse_selection

    rate = option("--throughput", throughput, amounts.parse_rate)
    wanted = option("--fail-on", fail_on, parse_findings) or frozenset()
    bounds = _bounds(max_shrink, max_growth)
    options = survey_options(credentials, threads, deadline, drills=True)
    _apart(output, metrics)
    loaded = load(fleet, parse_selection(selector or (), only or ()), lockfile.NoPins(), keep_going=keep_going)
    failure = InputFileError(*loaded.problems)
    report_problems(failure, as_json=False)
    remark(loaded, quiet)
    found = _facts(loaded, options, quiet or as_json)
    now = datetime.now(UTC)
    told = rows(found, now, rate, bounds)
    _deliver(
        _Report(fleet.name, told, now, rate, bounds, failure),
        output,
        metrics,
        force=force,
        as_json=as_json,
        quiet=quiet,
    )
    failed = _failed(told, wanted)
    return failure.exit_code if loaded.problems or failed else 0


@dataclass(frozen=True)
class _Report:
    """What there is to tell, before it is known in which form. failure: clusters of the fleet that are broken."""

    fleet: str
    rows: "Sequence[Row]"
    now: datetime
    rate: float | None
    bounds: "Bounds"
    failure: InputFileError


def _bounds(max_shrink: str, max_growth: str) -> "Bounds":
    from neo4j_scenarios.report.findings import Bounds

    shrink = option("--max-shrink", max_shrink, amounts.parse_share)
    growth = option("--max-growth", max_growth, amounts.parse_growth)
    return Bounds(shrink or 0.0, growth or 0.0)


def _apart(output: Path | None, metrics: Path | None) -> None:
    """Raise UsageError where one file is to hold the page and the metrics."""
    if output and metrics and output.resolve() == metrics.resolve():
        what = f"{metrics} is the file of --output as well"
        raise UsageError(Problem("--metrics", what, "neo4j-scenarios report -o report.html --metrics report.prom"))


def _deliver(
    told: _Report, output: Path | None, metrics: Path | None, *, force: bool, as_json: bool, quiet: bool
) -> None:
    """Write what was asked for. The page goes to stdout where nothing else was."""
    from neo4j_scenarios.report import metrics as prometheus
    from neo4j_scenarios.report.page import MARK, page
    from neo4j_scenarios.report.summary import summary
    from neo4j_scenarios.write import write

    if as_json:
        data = {"fleet": told.fleet, "time": told.now.isoformat(timespec="seconds"), **summary(told.rows, told.rate)}
        problems = {"problems": problems_as_json(told.failure)} if told.failure.problems else {}
        put_json(data | problems)
    count = f"{len(told.rows)} {'database' if len(told.rows) == 1 else 'databases'}"
    if output:
        write(output, page(told.fleet, told.rows, told.now, told.rate, told.bounds), force=force, mark=MARK)
    if metrics:
        write(metrics, prometheus.metrics(told.fleet, told.rows, told.now), force=force)
    for path in (each for each in (output, metrics) if each and not quiet):
        say(f"written {path}: {count}")
    if not (as_json or output or metrics):
        put(page(told.fleet, told.rows, told.now, told.rate, told.bounds))


def _failed(told: "Sequence[Row]", wanted: "frozenset[Finding]") -> bool:
    """Name the databases that fail on stderr, and tell whether there are any."""
    from neo4j_scenarios.report import failing

    problem = failing.problem(told, wanted)
    if not problem:
        return False
    for line in failing.lines(told, wanted):
        say(redact(line))
    report_problems(BucketError(problem), as_json=False)
    return True


def _facts(fleet: "Fleet", options: "Options", quiet: bool) -> "Sequence[Facts]":
    from neo4j_scenarios import lockfile, questions
    from neo4j_scenarios.report import gather

    held = lockfile.read(lockfile.beside(fleet.path))
    rpo = gather.objectives(fleet.clusters)
    asked = questions.ask(fleet.clusters, held)
    with progress("reading buckets", asked.buckets, quiet) as show:
        answers = asked.answers(options, show)
    return list(gather.facts(fleet.clusters, held, answers, rpo))
