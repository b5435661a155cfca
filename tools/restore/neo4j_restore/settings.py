"""Parses the environment to `Settings`. All problems are reported at once, and later code parses no text any more."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TypeVar

from neo4j_restore import spec, timestamps
from neo4j_restore.errors import ConfigurationError

T = TypeVar("T")

_VARIABLES = {variable.name: variable for variable in spec.VARIABLES}


@dataclass(frozen=True)
class Settings:
    """What the operator requested, with all defaults applied.

    folded: the names in DATABASE that have upper case, as they are spelled there.
    backup_set_dir: relative, without a slash at its ends. Empty: the set is found by its store files.
    restore_id: empty if RESTORE_ID is not set: see `request_id`.
    not_after: when the request expires, in UTC.
    deadline_seconds: for listing and download together, or 0.
    credentials: path of the key, or None for the workload's identity. It is not read before the store is needed.
    age_identity: path of the file with the age identity. It is read only for encrypted sets.
    ignore_objects: patterns for `fnmatch` of keys below the bucket's path.
    requester_pays: `true` for s3, the project to bill for gs, or empty.
    identity: the variables with which AWS and Azure identify a workload. Some are secret.
    """

    bucket: spec.BucketUrl
    databases: tuple[spec.DatabaseName, ...]
    folded: tuple[str, ...]
    timestamp: spec.Timestamp
    backup_set_dir: str
    overwrite: spec.Overwrite
    restore_id: str
    not_after: datetime | None
    on_missing: spec.OnMissing
    on_stale_latest: spec.OnStaleLatest
    ignore_objects: tuple[str, ...]
    require_checksum: bool
    space: spec.SpaceMode
    keep_previous: bool
    purge: bool
    data_dir: Path
    credentials: Path | None
    age_identity: Path | None
    heap_size: str
    retry_seconds: float
    stall_seconds: float
    deadline_seconds: float
    connections: int
    start_jitter_seconds: float
    emulator_host: str
    endpoint_url: str
    region: str
    addressing: spec.Addressing
    ca_bundle: Path | None
    requester_pays: str
    encryption_key: Path | None
    identity: Mapping[str, str] = field(repr=False)

    def request_id(self, database: spec.DatabaseName) -> str:
        """Return the name of the request for `database`: RESTORE_ID, or a hash that no other database changes."""
        return self.restore_id or spec.default_restore_id(self.bucket, (database,), self.timestamp)


@dataclass(frozen=True)
class Reporting:
    """How to report. It is read before the other settings, so that mistakes in those can be reported."""

    log_format: str
    termination_log: Path


def reporting(environment: Mapping[str, str]) -> Reporting:
    """Return how to report. An unknown LOG_FORMAT counts as `text` here, and is refused with the other mistakes."""
    log_format = _text(environment, "LOG_FORMAT").lower()
    return Reporting(log_format if log_format == "json" else "text", Path(_text(environment, "TERMINATION_LOG")))


def data_dir(environment: Mapping[str, str]) -> Path:
    """Return DATA_DIR alone, for commands that need nothing else. Raises ConfigurationError."""
    try:
        return _mount(_text(environment, "DATA_DIR"))
    except spec.Invalid as error:
        message = f"DATA_DIR: {_shown(_text(environment, 'DATA_DIR'), error)}"
        raise ConfigurationError(message, hint="set it to the mount path of the data volume") from error


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Return the settings in `environment`. An empty variable counts as unset.

    Raises one ConfigurationError that names every missing or malformed variable.
    """
    # After a problem parsing goes on with any value of the right type: the settings are never returned then.
    problems: list[str] = []

    def read(name: str, parse: Callable[[str], T], otherwise: T) -> T:
        text = _text(environment, name)
        if not text:
            if _VARIABLES[name].required:
                problems.append(f"{name} is not set")
            return otherwise
        if name not in _PATHS and spec.looks_like_key(text):
            problems.append(f"{name}: {_KEY_FOUND}")
            return otherwise
        try:
            return parse(text)
        except spec.Invalid as error:
            problems.append(f"{name}: {_shown(text, error)}")
            return otherwise

    provider = read("CLOUD_PROVIDER", _choice({name: name for name in spec.PROVIDERS}), "")
    bucket = read("BUCKET", lambda text: _supported(spec.parse_bucket(text, provider)), _NOWHERE)
    databases = read("DATABASE", spec.parse_databases, _NO_DATABASES)
    timestamp = read("TIMESTAMP", spec.parse_timestamp, timestamps.latest())
    google_key = read("GOOGLE_APPLICATION_CREDENTIALS", _key_path, None)
    read("LOG_FORMAT", _choice({"text": "text", "json": "json"}), "")
    settings = Settings(
        bucket=bucket,
        databases=databases,
        folded=spec.folded(_text(environment, "DATABASE")),
        timestamp=timestamp,
        backup_set_dir=read("BACKUP_SET_DIR", _relative, ""),
        overwrite=read("FORCE_OVERWRITE", _choice(spec.FORCE_OVERWRITE), spec.Overwrite.NEVER),
        restore_id=read("RESTORE_ID", _identifier, ""),
        not_after=read("RESTORE_NOT_AFTER", spec.parse_time, None),
        on_missing=read("ON_MISSING", _choice({each.value: each for each in spec.OnMissing}), spec.OnMissing.FAIL),
        on_stale_latest=read(
            "ON_STALE_LATEST", _choice({each.value: each for each in spec.OnStaleLatest}), spec.OnStaleLatest.FAIL
        ),
        ignore_objects=read("IGNORE_OBJECTS", spec.parse_patterns, ()),
        require_checksum=read("REQUIRE_CHECKSUM", _TRUTH, otherwise=False),
        space=read("SPACE_MODE", _choice({each.value: each for each in spec.SpaceMode}), spec.SpaceMode.KEEP),
        keep_previous=read("KEEP_PREVIOUS", _TRUTH, otherwise=False),
        purge=read("PURGE_ON_COMPLETE", _TRUTH, otherwise=True),
        data_dir=read("DATA_DIR", _mount, Path("/data")),
        credentials=read("CREDENTIALS_FILE", _key_path, None)
        or (google_key if bucket.scheme is spec.Scheme.GCS else None),
        age_identity=read("AGE_IDENTITY_FILE", _key_path, None),
        heap_size=read("HEAP_SIZE", _heap, ""),
        retry_seconds=read("RETRY_SECONDS", _seconds, 0.0),
        stall_seconds=read("STALL_SECONDS", _positive_seconds, 0.0),
        deadline_seconds=read("DEADLINE_SECONDS", _seconds, 0.0),
        connections=read("CONNECTIONS", _connections, 1),
        start_jitter_seconds=read("START_JITTER_SECONDS", _seconds, 0.0),
        emulator_host=read("STORAGE_EMULATOR_HOST", _url, ""),
        endpoint_url=read("ENDPOINT_URL", _url, ""),
        region=read("REGION", _region, ""),
        addressing=read(
            "ADDRESSING_STYLE", _choice({each.value: each for each in spec.Addressing}), spec.Addressing.PATH
        ),
        ca_bundle=read("CA_BUNDLE", _absolute, None),
        requester_pays=read("REQUESTER_PAYS", _PAYER[bucket.scheme], ""),
        encryption_key=read("ENCRYPTION_KEY_FILE", _key_path, None),
        identity=_identity(environment),
    )
    if settings.space is spec.SpaceMode.RECLAIM and (
        settings.overwrite is not spec.Overwrite.ALWAYS or settings.keep_previous
    ):
        problems.append("SPACE_MODE: reclaim needs FORCE_OVERWRITE true, and can't be combined with KEEP_PREVIOUS")
    if problems:
        raise ConfigurationError(
            "; ".join(problems),
            hint="correct these variables of the restore container. For a list run: neo4j-restore --help",
        )
    return settings


