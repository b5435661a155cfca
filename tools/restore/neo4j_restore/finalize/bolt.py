"""The server, by Neo4j's own driver: facts, statements, and errors in an operator's words.

Only this module imports the driver. A start with nothing to do must not pay for it.
"""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import neo4j
from neo4j.exceptions import AuthError, DriverError, Neo4jError

from neo4j_restore import scrub
from neo4j_restore.errors import ConfigurationError, ServerError, StatementError
from neo4j_restore.finalize import facts
from neo4j_restore.finalize.access import ServerAccess
from neo4j_restore.finalize.facts import Answer, Server
from neo4j_restore.finalize.login import Login

_CONNECT_SECONDS: Final = 10.0

# Enough to tell one row from several. The server sends no more, however many there are.
_READ_ROWS: Final = 2

# Neo4j's codes for a server that will answer soon: it starts, or another member leads now.
_PASSING: Final = (
    "Neo.ClientError.Cluster.NotALeader",
    "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase",
    "Neo.TransientError.",
)

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Target:
    """Where the server is, and how to log in."""

    address: str
    login: Login | None
    ca_file: Path | None = None

    @classmethod
    def of(cls, access: ServerAccess) -> Self:
        """Return the target that an access leads to. Raises ConfigurationError for a login that can't be read."""
        return cls(access.address, access.login(), access.ca_file)


class Connection:
    """A connection to one server, for administration. Use it in a `with`."""

    def __init__(self, target: Target) -> None:
        """Prepare the connection. Nothing is sent before the first question."""
        self._target = target
        auth = (target.login.user, target.login.password) if target.login else None
        try:
            self._driver = neo4j.GraphDatabase.driver(
                _plain(target),
                auth=auth,
                connection_timeout=_CONNECT_SECONDS,
                # Longer than one attempt, because a host may have several addresses.
                connection_acquisition_timeout=2 * _CONNECT_SECONDS,
                # The server's advice about statements is of no use to an operator, and would fill the log.
                notifications_min_severity="OFF",
                telemetry_disabled=True,
                user_agent="neo4j-restore",
                **_trust(target),
            )
        except OSError as error:
            # ssl.SSLError for a file that is not PEM is an OSError too.
            message = f"BOLT_CA_FILE: cannot read certificates in {target.ca_file}: {error.strerror or error}"
            raise ConfigurationError(message, hint="set it to a PEM file with the CA of the server") from error

    def __enter__(self) -> Self:
        """Return the connection."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""
        self._driver.close()

    def server(self) -> Server:
        """Return what the server says of itself. Raises ServerError, or ConfigurationError for another product."""
        with _translated(self._target):
            info = self._driver.get_server_info()
        version = facts.version(info.agent)
        if version is None:
            message = f"{self._target.address} is not Neo4j: it says that it is {scrub.clean(info.agent)[:100]!r}"
            raise ConfigurationError(message, hint="set BOLT_URI to the address of a Neo4j server")
        # 3.x has no database `system` that could be asked.
        if version.major < 4:
            return Server(version, None, {})
        edition = facts.edition(self.run("CALL dbms.components() YIELD name, edition RETURN name, edition"))
        return Server(version, edition, facts.databases(self.run("SHOW DATABASES")))

    def run(self, cypher: str, parameters: Mapping[str, str] | None = None) -> Rows:
        """Return the rows of a statement that runs on `system`. Raises ServerError or StatementError."""
        with _translated(self._target), self._driver.session(database="system") as session:
            return [record.data() for record in session.run(cypher, dict(parameters or {}))]

    def read(self, cypher: str, database: str, seconds: float) -> Answer:
        """Return the first two rows of a query that may only read. database: empty for the server's default one.

        seconds: after which the server ends the query. Raises ServerError or StatementError.
        """
        query = neo4j.Query(cypher, timeout=seconds)
        with (
            _translated(self._target),
            self._driver.session(
                database=database or None, default_access_mode=neo4j.READ_ACCESS, fetch_size=_READ_ROWS
            ) as session,
        ):
            # The server itself refuses a write in this access mode.
            result = session.run(query)
            return Answer(tuple(result.keys()), [record.values() for record in islice(result, _READ_ROWS)])


def _plain(target: Target) -> str:
    """Return the address. With a CA file the driver wants TLS as an argument and not in the scheme."""
    scheme, separator, rest = target.address.partition("://")
    return f"{scheme.partition('+')[0]}{separator}{rest}" if target.ca_file else target.address


def _trust(target: Target) -> dict[str, Any]:
    if not target.ca_file:
        return {}
    # Reads the file now, so that a wrong one is a mistake in BOLT_CA_FILE and not a failure of TLS later.
    ssl.create_default_context(cafile=str(target.ca_file))
    return {"encrypted": True, "trusted_certificates": neo4j.TrustCustomCAs(str(target.ca_file))}


@contextmanager
def _translated(target: Target) -> Iterator[None]:
    """Turn the driver's errors into ServerError or StatementError."""
    try:
        yield
    # The driver raises ValueError for a name that has no address.
    except (DriverError, Neo4jError, OSError, ValueError) as error:
        raise _error(target, error) from error


def _error(target: Target, error: Exception) -> ServerError | StatementError:
    where, text = target.address, _text(error)
    if isinstance(error, AuthError) or str(getattr(error, "code", "")).endswith(".AuthenticationRateLimit"):
        return _denied(target, text)
    if isinstance(error, Neo4jError):
        if str(error.code).endswith(".CredentialsExpired"):
            message = f"{where}: the password of {_user(target)} has to be changed first"
            hint = "change it once: ALTER CURRENT USER SET PASSWORD FROM 'OLD' TO 'NEW'"
            return ServerError(message, hint=hint)
        transient = error.is_retryable() or str(error.code).startswith(_PASSING)
        if transient:
            return ServerError(f"{where}: {text}", hint="look into the server's log", transient=True)
        return StatementError(f"the server refused it: {text}", hint="correct the cause, then run finalize again")
    # Other errors of TLS may pass: a server that stops ends its connections anywhere.
    if any(isinstance(each, ssl.SSLCertVerificationError) for each in _causes(error)):
        message = f"{where}: TLS failed: {text}"
        hint = "set BOLT_CA_FILE to the CA of the server's certificate, and BOLT_URI to the name in it"
        return ServerError(message, hint=hint)
    unresolved = any(isinstance(each, socket.gaierror) for each in _causes(error))
    hint = f"check that {urlsplit(where).hostname} is the name of the Service, and that Neo4j runs: kubectl get pods"
    unreachable = unresolved or isinstance(error, OSError) or getattr(error, "is_retryable", lambda: False)()
    return ServerError(f"{where}: {text}", hint=hint, transient=unreachable or isinstance(error, ValueError))


def _denied(target: Target, text: str) -> ServerError:
    who = f"the user {target.login.user}" if target.login else "a client without a login"
    hint = "check the Secret. If the database system was restored, the passwords are those of the backup"
    return ServerError(f"{target.address} refuses {who}: {text}", hint=hint)


def _user(target: Target) -> str:
    return target.login.user if target.login else "the user"


def _text(error: Exception) -> str:
    """Return the first line of an error, without the driver's fields around it."""
    text = str((error.message if isinstance(error, Neo4jError) else "") or error)
    code = f" ({error.code})" if isinstance(error, Neo4jError) and error.code else ""
    line = next((line for line in text.splitlines() if line.strip()), type(error).__name__)
    return f"{scrub.clean(line)}{code}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
