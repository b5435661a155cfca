"""Where the values of foreign charts have the container that restores."""

from collections.abc import Callable
from typing import Any

RESTORE_CONTAINER: dict[str, Callable[[Any], Any]] = {
    "neo4j/neo4j": lambda values: restoring(values["podSpec"]["initContainers"]),
    "neo4j-helm": lambda values: restoring(values["core"]["initContainers"]),
}


def restoring(containers: list[Any]) -> Any:
    """Return the container that restores, of a pod's init containers."""
    (container,) = (each for each in containers if each["name"] == "restore")
    return container
