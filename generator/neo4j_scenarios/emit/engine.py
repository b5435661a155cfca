"""What an engine is told: the releases, and where things are."""

from collections.abc import Mapping
from dataclasses import dataclass

from neo4j_scenarios.emit.charts import Chart
from neo4j_scenarios.emit.releases import Release


@dataclass(frozen=True)
class Order:
    """An order for an engine.

    name: of the fleet or its part, for objects that stand for all of it. title: whose folder it is, in words.
    command: what writes the files again.
    releases: by waves. charts: by the name of their target. at_once: releases that may be installed at the same time.
    repository, revision: where the output folder is in Git, and path the folder in it; path without slashes at its
    ends, or empty.
    """

    name: str
    title: str
    command: str
    releases: list[Release]
    charts: Mapping[str, Chart]
    at_once: int
    repository: str = ""
    revision: str = ""
    path: str = ""
