"""The databases that make `report --fail-on` fail, and the messages about them. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from neo4j_scenarios.amounts import say_duration, say_size
from neo4j_scenarios.errors import Problem
from neo4j_scenarios.report.findings import Finding, failing
from neo4j_scenarios.report.rows import Row


def lines(rows: Iterable[Row], fail_on: frozenset[Finding]) -> Iterator[str]:
    """Yield a line for each failing database and each reason. fail_on: the findings of `parse_findings`."""
    for row in rows:
        for finding in failing(row.findings, fail_on):
            yield f"{finding.value}: {row.facts.cluster}: {row.facts.database}: {_SAYS[finding](row)}"


def problem(rows: Iterable[Row], fail_on: frozenset[Finding]) -> Problem | None:
    """Return the problem with the number of failing databases, or None if no database fails."""
    failed = [row.facts for row in rows if failing(row.findings, fail_on)]
    if not failed:
        return None
    clusters = tuple(dict.fromkeys(facts.cluster for facts in failed))
    message = f"{_count(len(failed), 'database')} of {_count(len(clusters), 'cluster')} must be checked"
    names = ",".join(each.value for each in Finding if each in fail_on)
    return Problem(f"--fail-on {names}", message, "open the report: the lines above name the databases", clusters)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _late(row: Row) -> str:
    allowed = "no RPO" if row.facts.rpo_seconds is None else f"the RPO is {say_duration(row.facts.rpo_seconds)}"
    return f"the latest set is {say_duration(row.age_seconds or 0)} old, but {allowed}"


def _size(row: Row) -> str:
    sizes = f"{say_size(row.facts.trend[-1][1])}, but {say_size(row.usual_bytes or 0)} is usual"
    return f"the newest set has {sizes}: {row.growth or 0:+.0%}"


_SAYS: Final[Mapping[Finding, Callable[[Row], str]]] = {
    Finding.UNREADABLE: lambda row: row.facts.problem,
    Finding.MISSING: lambda row: f"{row.facts.bucket} has no set of this database",
    Finding.REFUSED: lambda row: f"a restore of the latest set would be refused: {row.facts.refused}",
    Finding.LATE: _late,
    Finding.SHRUNK: _size,
    Finding.GROWN: _size,
    Finding.NO_RPO: lambda _: "the cluster has no label rpo",
    Finding.PIN_GONE: lambda row: f"{row.facts.pin.object if row.facts.pin else ''} is no longer in the bucket",
    Finding.PIN_REPLACED: lambda row: (
        f"{row.facts.pin.object if row.facts.pin else ''} has changed since it was pinned"
    ),
    Finding.PIN_BEHIND: lambda row: f"the pin is {say_duration(row.behind_seconds)} behind the latest set",
    Finding.NEVER_DRILLED: lambda _: "there was never a restore drill",
}
