"""Sharded property databases: recognised by the names of their backups, and never restored in parts.

Database `foo` is one graph shard, `foo-g000`, and property shards `foo-p000`, `foo-p001` and so on. Each has backups
of its own, and they fit together only where each property shard's transaction lies in the range of the graph shard's
chain. Neo4j's servers check that while they create the database from them. neo4j-admin can't restore one.
Source: operations manual of 2026, "Sharded property databases". Pure functions over keys.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from neo4j_restore import catalog
from neo4j_restore.artifacts import is_exact
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.sets import BackupSet
from neo4j_restore.spec import BucketUrl, DatabaseName

_GRAPH = "g000"

_SHARD = re.compile(r"(?P<name>.+)-(?P<shard>g000|p\d{3})")

_BACKUP = re.compile(rf"{_SHARD.pattern}-(?P<stamp>.+)\.backup(\.age)?")

_UNKNOWN = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Family:
    """The backups of a sharded database. shards: as `p000`. time: of the newest one by its name."""

    name: str
    shards: tuple[str, ...]
    folder: str
    time: datetime


def find(keys: Iterable[str], database: DatabaseName) -> Family | None:
    """Return the family that `database` names, or is a shard of; None where it has no graph shard or no other one."""
    part = _SHARD.fullmatch(database)
    names = {database, part["name"]} if part else {database}
    backups = [(each, found) for each in keys if (found := _BACKUP.fullmatch(each.rpartition("/")[2]))]
    for name in sorted(names):
        own = [(key, found) for key, found in backups if found["name"] == name]
        shards = sorted({found["shard"] for _, found in own})
        if _GRAPH in shards and len(shards) > 1:
            time = max(catalog.time_of(found["stamp"]) or _UNKNOWN for _, found in own)
            folder = next(key for key, found in own if found["shard"] == _GRAPH).rpartition("/")[0]
            return Family(name, tuple(shards), folder, time)
    return None


def is_meant(family: Family, database: DatabaseName, chosen: BackupSet | None, timestamp: str | datetime) -> bool:
    """Tell whether the family is what is asked for: a shard of it, or no set of the database is newer or named."""
    if database != family.name or chosen is None:
        return True
    return not is_exact(timestamp) and chosen.time < family.time


def refusal(family: Family, database: DatabaseName, bucket: BucketUrl) -> ConfigurationError:
    """Return the error that says why a sharded database can't be restored here, and how it can be."""
    place = bucket.of(f"{family.folder}/" if family.folder else "")
    count = len(family.shards) - 1
    message = (
        f"{database} is {'' if database == family.name else f'a shard of {family.name}, '}a sharded property database "
        f"by its backups in {place} ({', '.join(f'{family.name}-{each}' for each in family.shards[:3])}"
        f"{', …' if count > 2 else ''}), and neo4j-admin can't restore one"
    )
    hint = (
        f"on a running cluster of the Enterprise Edition: CYPHER 25 CREATE DATABASE `{family.name}` "
        f"SET GRAPH SHARD {{ TOPOLOGY 1 PRIMARY }} SET PROPERTY SHARDS {{ COUNT {count} TOPOLOGY 1 REPLICA }} "
        f"OPTIONS {{ seedURI: '{place}' }}"
    )
    return ConfigurationError(message, hint=hint)
