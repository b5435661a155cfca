"""What a change of values files means for data: the clusters whose next start replaces what they hold. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from neo4j_restore.spec import Overwrite
from neo4j_scenarios.amounts import say_size
from neo4j_scenarios.cluster import Cluster
from neo4j_scenarios.diff import flat
from neo4j_scenarios.errors import InputFileError
from neo4j_scenarios.fleet import Fleet
from neo4j_scenarios.lockfile import Lock

# The keys of a request, whatever chart or engine a file is for.
_REQUEST: Final = re.compile(
    r"(?:^|\.)restore\.(?:bucket|database|timestamp|forceOverwrite|restoreId)$"
    r"|env\[(?:BUCKET|DATABASE|TIMESTAMP|FORCE_OVERWRITE|RESTORE_ID)\]\.value$"
)

# As many clusters are named.
_NAMED: Final = 3


@dataclass(frozen=True)
class Replacing:
    """Clusters whose data goes at their next start, and the bytes of the sets that come, as far as pins tell them."""

    clusters: tuple[str, ...]
    size_bytes: int = 0
    overrides: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return what a reviewer must know."""
        count = len(self.clusters)
        size = f" (restored from {say_size(self.size_bytes)} of backups)" if self.size_bytes else ""
        why = f", by override {', '.join(self.overrides)}" if self.overrides else ""
        names = ", ".join(self.clusters[:_NAMED]) + (", …" if count > _NAMED else "")
        return f"{count} cluster{'' if count == 1 else 's'} will replace data that is there{size}{why}: {names}"


def replacing(fleet: Fleet, lock: Lock, changed: Mapping[str, Iterable[tuple[str, str]]]) -> Replacing:
    """Return which clusters replace their data because of a change.

    changed: the old and new texts of each cluster's files that differ. A file that was not there before is an install,
    onto a volume that holds nothing as a rule. Only a change of the request counts, as each is fulfilled once.
    """
    found = [each for each in fleet.clusters if each.name in changed and _replaces(each, changed[each.name])]
    pins = [pin for each in found if each.pin in lock for pin in lock[each.pin].databases.values()]
    overrides = dict.fromkeys(name for each in found for name in each.overrides)
    return Replacing(tuple(each.name for each in found), sum(pin.size_bytes for pin in pins), tuple(overrides))


def _replaces(cluster: Cluster, texts: Iterable[tuple[str, str]]) -> bool:
    if all(scenario.overwrite is Overwrite.NEVER for scenario in cluster.scenarios):
        return False
    return any(_request(old) != _request(new) for old, new in texts)


def _request(text: str) -> dict[str, str]:
    try:
        return {key: value for key, value in flat("", text).items() if _REQUEST.search(key)}
    except InputFileError:
        return {}  # somebody broke the file that was there: what it asked for is not known, so the change counts
