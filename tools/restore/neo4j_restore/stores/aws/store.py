"""The `s3://` store: Amazon S3, and stores with the same API such as MinIO, Ceph and versitygw.

awscrt signs, and computes CRC64NVME. The bytes come by a plain GET. obstore was measured: it is fast, but does not
expose checksums, so not every byte could be verified with it.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from io import RawIOBase
from typing import Final

from neo4j_restore.buckets import BucketUrl
from neo4j_restore.checksums import Checksum
from neo4j_restore.errors import StoreError
from neo4j_restore.settings import Access
from neo4j_restore.stores import StoredObject, parsing
from neo4j_restore.stores.aws import answers
from neo4j_restore.stores.aws.requests import Requests, etag
from neo4j_restore.stores.body import Body, byte_range, wrong_span
from neo4j_restore.stores.errors import StoreErrors
from neo4j_restore.stores.pages import Pages
from neo4j_restore.stores.plain import PlainGet

_HINT: Final = "check the bucket's name and region, and that this identity may s3:ListBucket it and s3:GetObject in it"

_NO_HEAD: Final = {405, 501}

# After this many failures, the sizes of parts are not requested any more. They are worth a checksum, not the restore.
_MOST_PART_TROUBLES: Final = 3

# With one of these an older store refuses `list-type`. If it means something else, it repeats the refusal without it.
_NO_SECOND_VERSION: Final = {400, 405, 501}


class S3Store:
    """A bucket of S3. Several threads may read at once."""

    def __init__(self, bucket: BucketUrl, access: Access, stall_seconds: float) -> None:
        """Take bucket, endpoint and identity. No request is made yet. Raises ConfigurationError for a bad file."""
        self._bucket = bucket.bucket
        self._errors = StoreErrors(f"s3://{self._bucket}/", "an identity that is not known yet", _HINT)
        self._requests = Requests(bucket, access, stall_seconds, self._errors)
        # Sizes of parts that the store has refused often are not requested again. The field has no lock: a thread that
        # sees an old value makes one request more.
        self._part_troubles = 0

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the objects below `prefix`. Pages of 1,000 are fetched as they are needed."""
        next_query, pages = {"list-type": "2"}, Pages(self._errors, prefix)
        while True:
            with self._requests.understood("list", prefix):
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
            refusal = self._requests.refusal("list", prefix, response)
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
        with self._requests.understood("look at", stored.key):
            size = int(headers.get("Content-Length", "-1"))
            version = headers.get("x-amz-version-id") or ""
            # `null` is the version of an object from before versioning, and pins nothing.
            pinned = f"{etag(stored)} {version}" if version not in {"", "null"} else stored.generation
            thaw = answers.thaw(headers, self._bucket, stored.key)
        if size != stored.size_bytes:
            replaced = self._errors.replaced("look at", stored.key)
            raise replaced
        checksum = None if thaw else self._checksum(stored, headers)
        return StoredObject(stored.key, size, stored.updated, pinned, checksum, thaw)

    def _head(self, stored: StoredObject, query: Mapping[str, str]) -> Mapping[str, str]:
        response = self._requests.of_object("HEAD", "look at", stored, query, {})
        with response:
            if response.status not in {200, 206}:
                refusal = self._requests.refusal("look at", stored.key, response)
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
        with self._requests.understood("look at", stored.key):
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
        with self._requests.understood("look at", stored.key):
            return answers.size_of(headers.get("Content-Length", ""))

    def read(self, stored: StoredObject, start: int = 0, end: int | None = None) -> RawIOBase:
        """Open one GET of this exact version. If `stored` has no checksum, a GET of the whole object gets it."""
        span = (start, stored.size_bytes if end is None else end)
        whole = span == (0, stored.size_bytes)
        response = self._requests.of_object("GET", "read", stored, {}, byte_range(*span, stored.size_bytes))
        if response.status not in {200, 206}:
            refusal = self._requests.refusal("read", stored.key, response)
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
        with self._requests.new_object(key, data) as response:
            if response.status != 200:
                refusal = self._requests.refusal("write", key, response)
                raise refusal
            if not response.headers.get("ETag"):
                odd = self._errors.not_written(key)
                raise odd

    def plain_get(self, stored: StoredObject, start: int, end: int) -> PlainGet | None:
        """Return the same GET, to be sent over other connections, or None where they would need a proxy."""
        span = (start, end)
        headers = byte_range(*span, stored.size_bytes)
        return self._requests.plain(stored, headers, partial(self._check_plain, stored, span))

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
        if _plain(headers.get("ETag") or "") != _plain(etag(stored)):
            replaced = self._errors.replaced("read", stored.key)
            raise replaced
        if reason := wrong_span(status, headers, span, stored.size_bytes):
            mismatch = self._errors.error("read", stored.key, reason, transient=True)
            raise mismatch

    def close(self) -> None:
        """Close all connections."""
        self._requests.close()


def _plain(etag: str) -> str:
    return etag.removeprefix("W/").strip('"')
