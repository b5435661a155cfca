"""Makes `Settings` of the environment. All problems are reported at once, and later code parses no text any more."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neo4j_restore import spec, variables
from neo4j_restore.addresses import Address
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.policies import OnForeignVolume, OnLivingCluster
from neo4j_restore.request import Request
from neo4j_restore.values import Values, read, read_each
from neo4j_restore.variables import Variable


@dataclass(frozen=True)
class Policy:
    """What may happen to the data on the volume, and which sets are good enough."""

    overwrite: spec.Overwrite
    on_missing: spec.OnMissing
    on_stale_latest: spec.OnStaleLatest
    require_checksum: bool
    consistency_check: bool
    migrate: spec.Migrate
    space: spec.SpaceMode
    keep_previous: bool
    purge: bool
    on_foreign_volume: OnForeignVolume = OnForeignVolume.KEEP


@dataclass(frozen=True)
class Access:
    """How a store is reached, and the keys to it and to its sets.

    credentials: path of the key, or None for the workload's identity. It is not read before the store is needed.
    secret: name of the Secret with the key, or empty if it is not known.
    age_identity: path of the file with the age identity. It is read only for encrypted sets.
    requester_pays: `true` for s3, the project to bill for gs, or empty.
    identity: the variables with which AWS and Azure identify a workload. Some are secret.
    """

    credentials: Path | None
    secret: str
    age_identity: Path | None
    encryption_key: Path | None
    emulator_host: str
    endpoint_url: str
    region: str
    addressing: spec.Addressing
    ca_bundle: Path | None
    requester_pays: str
    identity: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Pace:
    """How long and how much a restore may take. deadline_seconds: for listing and download together, or 0."""

    retry_seconds: float
    stall_seconds: float
    deadline_seconds: float
    connections: int
    start_jitter_seconds: float
    heap_size: str


@dataclass(frozen=True)
class Cluster:
    """The cluster that this server is a member of. members: where they answer. Empty for a single server."""

    members: tuple[Address, ...] = ()
    on_living: OnLivingCluster = OnLivingCluster.CATCH_UP


@dataclass(frozen=True)
class Settings:
    """What the operator set, with all defaults applied. Each module takes only the part that it needs."""

    request: Request
    policy: Policy
    access: Access
    pace: Pace
    cluster: Cluster = Cluster()


@dataclass(frozen=True)
class Reporting:
    """How to report. It is read before the other settings, so that mistakes in those can be reported."""

    log_format: str
    termination_log: Path


def reporting(environment: Mapping[str, str]) -> Reporting:
    """Return how to report. An unknown LOG_FORMAT counts as `text` here, and is refused with the other mistakes."""
    values, _ = read(environment)
    return Reporting(values.get(variables.LOG_FORMAT) or "text", values[variables.TERMINATION_LOG])


def data_dir(environment: Mapping[str, str]) -> Path:
    """Return DATA_DIR alone, for commands that need nothing else. Raises ConfigurationError."""
    return _real(
        _alone(variables.DATA_DIR, environment, "set it to the mount path of the data volume")[variables.DATA_DIR]
    )


def start_id(environment: Mapping[str, str]) -> str:
    """Return START_ID alone, or an empty text. Raises ConfigurationError."""
    hint = "set it to a name of letters, digits and '-', or unset it"
    return _alone(variables.START_ID, environment, hint).get(variables.START_ID) or ""


def _alone(variable: Variable[Any], environment: Mapping[str, str], hint: str) -> Values:
    """Return the value of one variable. Raises ConfigurationError with `hint`."""
    values, problems = read_each(environment, (variable,))
    for problem in problems:
        raise ConfigurationError(problem.what, hint=hint)
    return values


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Return the settings in `environment`. An empty variable counts as unset.

    Raises one ConfigurationError that names every missing or malformed variable.
    """
    values, problems = read(environment)
    if problems:
        raise ConfigurationError(
            "; ".join(problem.what for problem in problems),
            hint="correct these variables of the restore container. For a list run: neo4j-restore --help",
        )
    return Settings(
        _request(values, environment[variables.DATABASE.name]),
        _policy(values),
        _access(values, environment),
        _pace(values),
        Cluster(values.get(variables.CLUSTER_MEMBERS) or (), values[variables.ON_LIVING_CLUSTER]),
    )


