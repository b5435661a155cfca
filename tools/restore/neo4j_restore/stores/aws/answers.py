"""Parses S3's answers: pages of a listing, errors, checksums, archive tiers. Bytes and headers in, facts out."""

import base64
import binascii
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote_plus
from xml.etree import ElementTree

from neo4j_restore.checksums import Checksum
from neo4j_restore.stores import StoredObject
from neo4j_restore.stores.errors import one_line
from neo4j_restore.stores.parsing import parse_xml

# The cheapest to compute first. Most objects have one checksum.
_ALGORITHMS: Final = ("crc64nvme", "crc32c", "crc32", "sha256", "sha1")

# Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
_FROZEN: Final = {"GLACIER", "DEEP_ARCHIVE"}

# Our words for errors whose text may quote what was signed, or says nothing useful.
REASONS: Final = {
    "NoSuchBucket": "there is no such bucket",
    "AccessDenied": "this identity is not allowed to do this",
    "AllAccessDisabled": "this identity is not allowed to do this",
    "InvalidAccessKeyId": "the store does not know this access key",
    "SignatureDoesNotMatch": "the secret key does not belong to this access key",
    "ExpiredToken": "the session of this identity has expired",
    "InvalidToken": "the session token is not valid",
    "RequestTimeTooSkewed": "this machine's clock is off by more than 15 minutes",
}


# What to do about refusals that a setting can solve. The first is from Alibaba's OSS.
HINTS: Final = {
    "SecondLevelDomainForbidden": "set ADDRESSING_STYLE to virtual: this store finds buckets only by their host",
    "InvalidBucketName": "check the bucket's name in BUCKET. With ADDRESSING_STYLE virtual it is a part of the host",
}


def right_region(status: int, headers: Mapping[str, str], region: str) -> str:
    """Return the region to send requests to: `region`, or the bucket's region that a refusal names.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html, x-amz-bucket-region.
    """
    bucket_region = headers.get("x-amz-bucket-region") or ""
    return bucket_region if status in {301, 307, 400} and re.fullmatch(r"[a-z0-9-]{1,63}", bucket_region) else region


def objects(root: ElementTree.Element, bucket: str) -> Iterator[StoredObject]:
    """Yield the objects of one page. Raises ValueError if it is not a page of S3."""
    # Not every store encodes keys, even when requested to.
    encoded = root.findtext("EncodingType") == "url"
    for entry in root.iter("Contents"):
        text = entry.findtext("Key", "")
        key = unquote_plus(text, errors="strict") if encoded else text
        yield StoredObject(
            key,
            size_of(entry.findtext("Size", "")),
            in_utc(datetime.fromisoformat(entry.findtext("LastModified", ""))),
            entry.findtext("ETag", ""),
            thaw=thaw(_tier(entry), bucket, key),
        )


def next_page(root: ElementTree.Element, last_key: str) -> dict[str, str]:
    """Return the query of the next page, with the token last, empty at the end.

    A store without tokens, like S3 before the second version of its listings, continues after a key.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html
    """
    if root.findtext("IsTruncated") != "true":
        return {}
    token = root.findtext("NextContinuationToken", "")
    if token:
        return {"list-type": "2", "continuation-token": token}
    marker = root.findtext("NextMarker", "")
    encoded = root.findtext("EncodingType") == "url"
    return {"marker": (unquote_plus(marker, errors="strict") if encoded else marker) or last_key}


def size_of(text: str) -> int:
    """Return a size in bytes. Raises ValueError."""
    if not re.fullmatch(r"[0-9]{1,18}", text):
        message = f"{text!r} is not a size"
        raise ValueError(message)
    return int(text)


def in_utc(time: datetime) -> datetime:
    """Return a time in UTC. A time without a zone is read as UTC."""
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _tier(entry: ElementTree.Element) -> dict[str, str]:
    """Return an object's tier in a listing, as the headers of a HEAD would have it."""
    ongoing = entry.findtext("RestoreStatus/IsRestoreInProgress", "")
    restore = {"x-amz-restore": f'ongoing-request="{ongoing}"'} if ongoing else {}
    return {"x-amz-storage-class": entry.findtext("StorageClass", ""), **restore}


def reason(body: bytes, otherwise: str) -> tuple[str, str]:
    """Return an error's code and its reason, in our words where there are any."""
    root = parse_xml(body)
    code = (root.findtext("Code") or "") if root is not None and root.tag == "Error" else ""
    text = (root.findtext("Message") or "") if root is not None and code else ""
    store_text = one_line(text) or otherwise or "no reason given"
    # AWS names the right that is missing, for example kms:Decrypt.
    lacking = f": {store_text}" if "not authorized" in store_text else ""
    return code, f"{REASONS[code]}{lacking}" if code in REASONS else one_line(f"{code} {store_text}")


