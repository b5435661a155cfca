"""The vocabulary that the image, the chart and the generator share: names, policies, stamps, variables, exit codes.

Standard library only: the generator imports this module for every command, and must stay light.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, NewType

DatabaseName = NewType("DatabaseName", str)

SYSTEM: Final = DatabaseName("system")

LATEST: Final = "latest"


class Invalid(ValueError):
    """A word that the vocabulary does not allow. The message says what was found and what is expected."""


# What keys look like when somebody pastes them in the place of a name: key files and parts of them, also in base64.
# Keys of AWS, Google, Azure, GitHub and age. Signatures in URLs, and bearer tokens.
_KEYS = re.compile(
    r"-----BEGIN|(?i:\b(private_key|client_secret|refresh_token)(\"|'?\s*[:=])|aws_secret_access_key|aws_session_token)"
    r"|LS0tLS1CRUdJT|eyJ0eXBlIjo|ewog+ICJ0eXBl|InByaXZhdGVfa2V5"
    r"|\b(AKIA|ASIA)[A-Z0-9]{16}\b|\b(IQoJ|FwoG|FQoG)[\w+/]{40}|\bGOOG[A-Z0-9]{16}"
    r"|\bya29\.|\bAIza[\w-]{30}|\b(gh[oprsu]|github_pat)_\w{20}|\beyJ[\w-]{8,}\.[\w-]{8,}\."
    r"|(?i:AccountKey=|SharedAccessSignature=|\bsig=|X-(Amz|Goog)-(Signature|Security-Token)|AGE-SECRET-KEY-)"
    r"|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==|[\w.~-]{3}\dQ~[\w.~-]{31}"
    r"|://[^/\s@]*:[^/\s@]+@"
)

# A secret key of AWS, or of Google's HMAC: 40 characters that stand alone. A hash in hex has no upper case, and a path
# usually has more slashes.
_SECRET = re.compile(r"(?<![\w/+.-])(?!//)[A-Za-z0-9/+]{40}(?![\w/+=.-])")
_MOST_SLASHES = 3

# Longer texts are never repeated: a name is shorter, and a longer text may be a key of an unknown kind.
_SHOWN_CHARS = 200

WITHHELD: Final = "a text that looks like a key, not shown here"
TOO_LONG: Final = "a text too long to be shown here"


def looks_like_key(text: str) -> bool:
    """Return whether `text` contains a key, a token, a password or a part of a key file."""
    return _KEYS.search(text) is not None or any(_is_secret(word) for word in _SECRET.findall(text))


def _is_secret(word: str) -> bool:
    kinds = (str.isupper, str.islower, str.isdigit)
    return word.count("/") <= _MOST_SLASHES and all(any(kind(char) for char in word) for kind in kinds)


def shown(text: str) -> str:
    """Return `text` for a message: itself, or words in its place if it contains a key or might contain one."""
    if looks_like_key(text):
        return WITHHELD
    return TOO_LONG if len(text) > _SHOWN_CHARS else text


class Scheme(StrEnum):
    """The kinds of store that a bucket URL can name."""

    GCS = "gs"
    S3 = "s3"
    AZURE = "azb"
    FILE = "file"


PROVIDERS: Final = {"gcp": Scheme.GCS, "aws": Scheme.S3, "azure": Scheme.AZURE}

SUPPORTED_SCHEMES: Final = tuple(Scheme)


class Overwrite(StrEnum):
    """What may happen to a database that is already on the volume."""

    NEVER = "never"
    ONCE = "once"
    ALWAYS = "always"


FORCE_OVERWRITE: Final = {"false": Overwrite.NEVER, "once": Overwrite.ONCE, "true": Overwrite.ALWAYS}


class OnMissing(StrEnum):
    """What to do if a database is neither on the volume nor in the bucket."""

    FAIL = "fail"
    START_EMPTY = "start-empty"


class OnStaleLatest(StrEnum):
    """What to do if the `latest` object is older than the newest stamped set."""

    FAIL = "fail"
    LATEST = "latest"
    NEWEST = "newest"


class Addressing(StrEnum):
    """Where an S3 request has the bucket's name: in the URL's path, or in its host name."""

    PATH = "path"
    VIRTUAL = "virtual"


class SpaceMode(StrEnum):
    """Whether the old data stays until the new data is complete."""

    KEEP = "keep"
    RECLAIM = "reclaim"


@dataclass(frozen=True)
class BucketUrl:
    """Where backup sets are.

    bucket: the bucket's name. For `azb` the account, empty if the credentials name it. For `file` empty.
    prefix: the start of all keys, without a slash at its start and with one at its end, or empty. For `file` it is the
    folder, with a slash at its start. For `azb` its first part is the container.
    """

    scheme: Scheme
    bucket: str
    prefix: str

    def __str__(self) -> str:
        """Return the URL without a slash at its end."""
        return self.of(self.prefix).removesuffix("/")

    def of(self, key: str) -> str:
        """Return the URL of the object `key`."""
        return f"{self.scheme}://{self.bucket}/{key}"


_BUCKETS = {
    # Source: https://cloud.google.com/storage/docs/buckets#naming
    Scheme.GCS: re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]"),
    # Buckets made in us-east-1 before 2018 may have upper case, underscores and 255 characters.
    # Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    Scheme.S3: re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]"),
}

# Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html
_ACCESS_POINT = re.compile(
    r"arn:aws(-cn|-us-gov)?:s3:[a-z][a-z0-9-]{1,30}:[0-9]{12}:accesspoint/[a-z0-9][a-z0-9-]{0,48}[a-z0-9](?=/|$)"
)

# Source: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftstorage
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_CONTAINER = re.compile(r"[a-z0-9](-?[a-z0-9]){2,62}|\$root")


# A login before the host of a URL. In a path an `@` may stand alone, such as in `me@example.com`.
_LOGIN = re.compile(r"^/*[^/]*@|[^/:]*:[^/]*@")

# Python maps bytes of a variable that are not UTF-8 to these characters.
_NOT_UTF_8 = re.compile("[\ud800-\udfff]")


def parse_bucket(text: str, provider: str = "") -> BucketUrl:
    """Return the place that `text` names, such as `gs://b/p`, `s3://b/p`, `azb://account/container/p`, `file:///p`.

    With a provider of `PROVIDERS` also `b/p`, or `container/p` for `azure`.
    The bucket of `s3` may be the ARN of an access point. Slashes at the end are dropped, and doubled ones too for
    `file`. In a cloud `a//b` is another place than `a/b`. Raises Invalid.
    """
    if provider and provider not in PROVIDERS:
        message = f"the cloud provider {provider!r} is unknown: expected one of {', '.join(PROVIDERS)}"
        raise Invalid(message)
    place = text.partition("://")[2] or text
    host = "" if text.startswith("file:///") else place.lstrip("/").partition("/")[0]
    if "?" in text or "@" in host or _LOGIN.search(place):
        message = "it has a '?', or an '@' after a name: write only the bucket and its path, never a key or signature"
        raise Invalid(message)
    scheme, rest = _split_scheme(text, provider)
    if any(part in {".", ".."} for part in rest.split("/")) or any(ord(char) < 32 for char in rest):
        message = f"{text!r} has a part '.' or '..', or a control character, in its path"
        raise Invalid(message)
    if _NOT_UTF_8.search(rest):
        message = f"{text!r} has bytes that are not UTF-8: rename the folder, or mount it with another name"
        raise Invalid(message)
    if scheme is Scheme.FILE:
        return _parse_file(text, rest)
    if scheme is Scheme.AZURE:
        return _parse_azure(text, rest.lstrip("/"))
    if scheme is Scheme.S3 and rest.startswith("arn:"):
        return _parse_access_point(text, rest)
    bucket, _, path = rest.lstrip("/").partition("/")
    if not _BUCKETS[scheme].fullmatch(bucket):
        letters = "letters" if scheme is Scheme.S3 else "lower-case letters"
        message = f"{text!r} does not name a bucket ({letters}, digits, '-', '_' and '.', at least 3)"
        raise Invalid(message)
    return BucketUrl(scheme, bucket, _folder(path))


def _folder(path: str) -> str:
    """Return a path with one slash at its end, or an empty text."""
    path = path.rstrip("/")
    return f"{path}/" if path else ""


def _parse_file(text: str, rest: str) -> BucketUrl:
    if not rest.startswith("/"):
        message = f"{text!r} is not absolute: a file URL has three slashes, such as file:///backups"
        raise Invalid(message)
    return BucketUrl(Scheme.FILE, "", _folder("/".join(part for part in rest.split("/") if part)))


def _parse_access_point(text: str, rest: str) -> BucketUrl:
    match = _ACCESS_POINT.match(rest)
    if not match:
        message = f"{text!r} is not an access point: expected s3://arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME/path"
        if rest.startswith("arn:aws:s3:::"):
            message = f"{text!r} is the ARN of a bucket: write s3://{rest.removeprefix('arn:aws:s3:::')}"
        raise Invalid(message)
    return BucketUrl(Scheme.S3, match[0], _folder(rest[match.end() + 1 :]))


def _parse_azure(text: str, rest: str) -> BucketUrl:
    """Return the place of an Azure URL: account, container, path. Without `azb://` the account is empty."""
    account, _, rest = rest.partition("/") if "://" in text else ("", "", rest)
    container, _, path = rest.lstrip("/").partition("/")
    if (account or "://" in text) and not _ACCOUNT.fullmatch(account):
        message = f"{text!r} has no valid account (3 to 24 lower-case letters and digits): azb://account/container/path"
        raise Invalid(message)
    if not _CONTAINER.fullmatch(container):
        message = f"{text!r} has no valid container (3 to 63 of a-z, digits and '-'): azb://account/container/path"
        raise Invalid(message)
    return BucketUrl(Scheme.AZURE, account, f"{container}/{_folder(path)}")


def _split_scheme(text: str, provider: str) -> tuple[Scheme, str]:
    name, mark, rest = text.partition("://")
    if not mark:
        if provider:
            return PROVIDERS[provider], text
        message = f"{text!r} has no scheme: write gs://{text.strip('/') or 'bucket/path'}, or set the cloud provider"
        raise Invalid(message)
    if name not in set(Scheme):
        message = f"{text!r} has the scheme {name!r}: expected one of {', '.join(Scheme)}"
        raise Invalid(message)
    scheme = Scheme(name)
    if provider and scheme is not PROVIDERS[provider]:
        message = f"{text!r} does not fit the cloud provider {provider!r}"
        raise Invalid(message)
    return scheme, rest


# Neo4j's rule for names, with 3.x's `graph.db`: operations manual, "Manage databases", naming rules.
_DATABASE = re.compile(r"[A-Za-z][A-Za-z0-9.-]{2,62}")


def parse_database(text: str) -> DatabaseName:
    """Return the name of the folder of the database `text`. Raises Invalid.

    From 4.0 on Neo4j folds names to lower case, so `Neo4j` is `neo4j`. 3.x does not fold: there the names that `folded`
    returns may mean another database.
    """
    name = text.lower()
    if not _DATABASE.fullmatch(text) or (name.startswith("system") and name != SYSTEM):
        message = f"{text!r} is not a database name (3 to 63 of a-z, 0-9, '.', '-', a letter first, not system…)"
        raise Invalid(message)
    return DatabaseName(name)


def parse_databases(text: str) -> tuple[DatabaseName, ...]:
    """Return the names in a comma-separated list, in its order.

    Raises Invalid for a bad, doubled or missing name. Two names that only differ in case are the same.
    """
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        message = f"{text!r} has an empty name: expected names with commas between them, such as 'neo4j,system'"
        raise Invalid(message)
    databases = tuple(parse_database(name) for name in names)
    if len(set(databases)) < len(databases):
        message = f"{text!r} names a database twice"
        raise Invalid(message)
    return databases


def folded(text: str) -> tuple[str, ...]:
    """Return the names in a comma-separated list that have upper case, as they are spelled."""
    return tuple(name.strip() for name in text.split(",") if name != name.lower())


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


_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")

# The text between a database's name and the object's extension. No slashes, and no special characters of shells or
# globs.
_STAMP = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.+-]{0,99}")


def parse_timestamp(text: str) -> str | datetime:
    """Return `latest`, the time in UTC for an RFC 3339 time with its zone, or the text as a stamp. Raises Invalid."""
    if text in {"", LATEST}:
        return LATEST
    if _RFC3339.fullmatch(text):
        try:
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            message = f"{text!r} is not a time: {error}"
            raise Invalid(message) from error
    if not _STAMP.fullmatch(text):
        message = f"{text!r} is neither '{LATEST}', nor a stamp, nor a time such as 2026-01-31T02:00:00Z"
        raise Invalid(message)
    return text


def parse_time(text: str) -> datetime:
    """Return an RFC 3339 time with its zone, in UTC. Raises Invalid."""
    time = parse_timestamp(text)
    if isinstance(time, datetime):
        return time
    message = f"{text!r} is not a time with its zone, such as 2026-01-31T02:00:00Z"
    raise Invalid(message)


def default_restore_id(bucket: BucketUrl, databases: Iterable[DatabaseName], timestamp: str | datetime) -> str:
    """Return the name of a request without RESTORE_ID: the same for the same bucket, databases and timestamp."""
    stamp = timestamp.isoformat() if isinstance(timestamp, datetime) else timestamp
    # Receipts on volumes have hashes of URLs without doubled slashes. Another hash would restore again.
    plain = "".join(f"{part}/" for part in bucket.prefix.split("/") if part)
    request = "\n".join([str(replace(bucket, prefix=plain)), ",".join(sorted(databases)), stamp])
    return hashlib.sha256(request.encode()).hexdigest()[:16]


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
    Variable("HEAP_SIZE", "heap of neo4j-admin, such as `2g`", "512m"),
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


EXIT_CODES: Final = {
    0: "restored, or rightly skipped (the receipt says which)",
    2: "bad configuration",
    10: "backup not found",
    11: "backup damaged",
    12: "target holds data that may not be overwritten",
    13: "not enough space",
    14: "the volume can't be read or written",
    20: "storage unreachable or denied",
    30: "neo4j-admin failed",
    31: "the store needs a migration that was not asked for",
    70: "bug of neo4j-restore, with a traceback",
}
