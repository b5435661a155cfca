"""Sharded property databases: recognised by the names of their backups, and never restored in parts.

A database `foo` consists of one graph shard, `foo-g000`, and property shards `foo-p000`, `foo-p001` and so on. Each
shard has its own backups. They only fit together if the transaction of each property shard lies in the range of the
graph shard's chain. Neo4j's servers check that while they create the database from the backups. neo4j-admin can't
restore one. Source: operations manual of 2026, "Sharded property databases". Pure functions over keys.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from neo4j_restore.errors import ConfigurationError
from neo4j_restore.sets import catalog
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.spec import BucketUrl, DatabaseName
from neo4j_restore.timestamps import Timestamp

_GRAPH = "g000"

_SHARD = re.compile(r"(?P<name>.+)-(?P<shard>g000|p\d{3})")

_BACKUP = re.compile(rf"{_SHARD.pattern}-(?P<stamp>.+)\.backup(\.age)?")

_UNKNOWN = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Family:
    """The backups of a sharded database. shards: such as `p000`. time: the newest one in the names."""

    name: str
    shards: tuple[str, ...]
    folder: str
    time: datetime


def find(keys: Iterable[str], database: DatabaseName) -> Family | None:
    """Return the family that `database` names or is a shard of. None without a graph shard and a property shard."""
    part = _SHARD.fullmatch(database)
    names = {database, part["name"]} if part else {database}
    backups = [(each, match) for each in keys if (match := _BACKUP.fullmatch(each.rpartition("/")[2]))]
    for name in sorted(names):
        members = [(key, match) for key, match in backups if match["name"] == name]
        shards = sorted({match["shard"] for _, match in members})
        if _GRAPH in shards and len(shards) > 1:
            time = max(catalog.time_of(match["stamp"]) or _UNKNOWN for _, match in members)
            folder = next(key for key, match in members if match["shard"] == _GRAPH).rpartition("/")[0]
            return Family(name, tuple(shards), folder, time)
    return None


def is_meant(family: Family, database: DatabaseName, chosen: BackupSet | None, timestamp: Timestamp) -> bool:
    """Return whether the request means the family: one of its shards, or there is no newer or exactly named set."""
    if database != family.name or chosen is None:
        return True
    return not timestamp.is_exact and chosen.time < family.time


def refusal(family: Family, database: DatabaseName, bucket: BucketUrl) -> ConfigurationError:
    """Return the error that says why a sharded database can't be restored here, and how to restore it."""
    place = bucket.of(f"{family.folder}/" if family.folder else "")
    count = len(family.shards) - 1
    message = (
        f"{database} is {'' if database == family.name else f'a shard of {family.name}, '}a sharded property database "
        f"by its backups in {place} ({', '.join(f'{family.name}-{each}' for each in family.shards[:3])}"
        f"{', …' if count > 2 else ''}), which neo4j-admin can't restore"
    )
    hint = (
        f"run on a cluster of the Enterprise Edition: CYPHER 25 CREATE DATABASE `{family.name}` "
        f"SET GRAPH SHARD {{ TOPOLOGY 1 PRIMARY }} SET PROPERTY SHARDS {{ COUNT {count} TOPOLOGY 1 REPLICA }} "
        f"OPTIONS {{ seedURI: '{place}' }}"
    )
    return ConfigurationError(message, hint=hint)
