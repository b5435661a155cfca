"""Judges a metadata script: roles, users, privileges and settings of one database pass, and nothing else does. Pure.

`neo4j-admin` writes the script beside a restored database, if its backup has metadata. The script says `$database`
where it means the database. It comes from a backup, so anybody who can write to the bucket may have written it.
Source: operations manual, "Restore users and roles metadata"; Cypher manual, "Access control".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final

from neo4j_restore import scrub
from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.finalize import cypher
from neo4j_restore.finalize.cypher import Kind, Statement, Token
from neo4j_restore.spec import DatabaseName


class Subject(StrEnum):
    """What a statement of the script is about. CREATION: the database's own existence and state."""

    ROLE = "role"
    PRIVILEGE = "privilege"
    SETTING = "setting"
    USER = "user"
    CREATION = "creation"


@dataclass(frozen=True)
class Replay:
    """One statement of a metadata script. cypher: to be sent. shown: the same without passwords.

    dialect: the version of Cypher that the script names or that the statement needs, or empty.
    passwords: those in the statement, and their hashes. A server may repeat a statement in its error.
    """

    subject: Subject
    cypher: str
    shown: str
    dialect: str = ""
    passwords: tuple[str, ...] = field(default=(), repr=False)


_ID: Final = r"(?:@|\w+)"
_IDS: Final = rf"{_ID}(?: , {_ID})*"
_DATABASE: Final = r"(?:\$database|@|\w+(?: \. \w+)*)"
_GRANTEE: Final = rf"(?:ROLES? )?{_IDS}"

# Each pattern is of a statement whose words are in upper case, with `@` for a name in backticks and `'` for a text.
# A server runs one statement at a time, so no statement that begins so can do anything else.
_SUBJECTS: Final = (
    (Subject.ROLE, rf"CREATE (?:IMMUTABLE )?ROLE {_ID}(?: IF NOT EXISTS)?"),
    (Subject.USER, rf"CREATE USER {_ID}(?: IF NOT EXISTS)?(?: SET .+)?"),
    (Subject.USER, rf"ALTER USER {_ID}(?: IF EXISTS)? (?:SET|REMOVE) .+"),
    (Subject.USER, rf"GRANT ROLES? {_IDS} TO (?:USERS? )?{_IDS}"),
    (Subject.USER, rf"CREATE AUTH RULE {_ID}(?: IF NOT EXISTS)? SET .+"),
    (Subject.USER, rf"GRANT ROLES? {_IDS} TO AUTH RULES? {_IDS}"),
    (
        Subject.PRIVILEGE,
        rf"(?:GRANT|DENY) .+ ON (?:HOME |DEFAULT )?(?:DATABASES?|GRAPHS?)(?: .+)? TO {_GRANTEE}",
    ),
    (Subject.SETTING, rf"ALTER DATABASE {_DATABASE}(?: IF EXISTS)? SET ACCESS READ (?:ONLY|WRITE)"),
    (Subject.SETTING, rf"ALTER DATABASE {_DATABASE}(?: IF EXISTS)? SET OPTION {_ID} (?:'|{_ID})"),
    (Subject.CREATION, rf"CREATE DATABASE {_DATABASE}(?: IF NOT EXISTS)?"),
    (Subject.CREATION, rf"(?:START|STOP) DATABASE {_DATABASE}"),
)

_TARGETS: Final = frozenset({"HOME", "DEFAULT", "DATABASE", "DATABASES", "GRAPH", "GRAPHS"})

_DIALECTS: Final = ("5", "25")


def replays(script: str, database: DatabaseName, source: str) -> tuple[Replay, ...]:
    """Return the statements of a script about `database`, in its order. source: its path, for messages.

    Raises BackupDamagedError for any statement that is not allowed. Then none may be run.
    """
    try:
        return tuple(_replay(line, tokens, database) for line, tokens in cypher.statements(script))
    except ValueError as error:
        message = f"the metadata script {source} of {database} may not be replayed: {error}"
        hint = (
            "a metadata script may only have roles, users, privileges and settings of its database. Find out who wrote "
            "it. To go on without it, set METADATA=none"
        )
        raise BackupDamagedError(message, hint=hint) from error


