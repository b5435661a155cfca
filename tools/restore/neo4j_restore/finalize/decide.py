"""Decides which statements a server needs after a restore, in their order. Pure.

1. `CREATE DATABASE … IF NOT EXISTS` for each restored database that `system` does not know.
2. The metadata scripts: roles, users if told, privileges, settings.
3. `START DATABASE` for each restored database that is stopped.
4. The default database, if one was asked for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from neo4j_restore.admin.admin_commands import Edition, Version
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.finalize.cypher import quoted
from neo4j_restore.finalize.facts import Server, State
from neo4j_restore.finalize.metadata import Replay, Subject
from neo4j_restore.finalize.variables import Metadata
from neo4j_restore.spec import SYSTEM, DatabaseName

# From here on `system` may have another default version of Cypher, so statements name theirs.
_TWO_DIALECTS: Final = Version(2025, 6)

_FIRST_DEFAULT_PROCEDURE: Final = Version(5, 0)


class Purpose(StrEnum):
    """Why a statement is sent."""

    CREATE = "create"
    METADATA = "metadata"
    START = "start"
    STOP = "stop"
    DEFAULT = "default"


@dataclass(frozen=True)
class Step:
    """A statement for `system`. shown: the same for people, without passwords.

    always: it is also sent if a step before it failed, because it undoes the effect of that one.
    """

    purpose: Purpose
    database: DatabaseName
    cypher: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    shown: str = ""
    always: bool = False

    @property
    def text(self) -> str:
        """Return the statement for a log or a report."""
        return self.shown or self.cypher


@dataclass(frozen=True)
class Request:
    """What finalize is asked to do. databases: the restored ones. scripts: statements of their metadata scripts.

    absent: databases that were named as well, but whose stores are not on the volume.
    default: name of the database that becomes the default one, or None.
    """

    databases: tuple[DatabaseName, ...]
    absent: tuple[DatabaseName, ...] = ()
    scripts: Mapping[DatabaseName, Sequence[Replay]] = field(default_factory=dict)
    metadata: Metadata = Metadata.PRIVILEGES
    default: DatabaseName | None = None


@dataclass(frozen=True)
class Decided:
    """The statements, in their order. left_out: what is not done, each with its reason."""

    steps: tuple[Step, ...]
    left_out: tuple[str, ...] = ()


def decide(request: Request, server: Server) -> Decided:
    """Return the statements that `server` needs. Raises ConfigurationError for what it can't do, before anything."""
    unknown = [name for name in request.databases if name not in server.databases]
    _refuse(request, server, unknown)
    replayed, left_out = _metadata(request, server)
    stopped = [name for name in request.databases if _is_stopped(server, name)]
    steps = (
        *(_create(name, server.version) for name in unknown),
        *replayed,
        *(_start(name, server.version) for name in stopped),
        *_default(request, server),
    )
    absent = tuple(f"{name}: the volume has no store of it" for name in request.absent)
    return Decided(steps, (*absent, *left_out))


def _refuse(request: Request, server: Server, unknown: Sequence[DatabaseName]) -> None:
    if server.version.major < 4:
        message = f"Neo4j {server.version} has no database system: there is nothing that finalize could do"
        raise ConfigurationError(message, hint="leave finalize out for Neo4j 3.x, or upgrade the server")
    names = ", ".join(unknown)
    if unknown and server.edition is Edition.COMMUNITY:
        message = (
            f"Neo4j {server.version} Community has one database beside system, {server.default or 'neo4j'}, and can't "
            f"serve {names}, which was restored as well"
        )
        hint = (
            f"use Enterprise, or restore only the database of this server: DATABASE={server.default or 'neo4j'}. On a "
            f"new volume initial.dbms.default_database={unknown[0]} makes {unknown[0]} that database"
        )
        raise ConfigurationError(message, hint=hint)
    if unknown and server.in_cluster and server.version.major > 4:
        message = f"this cluster does not know {names}, and may not find the restored store on each of its servers"
        hint = (
            f"run it yourself, with the id of the restored server from SHOW SERVERS: CREATE DATABASE "
            f"{quoted(unknown[0])} OPTIONS {{existingData: 'use', existingDataSeedServer: 'ID'}}"
        )
        raise ConfigurationError(message, hint=hint)
    _refuse_default(request, server)


