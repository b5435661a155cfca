"""An order for an engine: the releases, and the locations that the engine needs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from neo4j_restore.spec import Invalid
from neo4j_scenarios.emit.locations import Location
from neo4j_scenarios.emit.releases import Release
from neo4j_scenarios.pin import Pin

_CRON: Final = r"[0-9*][0-9*,/-]*(?: [0-9A-Za-z*][0-9A-Za-z*,/-]*){4}"
_WINDOW: Final = re.compile(rf"(allow|deny);({_CRON});([1-9][0-9]*[mh])")


@dataclass(frozen=True)
class Window:
    """A sync window of Argo CD: `allow` or `deny` syncs for a duration, from each time of a cron schedule on."""

    kind: str
    schedule: str
    duration: str


def parse_window(text: str) -> Window:
    """Return the window of a text such as `deny;0 8 * * 1-5;10h`. Raises Invalid."""
    match = _WINDOW.fullmatch(text.strip())
    if not match:
        message = f"{text!r} is not KIND;SCHEDULE;DURATION, such as 'deny;0 8 * * 1-5;10h'"
        raise Invalid(message)
    return Window(*match.groups())


@dataclass(frozen=True)
class Order:
    """An order for an engine.

    name: of the fleet or its part, for objects that stand for all of it.
    title: the owner of the output folder, as text.
    command: the command that writes the files.
    releases: in the order of their waves.
    charts: by the name of their target.
    at_once: the most releases to install at the same time.
    repository, revision, path: the output folder in Git. path has no leading and trailing slashes, and may be empty.
    namespace, project: of Argo CD and of its applications. Empty means Argo CD's defaults.
    windows: when the applications may be synced. With windows, we write the project too.
    timeout_seconds: how long Flux waits for a release before it reports a failure and reads changes.
    pins: for seeds, the pinned set of each database, by the names of clusters and of the databases of the sets.
    replaces: whether seeds replace databases that exist, or create databases.
    """

    name: str
    title: str
    command: str
    releases: list[Release]
    charts: Mapping[str, Location]
    at_once: int
    repository: str = ""
    revision: str = ""
    path: str = ""
    namespace: str = ""
    project: str = ""
    windows: Sequence[Window] = ()
    timeout_seconds: int = 900
    pins: Mapping[str, Mapping[str, Pin]] = field(default_factory=dict)
    replaces: bool = False
