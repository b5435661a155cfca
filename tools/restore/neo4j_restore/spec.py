"""The vocabulary that the image, the chart and the generator share: names, policies, stamps, variables, exit codes.

Each part has a module of its own, and this one gathers them.
Standard library only: the generator imports this module for every command, and must stay light.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from neo4j_restore.buckets import PROVIDERS, SUPPORTED_SCHEMES, BucketUrl, Scheme, parse_bucket
from neo4j_restore.databases import SYSTEM, DatabaseName, Naming, folded, parse_database, parse_databases
from neo4j_restore.policies import (
    FORCE_OVERWRITE,
    Addressing,
    Migrate,
    OnLivingCluster,
    OnMissing,
    OnStaleLatest,
    Overwrite,
    SpaceMode,
)
from neo4j_restore.rules import Invalid
from neo4j_restore.rules import patterns as parse_patterns
from neo4j_restore.secrecy import TOO_LONG, WITHHELD, looks_like_key, shown
from neo4j_restore.timestamps import LATEST, Timestamp, parse_time, parse_timestamp
from neo4j_restore.until import Until
from neo4j_restore.variables import VARIABLES, Variable

__all__ = [
    "EXIT_CODES",
    "FORCE_OVERWRITE",
    "LATEST",
    "PROVIDERS",
    "SUPPORTED_SCHEMES",
    "SYSTEM",
    "TOO_LONG",
    "VARIABLES",
    "WITHHELD",
    "Addressing",
    "BucketUrl",
    "DatabaseName",
    "Invalid",
    "Migrate",
    "Naming",
    "OnLivingCluster",
    "OnMissing",
    "OnStaleLatest",
    "Overwrite",
    "Scheme",
    "SpaceMode",
    "Timestamp",
    "Variable",
    "default_restore_id",
    "folded",
    "looks_like_key",
    "parse_bucket",
    "parse_database",
    "parse_databases",
    "parse_patterns",
    "parse_time",
    "parse_timestamp",
    "shown",
]


def default_restore_id(
    bucket: BucketUrl, databases: Iterable[Naming], timestamp: Timestamp, until: Until | None = None
) -> str:
    """Return the name of a request without RESTORE_ID: the same for the same bucket, databases and points."""
    # Receipts on volumes have hashes of URLs without doubled slashes. Another hash would restore again.
    plain = "".join(f"{part}/" for part in bucket.prefix.split("/") if part)
    parts = [str(replace(bucket, prefix=plain)), ",".join(sorted(map(str, databases))), str(timestamp)]
    request = "\n".join([*parts, *([str(until)] if until else [])])
    import hashlib  # imported here: it loads OpenSSL, which most commands do not need

    return hashlib.sha256(request.encode()).hexdigest()[:16]


EXIT_CODES: Final = {
    0: "restored, or rightly skipped (the receipt says which)",
    2: "bad configuration",
    10: "backup not found",
    11: "backup damaged",
    12: "target holds data that may not be overwritten",
    13: "not enough space",
    14: "the volume can't be read or written",
    20: "storage unreachable or denied",
    30: "neo4j-admin failed",
    31: "the store needs a migration that was not asked for",
    40: "the Neo4j server is unreachable, or refuses the login",
    41: "the Neo4j server refused a statement, or can't start a database",
    42: "an assertion of the drill does not hold",
    70: "bug of neo4j-restore, with a traceback",
}
