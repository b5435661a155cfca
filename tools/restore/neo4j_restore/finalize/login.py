"""User and password for the server, from a mounted Secret or from the environment. They are never logged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from neo4j_restore import scrub
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.volume import records

# The variables that may hold a login.
VARIABLES: Final = ("NEO4J_AUTH", "NEO4J_USERNAME", "NEO4J_PASSWORD")

# A file with more is not a password.
_MOST_BYTES: Final = 16 * 1024

_HINT: Final = (
    "mount the Secret of the server, and set BOLT_AUTH_FILE to its folder, or take NEO4J_AUTH (user/password) from it"
)


@dataclass(frozen=True)
class Login:
    """A user and its password."""

    user: str
    password: str = field(repr=False)


def login(auth_file: Path | None, environment: Mapping[str, str]) -> Login | None:
    """Return the login, or None for a server without authentication. Raises ConfigurationError.

    auth_file: a file with user/password, or a folder with NEO4J_AUTH, or with username and password.
    environment: NEO4J_USERNAME and NEO4J_PASSWORD, or NEO4J_AUTH, as Neo4j's charts and tools name them.
    """
    credentials = _of_files(auth_file) if auth_file else _of_variables(environment)
    if credentials:
        scrub.learn(credentials.password)
    return credentials


def _of_variables(environment: Mapping[str, str]) -> Login | None:
    user, password = environment.get("NEO4J_USERNAME", ""), environment.get("NEO4J_PASSWORD", "")
    if password:
        return Login(user or "neo4j", password)
    return _of_auth(environment.get("NEO4J_AUTH", ""), "NEO4J_AUTH")


def _of_files(path: Path) -> Login | None:
    if not path.is_dir():
        return _of_auth(_text(path), str(path))
    if (path / "NEO4J_AUTH").exists():
        return _of_auth(_text(path / "NEO4J_AUTH"), str(path / "NEO4J_AUTH"))
    names = [("username", "password"), ("NEO4J_USERNAME", "NEO4J_PASSWORD")]
    for user, password in names:
        if (path / password).exists():
            return Login(_text(path / user) if (path / user).exists() else "neo4j", _text(path / password))
    message = f"BOLT_AUTH_FILE: {path} has neither NEO4J_AUTH, nor username and password"
    raise ConfigurationError(message, hint=_HINT)


def _of_auth(text: str, source: str) -> Login | None:
    """Return the login in a text such as neo4j/password. `none` and an empty text: nobody has to log in."""
    if text in {"", "none"}:
        return None
    user, slash, password = text.partition("/")
    if not (user and slash and password):
        message = f"{source} is not user/password, and not `none`"
        raise ConfigurationError(message, hint=_HINT)
    # The images allow a third part, which asks for a change of the password.
    return Login(user, password.removesuffix("/true"))


def _text(path: Path) -> str:
    # A mounted Secret consists of links, so they are followed.
    try:
        data = records.read_bytes(path.resolve(), _MOST_BYTES + 1)
    except OSError as error:
        message = f"BOLT_AUTH_FILE: cannot read {path}: {error.strerror}"
        raise ConfigurationError(message, hint=_HINT) from error
    if data is None or len(data) > _MOST_BYTES:
        message = f"BOLT_AUTH_FILE: there is no {path}" if data is None else f"BOLT_AUTH_FILE: {path} is too large"
        raise ConfigurationError(message, hint=_HINT)
    try:
        return data.decode().strip()
    except UnicodeDecodeError as error:
        message = f"BOLT_AUTH_FILE: {path} is not a text"
        raise ConfigurationError(message, hint=_HINT) from error
