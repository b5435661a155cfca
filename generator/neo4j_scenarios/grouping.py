"""Problems of many clusters -> few: one for each place and kind, with the clusters that share it."""

from pathlib import Path
from typing import Final

from neo4j_scenarios.errors import Problem
from neo4j_scenarios.yamltree import Place

# As many clusters are named; a message is one line.
_NAMED: Final = 3


class Grouping:
    """Gathers what is wrong with single clusters."""

    def __init__(self, path: Path) -> None:
        """Begin without any; `path` is the fleet file, which is the place of what is missing."""
        self._path = path
        self._found: dict[tuple[str, Place | None, str], dict[str, tuple[Place, str]]] = {}

    def __bool__(self) -> bool:
        """Return whether anything is wrong."""
        return bool(self._found)

    def add(self, cluster: str, at: Place, key: str, place: Place | None, what: str, hint: str) -> None:
        """Add that `cluster`, named `at`, has something wrong with `key`, which was set at `place` (None: nowhere)."""
        self._found.setdefault((key, place, hint), {}).setdefault(cluster, (at, what))

    def of(self, cluster: str) -> list[Problem]:
        """Return what is wrong with one cluster."""
        return [self._problem(*kind, {cluster: told[cluster]}) for kind, told in self._found.items() if cluster in told]

    def clusters(self) -> set[str]:
        """Return the names of all clusters with a problem."""
        return {cluster for told in self._found.values() for cluster in told}

    def problems(self) -> list[Problem]:
        """Return one problem for each key, place and remedy, in the order in which they were found."""
        return [self._problem(*kind, told) for kind, told in self._found.items()]

    def _problem(self, key: str, place: Place | None, hint: str, told: dict[str, tuple[Place, str]]) -> Problem:
        clusters = tuple(told)
        at, what = told[clusters[0]]
        where = place or (at if len(clusters) == 1 else self._path)
        alike = all(other == what for _, other in told.values())
        return Problem(f"{where}: {key}", f"{what} {_whose(clusters, alike)}", hint, clusters)


def _whose(clusters: tuple[str, ...], alike: bool) -> str:
    if len(clusters) == 1:
        return f"(cluster {clusters[0]})"
    if alike:
        return f"({len(clusters)} clusters: {_some(clusters)})"
    rest = clusters[1:]
    return f"(cluster {clusters[0]}, and {len(rest)} more with other texts: {_some(rest)})"


def _some(clusters: tuple[str, ...]) -> str:
    return ", ".join(clusters[:_NAMED]) + (", …" if len(clusters) > _NAMED else "")
