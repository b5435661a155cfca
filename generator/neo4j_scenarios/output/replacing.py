"""What a change of values files means for data: the clusters whose next start replaces their data. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from neo4j_restore.spec import Overwrite
from neo4j_scenarios.amounts import say_size
from neo4j_scenarios.errors import InputFileError
from neo4j_scenarios.fleet.cluster import Cluster
from neo4j_scenarios.fleet.fleet import Fleet
from neo4j_scenarios.fleet.lockfile import Lock
from neo4j_scenarios.output.diff import flat

# The keys of a request, for every chart and engine. A request is what a file asks to restore.
_REQUEST: Final = re.compile(
    r"(?:^|\.)restore\.(?:bucket|database|timestamp|forceOverwrite|restoreId)$"
    r"|env\[(?:BUCKET|DATABASE|TIMESTAMP|FORCE_OVERWRITE|RESTORE_ID)\]\.value$"
)

# The most clusters that the text names.
_NAMED: Final = 3


@dataclass(frozen=True)
class Replacing:
    """The clusters whose next start replaces their data. size_bytes: of the sets they restore, as far as pins show."""

    clusters: tuple[str, ...]
    size_bytes: int = 0
    overrides: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the sentence for a reviewer."""
        count = len(self.clusters)
        size = f" (restored from {say_size(self.size_bytes)} of backups)" if self.size_bytes else ""
        why = f", by override {', '.join(self.overrides)}" if self.overrides else ""
        names = ", ".join(self.clusters[:_NAMED]) + (", …" if count > _NAMED else "")
        return f"{count} cluster{'' if count == 1 else 's'} will replace existing data{size}{why}: {names}"


def replacing(fleet: Fleet, lock: Lock, changed: Mapping[str, Iterable[tuple[str, str]]]) -> Replacing:
    """Return which clusters replace their data because of a change.

    changed: the old and new texts of each cluster's files that differ. A new file is an install, and its volume is
    normally empty. Only a change of the request counts, because each request is fulfilled once.
    """
    clusters = [each for each in fleet.clusters if each.name in changed and _replaces(each, changed[each.name])]
    return of_clusters(clusters, lock)


def of_clusters(clusters: Sequence[Cluster], lock: Lock) -> Replacing:
    """Return the sentence's facts about clusters that replace their data."""
    pins = [pin for each in clusters if each.pin in lock for pin in lock[each.pin].databases.values()]
    overrides = dict.fromkeys(name for each in clusters for name in each.overrides)
    return Replacing(tuple(each.name for each in clusters), sum(pin.size_bytes for pin in pins), tuple(overrides))


def _replaces(cluster: Cluster, texts: Iterable[tuple[str, str]]) -> bool:
    if all(scenario.overwrite is Overwrite.NEVER for scenario in cluster.scenarios):
        return False
    return any(_request(old) != _request(new) for old, new in texts)


def _request(text: str) -> dict[str, str]:
    try:
        return {key: value for key, value in flat("", text).items() if _REQUEST.search(key)}
    except InputFileError:
        return {}  # the old file is broken, so its request is not known: the change counts
