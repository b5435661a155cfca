"""Finds restore containers in a values file, and says where a restore stands in its pod."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from neo4j_scenarios.yaml.located import Located, Steps


@dataclass(frozen=True)
class ContainerSite:
    """The place of a restore container, and facts about its pod.

    at: its path.
    volumes: the path of the pod's list of volumes.
    data: the server's mount of its data, as volume name and sub-path.
    chart_volumes: the names of volumes that the chart defines itself.
    mounted: whether the chart adds mounts to a container that has none.
    """

    values: Located
    at: Steps
    volumes: Steps
    data: tuple[str, str]
    chart_volumes: frozenset[str] = field(default_factory=frozenset)
    mounted: bool = False
    cluster: bool = False


@dataclass(frozen=True)
class RestoreBlock:
    """A restore that the values ask for with keys of the chart. The chart makes a container of them.

    at: its path.
    environment: the variables that the chart makes of the keys.
    keys: the key of each variable, below `at`.
    accepts_data_loss, accepts_unpinned: consents in the values themselves.
    """

    values: Located
    at: Steps
    environment: Mapping[str, str]
    keys: Mapping[str, str]
    accepts_data_loss: bool
    accepts_unpinned: bool = False

    def place(self, variable: str) -> Steps:
        """Return the path of a variable's key."""
        return (*self.at, self.keys.get(variable, variable.lower()))


def restore_containers(values: Located, *steps: str | int) -> list[Steps]:
    """Return the paths of the restore containers in a list of init containers."""
    listed = values.get(*steps)
    containers = enumerate(listed) if isinstance(listed, list) else ()
    return [(*steps, index) for index, item in containers if is_restore(item)]


def is_restore(container: Any) -> bool:
    """Return whether a container restores, by its image's name or by its variables."""
    if not isinstance(container, Mapping):
        return False
    image = str(container.get("image", "")).rpartition("/")[2]
    env = container.get("env")
    names = {str(item.get("name")) for item in env if isinstance(item, Mapping)} if isinstance(env, list) else set()
    return "restore" in image or names >= {"BUCKET", "DATABASE"}
