"""The variables of the restore container, each once: its meaning, its default and its rule.

`values` reads an environment by this table, for `settings` and for the checks of the generator.
Standard library only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from neo4j_restore import rules
from neo4j_restore.addresses import parse_addresses
from neo4j_restore.buckets import PROVIDERS, SUPPORTED_SCHEMES, BucketUrl, Scheme, parse_bucket
from neo4j_restore.databases import parse_databases
from neo4j_restore.policies import FORCE_OVERWRITE as POLICIES
from neo4j_restore.policies import Addressing, Migrate, OnForeignVolume, OnLivingCluster, OnMissing, OnStaleLatest
from neo4j_restore.policies import SpaceMode as Space
from neo4j_restore.rules import Invalid
from neo4j_restore.timestamps import LATEST, parse_time, parse_timestamp
from neo4j_restore.until import parse_until

T_co = TypeVar("T_co", covariant=True)


class Content(Enum):
    """What a variable holds. Only a path may look like a key. A mounted file is there only if the pod mounts it."""

    TEXT = "text"
    PATH = "path"
    MOUNTED_FILE = "mounted file"


@dataclass(frozen=True)
class Variable(Generic[T_co]):
    """One variable of the container's environment.

    rule: takes the text, without blanks around it, and returns the value. It raises Invalid.
    default: as text, or empty. example: a text that the rule takes.
    given: name of a variable whose value the rule takes as its second argument. It is None where that has no value.
    """

    name: str
    meaning: str
    rule: Callable[..., T_co]
    default: str = ""
    required: bool = False
    example: str = ""
    content: Content = Content.TEXT
    given: str = ""


def _bucket(text: str, provider: str | None) -> BucketUrl:
    bucket = parse_bucket(text, provider or "")
    if bucket.scheme not in SUPPORTED_SCHEMES:
        message = f"{bucket}: this version reads {' and '.join(f'{scheme}://' for scheme in SUPPORTED_SCHEMES)}"
        raise Invalid(message)
    return bucket


_PAYING: Final = rules.word({"true": "true", "false": ""})


def _payer(text: str, bucket: BucketUrl | None) -> str:
    """Return the project to bill for `gs`, `true` for `s3`, or an empty text. Without a bucket nothing is judged."""
    if bucket is None:
        return ""
    if bucket.scheme is Scheme.GCS:
        return rules.PROJECT(text)
    if bucket.scheme is Scheme.S3:
        return _PAYING(text)
    message = f"{text!r}: only readers of gs:// and s3:// buckets can pay"
    raise Invalid(message)


BUCKET: Final = Variable(
    "BUCKET",
    "URL of the folder with the sets: `gs://b/p`, `s3://b/p`, `azb://account/container/p`, `file:///p`, "
    "or `b/p` with `CLOUD_PROVIDER`",
    _bucket,
    required=True,
    example="gs://graph-backups/production",
    given="CLOUD_PROVIDER",
)
DATABASE: Final = Variable(
    "DATABASE",
    "the databases, with commas between them, such as `neo4j,system`. `staging=neo4j` restores the set of `neo4j` as "
    "the database `staging`. Upper case is read as lower case",
    parse_databases,
    required=True,
    example="neo4j,system",
)
TIMESTAMP: Final = Variable(
    "TIMESTAMP",
    "which set: `latest`, a stamp from the object's name (in any form of the same time), or an RFC 3339 time with "
    "its zone for the newest set at or before it",
    parse_timestamp,
    LATEST,
    example="2026-01-31T02:00:00Z",
)
RESTORE_UNTIL: Final = Variable(
    "RESTORE_UNTIL",
    "point inside a chain of `.backup` objects at which to end: the first transaction id that is not restored, or an "
    "RFC 3339 time, before which transactions are restored. Enterprise Edition",
    parse_until,
    example="2026-01-31T02:30:00Z",
)
GOOGLE_APPLICATION_CREDENTIALS: Final = Variable(
    "GOOGLE_APPLICATION_CREDENTIALS",
    "path of the service account key, in the chart `/auth/credentials.json`. Unset: workload identity",
    rules.key_path,
    example="/auth/credentials.json",
    content=Content.MOUNTED_FILE,
)
CREDENTIALS_FILE: Final = Variable(
    "CREDENTIALS_FILE",
    "path of the key: JSON for `gs://`, a credentials file of AWS or Azure for `s3://` and `azb://`. "
    "Unset: workload identity",
    rules.key_path,
    example="/auth/credentials",
    content=Content.MOUNTED_FILE,
)
SECRET_NAME: Final = Variable(
    "SECRET_NAME",
    "name of the Secret with the key, for messages (default: `restore-service-key` for a key below `/auth`)",
    rules.SECRET_NAME,
    example="graph-key",
)
CLOUD_PROVIDER: Final = Variable(
    "CLOUD_PROVIDER",
    "`gcp`, `aws` or `azure`, for a `BUCKET` without a scheme",
    rules.word({name: name for name in PROVIDERS}),
    example="gcp",
)
ENDPOINT_URL: Final = Variable(
    "ENDPOINT_URL",
    "URL of a store that is not the cloud's own, such as `https://minio:9000` for MinIO",
    rules.url,
    example="https://minio:9000",
)
REGION: Final = Variable(
    "REGION",
    "region of an `s3://` bucket (default: from the credentials, then from AWS, then `us-east-1`)",
    rules.REGION,
    example="eu-central-1",
)
ADDRESSING_STYLE: Final = Variable(
    "ADDRESSING_STYLE",
    "how requests to `s3://` name the bucket: `path` (`https://host/bucket/key`) or `virtual` "
    "(`https://bucket.host/key`)",
    rules.one_of(Addressing),
    "path",
    example="virtual",
)
CA_BUNDLE: Final = Variable(
    "CA_BUNDLE",
    "path of a PEM file with the CA certificates to trust for the store",
    rules.path,
    example="/certificates/ca.crt",
    content=Content.MOUNTED_FILE,
)
REQUESTER_PAYS: Final = Variable(
    "REQUESTER_PAYS",
    "the reader pays: `true` for `s3://`, the project to bill for `gs://`",
    _payer,
    example="billing-project",
    given="BUCKET",
)
ENCRYPTION_KEY_FILE: Final = Variable(
    "ENCRYPTION_KEY_FILE",
    "path of the key that the objects are encrypted with: 32 bytes, raw or in base64",
    rules.key_path,
    example="/encryption/key",
    content=Content.MOUNTED_FILE,
)
AGE_IDENTITY_FILE: Final = Variable(
    "AGE_IDENTITY_FILE",
    "path of the file with the age identity that decrypts the sets",
    rules.key_path,
    example="/age/identity",
    content=Content.MOUNTED_FILE,
)
BACKUP_SET_DIR: Final = Variable(
    "BACKUP_SET_DIR",
    "folder of the set inside the archive, if it can't be found by its store files",
    rules.folder,
    example="backups/neo4j",
)
FORCE_OVERWRITE: Final = Variable(
    "FORCE_OVERWRITE",
    "whether to replace an existing database: `false` never, `once` one time for each `RESTORE_ID`, `true` at "
    "every start",
    rules.word(POLICIES),
    "false",
    example="once",
)
KEEP_PREVIOUS: Final = Variable(
    "KEEP_PREVIOUS",
    "`true` keeps the data that a restore replaced, one generation, for `neo4j-restore rollback`. It needs room",
    rules.TRUTH,
    "false",
    example="true",
)
AUTH_FILES: Final = Variable(
    "AUTH_FILES",
    "`true` restores the auth files of Neo4j 3.x (`auth`, `roles`, `auth.ini`) as well, from a folder `dbms` or `auth` "
    "in the set or beside it. From 4.0 on, restore `system`",
    rules.TRUTH,
    "false",
    example="true",
)
RESTORE_NOT_AFTER: Final = Variable(
    "RESTORE_NOT_AFTER",
    "an RFC 3339 time after which the request has expired: existing data stays, and an empty volume is an error",
    parse_time,
    example="2026-02-28T00:00:00Z",
)
ON_MISSING: Final = Variable(
    "ON_MISSING",
    "if the bucket has no set of an absent database: `fail`, or `start-empty` to let Neo4j make a new one",
    rules.one_of(OnMissing),
    "fail",
    example="start-empty",
)
CLUSTER_MEMBERS: Final = Variable(
    "CLUSTER_MEMBERS",
    "for a member of a cluster: where the members answer over HTTP, such as `graph-0.graph:7474`, with commas between "
    "them. A name stands for each of its addresses. Without it nobody is asked whether the cluster is running",
    parse_addresses,
    example="graph-0.graph:7474,graph-1.graph:7474,graph-2.graph:7474",
)
ON_LIVING_CLUSTER: Final = Variable(
    "ON_LIVING_CLUSTER",
    "if the cluster of CLUSTER_MEMBERS is running and this member's volume has no data: `catch-up` restores nothing, "
    "and Neo4j copies the data from the others, `restore` restores in spite of them, `fail` ends with 12",
    rules.one_of(OnLivingCluster),
    "catch-up",
    example="fail",
)
VOLUME_ID: Final = Variable(
    "VOLUME_ID",
    "name of the volume, such as namespace and claim. The receipt keeps it. A start that finds another name there runs "
    "on a copy of the volume",
    rules.VOLUME,
    example="production/data-graph-0",
)
ON_FOREIGN_VOLUME: Final = Variable(
    "ON_FOREIGN_VOLUME",
    "if the receipt has another VOLUME_ID: `keep` the data with a warning, or `fail` with 12",
    rules.one_of(OnForeignVolume),
    "keep",
    example="fail",
)
ON_STALE_LATEST: Final = Variable(
    "ON_STALE_LATEST",
    "if the `-latest` object is older than the newest stamped set: `fail`, or restore `latest` or `newest`",
    rules.one_of(OnStaleLatest),
    "fail",
    example="newest",
)
IGNORE_OBJECTS: Final = Variable(
    "IGNORE_OBJECTS",
    "comma-separated patterns of objects that are not backups, relative to `BUCKET`: `neo4j-test*,old/*`",
    rules.patterns,
    example="neo4j-test*,old/*",
)
REQUIRE_CHECKSUM: Final = Variable(
    "REQUIRE_CHECKSUM",
    "`true` refuses a set that neither the store, nor a `.sha256` file, nor its own format can verify",
    rules.TRUTH,
    "false",
    example="true",
)
CONSISTENCY_CHECK: Final = Variable(
    "CONSISTENCY_CHECK",
    "`true` lets neo4j-admin check each staged store for inconsistencies before the swap. It reads all of the store",
    rules.TRUTH,
    "false",
    example="true",
)
MIGRATE: Final = Variable(
    "MIGRATE",
    "what to do with a store of an older Neo4j: `false` refuses it. `true` migrates it with neo4j-admin of 5 or later "
    "before the swap. `by-server` restores it as it is for a server of 3.x or 4.x, which migrates it at its start",
    rules.one_of(Migrate),
    "false",
    example="true",
)
SPACE_MODE: Final = Variable(
    "SPACE_MODE",
    "`keep` needs room for old and new data. `reclaim` deletes the old data first, and needs `FORCE_OVERWRITE` `true`",
    rules.one_of(Space),
    "keep",
    example="keep",
)
RESTORE_ID: Final = Variable(
    "RESTORE_ID",
    "name of the request, for `once`. Change it to restore again (default: a hash of bucket, databases, timestamp)",
    rules.RESTORE_ID,
    example="incident-42",
)
START_ID: Final = Variable(
    "START_ID",
    "a name of this start's values. `run` and `rollback` keep it on the volume at their end, and `finalize` with the "
    "same name waits for that",
    rules.RESTORE_ID,
    example="0f3a9c2e",
)
PURGE_ON_COMPLETE: Final = Variable(
    "PURGE_ON_COMPLETE",
    "`true` removes staged files at the end, `false` keeps them for inspection",
    rules.TRUTH,
    "true",
    example="false",
)
DATA_DIR: Final = Variable(
    "DATA_DIR", "Neo4j's data folder, the volume's mount", rules.path, "/data", example="/data", content=Content.PATH
)
HEAP_SIZE: Final = Variable(
    "HEAP_SIZE",
    "heap of neo4j-admin, such as `2g` (default: what the container's memory limit has room for, or `512m`)",
    rules.HEAP_SIZE,
    example="2g",
)
RETRY_SECONDS: Final = Variable(
    "RETRY_SECONDS", "how long to retry while the store fails", rules.seconds, "60", example="2.5"
)
STALL_SECONDS: Final = Variable(
    "STALL_SECONDS",
    "how long a connection may stay silent before it is closed and the download resumed",
    rules.positive_seconds,
    "60",
    example="5",
)
DEADLINE_SECONDS: Final = Variable(
    "DEADLINE_SECONDS",
    "how long listing and download may take together, `0` for no limit while bytes arrive",
    rules.seconds,
    "0",
    example="3600",
)
CONNECTIONS: Final = Variable(
    "CONNECTIONS",
    "most connections to the store at once. Fewer are used if they are as fast",
    # The adapters of the stores keep this many connections open.
    rules.count(64, "connections"),
    "32",
    example="64",
)
START_JITTER_SECONDS: Final = Variable(
    "START_JITTER_SECONDS",
    "a restore waits a random time up to this before it asks the store, for many pods that start together",
    rules.seconds,
    "0",
    example="90",
)
LOG_FORMAT: Final = Variable(
    "LOG_FORMAT",
    "`text` or `json`, one line for each step on stderr",
    rules.word({"text": "text", "json": "json"}),
    "text",
    example="json",
)
TERMINATION_LOG: Final = Variable(
    "TERMINATION_LOG",
    "file to write the reason for a failure to",
    Path,
    "/dev/termination-log",
    example="/dev/termination-log",
    content=Content.PATH,
)
STORAGE_EMULATOR_HOST: Final = Variable(
    "STORAGE_EMULATOR_HOST",
    "URL of an emulated GCS, for tests and demonstrations",
    rules.url,
    example="http://gcs:9023",
)

# In the order above, which is that of `neo4j-restore --help` and of the README's table.
VARIABLES: Final[tuple[Variable[Any], ...]] = tuple(
    each for each in list(vars().values()) if isinstance(each, Variable)
)
