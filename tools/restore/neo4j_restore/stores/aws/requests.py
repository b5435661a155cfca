"""Signed requests to one bucket of S3, in the bucket's region."""

import base64
import hashlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Final

import urllib3

from neo4j_restore.buckets import BucketUrl
from neo4j_restore.errors import StoreError
from neo4j_restore.settings import Access
from neo4j_restore.stores import StoredObject, parsing
from neo4j_restore.stores.aws import answers
from neo4j_restore.stores.aws.hosts import Bucket, base_url, check
from neo4j_restore.stores.aws.identity import find
from neo4j_restore.stores.aws.signing import signed
from neo4j_restore.stores.errors import GONE, OWN_KEY, TRANSIENT_STATUS, StoreErrors, seconds_to_wait
from neo4j_restore.stores.http import Http, url_of
from neo4j_restore.stores.keyfiles import read_encryption_key
from neo4j_restore.stores.plain import Check, PlainGet
from neo4j_restore.stores.proxies import proxy_of

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

_REDIRECTS: Final = {301, 302, 307, 308}
_ELSEWHERE: Final = "the store says that the bucket is in another place: set ENDPOINT_URL or REGION to that place"


class Requests:
    """Requests a bucket's objects and listings."""

    def __init__(self, bucket: BucketUrl, access: Access, stall_seconds: float, errors: StoreErrors) -> None:
        """Take bucket, endpoint and identity. No request is made yet. Raises ConfigurationError for a bad file."""
        self._bucket, self._endpoint, self._errors = Bucket.of(bucket.bucket), access.endpoint_url, errors
        # As BUCKET names it, for commands in hints.
        self._name, self._style = bucket.bucket, access.addressing
        check(self._bucket, self._endpoint, self._style)
        self._http = Http(stall_seconds, access.ca_bundle)
        self.stall_seconds = stall_seconds
        self._identity = find(access, self._http, errors)
        chosen = access.region or self._identity.region
        default = access.identity.get("AWS_REGION") or access.identity.get("AWS_DEFAULT_REGION")
        # If nothing names a region: S3 in us-east-1 refuses a bucket of another region, and names that region.
        self._region = self._bucket.region or chosen or default or "us-east-1"
        # Checks the proxy's variables now, before the first request.
        self._has_proxy = bool(proxy_of(base_url(self._bucket, self._region, self._endpoint, self._style)))
        self._always = {"x-amz-request-payer": "requester"} if access.requester_pays else {}
        key = read_encryption_key(access.encryption_key)
        self._of_objects: dict[str, str] = {}
        if key:
            name = "x-amz-server-side-encryption-customer"
            self._of_objects |= {f"{name}-algorithm": "AES256", f"{name}-key": key.text}
            self._of_objects |= {f"{name}-key-MD5": key.digest("md5")}
        # What the store has refused once is not requested again. The fields have no lock: a thread that sees an old
        # value makes one request more. Reading a version needs the right s3:GetObjectVersion.
        self._may_version = True
        self._asks_checksums = True

    def of_object(
        self, method: str, verb: str, stored: StoredObject, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer to a request for these exact bytes: by ETag, and by version if there is one."""
        of_version, pinned = self._pin(stored)
        version, full_query, pinned = "versionId" in of_version, {**query, **of_version}, {**headers, **pinned}
        extra = _CHECKSUMS if self._asks_checksums else {}
        response = self.ask(method, verb, stored.key, stored.key, full_query, {**extra, **pinned})
        if response.status == 403 and version:
            response.close()
            # The identity may read the object, but not its versions. The ETag still pins the bytes.
            self._may_version = False
            return self.of_object(method, verb, stored, query, headers)
        forbidden = response.status == 403 and method == "HEAD"
        if (response.status in _REFUSED or forbidden) and extra and not query:
            # The store may have refused the request for checksums. Then it is not made again.
            response.close()
            response = self.ask(method, verb, stored.key, stored.key, full_query, pinned)
            self._asks_checksums = response.status not in {200, 206}
        return response

    def new_object(self, key: str, data: bytes) -> urllib3.BaseHTTPResponse:
        """Return the answer to a request for a new object.

        A store that does not know the condition would replace one of the same name.
        """
        headers = {"Content-Type": "application/json", "Content-MD5": _md5(data), **self._of_objects}
        response = self.ask("PUT", "write", key, key, {}, {**headers, **_CREATES}, data)
        if response.status == _NOT_IMPLEMENTED:
            response.close()
            response = self.ask("PUT", "write", key, key, {}, headers, data)
        return response

    def ask(
        self,
        method: str,
        verb: str,
        key: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes = b"",
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer. Its body is not read yet. verb, key: for errors. path: below the bucket."""
        url = self._url(path, query)
        key_pair = self._identity.key()
        with self._errors.translated(verb, key):
            signed_headers = signed(method, url, {**self._always, **headers}, key_pair, self._region, body)
            response = self._http.ask(method, url, signed_headers, body or None)
        region = answers.right_region(response.status, response.headers, self._region)
        # A refusal named the bucket's region, so the request is signed for that one. Threads may each do this once.
        if region != self._region and not self._endpoint and not self._bucket.region:
            response.close()
            self._region = region
            return self.ask(method, verb, key, path, query, headers, body)
        return response

    def plain(self, stored: StoredObject, headers: Mapping[str, str], check: Check) -> PlainGet | None:
        """Return the same as a signed GET for other connections, or None where they would need a proxy."""
        if self._has_proxy:
            return None
        query, pinned = self._pin(stored)
        headers = {**self._always, **pinned, **(_CHECKSUMS if self._asks_checksums else {}), **headers}
        url = self._url(stored.key, query)
        with self._errors.translated("read", stored.key):
            signed_headers = signed("GET", url, headers, self._identity.key(), self._region)
        return self._http.plain(url, signed_headers, check)

    def _pin(self, stored: StoredObject) -> tuple[dict[str, str], dict[str, str]]:
        """Return the query and the headers that pin these exact bytes: by ETag, and by version if there is one."""
        version = stored.generation.partition(" ")[2] if self._may_version else ""
        return {"versionId": version} if version else {}, {**self._of_objects, "If-Match": etag(stored)}

    def _url(self, path: str, query: Mapping[str, str]) -> str:
        base = base_url(self._bucket, self._region, self._endpoint, self._style)
        return url_of(base, path, query)

    def refusal(self, verb: str, key: str, response: urllib3.BaseHTTPResponse) -> StoreError:
        """Return the error that an answer with this status means. verb, key: for its message."""
        status = response.status
        code, reason = answers.reason(parsing.beginning(response), response.reason or "")
        if status == _UNFULFILLED:
            return self._errors.exists(key) if verb == "write" else self._errors.replaced(verb, key)
        if verb == "write" and status == 403:
            return self._errors.error(verb, key, f"{status} {reason}", hint=_WRITE_HINT, status=status)
        if status == 404 and code != "NoSuchBucket" and verb != "list":
            return self._errors.error(verb, key, GONE)
        if code == "InvalidObjectState":
            frozen = {"x-amz-storage-class": "GLACIER"}
            hint = f"thaw it, then start again: {answers.thaw(frozen, self._name, key)}"
            return self._errors.error(verb, key, "it is in an archive tier", hint=hint)
        transient = status in TRANSIENT_STATUS or code in _TRANSIENT_CODES
        hint = answers.HINTS.get(code, _ELSEWHERE if status in _REDIRECTS else "")
        if status == 400 and verb != "list" and not (transient or code in answers.REASONS):
            hint = hint or OWN_KEY
        after, text = seconds_to_wait(response.headers), f"{status} {reason}"
        return self._errors.error(verb, key, text, transient=transient, hint=hint, after=after, status=status)

    def understood(self, verb: str, key: str) -> AbstractContextManager[None]:
        """Turn an answer that is not in S3's form into a StoreError."""
        return self._errors.understood(verb, key, ValueError)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()


def _md5(data: bytes) -> str:
    """Return what a store compares with the bytes that it got. Buckets with an object lock demand it."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def etag(stored: StoredObject) -> str:
    """Return the ETag of an object, without its version."""
    return stored.generation.partition(" ")[0]
