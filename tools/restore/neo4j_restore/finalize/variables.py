"""The variables of `finalize`, each once, beside those of the restore. Light: `--help` of any command lists them."""

import re
from enum import StrEnum
from typing import Any, Final

from neo4j_restore import rules
from neo4j_restore.databases import parse_database
from neo4j_restore.rules import Invalid
from neo4j_restore.variables import Content, Variable


class Metadata(StrEnum):
    """METADATA: what of a metadata script is replayed."""

    PRIVILEGES = "privileges"
    USERS = "users"
    NONE = "none"


_ADDRESS: Final = re.compile(r"(?:bolt|neo4j)(?:\+s|\+ssc)?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?/?")


def _address(text: str) -> str:
    if "@" in text:
        message = "it has an '@': write only the host. User and password belong in the Secret"
        raise Invalid(message)
    if not _ADDRESS.fullmatch(text):
        message = f"{text!r} is not an address such as bolt://graph:7687 or neo4j+s://graph.example.org"
        raise Invalid(message)
    return rules.with_port(text).rstrip("/")


BOLT_URI: Final = Variable(
    "BOLT_URI",
    "address of the server, such as `bolt://graph:7687`. With TLS `bolt+s://` or `neo4j+s://`, and `neo4j://` for the "
    "members of a cluster",
    _address,
    "bolt://localhost:7687",
    example="neo4j+s://graph.example.org:7687",
)
BOLT_CA_FILE: Final = Variable(
    "BOLT_CA_FILE",
    "path of a PEM file with the CA certificates to trust for the server",
    rules.path,
    example="/certificates/bolt.crt",
    content=Content.PATH,
)
BOLT_AUTH_FILE: Final = Variable(
    "BOLT_AUTH_FILE",
    "path of a file with `user/password`, or of a mounted Secret's folder with `NEO4J_AUTH`, or with `username` and "
    "`password`. Unset: `NEO4J_USERNAME` and `NEO4J_PASSWORD`, or `NEO4J_AUTH`",
    rules.key_path,
    example="/auth",
    content=Content.PATH,
)
FINALIZE_SECONDS: Final = Variable(
    "FINALIZE_SECONDS",
    "how long to wait for the server, and for its databases, together",
    rules.positive_seconds,
    "600",
    example="60",
)
METADATA: Final = Variable(
    "METADATA",
    "what of a metadata script is replayed: `privileges` (with roles and settings), `users` as well, or `none`",
    rules.one_of(Metadata),
    "privileges",
    example="users",
)
METADATA_FILE: Final = Variable(
    "METADATA_FILE",
    "path of a metadata script, for one database in `DATABASE`. Unset: the script in each restored database's folder",
    rules.path,
    example="/scripts/restore_metadata.cypher",
    content=Content.PATH,
)
DEFAULT_DATABASE: Final = Variable(
    "DEFAULT_DATABASE",
    "the database that becomes the server's default one. The old default one is stopped for a moment. Enterprise from "
    "5.0 on",
    parse_database,
    example="movies",
)

VARIABLES: Final[tuple[Variable[Any], ...]] = (
    BOLT_URI,
    BOLT_CA_FILE,
    BOLT_AUTH_FILE,
    FINALIZE_SECONDS,
    METADATA,
    METADATA_FILE,
    DEFAULT_DATABASE,
)
