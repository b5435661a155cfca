"""The Cypher that restores a database in a running cluster of Neo4j 5 or later: its servers fetch the set themselves.

One statement restores one database. Two of them for one database at the same time have left it offline for good, so a
statement is never sent twice, and the callers give one for each database.

| versions | for a new database | for one that exists |
|---|---|---|
| 5.0 to 5.23 | `CREATE DATABASE … OPTIONS {existingData: 'use', seedURI: …}` | `DROP DATABASE …` before it |
| 5.24 to 2025.03 | the same | `CALL dbms.cluster.recreateDatabase(…, {seedURI: …})` |
| 2025.04 and later | from 2025.06 on `CYPHER 25`, without `existingData` | `CALL dbms.recreateDatabase(…)` |

`seedRestoreUntil` came with 2025.01, and the procedures don't take it. With it, a database that exists is replaced by
`CREATE OR REPLACE DATABASE`, which takes a seed from 2025.01 on. The procedures keep privileges and topology. The
other ways drop them with the database. A differential backup is a seed from 5.26 on, objects of `gs://` and `azb://`
are seeds from 5.25 on.
Source: operations manuals of 5 and 2026, "Create databases", "Create a database from a URI", "Recreate a database".
Pure, and standard library only, because the generator writes the same statements for a fleet.
"""

from dataclasses import dataclass
from typing import Final

from neo4j_restore.buckets import Scheme
from neo4j_restore.databases import SYSTEM, DatabaseName
from neo4j_restore.until import Until

# A version of Neo4j: its first two numbers.
Line = tuple[int, int]

# The versions that brought seeds at all, those of clouds, of chains, and the option for a point.
FIRST: Final[Line] = (5, 0)
_CLOUDS: Final[Line] = (5, 25)
CHAINS: Final[Line] = (5, 26)
_UNTIL: Final[Line] = (2025, 1)
# From this one on, all clouds are read by one provider, and without a setting.
BY_DEFAULT: Final[Line] = (5, 26)
_CYPHER_25: Final[Line] = (2025, 6)
RECREATES: Final[Line] = (5, 24)
_RECREATES_BY_SHORT_NAME: Final[Line] = (2025, 4)

_ENDINGS: Final = (".backup", ".dump")

# Without a topology a new database gets the cluster's default, which is one server as Neo4j is delivered. The loss of
# that server would be the loss of the database.
PRIMARIES: Final = 3


@dataclass(frozen=True)
class Seed:
    """One database, and the object that it is restored from.

    url: the object, for a chain its last one. exists: the cluster has the database already. primaries: the servers that
    have a new one. differential: the object is the last one of a chain.
    """

    database: DatabaseName
    url: str
    exists: bool = False
    primaries: int = PRIMARIES
    differential: bool = False
    until: Until | None = None


def unfit(seed: Seed, line: Line) -> str:
    """Return why a server of this version can't take the seed, or an empty text."""
    scheme = seed.url.partition("://")[0]
    if seed.database == SYSTEM:
        return "system says which server has which database. It is restored by Neo4j's disaster recovery"
    if line < FIRST:
        return f"Neo4j {_text(line)} creates no database from a URI, which came with 5"
    if not seed.url.endswith(_ENDINGS):
        return "a server takes only a .backup or a .dump as it is, not packed, not encrypted, and not a folder"
    if scheme == Scheme.FILE:
        return "the servers can't read a folder of the restore container"
    if scheme in {Scheme.GCS, Scheme.AZURE} and line < _CLOUDS:
        return f"Neo4j {_text(line)} reads no {scheme}:// as a seed, which came with 5.25"
    if seed.differential and line < CHAINS:
        return f"Neo4j {_text(line)} takes no differential backup as a seed, which came with 5.26"
    if seed.until and line < _UNTIL:
        return f"Neo4j {_text(line)} has no seedRestoreUntil, which came with 2025.01"
    return ""


def statements(seed: Seed, line: Line) -> tuple[str, ...]:
    """Return what is sent to the database `system`, in this order: one statement, or two where it has to be dropped.

    The seed fits the version: see `unfit`.
    """
    if seed.exists and line >= RECREATES and not seed.until:
        procedure = "dbms.recreateDatabase" if line >= _RECREATES_BY_SHORT_NAME else "dbms.cluster.recreateDatabase"
        return (f"CALL {procedure}({_quoted(seed.database)}, {{seedURI: {_quoted(seed.url)}}})",)
    if seed.exists and line < RECREATES:
        return (f"DROP DATABASE {_name(seed.database)} IF EXISTS WAIT", _create(seed, line))
    return (_create(seed, line),)


def _create(seed: Seed, line: Line) -> str:
    modern = line >= _CYPHER_25
    plural = "Y" if seed.primaries == 1 else "IES"
    topology = f"TOPOLOGY {seed.primaries} PRIMAR{plural}"
    options = [] if modern else ["existingData: 'use'"]
    options.append(f"seedURI: {_quoted(seed.url)}")
    if seed.until:
        options.append(f"seedRestoreUntil: {_point(seed.until)}")
    create = f"{'CYPHER 25 ' if modern else ''}CREATE {'OR REPLACE ' if seed.exists and line >= _UNTIL else ''}DATABASE"
    return f"{create} {_name(seed.database)} {topology} OPTIONS {{{', '.join(options)}}} WAIT"


def _point(until: Until) -> str:
    return f"datetime({_quoted(str(until))})" if until.moment else str(until.transaction)


def _name(database: DatabaseName) -> str:
    return f"`{database}`"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _text(line: Line) -> str:
    return f"{line[0]}.{line[1]:02}" if line[0] >= _UNTIL[0] else f"{line[0]}.{line[1]}"