_KEY_FOUND = f"{spec.WITHHELD}. Put the key into a file, and set the variable to its path"

# Paths may look like anything. Other variables are refused if they contain a key.
_PATHS = {
    "DATA_DIR",
    "CA_BUNDLE",
    "CREDENTIALS_FILE",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "AGE_IDENTITY_FILE",
    "ENCRYPTION_KEY_FILE",
}


def _shown(text: str, error: spec.Invalid) -> str:
    """Return the error about `text`, or words that do not repeat it if it may be a key."""
    return _KEY_FOUND if spec.looks_like_key(text) else spec.shown(str(error))


_NO_DATABASES: tuple[spec.DatabaseName, ...] = ()

_NOWHERE = spec.BucketUrl(spec.Scheme.FILE, "", "/")


def _text(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name, "").strip() or _VARIABLES[name].default


def _choice(words: Mapping[str, T]) -> Callable[[str], T]:
    def parse(text: str) -> T:
        if text.lower() not in words:
            message = f"{text!r} is not one of {', '.join(words)}"
            raise spec.Invalid(message)
        return words[text.lower()]

    return parse


# The adapters of the stores keep this many connections open.
_MOST_CONNECTIONS = 64

_TRUTH = _choice({"true": True, "false": False})


def _identity(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the clouds' own variables. They are stripped, because mounted secrets often end with a line break."""
    variables = {name: text.strip() for name, text in environment.items() if name.startswith(("AWS_", "AZURE_"))}
    return {name: text for name, text in variables.items() if text}


def _project(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9:.-]{4,61}[a-z0-9]", text):
        message = f"{text!r} is not the id of a Google project to bill"
        raise spec.Invalid(message)
    return text


def _no_payer(text: str) -> str:
    message = f"{text!r}: only readers of gs:// and s3:// buckets can pay"
    raise spec.Invalid(message)


# How REQUESTER_PAYS is read for each kind of store.
_PAYER: dict[spec.Scheme, Callable[[str], str]] = {
    spec.Scheme.GCS: _project,
    spec.Scheme.S3: _choice({"true": "true", "false": ""}),
    spec.Scheme.AZURE: _no_payer,
    spec.Scheme.FILE: _no_payer,
}


def _supported(bucket: spec.BucketUrl) -> spec.BucketUrl:
    if bucket.scheme not in spec.SUPPORTED_SCHEMES:
        message = f"{bucket}: this version reads {' and '.join(f'{scheme}://' for scheme in spec.SUPPORTED_SCHEMES)}"
        raise spec.Invalid(message)
    return bucket


def _relative(text: str) -> str:
    parts = [part for part in text.split("/") if part not in {"", "."}]
    if ".." in parts or not parts:
        message = f"{text!r} is not a folder inside the archive: it is empty or has a '..'"
        raise spec.Invalid(message)
    return "/".join(parts)


def _identifier(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9:._+-]{0,99}", text):
        message = f"{text!r} is not a name for a request: letters, digits and ':._+-', 100 at most"
        raise spec.Invalid(message)
    return text


def _absolute(text: str) -> Path:
    if not PurePosixPath(text).is_absolute() or ".." in PurePosixPath(text).parts:
        message = f"{text!r} is not an absolute path without '..'"
        raise spec.Invalid(message)
    return Path(text)


def _mount(text: str) -> Path:
    """Return the data folder itself if `text` is a link to it: the swap has to sync the real folder."""
    return Path(os.path.realpath(_absolute(text)))


def _key_path(text: str) -> Path:
    """Return the path of a key file. The message never repeats the text: some operators put the key itself there."""
    if not PurePosixPath(text).is_absolute() or len(text) > 1000 or "\n" in text or spec.looks_like_key(text):
        message = "it is not an absolute path: set it to the path of the key file, never to the key itself"
        raise spec.Invalid(message)
    return Path(text)


def _region(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", text):
        message = f"{text!r} is not a region such as eu-central-1"
        raise spec.Invalid(message)
    return text


def _heap(text: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]*[kKmMgG]", text):
        message = f"{text!r} is not a heap size such as 512m or 2g"
        raise spec.Invalid(message)
    return text


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", text):
        message = f"{text!r} is not a number of seconds"
        raise spec.Invalid(message)
    return float(text)


def _positive_seconds(text: str) -> float:
    seconds = _seconds(text)
    if not seconds:
        message = f"{text!r} must be more than 0 seconds"
        raise spec.Invalid(message)
    return seconds


def _connections(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]?", text) or int(text) > _MOST_CONNECTIONS:
        message = f"{text!r} is not a number of connections from 1 to {_MOST_CONNECTIONS}"
        raise spec.Invalid(message)
    return int(text)


def _url(text: str) -> str:
    if "@" in text:
        message = "it has an '@': write only the host. User and password belong in CREDENTIALS_FILE"
        raise spec.Invalid(message)
    if not re.fullmatch(r"https?://[^\s@]+", text):
        message = f"{text!r} is not a URL such as http://gcs:9023"
        raise spec.Invalid(message)
    return text.rstrip("/")
