"""Inputs for a cluster, and for the official chart's maintenance mode."""

from neo4j_scenarios.inputs import rules
from neo4j_scenarios.inputs.fields.field import Field

SERVERS = Field(
    "servers",
    "servers of a cluster, 3 or more: cores or primaries, and for neo4j/neo4j its releases",
    rules.count(3, 99),
    "5",
    "3",
)
READ_REPLICAS = Field("read-replicas", "read replicas of a cluster of Neo4j 3.x or 4.x", rules.count(0, 99), "2", "0")
UNPINNED = Field(
    "unpinned",
    "accept that each server of a cluster chooses its set by itself, so two servers may restore different sets",
    rules.BOOLEAN,
    "true",
    "false",
    switch=True,
)
ACCEPT_FIRST_BOOTSTRAP = Field(
    "accept-first-bootstrap",
    "accept that the servers of a cluster of Neo4j 5 or later restore before the first start, which Neo4j does not "
    "document",
    rules.BOOLEAN,
    "true",
    "false",
    switch=True,
)
OFFLINE_MAINTENANCE = Field(
    "offline-maintenance",
    "restore in the offline maintenance mode of neo4j/neo4j, in which Neo4j does not start",
    rules.BOOLEAN,
    "true",
    "false",
    switch=True,
)
