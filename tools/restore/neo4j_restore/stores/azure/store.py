"""The `azb://` store: Azure Blob Storage, or Azurite. Keys are `container/name`, below the account."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from io import RawIOBase
from typing import Final

from neo4j_restore.buckets import BucketUrl
from neo4j_restore.checksums import Checksum
from neo4j_restore.errors import StoreError
from neo4j_restore.settings import Access
from neo4j_restore.stores import StoredObject, parsing
from neo4j_restore.stores.azure import answers, pieces
from neo4j_restore.stores.azure.pieces import Piece, Pieces
from neo4j_restore.stores.azure.requests import Requests, etag
from neo4j_restore.stores.body import Body, byte_range, wrong_span
from neo4j_restore.stores.errors import StoreErrors
from neo4j_restore.stores.pages import Pages
from neo4j_restore.stores.plain import PlainGet

_HINT: Final = "check account and container, and that this identity has the role Storage Blob Data Reader on it"


class AzureStore:
    """The containers of a storage account. Several threads may read at once."""

    def __init__(self, bucket: BucketUrl, access: Access, stall_seconds: float) -> None:
        """Take account, endpoint and identity. No request is made yet. Raises ConfigurationError for a bad file."""
        self._errors = StoreErrors("azb://", "an identity that is not known yet", _HINT)
        self._requests = Requests(bucket, access, stall_seconds, self._errors)
        # What the service has refused once is not requested again. The field has no lock: a thread that sees an old
        # value makes one request more.
        self._asks_crc64 = True

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the blobs below `prefix`. Pages of 1,000 are fetched as they are needed."""
        container, _, start = prefix.partition("/")
        marker, pages = "", Pages(self._errors, prefix)
        query = {"restype": "container", "comp": "list", "maxresults": "1000", "prefix": start}
        while True:
            with self._requests.understood("list", prefix):
                root = parsing.parse_xml(
                    self._page(prefix, container, {**query, **({"marker": marker} if marker else {})})
                )
                if root is None or root.tag != "EnumerationResults":
                    message = "expected a listing in XML (EnumerationResults), got something else"
                    raise parsing.OddAnswerError(message)
                page = list(answers.objects(root, self._requests.account, container))
                marker = root.findtext("NextMarker", "")
                if marker:
                    pages.follow(marker)
            yield from page
            if not marker:
                return

    def _page(self, prefix: str, container: str, query: Mapping[str, str]) -> bytes:
        response = self._requests.ask("GET", "list", prefix, container, query, {})
        if response.status != 200:
            refusal = self._requests.refusal("list", prefix, response)
            raise refusal
        return parsing.body(response, self._requests.stall_seconds, parsing.PAGE_BYTES)

    def stat(self, stored: StoredObject) -> StoredObject:
        """Return it with its version, its checksum and the command to thaw it, from one HEAD."""
        response = self._requests.of_blob("HEAD", "look at", stored, {})
        with response, self._requests.understood("look at", stored.key):
            if response.status != 200:
                refusal = self._requests.refusal("look at", stored.key, response)
                raise refusal
            headers = response.headers
            version = headers.get("x-ms-version-id") or ""
            tier, status = headers.get("x-ms-access-tier") or "", headers.get("x-ms-archive-status") or ""
            container, _, name = stored.key.partition("/")
            return replace(
                stored,
                generation=f"{etag(stored)} {version}".strip(),
                checksum=stored.checksum or _md5(headers, "Content-MD5"),
                thaw=answers.thaw(tier, status, self._requests.account, container, name),
            )

    def read(self, stored: StoredObject, start: int = 0, end: int | None = None) -> RawIOBase:
        """Open one GET of these exact bytes. Its answer has the checksum, if there is one."""
        span = (start, stored.size_bytes if end is None else end)
        # A blob without an MD5 has no checksum to verify it by. Then at least each transfer is checked.
        pieces = self._pieces(stored, span) if self._asks_crc64 and not stored.checksum else None
        if pieces:
            return pieces
        response = self._requests.of_blob("GET", "read", stored, byte_range(*span, stored.size_bytes))
        if response.status not in {200, 206}:
            refusal = self._requests.refusal("read", stored.key, response)
            raise refusal
        try:
            checksum = self._checked(stored, span, response.status, response.headers)
        except StoreError:
            response.close()
            raise
        return Body(self._errors, stored.key, span, response, checksum)

    def create(self, key: str, data: bytes) -> None:
        """Create a blob by one PUT."""
        with self._requests.new_blob(key, data) as response:
            if response.status != 201:
                refusal = self._requests.refusal("write", key, response)
                raise refusal
            if not response.headers.get("ETag"):
                odd = self._errors.not_written(key)
                raise odd

    def _pieces(self, stored: StoredObject, span: tuple[int, int]) -> RawIOBase | None:
        """Return the bytes in pieces whose transfer is checked.

        None where the service does not offer this, or where the answer to the first piece has an MD5 of the blob.
        """
        start, end = span[0], min(span[0] + pieces.PIECE_BYTES, span[1])
        first = self._piece(stored, start, end) if start < end else None
        if first is None:
            return None

        def further(start: int, end: int) -> Piece:
            # The service offered a CRC64 before. If it stops in the middle, the read starts again here.
            piece = self._piece(stored, start, end)
            if piece is None:
                unchecked = self._errors.error("read", stored.key, "the answer has no CRC64", transient=True)
                raise unchecked
            return piece

        return Pieces(first, further, span, f"{self._errors.root}{stored.key}")

    def _piece(self, stored: StoredObject, start: int, end: int) -> Piece | None:
        """Return the bytes of a range with their CRC64.

        None if the service refuses the request, or if its answer has an MD5 of the blob.
        """
        range_headers = {"Range": f"bytes={start}-{end - 1}", **pieces.ASKING}
        response = self._requests.of_blob("GET", "read", stored, range_headers)
        if response.status not in {200, 206}:
            # The plain request that follows reports a blob that is gone, replaced or forbidden. These statuses say
            # nothing about CRC64, so it stays worth a request.
            response.close()
            self._asks_crc64 = response.status in {401, 403, 404, 409, 412, 429, 503}
            return None
        crc64 = pieces.crc64_of(response.headers.get(pieces.ANSWER))
        self._asks_crc64 = crc64 is not None
        if crc64 is None or _md5(response.headers, "x-ms-blob-content-md5"):
            response.close()
            return None
        try:
            self._checked(stored, (start, end), response.status, response.headers, ranged=True)
        except StoreError:
            response.close()
            raise
        return Piece(Body(self._errors, stored.key, (start, end), response), crc64)

    def plain_get(self, stored: StoredObject, start: int, end: int) -> PlainGet | None:
        """Return the same GET, to be sent over other connections.

        None where they would need a proxy, and for a blob without an MD5: its transfer is checked in pieces.
        """
        if not stored.checksum:
            return None
        span = (start, end)
        headers = byte_range(*span, stored.size_bytes)
        return self._requests.plain(stored, headers, partial(self._checked, stored, span))

    def _checked(
        self,
        stored: StoredObject,
        span: tuple[int, int],
        status: int,
        headers: Mapping[str, str],
        *,
        ranged: bool = False,
    ) -> Checksum | None:
        """Return the whole blob's checksum if the answer has the requested bytes. Raises StoreError."""
        if (headers.get("ETag") or "") != etag(stored):
            replaced = self._errors.replaced("read", stored.key)
            raise replaced
        reason = wrong_span(status, headers, span, stored.size_bytes, ranged=ranged)
        if reason:
            mismatch = self._errors.error("read", stored.key, reason, transient=True)
            raise mismatch
        # For a range, Content-MD5 is of the range.
        name = "Content-MD5" if status == 200 else "x-ms-blob-content-md5"
        with self._requests.understood("read", stored.key):
            return stored.checksum or _md5(headers, name)

    def close(self) -> None:
        """Close all connections."""
        self._requests.close()


def _md5(headers: Mapping[str, str], name: str) -> Checksum | None:
    return answers.md5(headers.get(name), headers.get("x-ms-blob-type") or "")
