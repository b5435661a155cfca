"""Inputs of a restore request: what is restored, and what may happen to existing data."""

from typing import Final

from neo4j_restore import spec
from neo4j_scenarios.inputs import rules
from neo4j_scenarios.inputs.fields.field import Field

_FORCE_OVERWRITE_TEXT: Final = {policy: text for text, policy in spec.FORCE_OVERWRITE.items()}

BUCKET = Field(
    "bucket",
    "location of the backup sets: gs://bucket/path, s3://bucket/path, azb://account/container/path or file:///path",
    rules.bucket,
    "gs://bucket/path",
    required=True,
)
DATABASE = Field(
    "database",
    "databases to restore, separated by commas. staging=neo4j restores the set of neo4j as staging",
    spec.parse_databases,
    "neo4j,system",
    required=True,
    text=lambda namings: ",".join(map(str, namings)),
)
TIMESTAMP = Field(
    "timestamp",
    "set to restore: latest, a stamp of an object's name, or an RFC 3339 time for the newest set at or before it",
    rules.timestamp,
    "2026-01-31T02:00:00Z",
    spec.LATEST,
)
RESTORE_UNTIL = Field(
    "restore-until",
    "point inside a chain of .backup objects at which to end: the first transaction id that is not restored, or an RFC "
    "3339 time (Enterprise)",
    rules.optional(rules.until),
    "2026-01-31T02:30:00Z",
    rare=True,
)
BACKUP_SET_DIR = Field(
    "backup-set-dir",
    "folder of the set inside the archive",
    rules.optional(rules.folder),
    "backups/neo4j",
    shown="found by its store files",
)
FORCE_OVERWRITE = Field(
    "force-overwrite",
    "replace databases on the volume: false for never, once for each restore id, true at every start of the pod",
    rules.choice(spec.FORCE_OVERWRITE),
    "once",
    "false",
    text=_FORCE_OVERWRITE_TEXT.__getitem__,
)
RESTORE_ID = Field(
    "restore-id",
    "name of the restore request for --force-overwrite once (change it to restore again)",
    rules.optional(rules.RESTORE_ID),
    "incident-42",
    shown="a hash of bucket, databases and timestamp",
)
ACCEPT_DATA_LOSS = Field(
    "accept-data-loss",
    "accept that --force-overwrite true loses all data written since the backup at each start of the pod",
    rules.BOOLEAN,
    "true",
    "false",
    switch=True,
)
KEEP_PREVIOUS = Field(
    "keep-previous",
    "keep the replaced data of the last restore on the volume, for a rollback: true or false",
    rules.BOOLEAN,
    "true",
    "false",
)
NOT_AFTER = Field(
    "not-after",
    "RFC 3339 time at which the request expires: then existing data stays, and a missing database is an error",
    rules.optional(rules.time),
    "2026-02-28T00:00:00Z",
)
ON_MISSING = Field(
    "on-missing",
    "what to do if the bucket has no set of a missing database: fail, or start-empty",
    rules.choice({each.value: each for each in spec.OnMissing}),
    "start-empty",
    "fail",
)
ON_STALE_LATEST = Field(
    "on-stale-latest",
    "what to do if the -latest object is older than the newest stamped set: fail, or restore latest or newest",
    rules.choice({each.value: each for each in spec.OnStaleLatest}),
    "newest",
    "fail",
    rare=True,
)
IGNORE_OBJECTS = Field(
    "ignore-objects",
    "patterns of objects that are not backups, relative to the bucket's path and separated by commas",
    rules.patterns,
    "neo4j-test*,old/*",
    text=",".join,
    rare=True,
)
REQUIRE_CHECKSUM = Field(
    "require-checksum",
    "refuse a set that can't be verified by the store, by a .sha256 file or by its own format: true or false",
    rules.BOOLEAN,
    "true",
    "false",
    rare=True,
)
CONSISTENCY_CHECK = Field(
    "consistency-check",
    "let neo4j-admin check each staged store for inconsistencies before it goes live: true or false",
    rules.BOOLEAN,
    "true",
    "false",
    rare=True,
)
AUTH_FILES = Field(
    "auth-files",
    "restore the users, roles and passwords of Neo4j 3.x from a folder dbms or auth in the set or beside it: true or "
    "false",
    rules.BOOLEAN,
    "true",
    "false",
    rare=True,
)
MIGRATE = Field(
    "migrate",
    "a store of an older Neo4j: false refuses it, true migrates it (5 and later), by-server leaves it to the server",
    rules.choice({each.value: each for each in spec.Migrate}),
    "true",
    "false",
    rare=True,
)
SPACE_MODE = Field(
    "space-mode",
    "space for a restore over existing data: keep the old data until the new is verified, or reclaim its space first",
    rules.choice({each.value: each for each in spec.SpaceMode}),
    "reclaim",
    "keep",
)
PURGE_ON_COMPLETE = Field(
    "purge-on-complete",
    "remove downloaded and staged files at the end: true, or false to keep them for inspection",
    rules.BOOLEAN,
    "false",
    "true",
)
