"""Inputs for what is deployed: chart, edition, images and volume."""

from dataclasses import dataclass
from typing import Final

from neo4j_restore.drill.assertions import parse_assertions
from neo4j_scenarios.inputs import data_volume, rules
from neo4j_scenarios.inputs.fields.field import Field
from neo4j_scenarios.inputs.structure import ListOf
from neo4j_scenarios.targets import KINDS, NEO4J_RESTORE, SINGLE_INSTANCE, TARGETS, Edition, parse_kind, parse_target

_EDITIONS: Final[dict[str, Edition]] = {"community": "community", "enterprise": "enterprise"}

# The words of RESTORE_MEMORY: `auto` takes the limit from the heap's size, `none` sets no limit.
AUTO: Final = "auto"
NONE: Final = "none"

SCENARIO = Field(
    "scenario",
    f"scenario to write: {', '.join(KINDS)}",
    parse_kind,
    SINGLE_INSTANCE.name,
    required=True,
    text=lambda kind: kind.name,
)
TARGET = Field(
    "target",
    f"chart that the values are for: {', '.join(TARGETS)}",
    parse_target,
    "neo4j/neo4j",
    NEO4J_RESTORE.name,
    text=lambda target: target.name,
)
RELEASE = Field("release", "name of the Helm release", rules.RELEASE, "graph", "neo4j")
NEO4J_NAME = Field(
    "neo4j-name",
    "name of Neo4j in the chart neo4j/neo4j, shared by the servers of a cluster",
    rules.optional(rules.NEO4J_NAME),
    "graph",
    shown="the release",
)
CHART_VERSION = Field(
    "chart-version",
    "version of the chart for install commands and engines",
    rules.optional(rules.CHART_VERSION),
    "5.26.0",
    shown="the newest, or that of --chart for engines",
)
EDITION = Field(
    "edition", "edition of Neo4j: community or enterprise", rules.choice(_EDITIONS), "enterprise", "community"
)
ACCEPT_LICENSE = Field(
    "accept-license",
    "accept the licence of the enterprise edition: yes, or eval to evaluate it",
    rules.optional(rules.choice({"yes": "yes", "eval": "eval"})),
    "yes",
)
NEO4J_IMAGE = Field("neo4j-image", "image of Neo4j, without tag", rules.REPOSITORY, "registry.example/neo4j", "neo4j")
NEO4J_TAG = Field(
    "neo4j-tag",
    "tag of Neo4j's image",
    rules.optional(rules.TAG),
    "5.26.30-enterprise",
    shown=", ".join(f"{target.neo4j} for {target.name}" for target in TARGETS.values()),
)
RESTORE_IMAGE = Field(
    "restore-image",
    "image of the restore container, without tag",
    rules.REPOSITORY,
    "registry.example/neo4j-restore",
    "neo4j-restore",
)
RESTORE_TAG = Field("restore-tag", "tag of the restore container's image", rules.TAG, "0.1.0-enterprise", "0.1.0")
RESTORE_DIGEST = Field(
    "restore-digest",
    "digest of the restore container's image, used instead of its tag",
    rules.optional(rules.DIGEST),
    "sha256:" + "0123456789abcdef" * 4,
)
STORAGE_SIZE = Field(
    "storage-size",
    "size of the data volume, with room for the old and the new databases during a restore",
    rules.STORAGE_SIZE,
    "100Gi",
    "10Gi",
)
STORAGE_CLASS = Field(
    "storage-class", "class of the data volume", rules.optional(rules.NAME), "premium-rwo", shown="the cluster's"
)
DATA_VOLUME = Field(
    "data-volume",
    "existing data volume to use: claim/NAME (for neo4j/neo4j also selector, selector/KEY=VALUE, or a map with the "
    "chart's volume or volumeClaimTemplate)",
    data_volume.rule,
    "claim/graph-data",
)
DATA_SUB_PATH = Field(
    "data-sub-path",
    "folder of the data volume to mount as Neo4j's /data, or / for the volume itself",
    rules.optional(rules.SUB_PATH),
    "neo4j/data",
    shown="data for neo4j/neo4j, else /",
)
HEAP_SIZE = Field("heap-size", "heap of neo4j-admin, in k, m or g", rules.HEAP_SIZE, "2g", "512m")
RESTORE_MEMORY = Field(
    "restore-memory",
    "memory request and limit of the restore container, such as 2Gi, auto for what --heap-size needs, or none",
    rules.Either((AUTO, NONE), rules.MEMORY),
    "2Gi",
    AUTO,
)
RESTORE_CPU = Field(
    "restore-cpu",
    "CPU of the restore container: 2 for request and limit, 500m/2 or 500m/none for each, auto for the chart's, or "
    "none",
    rules.Either((AUTO, NONE), rules.CPU),
    "2",
    AUTO,
)
LOG_FORMAT = Field(
    "log-format",
    "format of the restore container's log: text or json",
    rules.choice({"text": "text", "json": "json"}),
    "json",
    "text",
)
FINALIZE = Field(
    "finalize",
    "create and start restored databases once Neo4j runs, in a Job of neo4j-restore: true or false",
    rules.BOOLEAN,
    "true",
    "false",
)
DRILL = Field(
    "drill",
    "prove every night that the backup comes back, in a CronJob that restores and queries a copy: true or false",
    rules.BOOLEAN,
    "true",
    "false",
)


@dataclass(frozen=True, eq=False)
class _Assertions(ListOf):
    """A rule for assertions, by the rule of the image."""

    def __call__(self, text: str) -> str:
        """Return the list as one line."""
        listed = super().__call__(text)
        if listed:
            parse_assertions(listed)
        return listed


DRILL_ASSERTIONS = Field(
    "drill-assertions",
    "list of queries of the copy, and what each has to return: a value, nonEmpty, or a map with atLeast and atMost",
    _Assertions("assertion", ("query",), distinct=False),
    '[{"query": "MATCH (n) RETURN count(n)", "expect": {"atLeast": 1000}}]',
)
DRILL_RESULTS_SECRET = Field(
    "drill-results-secret",
    "Secret with another key, which may create the results of drills below drills/ of the bucket",
    rules.optional(rules.NAME),
    "drill-service-key",
    shown="the key of the restore",
)
DRILL_CLUSTER = Field(
    "drill-cluster",
    "name of the Kubernetes cluster in the results and metrics of drills, for a bucket that several of them share",
    rules.optional(rules.CLUSTER_NAME),
    "prod-eu-1",
)
