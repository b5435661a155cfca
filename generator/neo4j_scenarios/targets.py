"""The charts that values files are for, and the scenarios."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from neo4j_restore.spec import Invalid
from neo4j_scenarios.errors import did_you_mean

Edition = Literal["community", "enterprise"]


@dataclass(frozen=True)
class Target:
    """A chart that values files are written for: what decides which inputs it takes, and their defaults.

    name: for `--target`.
    slug: the name in the names of files, templates and schemas, and with `_` of the chart's module in `charts/`.
    chart: the name for `helm install`.
    oldest, newest: the major versions of Neo4j that it runs, both included.
    neo4j: the default version of Neo4j.
    clusters: whether it installs clusters.
    release_per_server: whether each server of a cluster is a Helm release of its own.
    read_replicas: whether its clusters have read replicas.
    offline_maintenance: whether it has a mode in which Neo4j does not start.
    names_neo4j: whether it has a name of Neo4j besides the release.
    makes_account: whether it makes the service account of an identity.
    data_sub_path: the folder of the data volume that it mounts by default. `/` is the volume itself.
    other_sub_paths: whether it can mount another folder.
    asks_members: whether the members of its clusters ask each other whether the cluster serves, before they restore.
    finalizes: whether it has a Job that asks the running server.
    drills: whether it has a CronJob that restores a copy and queries it.
    """

    name: str
    slug: str
    chart: str
    meaning: str
    oldest: int
    newest: int
    neo4j: str
    clusters: bool = False
    release_per_server: bool = False
    read_replicas: bool = False
    offline_maintenance: bool = False
    names_neo4j: bool = False
    makes_account: bool = True
    data_sub_path: str = "/"
    other_sub_paths: bool = True
    asks_members: bool = False
    finalizes: bool = False
    drills: bool = False

    def runs(self, major: int) -> bool:
        """Return whether the chart runs that major version of Neo4j."""
        return self.oldest <= major <= self.newest

    @property
    def versions(self) -> str:
        """The versions of Neo4j that the chart runs, as text."""
        return f"{self.oldest}.x" if self.newest == self.oldest else f"{self.oldest} and later"

    def tag(self, edition: Edition) -> str:
        """Return the default tag of Neo4j's image."""
        return self.neo4j + ("-enterprise" if edition == "enterprise" else "")


# The charts by their names. `register` adds one.
TARGETS: Final[dict[str, Target]] = {}

_NO_END: Final = 9999


def register(target: Target) -> Target:
    """Add a chart. The inputs list the charts in their help, so this comes before the import of `inputs`."""
    TARGETS[target.name] = target
    return target


NEO4J_RESTORE: Final = register(
    Target(
        "neo4j-restore",
        "neo4j-restore",
        "charts/neo4j-restore",
        "this project's chart",
        3,
        _NO_END,
        "5.26.30",
        clusters=True,
        read_replicas=True,
        other_sub_paths=False,
        asks_members=True,
        finalizes=True,
        drills=True,
    )
)

# The official chart since 5.0. The charts of its 4.4 line have other names. No values files are written for them.
NEO4J: Final = register(
    Target(
        "neo4j/neo4j",
        "neo4j",
        "neo4j/neo4j",
        "Neo4j's official chart",
        5,
        _NO_END,
        "5.26.30",
        clusters=True,
        release_per_server=True,
        offline_maintenance=True,
        names_neo4j=True,
        makes_account=False,
        data_sub_path="data",
    )
)

# Archived at chart version 4.4.10.
NEO4J_HELM: Final = register(
    Target(
        "neo4j-helm",
        "neo4j-helm",
        "neo4j-contrib/neo4j",
        "the labs chart, no longer maintained",
        4,
        4,
        "4.4.48",
        clusters=True,
        read_replicas=True,
    )
)


def able(can: Callable[[Target], bool]) -> list[str]:
    """Return the names of the charts that can do something."""
    return [target.name for target in TARGETS.values() if can(target)]


@dataclass(frozen=True)
class Kind:
    """One kind of deployment. cluster: whether it has several servers."""

    name: str
    meaning: str
    cluster: bool = False

    @property
    def targets(self) -> tuple[Target, ...]:
        """The charts that can do it."""
        return tuple(target for target in TARGETS.values() if target.clusters or not self.cluster)


SINGLE_INSTANCE: Final = Kind(
    "single-instance", "one Neo4j server that restores its databases from a bucket before it starts"
)

CLUSTER: Final = Kind(
    "cluster", "a cluster of Neo4j in which each server restores the same set before its first start", cluster=True
)

KINDS: Final = {kind.name: kind for kind in (SINGLE_INSTANCE, CLUSTER)}


def parse_kind(text: str) -> Kind:
    """Return the scenario named `text`. Raises Invalid with the most similar name."""
    if text not in KINDS:
        raise Invalid(did_you_mean(text, KINDS))
    return KINDS[text]


def parse_target(text: str) -> Target:
    """Return the chart named `text`. Raises Invalid with the most similar name."""
    if text not in TARGETS:
        raise Invalid(did_you_mean(text, TARGETS))
    return TARGETS[text]
