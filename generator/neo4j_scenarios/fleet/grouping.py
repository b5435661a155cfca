"""Merges the problems of many clusters into a few: one for each place and kind, with the clusters that share it."""

from pathlib import Path
from typing import Final

from neo4j_scenarios.errors import Problem
from neo4j_scenarios.yaml.tree import Place

# The most clusters that a message names, so that it stays one line.
_NAMED: Final = 3


class Grouping:
    """Collects the problems of single clusters."""

    def __init__(self, path: Path) -> None:
        """Begin without problems. path: the fleet file, which stands as the place of a missing input."""
        self._path = path
        self._by_kind: dict[tuple[str, Place | None, str], dict[str, tuple[Place, str]]] = {}

    def __bool__(self) -> bool:
        """Return whether there are problems."""
        return bool(self._by_kind)

    def add(self, cluster: str, at: Place, key: str, place: Place | None, what: str, hint: str) -> None:
        """Add a problem of `cluster`, which is named at `at`. place: where `key` was set, or None if nowhere."""
        self._by_kind.setdefault((key, place, hint), {}).setdefault(cluster, (at, what))

    def of(self, cluster: str) -> list[Problem]:
        """Return the problems of one cluster."""
        kinds = self._by_kind.items()
        return [self._problem(*kind, {cluster: texts[cluster]}) for kind, texts in kinds if cluster in texts]

    def clusters(self) -> set[str]:
        """Return the names of all clusters with a problem."""
        return {cluster for texts in self._by_kind.values() for cluster in texts}

    def problems(self) -> list[Problem]:
        """Return one problem for each key, place and hint, in the order in which they were added."""
        return [self._problem(*kind, texts) for kind, texts in self._by_kind.items()]

    def _problem(self, key: str, place: Place | None, hint: str, texts: dict[str, tuple[Place, str]]) -> Problem:
        clusters = tuple(texts)
        at, message = texts[clusters[0]]
        where = place or (at if len(clusters) == 1 else self._path)
        alike = all(other == message for _, other in texts.values())
        return Problem(f"{where}: {key}", f"{message} {_whose(clusters, alike)}", hint, clusters)


def _whose(clusters: tuple[str, ...], alike: bool) -> str:
    if len(clusters) == 1:
        return f"(cluster {clusters[0]})"
    if alike:
        return f"({len(clusters)} clusters: {_some(clusters)})"
    rest = clusters[1:]
    more = f"{len(rest)} more cluster{'' if len(rest) == 1 else 's'}"
    return f"(cluster {clusters[0]}, and a similar problem in {more}: {_some(rest)})"


def _some(clusters: tuple[str, ...]) -> str:
    return ", ".join(clusters[:_NAMED]) + (", …" if len(clusters) > _NAMED else "")
