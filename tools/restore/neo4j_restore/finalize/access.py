"""How a server is reached, for every command that asks one: its address, its CA, and where its login may be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from neo4j_restore.finalize import login
from neo4j_restore.finalize.variables import BOLT_AUTH_FILE, BOLT_CA_FILE, BOLT_URI
from neo4j_restore.values import Values
from neo4j_restore.variables import Variable

VARIABLES: Final[tuple[Variable[Any], ...]] = (BOLT_URI, BOLT_CA_FILE, BOLT_AUTH_FILE)


@dataclass(frozen=True)
class ServerAccess:
    """Where the server is. auth: the texts that may hold user and password. Nothing of them is logged."""

    address: str
    ca_file: Path | None
    auth_file: Path | None
    auth: Mapping[str, str] = field(repr=False)

    def login(self) -> login.Login | None:
        """Return the login, or None for a server without authentication. Raises ConfigurationError."""
        return login.login(self.auth_file, self.auth)


def of(values: Values, environment: Mapping[str, str]) -> ServerAccess:
    """Return the access that the parsed values of VARIABLES, and the variables of the login, ask for."""
    return ServerAccess(
        address=values[BOLT_URI],
        ca_file=values.get(BOLT_CA_FILE),
        auth_file=values.get(BOLT_AUTH_FILE),
        auth={name: environment.get(name, "").strip() for name in login.VARIABLES},
    )
