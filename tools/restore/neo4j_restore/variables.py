"""The variables of the restore container: each with its meaning and default. Standard library only."""

from dataclasses import dataclass
from typing import Final

from neo4j_restore.rules import Invalid
from neo4j_restore.timestamps import LATEST


def parse_patterns(text: str) -> tuple[str, ...]:
    """Return the comma-separated patterns of IGNORE_OBJECTS. Raises Invalid for an empty one, or one for everything."""
    patterns = tuple(part.strip().lstrip("/") for part in text.split(","))
    if not all(patterns) or any(ord(char) < 32 for char in text):
        message = f"{text!r} has an empty pattern: expected patterns with commas between them, such as 'old/*,*-test*'"
        raise Invalid(message)
    if any(set(pattern) <= {"*", "?", "/"} for pattern in patterns):
        message = f"{text!r} would ignore every object"
        raise Invalid(message)
    return patterns


@dataclass(frozen=True)
class Variable:
    """One variable of the container's environment. default: as text, or empty."""

    name: str
    meaning: str
    default: str = ""
    required: bool = False


VARIABLES: Final = (
    Variable(
        "BUCKET",
        "URL of the folder with the sets: `gs://b/p`, `s3://b/p`, `azb://account/container/p`, `file:///p`, "
        "or `b/p` with `CLOUD_PROVIDER`",
        "",
        True,
    ),
    Variable(
        "DATABASE",
        "the databases, with commas between them, such as `neo4j,system`. Upper case is read as lower case",
        "",
        True,
    ),
    Variable(
        "TIMESTAMP",
        "which set: `latest`, a stamp from the object's name (in any form of the same time), or an RFC 3339 time with "
        "its zone for the newest set at or before it",
        LATEST,
    ),
    Variable(
        "GOOGLE_APPLICATION_CREDENTIALS",
        "path of the service account key, in the chart `/auth/credentials.json`. Unset: workload identity",
    ),
    Variable(
        "CREDENTIALS_FILE",
        "path of the key: JSON for `gs://`, a credentials file of AWS or Azure for `s3://` and `azb://`. "
        "Unset: workload identity",
    ),
    Variable("CLOUD_PROVIDER", "`gcp`, `aws` or `azure`, for a `BUCKET` without a scheme"),
    Variable("ENDPOINT_URL", "URL of a store that is not the cloud's own, such as `https://minio:9000` for MinIO"),
    Variable("REGION", "region of an `s3://` bucket (default: from the credentials, then from AWS, then `us-east-1`)"),
    Variable(
        "ADDRESSING_STYLE",
        "how requests to `s3://` name the bucket: `path` (`https://host/bucket/key`) or `virtual` "
        "(`https://bucket.host/key`)",
        "path",
    ),
    Variable("CA_BUNDLE", "path of a PEM file with the CA certificates to trust for the store"),
    Variable("REQUESTER_PAYS", "the reader pays: `true` for `s3://`, the project to bill for `gs://`"),
    Variable("ENCRYPTION_KEY_FILE", "path of the key that the objects are encrypted with: 32 bytes, raw or in base64"),
    Variable("AGE_IDENTITY_FILE", "path of the file with the age identity that decrypts the sets"),
    Variable("BACKUP_SET_DIR", "folder of the set inside the archive, if it can't be found by its store files"),
    Variable(
        "FORCE_OVERWRITE",
        "whether to replace an existing database: `false` never, `once` one time for each `RESTORE_ID`, `true` at "
        "every start",
        "false",
    ),
    Variable(
        "KEEP_PREVIOUS",
        "`true` keeps the data that a restore replaced, one generation, for `neo4j-restore rollback`. It needs room",
        "false",
    ),
    Variable(
        "RESTORE_NOT_AFTER",
        "an RFC 3339 time after which the request has expired: existing data stays, and an empty volume is an error",
    ),
    Variable(
        "ON_MISSING",
        "if the bucket has no set of an absent database: `fail`, or `start-empty` to let Neo4j make a new one",
        "fail",
    ),
    Variable(
        "ON_STALE_LATEST",
        "if the `-latest` object is older than the newest stamped set: `fail`, or restore `latest` or `newest`",
        "fail",
    ),
    Variable(
        "IGNORE_OBJECTS",
        "comma-separated patterns of objects that are not backups, relative to `BUCKET`: `neo4j-test*,old/*`",
    ),
    Variable(
        "REQUIRE_CHECKSUM",
        "`true` refuses a set that neither the store, nor a `.sha256` file, nor its own format can verify",
        "false",
    ),
    Variable(
        "SPACE_MODE",
        "`keep` needs room for old and new data. `reclaim` deletes the old data first, and needs `FORCE_OVERWRITE` "
        "`true`",
        "keep",
    ),
    Variable(
        "RESTORE_ID",
        "name of the request, for `once`. Change it to restore again (default: a hash of bucket, databases, timestamp)",
    ),
    Variable("PURGE_ON_COMPLETE", "`true` removes staged files at the end, `false` keeps them for inspection", "true"),
    Variable("DATA_DIR", "Neo4j's data folder, the volume's mount", "/data"),
    Variable(
        "HEAP_SIZE",
        "heap of neo4j-admin, such as `2g` (default: what the container's memory limit has room for, or `512m`)",
    ),
    Variable("RETRY_SECONDS", "how long to retry while the store fails", "60"),
    Variable(
        "STALL_SECONDS", "how long a connection may stay silent before it is closed and the download resumed", "60"
    ),
    Variable(
        "DEADLINE_SECONDS",
        "how long listing and download may take together, `0` for no limit while bytes arrive",
        "0",
    ),
    Variable("CONNECTIONS", "most connections to the store at once. Fewer are used if they are as fast", "32"),
    Variable(
        "START_JITTER_SECONDS",
        "a restore waits a random time up to this before it asks the store, for many pods that start together",
        "0",
    ),
    Variable("LOG_FORMAT", "`text` or `json`, one line for each step on stderr", "text"),
    Variable("TERMINATION_LOG", "file to write the reason for a failure to", "/dev/termination-log"),
    Variable("STORAGE_EMULATOR_HOST", "URL of an emulated GCS, for tests and demonstrations"),
)
