"""The `s3://` store: Amazon S3, and stores with the same API such as MinIO, Ceph and versitygw.

awscrt signs, and computes CRC64NVME. The bytes come by a plain GET. obstore was measured: it is fast, but does not
expose checksums, so not every byte could be verified with it.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from io import RawIOBase
from typing import Final

import urllib3

from neo4j_restore.buckets import BucketUrl
from neo4j_restore.checksums import Checksum
from neo4j_restore.errors import StoreError
from neo4j_restore.settings import Access
from neo4j_restore.stores import StoredObject, parsing
from neo4j_restore.stores.aws import answers
from neo4j_restore.stores.aws.requests import Requests
from neo4j_restore.stores.body import Body, byte_range, wrong_span
from neo4j_restore.stores.errors import GONE, OWN_KEY, TRANSIENT_STATUS, StoreErrors, one_line, seconds_to_wait
from neo4j_restore.stores.keyfiles import read_encryption_key
from neo4j_restore.stores.pages import Pages
from neo4j_restore.stores.plain import PlainGet

_HINT: Final = "check the bucket's name and region, and that this identity may s3:ListBucket it and s3:GetObject in it"

_WRITE_HINT: Final = "let this identity s3:PutObject there. A key of SSE-KMS also needs kms:GenerateDataKey"

# Transient errors, whatever their status. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_TRANSIENT_CODES: Final = {
    "SlowDown",
    "RequestTimeout",
    "InternalError",
    "ServiceUnavailable",
    "OperationAborted",
    # Another request for the same name was being answered.
    "ConditionalRequestConflict",
}


# S3 knows this since August 2024, and many other stores do. Some refuse a header that they do not know.
# Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
_CREATES: Final = {"If-None-Match": "*"}
_UNFULFILLED: Final = 412
_NOT_IMPLEMENTED: Final = 501

# Without this header S3 leaves checksums out of its answers.
_CHECKSUMS: Final = {"x-amz-checksum-mode": "ENABLED"}

# How stores refuse a feature that they do not have. If this identity lacks the right for it, the status is 403.
_REFUSED: Final = {400, 405, 501}
_NO_HEAD: Final = {405, 501}

# After this many failures, the sizes of parts are not requested any more. They are worth a checksum, not the restore.
_MOST_PART_TROUBLES: Final = 3

_REDIRECTS: Final = {301, 302, 307, 308}
_ELSEWHERE: Final = "the store says that the bucket is in another place: set ENDPOINT_URL or REGION to that place"

# With one of these an older store refuses `list-type`. If it means something else, it repeats the refusal without it.
_NO_SECOND_VERSION: Final = {400, 405, 501}


class S3Store:
    """A bucket of S3. Several threads may read at once."""

    def __init__(self, bucket: BucketUrl, access: Access, stall_seconds: float) -> None:
        """Take bucket, endpoint and identity. No request is made yet. Raises ConfigurationError for a bad file."""
        self._bucket = bucket.bucket
        self._errors = StoreErrors(f"s3://{self._bucket}/", "an identity that is not known yet", _HINT)
        self._requests = Requests(bucket, access, stall_seconds, self._errors)
        key = read_encryption_key(access.encryption_key)
        self._of_objects: dict[str, str] = {}
        if key:
            name = "x-amz-server-side-encryption-customer"
            self._of_objects |= {f"{name}-algorithm": "AES256", f"{name}-key": key.text}
            self._of_objects |= {f"{name}-key-MD5": key.digest("md5")}
        # What the store has refused once is not requested again. The fields have no lock: a thread that sees an old
        # value makes one request more. Reading a version needs the right s3:GetObjectVersion.
        self._may_version = True
        self._asks_checksums, self._part_troubles = True, 0

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the objects below `prefix`. Pages of 1,000 are fetched as they are needed."""
        next_query, pages = {"list-type": "2"}, Pages(self._errors, prefix)
        while True:
            with self._understood("list", prefix):
                root = parsing.parse_xml(self._page(prefix, next_query))
                if root is None or root.tag != "ListBucketResult":
                    message = "expected a listing in XML (ListBucketResult), got something else"
                    raise parsing.OddAnswerError(message)
                page = list(answers.objects(root, self._bucket))
                next_query = answers.next_page(root, page[-1].key if page else "")
                if next_query:
                    pages.follow(list(next_query.values())[-1])
            yield from page
            if not next_query:
                return

    def _page(self, prefix: str, next_query: Mapping[str, str]) -> bytes:
        headers = {"x-amz-optional-object-attributes": "RestoreStatus"}
        # Keys may have characters that XML can't hold, so they are requested URL-encoded.
        query = {"prefix": prefix, "encoding-type": "url", **next_query}
        response = self._requests.ask("GET", "list", prefix, "", query, headers)
        if response.status in _NO_SECOND_VERSION and query.pop("list-type", ""):
            response.close()
            response = self._requests.ask("GET", "list", prefix, "", query, headers)
        if response.status != 200:
            refusal = self._refusal("list", prefix, response)
            raise refusal
        return parsing.body(response, self._requests.stall_seconds, parsing.PAGE_BYTES)

    def stat(self, stored: StoredObject) -> StoredObject:
        """Return it with its checksum, its version and the command to thaw it: one HEAD, or up to three with parts."""
        try:
            headers = self._head(stored, {})
        except StoreError as error:
            if error.status not in _NO_HEAD:
                raise
            # The facts of the listing must do. A HEAD is not needed for the bytes.
            return stored
        with self._understood("look at", stored.key):
            size = int(headers.get("Content-Length", "-1"))
            version = headers.get("x-amz-version-id") or ""
            # `null` is the version of an object from before versioning, and pins nothing.
            pinned = f"{_etag(stored)} {version}" if version not in {"", "null"} else stored.generation
            thaw = answers.thaw(headers, self._bucket, stored.key)
        if size != stored.size_bytes:
            replaced = self._errors.replaced("look at", stored.key)
            raise replaced
        checksum = None if thaw else self._checksum(stored, headers)
        return StoredObject(stored.key, size, stored.updated, pinned, checksum, thaw)

    def _head(self, stored: StoredObject, query: Mapping[str, str]) -> Mapping[str, str]:
        response = self._of_object("HEAD", "look at", stored, query, {})
        with response:
            if response.status not in {200, 206}:
                refusal = self._refusal("look at", stored.key, response)
                raise refusal
            return response.headers

    def _checksum(self, stored: StoredObject, headers: Mapping[str, str]) -> Checksum | None:
        count = answers.parts_of(headers)
        parts = answers.Parts()
        if count:
            first = self._part_bytes(stored, 1)
            # A store that does not know `partNumber` answers with the whole object.
            first = 0 if count > 1 and first == stored.size_bytes else first
            # An ETag stays a guess, wherever the parts begin. So the last part is requested only for a real checksum.
            more = count > 2 and first and not answers.is_of_etag(headers)
            parts = answers.Parts(first, self._part_bytes(stored, count) if more else 0)
        with self._understood("look at", stored.key):
            return answers.checksum(headers, stored.size_bytes, parts)

    def _part_bytes(self, stored: StoredObject, number: int) -> int:
        """Return the size of a part of the object, or 0 where the store does not send it. Many stores do not."""
        if self._part_troubles >= _MOST_PART_TROUBLES:
            return 0
        try:
            headers = self._head(stored, {"partNumber": str(number)})
        except StoreError as error:
            if error.gone:
                raise
            self._part_troubles += 1
            if error.transient and self._part_troubles < _MOST_PART_TROUBLES:
                raise
            return 0
        with self._understood("look at", stored.key):
            return answers.size_of(headers.get("Content-Length", ""))

    def read(self, stored: StoredObject, start: int = 0, end: int | None = None) -> RawIOBase:
        """Open one GET of this exact version. If `stored` has no checksum, a GET of the whole object gets it."""
        span = (start, stored.size_bytes if end is None else end)
        whole = span == (0, stored.size_bytes)
        response = self._of_object("GET", "read", stored, {}, byte_range(*span, stored.size_bytes))
        if response.status not in {200, 206}:
            refusal = self._refusal("read", stored.key, response)
            raise refusal
        try:
            self._check_span(stored, span, response.status, response.headers)
            checksum = stored.checksum or (self._checksum(stored, response.headers) if whole else None)
        except StoreError:
            response.close()
            raise
        return Body(self._errors, stored.key, span, response, checksum)

    def create(self, key: str, data: bytes) -> None:
        """Create an object by one PUT. A store that does not know the condition would replace one of the same name."""
        headers = {"Content-Type": "application/json", "Content-MD5": _md5(data), **self._of_objects}
        response = self._requests.ask("PUT", "write", key, key, {}, {**headers, **_CREATES}, data)
        if response.status == _NOT_IMPLEMENTED:
            response.close()
            response = self._requests.ask("PUT", "write", key, key, {}, headers, data)
        with response:
            if response.status == _UNFULFILLED:
                there = self._errors.exists(key)
                raise there
            if response.status != 200:
                refusal = self._refusal("write", key, response)
                raise refusal
            if not response.headers.get("ETag"):
                odd = self._errors.not_written(key)
                raise odd

    def plain_get(self, stored: StoredObject, start: int, end: int) -> PlainGet | None:
        """Return the same GET, to be sent over other connections, or None where they would need a proxy."""
        span = (start, end)
        query, headers = self._pin(stored)
        headers |= (_CHECKSUMS if self._asks_checksums else {}) | byte_range(*span, stored.size_bytes)
        return self._requests.plain(stored.key, query, headers, partial(self._check_plain, stored, span))

    def _check_plain(
        self, stored: StoredObject, span: tuple[int, int], status: int, headers: Mapping[str, str]
    ) -> Checksum | None:
        self._check_span(stored, span, status, headers)
        if stored.checksum or span != (0, stored.size_bytes):
            return stored.checksum
        if answers.parts_of(headers):
            reason = "the sizes of its parts are needed for its checksum"
            unknown = self._errors.error("read", stored.key, reason, transient=True)
            raise unknown
        return self._checksum(stored, headers)

    def _check_span(self, stored: StoredObject, span: tuple[int, int], status: int, headers: Mapping[str, str]) -> None:
        """Raise StoreError for an answer that does not have the requested bytes."""
        # Only the text of the ETag counts: it may be marked as weak, or lack its quotes.
        if _plain(headers.get("ETag") or "") != _plain(_etag(stored)):
            replaced = self._errors.replaced("read", stored.key)
            raise replaced
        if reason := wrong_span(status, headers, span, stored.size_bytes):
            mismatch = self._errors.error("read", stored.key, reason, transient=True)
            raise mismatch

    def _pin(self, stored: StoredObject) -> tuple[dict[str, str], dict[str, str]]:
        """Return the query and the headers that pin these exact bytes: by ETag, and by version if there is one."""
        version = stored.generation.partition(" ")[2] if self._may_version else ""
        return {"versionId": version} if version else {}, {**self._of_objects, "If-Match": _etag(stored)}

    def _of_object(
        self, method: str, verb: str, stored: StoredObject, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer to a request for these exact bytes: by ETag, and by version if there is one."""
        of_version, pinned = self._pin(stored)
        version, full_query, pinned = "versionId" in of_version, {**query, **of_version}, {**headers, **pinned}
        extra = _CHECKSUMS if self._asks_checksums else {}
        response = self._requests.ask(method, verb, stored.key, stored.key, full_query, {**extra, **pinned})
        if response.status == 403 and version:
            response.close()
            # The identity may read the object, but not its versions. The ETag still pins the bytes.
            self._may_version = False
            return self._of_object(method, verb, stored, query, headers)
        forbidden = response.status == 403 and method == "HEAD"
        if (response.status in _REFUSED or forbidden) and extra and not query:
            # The store may have refused the request for checksums. Then it is not made again.
            response.close()
            response = self._requests.ask(method, verb, stored.key, stored.key, full_query, pinned)
            self._asks_checksums = response.status not in {200, 206}
        return response

    def _refusal(self, verb: str, key: str, response: urllib3.BaseHTTPResponse) -> StoreError:
        status = response.status
        code, reason = answers.reason(parsing.beginning(response), response.reason or "")
        if status == _UNFULFILLED:
            return self._errors.replaced(verb, key)
        if verb == "write" and status == 403:
            return self._errors.error(verb, key, f"{status} {reason}", hint=_WRITE_HINT, status=status)
        if status == 404 and code != "NoSuchBucket" and verb != "list":
            return self._errors.error(verb, key, GONE)
        if code == "InvalidObjectState":
            frozen = {"x-amz-storage-class": "GLACIER"}
            hint = f"thaw it, then start again: {answers.thaw(frozen, self._bucket, key)}"
            return self._errors.error(verb, key, "it is in an archive tier", hint=hint)
        transient = status in TRANSIENT_STATUS or code in _TRANSIENT_CODES
        hint = answers.HINTS.get(code, _ELSEWHERE if status in _REDIRECTS else "")
        if status == 400 and verb != "list" and not (transient or code in answers.REASONS):
            hint = hint or OWN_KEY
        after, text = seconds_to_wait(response.headers), f"{status} {reason}"
        return self._errors.error(verb, key, text, transient=transient, hint=hint, after=after, status=status)

    @contextmanager
    def _understood(self, verb: str, key: str) -> Iterator[None]:
        """Turn an answer that is not in S3's form into a StoreError: a gateway answered, not the store."""
        try:
            with self._errors.translated(verb, key):
                yield
        except ValueError as error:
            reason = f"the answer is not understood ({one_line(str(error))})"
            raise self._errors.error(verb, key, reason, transient=True) from error

    def close(self) -> None:
        """Close all connections."""
        self._requests.close()


def _md5(data: bytes) -> str:
    """Return what a store compares with the bytes that it got. Buckets with an object lock demand it."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def _etag(stored: StoredObject) -> str:
    return stored.generation.partition(" ")[0]


def _plain(etag: str) -> str:
    return etag.removeprefix("W/").strip('"')
