"""The Cypher that restores a database in a running cluster of Neo4j 5 or later: its servers fetch the set themselves.

One statement restores one database. Two of them for one database at the same time have left it offline for good, so a
statement is never sent twice, and the callers give one for each database.

| versions | for a new database | for one that exists |
|---|---|---|
| 5.0 to 5.23 | `CREATE DATABASE … OPTIONS {existingData: 'use', seedURI: …}` | `DROP DATABASE …` before it |
| 5.24 to 2025.03 | the same | `CALL dbms.cluster.recreateDatabase(…, {seedURI: …})` |
| 2025.04 and later | from 2025.06 on `CYPHER 25`, without `existingData` | `CALL dbms.recreateDatabase(…)` |

`seedRestoreUntil` came with 2025.01. A differential backup is a seed from 5.26 on, objects of `gs://` and `azb://` are
seeds from 5.25 on.
Source: operations manuals of 5 and 2026, "Create databases in a cluster", "Create a database from a URI", "Recreate
databases". Pure, and standard library only, because the generator writes the same statements for a fleet.
"""

from dataclasses import dataclass
from typing import Final

from neo4j_restore.buckets import Scheme
from neo4j_restore.databases import SYSTEM, DatabaseName
from neo4j_restore.until import Until

# A version of Neo4j: its first two numbers.
Line = tuple[int, int]

_FIRST: Final[Line] = (5, 0)
_CLOUDS: Final[Line] = (5, 25)
_CHAINS: Final[Line] = (5, 26)
_UNTIL: Final[Line] = (2025, 1)
_CYPHER_25: Final[Line] = (2025, 6)
_RECREATES: Final[Line] = (5, 24)
_RECREATES_BY_SHORT_NAME: Final[Line] = (2025, 4)

_ENDINGS: Final = (".backup", ".dump")


@dataclass(frozen=True)
class Seed:
    """One database, and the object that it is restored from.

    url: the object, for a chain its last one. exists: the cluster has the database already. primaries: of a new one, or
    0 for the cluster's default. differential: the object is the last one of a chain.
    """

    database: DatabaseName
    url: str
    exists: bool = False
    primaries: int = 0
    differential: bool = False
    until: Until | None = None


def unfit(seed: Seed, line: Line) -> str:
    """Return why a server of this version can't take the seed, or an empty text."""
    scheme = seed.url.partition("://")[0]
    if seed.database == SYSTEM:
        return "system says which server has which database. It is restored by Neo4j's disaster recovery"
    if line < _FIRST:
        return f"Neo4j {_text(line)} creates no database from a URI, which came with 5"
    if not seed.url.endswith(_ENDINGS):
        return "a server takes only a .backup or a .dump as it is, not packed, not encrypted, and not a folder"
    if scheme == Scheme.FILE:
        return "the servers can't read this container's folders"
    if scheme in {Scheme.GCS, Scheme.AZURE} and line < _CLOUDS:
        return f"Neo4j {_text(line)} reads no {scheme}:// as a seed, which came with 5.25"
    if seed.differential and line < _CHAINS:
        return f"Neo4j {_text(line)} takes no differential backup as a seed, which came with 5.26"
    if seed.until and line < _UNTIL:
        return f"Neo4j {_text(line)} has no seedRestoreUntil, which came with 2025.01"
    return ""


def statements(seed: Seed, line: Line) -> tuple[str, ...]:
    """Return what is sent to the database `system`, in this order: one statement, or two where it has to be dropped.

    The seed fits the version: see `unfit`.
    """
    if seed.exists and line >= _RECREATES and not seed.until:
        procedure = "dbms.recreateDatabase" if line >= _RECREATES_BY_SHORT_NAME else "dbms.cluster.recreateDatabase"
        return (f"CALL {procedure}({_quoted(seed.database)}, {{seedURI: {_quoted(seed.url)}}})",)
    drop = (f"DROP DATABASE {_name(seed.database)} IF EXISTS WAIT",) if seed.exists else ()
    return (*drop, _create(seed, line))


def _create(seed: Seed, line: Line) -> str:
    modern = line >= _CYPHER_25
    plural = "Y" if seed.primaries == 1 else "IES"
    topology = f" TOPOLOGY {seed.primaries} PRIMAR{plural}" if seed.primaries else ""
    options = [] if modern else ["existingData: 'use'"]
    options.append(f"seedURI: {_quoted(seed.url)}")
    if seed.until:
        options.append(f"seedRestoreUntil: {_point(seed.until)}")
    version = "CYPHER 25 " if modern else ""
    return f"{version}CREATE DATABASE {_name(seed.database)}{topology} OPTIONS {{{', '.join(options)}}} WAIT"


def _point(until: Until) -> str:
    return f"datetime({_quoted(str(until))})" if until.moment else str(until.transaction)


def _name(database: DatabaseName) -> str:
    return f"`{database}`"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _text(line: Line) -> str:
    return f"{line[0]}.{line[1]:02}" if line[0] >= _UNTIL[0] else f"{line[0]}.{line[1]}"
