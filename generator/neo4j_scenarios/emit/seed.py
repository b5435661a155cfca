"""Releases -> a file of Cypher for each running cluster of Neo4j 5 or later, whose servers fetch the sets themselves.

The image's `neo4j_restore.seeding` owns the statements, so a file says what `neo4j-restore plan` says on a member. The
object of a statement is the one that the lock pins.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from neo4j_restore import seeding
from neo4j_restore.databases import Naming
from neo4j_restore.seeding import Line, Seed
from neo4j_restore.until import Until, parse_until
from neo4j_scenarios.emit import cypherfile
from neo4j_scenarios.emit.engine import Order
from neo4j_scenarios.emit.releases import Release
from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.pin import Pin

_SELECT: Final = "select the others: --only, -l"


def path(release: Release) -> str:
    """Return the path of a cluster's file."""
    return f"{release.cluster}.cypher"


def seed(order: Order) -> dict[str, str]:
    """Return the files. Raises InputFileError for clusters that no statement can restore."""
    firsts = list({release.cluster: release for release in reversed(order.releases)}.values())[::-1]
    problems = [problem for release in firsts for problem in _problems(release, order)]
    if problems:
        raise InputFileError(*problems)
    return {path(each): _file(each, order) for each in firsts}


def _problems(release: Release, order: Order) -> Iterator[Problem]:
    scenario, whose = release.scenario, (release.cluster,)
    line = scenario.line
    if not scenario.cluster:
        what = "is a single server, which restores before its start"
        yield Problem(release.cluster, what, f"{_SELECT}. For a single server: emit job", whose)
    elif line is None:
        what = f"the tag {scenario.neo4j_tag!r} does not say which version of Neo4j runs, and so which Cypher it takes"
        yield Problem(f"{release.cluster}: neo4j-tag", what, "use a tag such as 5.26.30-enterprise", whose)
    elif line < seeding.FIRST:
        what = f"Neo4j {scenario.neo4j_tag} creates no database from a URI, which came with 5"
        yield Problem(release.cluster, what, f"{_SELECT}. For 4.x: stop the cluster, and use emit job", whose)
    else:
        for naming in scenario.namings:
            if why := _unfit(scenario, naming, order.pins[release.cluster][naming.source], line):
                hint = f"restore it by emit job, or {_SELECT}"
                yield Problem(f"{release.cluster}: {naming.target}", why, hint, whose)


def _unfit(scenario: Scenario, naming: Naming, pin: Pin, line: Line) -> str:
    """Return why the servers can't take the pinned object, or an empty text."""
    if not "".join((pin.object, pin.generation, pin.checksum, pin.time)).isprintable():
        return "its pin in the lock has a control character"
    if scenario.encryption_key:
        return f"{pin.object} is encrypted with a key of yours, which a server can't give to the store"
    if scenario.requester_pays:
        return f"{pin.object} is in a bucket whose readers pay, and a server can't name who pays"
    if reason := _behind(_until(scenario), pin):
        return reason
    reason = seeding.unfit(_seed(scenario, naming, pin), line)
    return f"{pin.object} can't be a seed, because {reason}" if reason else ""


def _behind(until: Until | None, pin: Pin) -> str:
    """Return why a seed of the pinned set can't end at a point, or an empty text."""
    if until and pin.kind != "backup":
        return f"restore-until needs a chain of .backup objects, but {pin.object} is of the kind {pin.kind}"
    if until and until.moment and datetime.fromisoformat(pin.time) < until.moment:
        return f"restore-until is {until}, but the pinned set is older: {pin.object}, of {pin.time}"
    return ""


def _seed(scenario: Scenario, naming: Naming, pin: Pin, *, exists: bool = False) -> Seed:
    return Seed(naming.target, pin.object, exists, until=_until(scenario))


def _until(scenario: Scenario) -> Until | None:
    return parse_until(scenario.restore_until) if scenario.restore_until else None


def _file(release: Release, order: Order) -> str:
    """Return the file of a cluster, whose version is known and whose pins fit it."""
    scenario, line = release.scenario, release.scenario.line or seeding.FIRST
    parts = [cypherfile.head(order.command, release.cluster, path(release), scenario, replaces=order.replaces)]
    for naming in scenario.namings:
        pin = order.pins[release.cluster][naming.source]
        statements = seeding.statements(_seed(scenario, naming, pin, exists=order.replaces), line)
        parts.append(cypherfile.part(naming, pin, line, statements))
    return "\n".join(parts)
