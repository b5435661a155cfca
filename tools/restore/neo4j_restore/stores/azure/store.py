"""The `azb://` store: Azure Blob Storage, or Azurite. Keys are `container/name`, below the account."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from io import RawIOBase
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import urllib3

from neo4j_restore.buckets import BucketUrl
from neo4j_restore.checksums import Checksum
from neo4j_restore.errors import ConfigurationError, StoreError
from neo4j_restore.settings import Access
from neo4j_restore.stores import StoredObject, parsing
from neo4j_restore.stores.azure import answers, pieces
from neo4j_restore.stores.azure.identity import find
from neo4j_restore.stores.azure.pieces import Piece, Pieces
from neo4j_restore.stores.body import Body, byte_range, wrong_span
from neo4j_restore.stores.errors import GONE, OWN_KEY, TRANSIENT_STATUS, StoreErrors, one_line, seconds_to_wait
from neo4j_restore.stores.http import Http
from neo4j_restore.stores.keyfiles import read_encryption_key
from neo4j_restore.stores.pages import Pages
from neo4j_restore.stores.proxies import proxy_of

_HINT: Final = "check account and container, and that this identity has the role Storage Blob Data Reader on it"

# The API version. 2020-12-06 is the first with every feature used here. This is a later one that Azurite knows too.
_VERSION: Final = "2023-11-03"


class AzureStore:
    """The containers of a storage account. Several threads may read at once."""

    def __init__(self, bucket: BucketUrl, access: Access, stall_seconds: float) -> None:
        """Take account, endpoint and identity. No request is made yet. Raises ConfigurationError for a bad file."""
        self._http = Http(stall_seconds, access.ca_bundle)
        self._errors = StoreErrors("azb://", "an identity that is not known yet", _HINT)
        self._account, endpoint, self._identity = find(bucket, access, self._http, self._errors)
        if not self._account:
            message = f"{bucket} names no account, and neither do the credentials"
            raise ConfigurationError(message, hint="write BUCKET as azb://account/container/path")
        self._errors.root = f"azb://{self._account}/"
        self._base = _base(access.endpoint_url or endpoint, self._account)
        # Checks the proxy's variables now, before the first request.
        proxy_of(self._base)
        key = read_encryption_key(access.encryption_key)
        name = "x-ms-encryption"
        self._of_objects = (
            {f"{name}-algorithm": "AES256", f"{name}-key": key.text, f"{name}-key-sha256": key.digest("sha256")}
            if key
            else {}
        )
        # What the service has refused once is not requested again. The fields have no lock: a thread that sees an old
        # value makes one request more. Reading a version needs a role or signature that covers versions.
        self._may_version = True
        self._asks_crc64 = True

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the blobs below `prefix`. Pages of 1,000 are fetched as they are needed."""
        container, _, start = prefix.partition("/")
        marker, pages = "", Pages(self._errors, prefix)
        query = {"restype": "container", "comp": "list", "maxresults": "1000", "prefix": start}
        while True:
            with self._understood("list", prefix):
                root = parsing.parse_xml(
                    self._page(prefix, container, {**query, **({"marker": marker} if marker else {})})
                )
                if root is None or root.tag != "EnumerationResults":
                    message = "expected a listing in XML (EnumerationResults), got something else"
                    raise parsing.OddAnswerError(message)
                page = list(answers.objects(root, self._account, container))
                marker = root.findtext("NextMarker", "")
                if marker:
                    pages.follow(marker)
            yield from page
            if not marker:
                return

    def _page(self, prefix: str, container: str, query: Mapping[str, str]) -> bytes:
        response = self._ask("GET", "list", prefix, container, query, {})
        if response.status != 200:
            refusal = self._refusal("list", prefix, response)
            raise refusal
        return parsing.body(response, self._http.stall_seconds, parsing.PAGE_BYTES)

    def stat(self, stored: StoredObject) -> StoredObject:
        """Return it with its version, its checksum and the command to thaw it, from one HEAD."""
        response = self._of_blob("HEAD", "look at", stored, {})
        with response, self._understood("look at", stored.key):
            if response.status != 200:
                refusal = self._refusal("look at", stored.key, response)
                raise refusal
            headers = response.headers
            version = headers.get("x-ms-version-id") or ""
            tier, status = headers.get("x-ms-access-tier") or "", headers.get("x-ms-archive-status") or ""
            container, _, name = stored.key.partition("/")
            return replace(
                stored,
                generation=f"{_etag(stored)} {version}".strip(),
                checksum=stored.checksum or _md5(headers, "Content-MD5"),
                thaw=answers.thaw(tier, status, self._account, container, name),
            )

    def read(self, stored: StoredObject, start: int = 0, end: int | None = None) -> RawIOBase:
        """Open one GET of these exact bytes. Its answer has the checksum, if there is one."""
        span = (start, stored.size_bytes if end is None else end)
        # A blob without an MD5 has no checksum to verify it by. Then at least each transfer is checked.
        pieces = self._pieces(stored, span) if self._asks_crc64 and not stored.checksum else None
        if pieces:
            return pieces
        response = self._of_blob("GET", "read", stored, byte_range(*span, stored.size_bytes))
        if response.status not in {200, 206}:
            refusal = self._refusal("read", stored.key, response)
            raise refusal
        try:
            checksum = self._checked(stored, span, response)
        except StoreError:
            response.close()
            raise
        return Body(self._errors, stored.key, span, response, checksum)

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
        response = self._of_blob("GET", "read", stored, range_headers)
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
            self._checked(stored, (start, end), response, ranged=True)
        except StoreError:
            response.close()
            raise
        return Piece(Body(self._errors, stored.key, (start, end), response), crc64)

    def _checked(
        self, stored: StoredObject, span: tuple[int, int], response: urllib3.BaseHTTPResponse, *, ranged: bool = False
    ) -> Checksum | None:
        """Return the whole blob's checksum if the answer has the requested bytes. Raises StoreError."""
        headers = response.headers
        if (headers.get("ETag") or "") != _etag(stored):
            replaced = self._errors.replaced("read", stored.key)
            raise replaced
        reason = wrong_span(response.status, headers, span, stored.size_bytes, ranged=ranged)
        if reason:
            mismatch = self._errors.error("read", stored.key, reason, transient=True)
            raise mismatch
        # For a range, Content-MD5 is of the range.
        name = "Content-MD5" if response.status == 200 else "x-ms-blob-content-md5"
        with self._understood("read", stored.key):
            return stored.checksum or _md5(headers, name)

    def _of_blob(
        self, method: str, verb: str, stored: StoredObject, headers: Mapping[str, str]
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer to a request for these exact bytes: by ETag, and by version if there is one."""
        version = stored.generation.partition(" ")[2] if self._may_version else ""
        query = {"versionid": version} if version else {}
        # If-Match: a blob that was replaced since the listing gives 412, never other bytes.
        pinned = {**self._of_objects, **headers, "If-Match": _etag(stored)}
        response = self._ask(method, verb, stored.key, stored.key, query, pinned)
        if response.status == 403 and version:
            # The identity may read the blob, but not its versions. The ETag still pins the bytes.
            response.close()
            self._may_version = False
            return self._of_blob(method, verb, stored, headers)
        return response

    def _ask(
        self, method: str, verb: str, key: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> urllib3.BaseHTTPResponse:
        url = f"{self._base}/{quote(path, safe='/~')}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        url, all_headers = self._identity.signed(method, url, {"x-ms-version": _VERSION, **headers})
        with self._errors.translated(verb, key):
            return self._http.ask(method, url, all_headers)

    def _refusal(self, verb: str, key: str, response: urllib3.BaseHTTPResponse) -> StoreError:
        status, headers = response.status, response.headers
        code, reason = answers.reason(parsing.beginning(response), headers, response.reason or "")
        if status == 412:
            return self._errors.replaced(verb, key)
        if status == 404 and code != "ContainerNotFound" and verb != "list":
            return self._errors.error(verb, key, GONE)
        if code in answers.ARCHIVED:
            container, _, name = key.partition("/")
            command = answers.thaw("Archive", "", self._account, container, name)
            hint = f"thaw it, then start again: {command}"
            return self._errors.error(verb, key, "it is in the archive tier", hint=hint)
        transient, after = status in TRANSIENT_STATUS, seconds_to_wait(headers)
        hint = OWN_KEY if code == "BlobUsesCustomerSpecifiedEncryption" else ""
        text = f"{status} {reason}"
        return self._errors.error(verb, key, text, transient=transient, hint=hint, after=after, status=status)

    @contextmanager
    def _understood(self, verb: str, key: str) -> Iterator[None]:
        """Turn an answer that is not in Azure's form into a StoreError: a gateway answered, not the store."""
        try:
            with self._errors.translated(verb, key):
                yield
        except (ValueError, TypeError) as error:
            reason = f"the answer is not understood ({one_line(str(error))})"
            raise self._errors.error(verb, key, reason, transient=True) from error

    def close(self) -> None:
        """Close all connections."""
        self._http.close()


def _base(endpoint: str, account: str) -> str:
    """Return the account's URL: its own host, or a path of an endpoint for several accounts, as in Azurite."""
    if not endpoint:
        return f"https://{account}.blob.core.windows.net"
    parts = urlsplit(endpoint)
    names_account = (parts.hostname or "").startswith(f"{account}.") or parts.path.endswith(f"/{account}")
    return endpoint if names_account else f"{endpoint}/{account}"


def _md5(headers: Mapping[str, str], name: str) -> Checksum | None:
    return answers.md5(headers.get(name), headers.get("x-ms-blob-type") or "")


def _etag(stored: StoredObject) -> str:
    return stored.generation.partition(" ")[0]
