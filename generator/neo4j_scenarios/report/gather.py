"""Clusters, their lock, and the answers of their buckets -> the facts of a report. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from neo4j_restore.spec import DatabaseName, Invalid
from neo4j_scenarios.amounts import parse_duration
from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.fleet.cluster import Cluster
from neo4j_scenarios.fleet.lockfile import Lock
from neo4j_scenarios.inputs.asked import meaning
from neo4j_scenarios.report.rows import Facts
from neo4j_scenarios.survey import Answer

# The label for the recovery point objective (RPO): how old a cluster's latest set may be.
RPO: Final = "rpo"


def objectives(clusters: Iterable[Cluster]) -> dict[str, float]:
    """Return the recovery point objective of each cluster that has one, in seconds.

    Raises InputFileError with every label that is not a duration.
    """
    seconds: dict[str, float] = {}
    problems: list[Problem] = []
    for cluster in clusters:
        if text := cluster.labels.get(RPO):
            try:
                seconds[cluster.name] = parse_duration(text)
            except Invalid as error:
                where = f"{cluster.origin(f'labels.{RPO}')}: labels.{RPO}"
                problems.append(Problem(where, str(error), "rpo: 24h", (cluster.name,)))
    if problems:
        raise InputFileError(*problems)
    return seconds


def facts(
    clusters: Iterable[Cluster], lock: Lock, answers: Mapping[str, Answer | Problem], rpo: Mapping[str, float]
) -> Iterator[Facts]:
    """Yield the facts of each database of each cluster. A pin for other inputs is ignored."""
    for cluster in clusters:
        answer, entry = answers[cluster.pin], lock.get(cluster.pin)
        pins = entry.databases if entry and meaning(entry.asked) == meaning(cluster.inputs) else {}
        scenario = cluster.scenarios[0]
        for naming in scenario.namings:
            database = naming.source
            base = Facts(
                cluster.name,
                database,
                str(scenario.bucket),
                cluster.group,
                cluster.region,
                cluster.labels,
                rpo.get(cluster.name),
                pin=pins.get(database),
                restored_as=naming.target if naming.is_rename else "",
            )
            yield _with(base, database, answer)


def _with(base: Facts, database: DatabaseName, answer: Answer | Problem) -> Facts:
    if isinstance(answer, Problem):
        return replace(base, problem=answer.what)
    return replace(
        base,
        latest=answer.latest.get(database),
        refused=answer.refused.get(database, ""),
        held=answer.held.get(database),
        trend=answer.trend.get(database, ()),
        count=answer.counts.get(database, 0),
        drill=answer.drills.get(database),
    )
