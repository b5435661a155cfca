"""The charts that values files are for, and the scenarios."""

from dataclasses import dataclass
from typing import Final, Literal

from neo4j_restore.spec import Invalid
from neo4j_scenarios.errors import did_you_mean

Edition = Literal["community", "enterprise"]


@dataclass(frozen=True)
class Target:
    """A chart that values files are written for.

    name: for `--target`.
    slug: the name in the names of files, templates and schemas.
    chart: the name for `helm install`.
    oldest, newest: the major versions of Neo4j that it runs, both included.
    neo4j: the default version of Neo4j.
    """

    name: str
    slug: str
    chart: str
    meaning: str
    oldest: int
    newest: int
    neo4j: str

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


_NO_END: Final = 9999

NEO4J_RESTORE: Final = Target(
    "neo4j-restore", "neo4j-restore", "charts/neo4j-restore", "this project's chart", 3, _NO_END, "5.26.30"
)

# The official chart since 5.0. The charts of its 4.4 line have other names. No values files are written for them.
NEO4J: Final = Target("neo4j/neo4j", "neo4j", "neo4j/neo4j", "Neo4j's official chart", 5, _NO_END, "5.26.30")

# Archived at chart version 4.4.10.
NEO4J_HELM: Final = Target(
    "neo4j-helm", "neo4j-helm", "neo4j-contrib/neo4j", "the labs chart, no longer maintained", 4, 4, "4.4.48"
)

TARGETS: Final = {target.name: target for target in (NEO4J_RESTORE, NEO4J, NEO4J_HELM)}


@dataclass(frozen=True)
class Kind:
    """One kind of deployment. targets: the charts that can do it."""

    name: str
    meaning: str
    targets: tuple[Target, ...]


SINGLE_INSTANCE: Final = Kind(
    "single-instance",
    "one Neo4j server that restores its databases from a bucket before it starts",
    (NEO4J_RESTORE, NEO4J, NEO4J_HELM),
)

CLUSTER: Final = Kind(
    "cluster",
    "a cluster of Neo4j in which each server restores the same set before its first start",
    (NEO4J, NEO4J_HELM),
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
