"""The inputs of a scenario, each once: its name as flag and in scenario.yaml, its meaning, default and rule."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from neo4j_restore import spec
from neo4j_scenarios import rules
from neo4j_scenarios.targets import KINDS, NEO4J_RESTORE, SINGLE_INSTANCE, TARGETS, Edition, parse_kind, parse_target

T_co = TypeVar("T_co", covariant=True)

DEFAULT_SECRET: Final = "restore-service-key"  # noqa: S105 - the name of a Secret, not a secret

_EDITIONS: Final[dict[str, Edition]] = {"community": "community", "enterprise": "enterprise"}


@dataclass(frozen=True)
class Field(Generic[T_co]):
    """One input.

    key: `--key` on the command line and `key` in scenario.yaml. parse: a rule of `rules`, or one like them.
    example: a text that the rule takes. default: the text where none is given, empty for none.
    shown: the default in words, where it depends on other inputs.
    """

    key: str
    meaning: str
    parse: Callable[[str], T_co]
    example: str
    default: str = ""
    shown: str = ""
    required: bool = False

    @property
    def default_in_words(self) -> str:
        """What holds where nothing is given."""
        return "required" if self.required else self.shown or self.default or "none"

    @property
    def help(self) -> str:
        """The meaning, with the default at its end."""
        return f"{self.meaning} [{'' if self.required else 'default: '}{self.default_in_words}]"


SCENARIO = Field("scenario", f"scenario to write: {', '.join(KINDS)}", parse_kind, SINGLE_INSTANCE.name, required=True)
TARGET = Field(
    "target", f"chart that the values are for: {', '.join(TARGETS)}", parse_target, "neo4j/neo4j", NEO4J_RESTORE.name
)
BUCKET = Field(
    "bucket", "bucket URL where the backup sets are, path allowed", rules.gcs_bucket, "gs://bucket/path", required=True
)
DATABASE = Field(
    "database", "databases to restore, with commas between them", spec.parse_databases, "neo4j,system", required=True
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
SECRET = Field(
    "secret",
    "Secret that holds the service key as credentials.json",
    rules.optional(rules.NAME),
    "restore-service-key",
    shown=f"{DEFAULT_SECRET}, or none with --workload-identity",
)
WORKLOAD_IDENTITY = Field(
    "workload-identity",
    "Google service account that the pod acts as, in place of a key",
    rules.optional(rules.GOOGLE_ACCOUNT),
    "restore@project.iam.gserviceaccount.com",
)
SERVICE_ACCOUNT = Field(
    "service-account",
    "Kubernetes service account of the pod, made beforehand",
    rules.optional(rules.NAME),
    "neo4j-restore",
    shown="the chart's",
)
RELEASE = Field("release", "name of the Helm release", rules.RELEASE, "graph", "neo4j")
EDITION = Field(
    "edition", "edition of Neo4j: community or enterprise", rules.choice(_EDITIONS), "enterprise", "community"
)
ACCEPT_LICENSE = Field(
    "accept-license",
    "accept the licence of the enterprise edition: yes, or eval to evaluate it",
    rules.optional(rules.choice({"yes": "yes", "eval": "eval"})),
    "yes",
)
NEO4J_IMAGE = Field("neo4j-image", "image of Neo4j, without tag", rules.REPOSITORY, "registry.example/neo4j", "neo4j")
NEO4J_TAG = Field(
    "neo4j-tag",
    "tag of Neo4j's image",
    rules.optional(rules.TAG),
    "5.26.30-enterprise",
    shown="; ".join(f"{target.neo4j} for {target.name}" for target in TARGETS.values()),
)
RESTORE_IMAGE = Field(
    "restore-image",
    "image of the restore container, without tag",
    rules.REPOSITORY,
    "registry.example/neo4j-restore",
    "neo4j-restore",
)
RESTORE_TAG = Field("restore-tag", "tag of the restore container's image", rules.TAG, "0.1.0-enterprise", "0.1.0")
RESTORE_DIGEST = Field(
    "restore-digest",
    "digest of the restore container's image, which then counts in place of its tag",
    rules.optional(rules.DIGEST),
    "sha256:" + "0123456789abcdef" * 4,
)
STORAGE_SIZE = Field(
    "storage-size",
    "size of the data volume, with room for old and new databases during a restore",
    rules.STORAGE_SIZE,
    "100Gi",
    "10Gi",
)
STORAGE_CLASS = Field(
    "storage-class", "class of the data volume", rules.optional(rules.NAME), "premium-rwo", shown="the cluster's"
)
HEAP_SIZE = Field("heap-size", "heap of neo4j-admin, in k, m or g", rules.HEAP_SIZE, "2g", "512m")
LOG_FORMAT = Field(
    "log-format",
    "form of the restore container's log: text or json",
    rules.choice({"text": "text", "json": "json"}),
    "json",
    "text",
)
EMULATOR_HOST = Field(
    "emulator-host",
    "URL of an emulated GCS, for tests and demonstrations",
    rules.optional(rules.URL),
    "http://gcs:9023",
)

# In the order of `new --help`, of the command in a file's header, and of the README's table.
FIELDS: Final[tuple[Field[object], ...]] = (
    SCENARIO,
    TARGET,
    BUCKET,
    DATABASE,
    TIMESTAMP,
    BACKUP_SET_DIR,
    FORCE_OVERWRITE,
    RESTORE_ID,
    ACCEPT_DATA_LOSS,
    KEEP_PREVIOUS,
    NOT_AFTER,
    ON_MISSING,
    SPACE_MODE,
    PURGE_ON_COMPLETE,
    SECRET,
    WORKLOAD_IDENTITY,
    SERVICE_ACCOUNT,
    RELEASE,
    EDITION,
    ACCEPT_LICENSE,
    NEO4J_IMAGE,
    NEO4J_TAG,
    RESTORE_IMAGE,
    RESTORE_TAG,
    RESTORE_DIGEST,
    STORAGE_SIZE,
    STORAGE_CLASS,
    HEAP_SIZE,
    LOG_FORMAT,
    EMULATOR_HOST,
)
