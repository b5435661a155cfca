"""What an engine is told: the releases, and where things are."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from neo4j_restore.spec import Invalid
from neo4j_scenarios.emit.charts import Chart
from neo4j_scenarios.emit.releases import Release

_CRON: Final = r"[0-9*][0-9*,/-]*(?: [0-9A-Za-z*][0-9A-Za-z*,/-]*){4}"
_WINDOW: Final = re.compile(rf"(allow|deny);({_CRON});([1-9][0-9]*[mh])")


@dataclass(frozen=True)
class Window:
    """A sync window of Argo CD: `allow` or `deny`, from each moment of a cron schedule on for a duration."""

    kind: str
    schedule: str
    duration: str


def parse_window(text: str) -> Window:
    """Return the window that a text such as `deny;0 8 * * 1-5;10h` stands for. Raises Invalid."""
    found = _WINDOW.fullmatch(text.strip())
    if not found:
        message = f"{text!r} is not KIND;SCHEDULE;DURATION, such as 'deny;0 8 * * 1-5;10h'"
        raise Invalid(message)
    return Window(*found.groups())


@dataclass(frozen=True)
class Order:
    """An order for an engine.

    name: of the fleet or its part, for objects that stand for all of it. title: whose folder it is, in words.
    command: what writes the files again.
    releases: by waves. charts: by the name of their target. at_once: releases that may be installed at the same time.
    repository, revision: where the output folder is in Git, and path the folder in it; path without slashes at its
    ends, or empty. namespace, project: where Argo CD runs, and whose its applications are; empty for its own
    defaults. windows: when these may or may not be synced, which makes the project ours to write.
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
    namespace: str = ""
    project: str = ""
    windows: Sequence[Window] = ()
