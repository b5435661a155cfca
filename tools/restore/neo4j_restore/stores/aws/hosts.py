"""The host of a bucket of S3 or of an access point: its own, or a shared host with the bucket in the path."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from neo4j_restore.errors import ConfigurationError
from neo4j_restore.spec import Addressing

# A bucket's name that can be part of a host. Older buckets may have upper case and underscores.
_IN_A_HOST: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ADDRESS: Final = re.compile(r"[0-9.]+|.*:.*")


@dataclass(frozen=True)
class Bucket:
    """A bucket or an access point, as requests name it.

    name: for an access point its name and account, as in its host. region: empty if not known.
    """

    name: str
    region: str = ""

    @classmethod
    def of(cls, text: str) -> "Bucket":
        """Return the bucket that a URL names: by its name, or by the ARN of an access point."""
        if not text.startswith("arn:"):
            return cls(text)
        _, _, _, region, account, resource = text.split(":")
        return cls(f"{resource.partition('/')[2]}-{account}", region)


def domain(region: str) -> str:
    """Return the domain of a region's services."""
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def base_url(bucket: Bucket, region: str, endpoint: str, style: Addressing) -> str:
    """Return the bucket's URL.

    At AWS that is a host of its own, unless the name has a dot, which would break the certificate, or can't be in a
    host.
    Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html and
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html
    """
    if endpoint and style is Addressing.VIRTUAL:
        scheme, _, rest = endpoint.partition("://")
        return f"{scheme}://{bucket.name}.{rest}"
    # MinIO and others know a bucket by the path, unless they are set up with a domain.
    if endpoint:
        return f"{endpoint}/{bucket.name}"
    if bucket.region:
        return f"https://{bucket.name}.s3-accesspoint.{bucket.region}.{domain(bucket.region)}"
    host = f"s3.{region}.{domain(region)}"
    has_own_host = "." not in bucket.name and _IN_A_HOST.fullmatch(bucket.name)
    return f"https://{bucket.name}.{host}" if has_own_host else f"https://{host}/{bucket.name}"


def check(bucket: Bucket, endpoint: str, style: Addressing) -> None:
    """Raise ConfigurationError if ADDRESSING_STYLE asks for an impossible host."""
    host = urlsplit(endpoint).hostname or ""
    if not endpoint or style is not Addressing.VIRTUAL:
        return
    if _ADDRESS.fullmatch(host):
        message = (
            f"ADDRESSING_STYLE is virtual, and {host} of ENDPOINT_URL is an IP address: a bucket can't be put before it"
        )
    elif not _IN_A_HOST.fullmatch(bucket.name):
        message = f"ADDRESSING_STYLE is virtual, and the bucket {bucket.name} can't be a part of a host's name"
    else:
        return
    raise ConfigurationError(message, hint="set ADDRESSING_STYLE to path, or use a host name in ENDPOINT_URL")
