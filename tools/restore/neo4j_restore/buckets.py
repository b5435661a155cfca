"""Where backup sets are: the kinds of store, and the URL of a bucket. Standard library only."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from neo4j_restore.rules import Invalid


class Scheme(StrEnum):
    """The kinds of store that a bucket URL can name."""

    GCS = "gs"
    S3 = "s3"
    AZURE = "azb"
    FILE = "file"


PROVIDERS: Final = {"gcp": Scheme.GCS, "aws": Scheme.S3, "azure": Scheme.AZURE}

SUPPORTED_SCHEMES: Final = tuple(Scheme)


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
