"""The commands `lock` and `update`: they pin the set that each cluster of a fleet restores."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from neo4j_scenarios import amounts
from neo4j_scenarios.commands.options import DIFFERENT
from neo4j_scenarios.commands.signature import takes
from neo4j_scenarios.commands.survey_options import Reading, Selected, option
from neo4j_scenarios.console import problems_as_json, progress, put, put_json, report, say
from neo4j_scenarios.errors import BucketError, Problem, UsageError
from neo4j_scenarios.inputs.asked import asked as asked_inputs
from neo4j_scenarios.lock.guards import Guards

if TYPE_CHECKING:
    from neo4j_scenarios.fleet.fleet import Fleet as Loaded
    from neo4j_scenarios.fleet.lockfile import Lock
    from neo4j_scenarios.lock.decide import Change, Outcome

Check = Annotated[bool, typer.Option("--check", help="write nothing, and exit with 3 if the lock would change")]
Move = Annotated[bool, typer.Option("--move", help="choose new pins for the selected clusters (needs -l or --only)")]


def _guard(name: str, metavar: str, text: str) -> Any:
    return typer.Option(name, metavar=metavar, help=text, show_default=False)


MaxAge = Annotated[str | None, _guard("--max-age", "7d", "refuse a set that is older")]
MinSize = Annotated[str | None, _guard("--min-size", "1GiB", "refuse a set that is smaller")]
Within = Annotated[str | None, _guard("--within", "30m", "refuse a set that is older than the requested time by more")]
MaxShrink = Annotated[
    str | None, _guard("--max-shrink", "20%", "refuse a set that is smaller than the pinned one by more")
]


@dataclass(frozen=True)
class _Pinning(Selected):
    """How sets are pinned. Only `lock` has `move`: `update` always moves."""

    max_age: MaxAge = None
    min_size: MinSize = None
    max_shrink: MaxShrink = None
    within: Within = None
    move: Move = False
    check: Check = False


@dataclass(frozen=True)
class LockOptions(Reading, _Pinning):
    """The options of both commands. In their help, fields come in the order from the last base class to the first."""


@takes(LockOptions)
def lock(options: LockOptions) -> int:
    """pin the set of each cluster in fleet.lock.yaml, and check the existing pins"""
    if options.move and not (options.selector or options.only):
        message = "needs selected clusters"
        hint = "neo4j-scenarios lock --move --only eu-1, or neo4j-scenarios update for all clusters"
        raise UsageError(Problem("--move", message, hint))
    return _run(options, move=options.move)


@takes(LockOptions, without={"move"})
def update(options: LockOptions) -> int:
    """move the pins of fleet.lock.yaml to the latest sets"""
    return _run(options, move=True)


def _guards(options: LockOptions) -> Guards:
    return Guards(
        option("--max-age", options.max_age, amounts.parse_duration),
        option("--min-size", options.min_size, amounts.parse_size),
        option("--max-shrink", options.max_shrink, amounts.parse_share),
        option("--within", options.within, amounts.parse_duration),
    )


def _run(options: LockOptions, *, move: bool) -> int:
    from datetime import UTC, datetime

    from neo4j_scenarios.commands.outcome import remark
    from neo4j_scenarios.fleet import lockfile
    from neo4j_scenarios.fleet.fleet import load
    from neo4j_scenarios.fleet.pins import NoPins
    from neo4j_scenarios.fleet.selectors import parse_selection
    from neo4j_scenarios.lock import ask, decide
    from neo4j_scenarios.write import write

    guards, survey = _guards(options), options.survey()
    pins = NoPins()
    selection = parse_selection(options.selector or (), options.only or ())
    fleet = load(options.fleet, selection, pins, keep_going=options.keep_going)
    remark(fleet, options.silent)
    path = lockfile.beside(options.fleet)
    old = lockfile.read(path)
    clusters = [cluster for cluster in fleet.clusters if cluster.pin not in pins.floating]
    to_ask = ask.ask(clusters, old)
    with progress("reading buckets", to_ask.buckets, options.silent) as show:
        answers = to_ask.answers(survey, show)
    wanted = [decide.Wanted(each.pin, asked_inputs(each.inputs), answers[each.pin]) for each in clusters]
    outcome = decide.decide(wanted, old, _kept(fleet, old, pins.floating), guards, datetime.now(UTC), move=move)
    # Even with --keep-going, an empty lock is not written: it would mean that no cluster restores anything.
    refused = bool(outcome.problems) and (not options.keep_going or not outcome.lock)
    written = not options.check and not refused
    if written:
        write(path, lockfile.text(outcome.lock, options.fleet.name))
    failure = BucketError(*fleet.problems, *ask.grouped(outcome.problems))
    _print(outcome, failure, path, options, written=written)
    if failure.problems:
        return failure.exit_code
    return DIFFERENT if options.check and outcome.lock != old else 0


def _kept(fleet: "Loaded", old: "Lock", floating: Collection[str]) -> frozenset[str]:
    """Return the names in the lock that stay: of clusters and of active overrides. Ended overrides leave it."""
    names = [each.pin for each in (*fleet.clusters, *(broken.cluster for broken in fleet.broken.values()))]
    overridden = [name for name in old if _of_active(name, fleet)]
    return frozenset([*fleet.names, *names, *overridden]).difference(floating)


def _of_active(name: str, fleet: "Loaded") -> bool:
    """Return whether a name in the lock belongs to a cluster of the fleet with active overrides."""
    cluster, *overrides = name.split("@")
    return cluster in fleet.names and set(overrides) <= {each.name for each in fleet.overrides}


def _print(outcome: "Outcome", failure: BucketError, path: Path, options: LockOptions, *, written: bool) -> None:
    if options.as_json:
        changes = [_as_json(each) for each in outcome.changes]
        put_json({"lock": str(path), "written": written, "changes": changes, "problems": problems_as_json(failure)})
        return
    report(failure, as_json=False)
    if options.check or not options.quiet:
        put("".join(f"{line}\n" for line in _lines(outcome.changes)))
    if not options.quiet:
        count = len(outcome.lock)
        say(f"{'written' if written else 'not written'} {path}: {count} {'cluster' if count == 1 else 'clusters'}")


def _lines(changes: Sequence["Change"]) -> Iterator[str]:
    for cluster, of_cluster in groupby(changes, key=lambda change: change.cluster):
        yield f"{cluster}: {'; '.join(map(str, of_cluster))}"


def _as_json(change: "Change") -> dict[str, Any]:
    from neo4j_scenarios.pin import as_json

    return {
        "cluster": change.cluster,
        "database": change.database,
        "before": as_json(change.before),
        "after": as_json(change.after),
    }