def _refuse_default(request: Request, server: Server) -> None:
    if request.default is None or request.default == server.default:
        return
    if server.edition is Edition.COMMUNITY:
        message = f"Neo4j Community can't change its default database, which is {server.default}"
        hint = f"unset DEFAULT_DATABASE. A new volume takes it from initial.dbms.default_database={request.default}"
        raise ConfigurationError(message, hint=hint)
    if server.version < _FIRST_DEFAULT_PROCEDURE:
        message = f"Neo4j {server.version} has no statement that changes its default database, {server.default}"
        hint = f"unset DEFAULT_DATABASE, and set dbms.default_database={request.default} in the server's configuration"
        raise ConfigurationError(message, hint=hint)
    if request.default not in {*server.databases, *request.databases}:
        message = f"DEFAULT_DATABASE: the server has no database {request.default}"
        raise ConfigurationError(message, hint=f"set it to one of {', '.join(sorted(server.databases))}")


def _is_stopped(server: Server, name: DatabaseName) -> bool:
    return name in server.databases and server.databases[name].state is State.STOPPED


def _create(name: DatabaseName, version: Version) -> Step:
    cypher = f"{_dialect(version, '25')}CREATE DATABASE $name IF NOT EXISTS"
    return Step(Purpose.CREATE, name, cypher, {"name": name})


def _start(name: DatabaseName, version: Version, *, always: bool = False) -> Step:
    return Step(Purpose.START, name, f"{_dialect(version, '25')}START DATABASE $name", {"name": name}, always=always)


def _default(request: Request, server: Server) -> Iterator[Step]:
    """Yield the change of the default database. The manual says that the old one has to be stopped meanwhile."""
    if request.default is None or request.default == server.default:
        return
    prefix = _dialect(server.version, "25")
    old = DatabaseName(server.default)
    if old:
        yield Step(Purpose.STOP, old, f"{prefix}STOP DATABASE $name", {"name": old})
    yield Step(
        Purpose.DEFAULT, request.default, f"{prefix}CALL dbms.setDefaultDatabase($name)", {"name": request.default}
    )
    if old:
        yield _start(old, server.version, always=True)


def _metadata(request: Request, server: Server) -> tuple[tuple[Step, ...], tuple[str, ...]]:
    """Return the statements of the metadata scripts, and what of them is left out."""
    scripts = {name: replays for name, replays in request.scripts.items() if replays}
    reason = _no_metadata(request, server)
    if reason:
        return (), tuple(f"the metadata script of {name}: {reason}" for name in scripts)
    subjects = {Subject.ROLE, Subject.PRIVILEGE, Subject.SETTING}
    if request.metadata is Metadata.USERS:
        subjects.add(Subject.USER)
    steps = tuple(
        _replay(name, replay, server.version)
        for name, replays in scripts.items()
        for replay in replays
        if replay.subject in subjects
    )
    return steps, tuple(_left_out(scripts, subjects))


def _no_metadata(request: Request, server: Server) -> str:
    if request.metadata is Metadata.NONE:
        return "METADATA is none"
    if server.edition is Edition.COMMUNITY:
        return "Community has neither roles nor privileges"
    if SYSTEM in request.databases:
        return "system was restored as well, and has them"
    return ""


def _left_out(scripts: Mapping[DatabaseName, Sequence[Replay]], subjects: set[Subject]) -> Iterator[str]:
    reasons = {
        Subject.USER: "about users: METADATA=users replays them too",
        Subject.CREATION: "about its creation and state, which finalize decides",
    }
    for name, replays in scripts.items():
        for subject, reason in reasons.items():
            count = sum(each.subject is subject for each in replays)
            if count and subject not in subjects:
                yield f"{count} statement{'s' if count > 1 else ''} of the metadata script of {name} {reason}"


def _replay(name: DatabaseName, replay: Replay, version: Version) -> Step:
    # Scripts are older than the server, and older servers wrote Cypher 5.
    prefix = _dialect(version, replay.dialect or "5")
    parameters = {"database": name} if "$database" in replay.cypher else {}
    return Step(Purpose.METADATA, name, prefix + replay.cypher, parameters, prefix + replay.shown)


def _dialect(version: Version, dialect: str) -> str:
    """Return the version of Cypher for the beginning of a statement, where a server knows two of them."""
    return f"CYPHER {dialect} " if version >= _TWO_DIALECTS else ""