def _request(values: Values, names: str) -> Request:
    return Request(
        bucket=values[variables.BUCKET],
        namings=values[variables.DATABASE],
        folded=spec.folded(names),
        timestamp=values[variables.TIMESTAMP],
        backup_set_dir=values.get(variables.BACKUP_SET_DIR) or "",
        ignore_objects=values.get(variables.IGNORE_OBJECTS) or (),
        restore_id=values.get(variables.RESTORE_ID) or "",
        not_after=values.get(variables.RESTORE_NOT_AFTER),
        data_dir=_real(values[variables.DATA_DIR]),
        until=values.get(variables.RESTORE_UNTIL),
        auth_files=values[variables.AUTH_FILES],
        volume_id=values.get(variables.VOLUME_ID) or "",
    )


def _policy(values: Values) -> Policy:
    return Policy(
        overwrite=values[variables.FORCE_OVERWRITE],
        on_missing=values[variables.ON_MISSING],
        on_stale_latest=values[variables.ON_STALE_LATEST],
        require_checksum=values[variables.REQUIRE_CHECKSUM],
        consistency_check=values[variables.CONSISTENCY_CHECK],
        migrate=values[variables.MIGRATE],
        space=values[variables.SPACE_MODE],
        keep_previous=values[variables.KEEP_PREVIOUS],
        purge=values[variables.PURGE_ON_COMPLETE],
        on_foreign_volume=values[variables.ON_FOREIGN_VOLUME],
    )


def _access(values: Values, environment: Mapping[str, str]) -> Access:
    google = values[variables.BUCKET].scheme is spec.Scheme.GCS
    google_key = values.get(variables.GOOGLE_APPLICATION_CREDENTIALS) if google else None
    credentials = values.get(variables.CREDENTIALS_FILE) or google_key
    return Access(
        credentials=credentials,
        secret=values.get(variables.SECRET_NAME) or _usual_secret(credentials),
        age_identity=values.get(variables.AGE_IDENTITY_FILE),
        encryption_key=values.get(variables.ENCRYPTION_KEY_FILE),
        emulator_host=values.get(variables.STORAGE_EMULATOR_HOST) or "",
        endpoint_url=values.get(variables.ENDPOINT_URL) or "",
        region=values.get(variables.REGION) or "",
        addressing=values[variables.ADDRESSING_STYLE],
        ca_bundle=values.get(variables.CA_BUNDLE),
        requester_pays=values.get(variables.REQUESTER_PAYS) or "",
        identity=_identity(environment),
    )


def _usual_secret(credentials: Path | None) -> str:
    """Return the Secret that the chart and the generator mount at /auth if no other is named."""
    return "restore-service-key" if credentials and credentials.parent == Path("/auth") else ""


def _pace(values: Values) -> Pace:
    return Pace(
        retry_seconds=values[variables.RETRY_SECONDS],
        stall_seconds=values[variables.STALL_SECONDS],
        deadline_seconds=values[variables.DEADLINE_SECONDS],
        connections=values[variables.CONNECTIONS],
        start_jitter_seconds=values[variables.START_JITTER_SECONDS],
        heap_size=values.get(variables.HEAP_SIZE) or "",
    )


def _real(path: Path) -> Path:
    """Return the data folder itself if `path` is a link to it: the swap has to sync the real folder."""
    return Path(os.path.realpath(path))


def _identity(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the clouds' own variables. They are stripped, because mounted secrets often end with a line break."""
    variables = {name: text.strip() for name, text in environment.items() if name.startswith(("AWS_", "AZURE_"))}
    return {name: text for name, text in variables.items() if text}
