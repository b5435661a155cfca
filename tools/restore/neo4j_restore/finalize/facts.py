"""What a running server says of itself: version, edition, and the databases that its `system` knows. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from neo4j_restore.admin.admin_commands import Edition, Version

# States of a database that soon become another. Source: operations manual, "Show databases", states.
_PASSING: Final = frozenset({"initial", "starting", "stopping", "unknown", "store copying", "deallocating"})


@dataclass(frozen=True)
class Answer:
    """What a query returned. columns: their names. rows: the first two at most, each with its values."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


class State(StrEnum):
    """Whether a database serves. PENDING: it may, in a moment."""

    ONLINE = "online"
    PENDING = "pending"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True)
class Database:
    """A database in `system`. status: as the server writes it. message: why it does not serve, or empty.

    servers: how many members of the cluster have it.
    """

    name: str
    state: State
    status: str
    message: str = ""
    is_default: bool = False
    servers: int = 1


@dataclass(frozen=True)
class Server:
    """A running server. edition: None for one that is neither Community nor Enterprise."""

    version: Version
    edition: Edition | None
    databases: Mapping[str, Database]

    @property
    def in_cluster(self) -> bool:
        """Return whether several servers have the database `system`."""
        return any(each.servers > 1 for each in self.databases.values())

    @property
    def default(self) -> str:
        """Return the name of the default database, or an empty text."""
        return next((each.name for each in self.databases.values() if each.is_default), "")


def version(agent: str) -> Version | None:
    """Return the version in the server's name for itself, such as `Neo4j/5.26.0`, or None for another product."""
    found = re.match(r"Neo4j/(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?", agent)
    return Version(int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def edition(components: Iterable[Mapping[str, Any]]) -> Edition | None:
    """Return the edition in the rows of `dbms.components`."""
    editions = {str(row.get("edition", "")).lower() for row in components}
    return next((each for each in Edition if each.value in editions), None)


def databases(rows: Iterable[Mapping[str, Any]]) -> dict[str, Database]:
    """Return the databases in the rows of `SHOW DATABASES`. In a cluster each member has a row for each of its own."""
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_name.setdefault(str(row.get("name", "")).lower(), []).append(row)
    return {name: _database(name, members) for name, members in by_name.items()}


def _database(name: str, members: list[Mapping[str, Any]]) -> Database:
    # The member that serves worst decides.
    worst = max(members, key=lambda row: list(State).index(_state(row)))
    return Database(
        name,
        _state(worst),
        str(worst.get("currentStatus", "")),
        _message(worst),
        any(row.get("default") is True for row in members),
        len({str(row.get("address", "")) for row in members}),
    )


def _state(row: Mapping[str, Any]) -> State:
    status = row.get("currentStatus")
    if status == "online":
        return State.ONLINE
    if row.get("requestedStatus") == "offline":
        return State.STOPPED
    # A database that was just told to start is still `offline`. One that can't start has a message.
    if status in _PASSING or (status == "offline" and not _message(row)):
        return State.PENDING
    return State.FAILED


def _message(row: Mapping[str, Any]) -> str:
    """Return why a database does not serve. Before 5.0 the field is named `error`."""
    return str(row.get("statusMessage") or row.get("error") or "")
