"""Inputs for how the restore container reaches the bucket, and with which identity."""

from typing import Final

from neo4j_restore.spec import Addressing, Scheme
from neo4j_scenarios.inputs import rules
from neo4j_scenarios.inputs.fields.field import Field
from neo4j_scenarios.inputs.reference import reference, text

DEFAULT_SECRET: Final = "restore-service-key"  # noqa: S105 - the name of a Secret, not a secret

# The default name of the key in its Secret. A folder needs no key.
SECRET_KEYS: Final = {Scheme.GCS: "credentials.json", Scheme.S3: "credentials", Scheme.AZURE: "credentials"}

# The default for a chart that creates no service account itself.
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
    "Secret with the server's first password: neo4j/PASSWORD under NEO4J_AUTH, or only PASSWORD under neo4j-password "
    "for neo4j-helm",
    rules.optional(rules.NAME),
    "neo4j-password",
    shown="RELEASE-password for a cluster of neo4j/neo4j, else none: the chart makes a random password",
)
WORKLOAD_IDENTITY = Field(
    "workload-identity",
    "identity of the pod instead of a key: a Google service account, an AWS role's ARN, an Azure client id, or "
    "pod-identity if the cloud knows the Kubernetes service account itself",
    rules.optional(rules.WORKLOAD_IDENTITY),
    "restore@project.iam.gserviceaccount.com",
)
SERVICE_ACCOUNT = Field(
    "service-account",
    "existing Kubernetes service account of the pod",
    rules.optional(rules.NAME),
    "neo4j-restore",
    shown=f"{DEFAULT_ACCOUNT} for neo4j/neo4j with --workload-identity, else the chart's",
)
BACKUP_CLAIM = Field(
    "backup-claim",
    "persistent volume claim with the sets of a file:// bucket, mounted at the first folder of the bucket's path",
    rules.optional(rules.NAME),
    "backups",
)
ENDPOINT_URL = Field(
    "endpoint-url",
    "URL of a store other than the cloud's own, such as MinIO",
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
    "CA certificates to trust for the store: secret/NAME or configmap/NAME, with /KEY if the key is not ca.crt",
    reference("ca.crt", "secret", "configmap"),
    "configmap/company-authorities",
    text=text,
)
REQUESTER_PAYS = Field(
    "requester-pays",
    "for a bucket whose readers pay: true for s3://, the project to bill for gs://",
    rules.optional(rules.PAYER),
    "billing-project",
)
ENCRYPTION_KEY = Field(
    "encryption-key",
    "your own key that encrypts the objects (SSE-C, CSEK): secret/NAME, with /KEY if the key is not named key",
    reference("key", "secret"),
    "secret/backup-encryption",
    text=text,
)
AGE_IDENTITY = Field(
    "age-identity",
    "age identity that decrypts .age sets: secret/NAME, with /KEY if the key is not named identity",
    reference("identity", "secret"),
    "secret/backup-age",
    text=text,
)
CONNECTIONS = Field(
    "connections",
    "most connections to the store at once, up to 64 (fewer are used if they are as fast)",
    rules.count(1, 64),
    "8",
    "32",
)
DEADLINE_SECONDS = Field(
    "deadline-seconds",
    "seconds until a restore has listed and downloaded everything, or 0 for no limit while bytes arrive",
    rules.count(0, 999999),
    "3600",
    "0",
)
START_JITTER_SECONDS = Field(
    "start-jitter-seconds",
    "most seconds of a random wait before a restore contacts the store, for many restores that start at once",
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
