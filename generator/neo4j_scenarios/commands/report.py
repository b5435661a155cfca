"""The command `report`: it reports the state of a fleet's backups as one HTML file, as JSON, or as metrics."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neo4j_restore.secrecy import redact
from neo4j_scenarios import amounts
from neo4j_scenarios.commands.signature import takes
from neo4j_scenarios.commands.survey_options import Reading, Selected, option
from neo4j_scenarios.console import problems_as_json, progress, put, put_json, say
from neo4j_scenarios.console import report as report_problems
from neo4j_scenarios.errors import BucketError, InputFileError, Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neo4j_scenarios.fleet.fleet import Fleet
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
        help="speed of a restore, for the RTO forecast of databases without a drill",
        show_default=False,
    ),
]
Metrics = Annotated[
    Path | None,
    typer.Option("--metrics", metavar="FILE", help="file for metrics in Prometheus' text format", show_default=False),
]
FailOn = Annotated[
    str | None,
    typer.Option(
        "--fail-on",
        metavar="late,shrunk",
        help="exit with 1 if a database has one of these findings, after writing the report",
        show_default=False,
    ),
]
MaxShrink = Annotated[
    str, typer.Option("--max-shrink", metavar="30%", help="a set smaller than usual by more than this is shrunk")
]
MaxGrowth = Annotated[
    str, typer.Option("--max-growth", metavar="100%", help="a set larger than usual by more than this is grown")
]
Force = Annotated[bool, typer.Option("--force", help="replace a file that neo4j-scenarios did not write")]


@dataclass(frozen=True)
class _Reporting(Selected):
    """What is reported, and to which files."""

    output: Output = None
    metrics: Metrics = None
    fail_on: FailOn = None
    throughput: Throughput = None
    max_shrink: MaxShrink = "30%"
    max_growth: MaxGrowth = "100%"
    force: Force = False


@dataclass(frozen=True)
class ReportOptions(Reading, _Reporting):
    """The options. In the help, fields come in the order from the last base class to the first."""


@takes(ReportOptions)
def report(options: ReportOptions) -> int:
    """report age, size, pins, drills and RTO forecasts of a fleet's backups"""
    from neo4j_scenarios.commands.outcome import remark
    from neo4j_scenarios.fleet.fleet import load
    from neo4j_scenarios.fleet.pins import NoPins
    from neo4j_scenarios.fleet.selectors import parse_selection
    from neo4j_scenarios.report.findings import parse_findings
    from neo4j_scenarios.report.rows import rows

    rate = option("--throughput", options.throughput, amounts.parse_rate)
    fail_on = option("--fail-on", options.fail_on, parse_findings) or frozenset()
    bounds = _bounds(options.max_shrink, options.max_growth)
    survey = options.survey(drills=True)
    _apart(options.output, options.metrics)
    selection = parse_selection(options.selector or (), options.only or ())
    fleet = load(options.fleet, selection, NoPins(), keep_going=options.keep_going)
    failure = InputFileError(*fleet.problems)
    report_problems(failure, as_json=False)
    remark(fleet, options.quiet)
    facts = _facts(fleet, survey, options.silent)
    now = datetime.now(UTC)
    listed = rows(facts, now, rate, bounds)
    _deliver(_Report(options.fleet.name, listed, now, rate, bounds, failure), options)
    failed = _failed(listed, fail_on)
    return failure.exit_code if fleet.problems or failed else 0


@dataclass(frozen=True)
class _Report:
    """The content of a report, whatever its form. failure: the problems of broken clusters."""

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
    """Raise UsageError if the page and the metrics would go to the same file."""
    if output and metrics and output.resolve() == metrics.resolve():
        message = f"{metrics} is also the file of --output"
        raise UsageError(Problem("--metrics", message, "neo4j-scenarios report -o report.html --metrics report.prom"))


def _deliver(report: _Report, options: ReportOptions) -> None:
    """Write the requested forms of the report. Without any, write the page to stdout."""
    from neo4j_scenarios.report import metrics as prometheus
    from neo4j_scenarios.report.page import MARK, page
    from neo4j_scenarios.report.summary import summary
    from neo4j_scenarios.write import write

    output, metrics = options.output, options.metrics
    if options.as_json:
        data = {
            "fleet": report.fleet,
            "time": report.now.isoformat(timespec="seconds"),
            **summary(report.rows, report.rate),
        }
        problems = {"problems": problems_as_json(report.failure)} if report.failure.problems else {}
        put_json(data | problems)
    count = f"{len(report.rows)} {'database' if len(report.rows) == 1 else 'databases'}"
    if output:
        write(
            output,
            page(report.fleet, report.rows, report.now, report.rate, report.bounds),
            force=options.force,
            mark=MARK,
        )
    if metrics:
        write(metrics, prometheus.metrics(report.fleet, report.rows, report.now), force=options.force)
    for path in (each for each in (output, metrics) if each and not options.quiet):
        say(f"written {path}: {count}")
    if not (options.as_json or output or metrics):
        put(page(report.fleet, report.rows, report.now, report.rate, report.bounds))


def _failed(rows: "Sequence[Row]", fail_on: "frozenset[Finding]") -> bool:
    """Write the databases that fail to stderr, and return whether there are any."""
    from neo4j_scenarios.report import failing

    problem = failing.problem(rows, fail_on)
    if not problem:
        return False
    for line in failing.lines(rows, fail_on):
        say(redact(line))
    report_problems(BucketError(problem), as_json=False)
    return True


def _facts(fleet: "Fleet", options: "Options", quiet: bool) -> "Sequence[Facts]":
    from neo4j_scenarios.fleet import lockfile
    from neo4j_scenarios.lock import ask
    from neo4j_scenarios.report import gather

    lock = lockfile.read(lockfile.beside(fleet.path))
    rpo = gather.objectives(fleet.clusters)
    to_ask = ask.ask(fleet.clusters, lock)
    with progress("reading buckets", to_ask.buckets, quiet) as show:
        answers = to_ask.answers(options, show)
    return list(gather.facts(fleet.clusters, lock, answers, rpo))
