"""Hazards that would give the servers of a cluster different data, and inputs that are only for clusters."""

from collections.abc import Iterator
from typing import Final

from neo4j_restore.spec import LATEST, SYSTEM, OnMissing, Overwrite
from neo4j_scenarios.hazards.hazard import Hazard
from neo4j_scenarios.inputs.fields import cluster as fields
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.targets import able

# From this major version on, the servers of a cluster agree on the data of each database.
AGREES: Final = 5


def cluster(scenario: Scenario) -> Iterator[Hazard]:
    """Yield the hazards of a cluster, or of inputs for clusters that are set for a single server."""
    if not scenario.cluster:
        yield from _one_server(scenario)
        return
    yield from _same_data(scenario)
    yield from _shape(scenario)
    if agrees(scenario):
        yield from _bootstrap(scenario)


def agrees(scenario: Scenario) -> bool:
    """Return whether the servers are of Neo4j 5 or later, which agree on the data of each database."""
    newest = scenario.target.newest if scenario.major is None else scenario.major
    return scenario.target.clusters and newest >= AGREES


def _one_server(scenario: Scenario) -> Iterator[Hazard]:
    for field, number in ((fields.SERVERS, scenario.servers), (fields.READ_REPLICAS, scenario.read_replicas)):
        if str(number) != field.default:
            yield Hazard(
                (field.key, "scenario"),
                f"'{number}' has no effect in the scenario {scenario.kind.name}",
                "use `neo4j-scenarios new cluster`, or leave it out",
            )


def _same_data(scenario: Scenario) -> Iterator[Hazard]:
    if scenario.timestamp == LATEST and not scenario.unpinned:
        yield Hazard(
            ("timestamp", "unpinned"),
            "with 'latest', each server chooses by itself: if a backup ends meanwhile, two may restore different data",
            "use a stamp or a time such as --timestamp 2026-01-31T02:00:00Z, or --unpinned if no backup can end while "
            "they restore",
        )
    # A member that asks the others replaces nothing while one of them serves. At every start it would do so again.
    refused = {Overwrite.ALWAYS} if scenario.target.asks_members else {Overwrite.ALWAYS, Overwrite.ONCE}
    if scenario.overwrite in refused:
        hint = "leave it out: a cluster restores into empty volumes. For a running cluster see scenarios/cluster"
        yield Hazard(
            ("force-overwrite",),
            f"{scenario.force_overwrite!r} replaces the data of one server, while the other servers of the cluster "
            "keep theirs",
            "use once with a restore-id, and stop all servers before" if scenario.target.asks_members else hint,
        )
    if scenario.on_missing is not OnMissing.FAIL:
        yield Hazard(
            ("on-missing",),
            "'start-empty' lets a server start without data, and the other servers may then copy that state",
            "leave it out, so that a server without data waits",
        )


def _shape(scenario: Scenario) -> Iterator[Hazard]:
    if scenario.edition != "enterprise":
        yield Hazard(
            ("edition",), "the community edition has no clusters", "--edition enterprise with --accept-license yes"
        )
    if scenario.target.asks_members and scenario.line is None:
        yield Hazard(
            ("neo4j-tag",),
            f"{scenario.neo4j_tag!r} does not begin with a version, and the settings of a cluster depend on it",
            "--neo4j-tag 4.4.48-enterprise, or set cluster.neo4jVersion in values of your own",
        )
    if scenario.read_replicas and not scenario.target.read_replicas:
        charts = " or ".join(able(lambda target: target.read_replicas))
        yield Hazard(
            ("read-replicas", "target"),
            f"the chart {scenario.target.name} has no read replicas: Neo4j 5 and later have secondaries per database",
            f"use CREATE DATABASE … TOPOLOGY in the running cluster, or --target {charts} for Neo4j 4.x",
        )
    elif scenario.read_replicas and agrees(scenario):
        yield Hazard(
            ("read-replicas", "neo4j-tag"),
            f"Neo4j {scenario.neo4j_tag} has no read replicas: databases of 5 and later have secondaries",
            "leave it out, and use CREATE DATABASE … TOPOLOGY in the running cluster",
        )


def _bootstrap(scenario: Scenario) -> Iterator[Hazard]:
    if not scenario.accept_first_bootstrap:
        yield Hazard(
            ("accept-first-bootstrap", "target"),
            "is missing: Neo4j documents no restore of a cluster of 5 or later before its first start",
            "seed the database in the running cluster, by the Cypher of `neo4j-scenarios emit seed` (see "
            "scenarios/cluster/README.md), or use --accept-first-bootstrap to do it anyway",
        )
    if SYSTEM in scenario.databases:
        yield Hazard(
            ("database", "target"),
            "in a cluster of Neo4j 5 or later, 'system' says which of the old servers has which database",
            "leave system out. For users and roles, use Neo4j's disaster recovery, or the metadata script of a backup",
        )