def _replay(line: int, tokens: Statement, database: DatabaseName) -> Replay:
    dialect, tokens = _dialect(tokens)
    shape = " ".join(map(_word, tokens))
    subject = next((subject for subject, pattern in _SUBJECTS if re.fullmatch(pattern, shape)), None)
    if subject is None:
        message = f"line {line} is foreign: {scrub.clean(_shown(tokens))[:200]}"
        raise ValueError(message)
    if strange := [each for each in _databases(subject, tokens) if each not in {"*", "$database", database}]:
        message = f"line {line} is about another database, {strange[0]!r}: {scrub.clean(_shown(tokens))[:200]}"
        raise ValueError(message)
    if unknown := [each.source for each in tokens if each.kind is Kind.PARAMETER and each.source != "$database"]:
        message = f"line {line} has the unknown parameter {unknown[0]}"
        raise ValueError(message)
    tokens = _once(tokens)
    dialect = dialect or ("25" if " AUTH RULE" in shape else "")
    return Replay(subject, _sent(tokens), _shown(tokens), dialect, tuple(_passwords(tokens)))


def _dialect(tokens: Statement) -> tuple[str, Statement]:
    """Return the version of Cypher that a statement begins with, or an empty text, and the statement without it."""
    if len(tokens) > 2 and tokens[0].upper == "CYPHER" and tokens[1].source in _DIALECTS:
        return tokens[1].source, tokens[2:]
    return "", tokens


def _word(token: Token) -> str:
    return {Kind.NAME: "@", Kind.TEXT: "'"}.get(token.kind, token.upper)


def _databases(subject: Subject, tokens: Statement) -> Iterator[str]:
    """Yield the databases that a statement names, folded to lower case, or `*` or `$database`."""
    if subject in {Subject.ROLE, Subject.USER}:
        return
    words = [token.upper for token in tokens]
    if subject is Subject.PRIVILEGE:
        start = _target(tokens) + 1
        # Of the databases that are home or default for the grantees, none is named.
        if words[start] not in {"HOME", "DEFAULT"}:
            yield from _listed(tokens[start + 1 :])
    else:
        yield from _listed(tokens[2:])


def _target(tokens: Statement) -> int:
    """Return the index of the ON of a privilege. Braces and parentheses before it hold names, which may be `ON`."""
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.source in {"{", "("}) - (token.source in {"}", ")"})
        if not depth and token.upper == "ON" and tokens[index + 1].upper in _TARGETS:
            return index
    message = "a privilege is not on a database or graph"
    raise ValueError(message)


def _listed(tokens: Statement) -> Iterator[str]:
    """Yield the names of a list with commas at the beginning of `tokens`. A name may consist of parts with dots."""
    name, expected = "", True
    for token in tokens:
        if expected:
            name += token.name if token.kind in {Kind.NAME, Kind.WORD} else token.source
        elif token.source == ".":
            name += "."
        elif token.source == ",":
            yield name.lower()
            name = ""
        else:
            break
        expected = token.source in {".", ","}
    yield name.lower()


def _once(tokens: Statement) -> Statement:
    """Return a statement that may run twice: CREATE leaves a role or user alone that is there."""
    words = [token.upper for token in tokens]
    if words[0] != "CREATE" or "DATABASE" in words[:2]:
        return tokens
    # CREATE, what, and the name behind it.
    end = next(index for index, word in enumerate(words) if word in {"ROLE", "USER", "RULE"}) + 2
    if words[end : end + 3] == ["IF", "NOT", "EXISTS"]:
        return tokens
    return (*tokens[:end], *(Token(Kind.WORD, word) for word in ("IF", "NOT", "EXISTS")), *tokens[end:])


def _sent(tokens: Statement) -> str:
    return " ".join(token.source for token in tokens)


def _shown(tokens: Statement) -> str:
    """Return a statement without its texts: a user's are passwords, and their hashes."""
    return " ".join("'…'" if token.kind is Kind.TEXT else token.source for token in tokens)


def _passwords(tokens: Statement) -> Iterator[str]:
    """Yield the passwords in a statement, and their hashes."""
    for before, token in pairwise(tokens):
        if token.kind is Kind.TEXT and before.upper == "PASSWORD":
            yield token.source[1:-1]
