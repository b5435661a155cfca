"""Inputs that say how the restore container reaches the bucket, and as whom."""

from typing import Final

from neo4j_scenarios import rules
from neo4j_scenarios.fields.field import Field

DEFAULT_SECRET: Final = "restore-service-key"  # noqa: S105 - the name of a Secret, not a secret

# For the chart that makes no service account of its own to bind to one of the cloud's.
DEFAULT_ACCOUNT: Final = "neo4j-restore"

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
    shown=f"the chart's; with --workload-identity {DEFAULT_ACCOUNT} for neo4j/neo4j, whose chart makes none",
)
EMULATOR_HOST = Field(
    "emulator-host",
    "URL of an emulated GCS, for tests and demonstrations",
    rules.optional(rules.URL),
    "http://gcs:9023",
)
