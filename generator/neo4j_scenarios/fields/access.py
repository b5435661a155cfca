"""Inputs that say how the restore container reaches the bucket, and as whom."""

from typing import Final

from neo4j_restore.spec import Addressing, Scheme
from neo4j_scenarios import rules
from neo4j_scenarios.fields.field import Field
from neo4j_scenarios.reference import reference, text

DEFAULT_SECRET: Final = "restore-service-key"  # noqa: S105 - the name of a Secret, not a secret

# The name of the key in its Secret where none is given; a folder needs no key.
SECRET_KEYS: Final = {Scheme.GCS: "credentials.json", Scheme.S3: "credentials", Scheme.AZURE: "credentials"}

# For the chart that makes no service account of its own to bind to one of the cloud's.
DEFAULT_ACCOUNT: Final = "neo4j-restore"

SECRET = Field(
    "secret",
    "Secret that holds the key of the bucket",
    rules.optional(rules.NAME),
    "restore-service-key",
    shown=f"{DEFAULT_SECRET}, or none with --workload-identity and for file://",
)
SECRET_KEY = Field(
    "secret-key",
    "name of the key in that Secret",
    rules.optional(rules.SECRET_KEY),
    "credentials",
    shown="credentials.json for gs://, credentials for s3:// and azb://",
)
PASSWORD_SECRET = Field(
    "password-secret",
    "Secret that holds the server's first password: neo4j/PASSWORD under NEO4J_AUTH; for neo4j-helm the password alone "
    "under neo4j-password",
    rules.optional(rules.NAME),
    "neo4j-password",
    shown="none, and the chart makes a password up; RELEASE-password for a cluster of neo4j/neo4j",
)
WORKLOAD_IDENTITY = Field(
    "workload-identity",
    "who the pod is, in place of a key: a Google service account, an AWS role's ARN, an Azure client id, or "
    "pod-identity where the cloud knows the Kubernetes service account itself",
    rules.optional(rules.WORKLOAD_IDENTITY),
    "restore@project.iam.gserviceaccount.com",
)
SERVICE_ACCOUNT = Field(
    "service-account",
    "Kubernetes service account of the pod, made beforehand",
    rules.optional(rules.NAME),
    "neo4j-restore",
    shown=f"the chart's; with --workload-identity {DEFAULT_ACCOUNT} for neo4j/neo4j, whose chart makes none",
)
BACKUP_CLAIM = Field(
    "backup-claim",
    "persistent volume claim that holds the sets of a file:// bucket; it is mounted at the first folder of its path",
    rules.optional(rules.NAME),
    "backups",
)
ENDPOINT_URL = Field(
    "endpoint-url",
    "URL of a store that is not the cloud's own, as of MinIO",
    rules.optional(rules.URL),
    "https://minio.example:9000",
)
BUCKET_REGION = Field(
    "bucket-region", "region of an s3:// bucket", rules.optional(rules.REGION), "eu-central-1", shown="the key's"
)
ADDRESSING_STYLE = Field(
    "addressing-style",
    "how requests to s3:// name the bucket: path (https://host/bucket/key) or virtual (https://bucket.host/key)",
    rules.choice({each.value: each for each in Addressing}),
    "virtual",
    "path",
)
CA_BUNDLE = Field(
    "ca-bundle",
    "certificates that the store's is signed by: secret/NAME or configmap/NAME, with /KEY where it is not ca.crt",
    reference("ca.crt", "secret", "configmap"),
    "configmap/company-authorities",
    text=text,
)
REQUESTER_PAYS = Field(
    "requester-pays",
    "who reads pays: true for an s3:// bucket, the project to bill for a gs:// bucket",
    rules.optional(rules.PAYER),
    "billing-project",
)
ENCRYPTION_KEY = Field(
    "encryption-key",
    "key of yours that the objects were encrypted with (SSE-C, CSEK): secret/NAME, with /KEY where it is not key",
    reference("key", "secret"),
    "secret/backup-encryption",
    text=text,
)
AGE_IDENTITY = Field(
    "age-identity",
    "identity of age that decrypts sets which end in .age: secret/NAME, with /KEY where it is not identity",
    reference("identity", "secret"),
    "secret/backup-age",
    text=text,
)
CONNECTIONS = Field(
    "connections",
    "connections to the store at once, 64 at most; fewer where fewer are as fast",
    rules.count(1, 64),
    "8",
    "32",
)
DEADLINE_SECONDS = Field(
    "deadline-seconds",
    "time until all bytes of a restore are here, its listing included; 0: as long as bytes come",
    rules.count(0, 999999),
    "3600",
    "0",
)
START_JITTER_SECONDS = Field(
    "start-jitter-seconds",
    "time that a restore waits at most, by chance, before it asks the store: for many that start at once",
    rules.count(0, 999999),
    "300",
    "0",
)
EMULATOR_HOST = Field(
    "emulator-host",
    "URL of an emulated GCS, for tests and demonstrations",
    rules.optional(rules.URL),
    "http://gcs:9023",
)
