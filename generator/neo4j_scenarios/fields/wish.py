"""Inputs that say what is to be restored, and what may happen to data that is there."""

from typing import Final

from neo4j_restore import spec
from neo4j_scenarios import rules
from neo4j_scenarios.fields.field import Field

_FORCE_OVERWRITE_TEXT: Final = {policy: text for text, policy in spec.FORCE_OVERWRITE.items()}

BUCKET = Field(
    "bucket",
    "where the backup sets are: gs://bucket/path, s3://bucket/path, azb://account/container/path or file:///path",
    rules.bucket,
    "gs://bucket/path",
    required=True,
)
DATABASE = Field(
    "database",
    "databases to restore, with commas between them",
    spec.parse_databases,
    "neo4j,system",
    required=True,
    text=",".join,
)
TIMESTAMP = Field(
    "timestamp",
    "set to restore: latest, a stamp as in the object's name, or the newest at or before an RFC 3339 time",
    rules.timestamp,
    "2026-01-31T02:00:00Z",
    spec.LATEST,
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
    "name of the wish for --force-overwrite once; change it to restore again",
    rules.optional(rules.RESTORE_ID),
    "incident-42",
    shown="a hash of bucket, databases and timestamp",
)
ACCEPT_DATA_LOSS = Field(
    "accept-data-loss",
    "accept that --force-overwrite true drops, at every start of the pod, all that was written since the backup",
    rules.BOOLEAN,
    "true",
    "false",
    switch=True,
)
KEEP_PREVIOUS = Field(
    "keep-previous",
    "keep what a restore replaces, one generation, for a rollback: true, which takes its room on the volume, or false",
    rules.BOOLEAN,
    "true",
    "false",
)
NOT_AFTER = Field(
    "not-after",
    "RFC 3339 time at which the wish expires: from then on existing data stays, and an absent database is an error",
    rules.optional(rules.time),
    "2026-02-28T00:00:00Z",
)
ON_MISSING = Field(
    "on-missing",
    "what to do about an absent database that the bucket has no set of: fail, or start-empty",
    rules.choice({each.value: each for each in spec.OnMissing}),
    "start-empty",
    "fail",
)
ON_STALE_LATEST = Field(
    "on-stale-latest",
    "what to do where the -latest object is older than the newest set with a stamp: fail, or restore latest or newest",
    rules.choice({each.value: each for each in spec.OnStaleLatest}),
    "newest",
    "fail",
)
IGNORE_OBJECTS = Field(
    "ignore-objects",
    "objects that are not backups although their names look so: patterns below the bucket's path, with commas between",
    rules.patterns,
    "neo4j-test*,old/*",
    text=",".join,
)
REQUIRE_CHECKSUM = Field(
    "require-checksum",
    "refuse a set that neither the store, nor a .sha256 file, nor its own format can verify: true or false",
    rules.BOOLEAN,
    "true",
    "false",
)
SPACE_MODE = Field(
    "space-mode",
    "room for a restore over existing data: keep the old data until the new is verified, or reclaim its room before",
    rules.choice({each.value: each for each in spec.SpaceMode}),
    "reclaim",
    "keep",
)
PURGE_ON_COMPLETE = Field(
    "purge-on-complete",
    "remove downloaded and staged files at the end: true, or false to keep them for a look",
    rules.BOOLEAN,
    "false",
    "true",
)