@dataclass(frozen=True)
class Parts:
    """The sizes of an object's parts, from the store. first, last: in bytes, or 0 where the store did not send it."""

    first: int = 0
    last: int = 0

    def size(self, count: int, size_bytes: int) -> int:
        """Return the size of all parts but the last, if `count` of that size make the object, else 0.

        If the store did not send a size, sizes that tools use are tried.
        """
        sizes = (self.first,) if self.first else _USUAL_PART_BYTES
        return next((each for each in sizes if -(-size_bytes // each) == count), 0)

    def are_equal(self, count: int, size_bytes: int) -> bool:
        """Tell whether the parts are equal as far as can be known: whether the first and the last have the sizes for
        it.
        """
        rest = size_bytes - (count - 1) * self.first
        return self.first > 0 and (count <= 2 or self.last == rest)


# The part sizes of the AWS command line and SDKs, rclone, and others. The most usual come first.
_USUAL_PART_BYTES: Final = tuple(mib * 1024 * 1024 for mib in (8, 5, 16, 10, 15, 32, 64, 100, 128, 256, 512, 1024))


def checksum(headers: Mapping[str, str], size_bytes: int, parts: Parts) -> Checksum | None:
    """Return the best checksum in the headers of a whole object.

    A checksum of parts is left out where the parts can't have equal sizes. It is a guess where the store did not send
    their size. Raises ValueError for a text that is not a checksum.
    """
    for algorithm in _ALGORITHMS:
        text = headers.get(f"x-amz-checksum-{algorithm}") or ""
        digest, _, count = text.partition("-")
        if digest and not count:
            return Checksum(algorithm, _decoded(digest))
        if digest and (size := parts.size(size_of(count), size_bytes)):
            return Checksum(algorithm, _decoded(digest), size, not parts.are_equal(int(count), size_bytes))
    return _of_etag(headers, size_bytes, parts)


def _of_etag(headers: Mapping[str, str], size_bytes: int, parts: Parts) -> Checksum | None:
    """Return the MD5 that an ETag may be. It is always a guess.

    It is certainly not an MD5 if the object is encrypted with a key other than S3's own. Other stores may compress or
    encrypt without saying so.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html, "ETag".
    """
    kms = (headers.get("x-amz-server-side-encryption") or "").startswith("aws:kms")
    if kms or headers.get("x-amz-server-side-encryption-customer-algorithm"):
        return None
    found = re.fullmatch(r'"?([0-9a-f]{32})(?:-([1-9]\d{0,4}))?"?', headers.get("ETag") or "")
    size = parts.size(int(found[2]), size_bytes) if found and found[2] else 0
    if not found or (found[2] and not size):
        return None
    return Checksum("md5", bytes.fromhex(found[1]), size, guessed=True)


def parts_of(headers: Mapping[str, str]) -> int:
    """Return how many parts the checksums in the headers cover, if none is of the whole object, else 0."""
    texts = [headers.get(f"x-amz-checksum-{algorithm}") or "" for algorithm in _ALGORITHMS]
    present = [text for text in texts if text]
    if not all("-" in text for text in present):
        return 0
    found = re.search(r"-(\d{1,5})\"?$", present[0] if present else headers.get("ETag") or "")
    return int(found[1]) if found else 0


def is_of_etag(headers: Mapping[str, str]) -> bool:
    """Tell whether the headers have no checksum besides the ETag."""
    return not any(headers.get(f"x-amz-checksum-{algorithm}") for algorithm in _ALGORITHMS)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        message = f"{text!r} is not a checksum"
        raise ValueError(message) from error


def thaw(headers: Mapping[str, str], bucket: str, key: str) -> str:
    """Return the command that makes an object readable, empty if it is readable.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html, x-amz-restore, x-amz-archive-status.
    """
    deep = bool(headers.get("x-amz-archive-status"))
    restore = headers.get("x-amz-restore") or ""
    if not deep and (headers.get("x-amz-storage-class") not in _FROZEN or 'ongoing-request="false"' in restore):
        return ""
    options = f"--bucket {shlex.quote(bucket)} --key {shlex.quote(key)}"
    if 'ongoing-request="true"' in restore:
        return f"aws s3api wait object-exists {options} && aws s3api head-object {options} --query Restore"
    restore_request = "{}" if deep else '{"Days":7,"GlacierJobParameters":{"Tier":"Standard"}}'
    return f"aws s3api restore-object {options} --restore-request {shlex.quote(restore_request)}"
