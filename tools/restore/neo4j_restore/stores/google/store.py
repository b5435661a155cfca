"""The `gs://` store: Google Cloud Storage. Google's own client provides the identity and listings.

The bytes come over our own connections from the download URL. A whole GET, read in blocks, is as fast as curl. The
client's own file objects are several times slower, and its sessions cost twice the CPU time for each request.
"""

import os
from collections.abc import Iterator, Mapping
from functools import partial
from io import RawIOBase
from typing import Final
from urllib.parse import quote, urlencode

import urllib3
from google.cloud import storage

from neo4j_restore import checksums
from neo4j_restore.buckets import BucketUrl
from neo4j_restore.settings import Access
from neo4j_restore.stores import StoredObject, parsing
from neo4j_restore.stores.body import Body, byte_range
from neo4j_restore.stores.errors import StoreErrors
from neo4j_restore.stores.google import answers, identity, upload
from neo4j_restore.stores.google.session import Bearer, token_request
from neo4j_restore.stores.http import CONNECT_SECONDS, Http
from neo4j_restore.stores.keyfiles import read_encryption_key
from neo4j_restore.stores.pages import Pages
from neo4j_restore.stores.plain import PlainGet
from neo4j_restore.stores.proxies import proxy_of

_HINT: Final = "check the bucket's name, and that this identity has the role roles/storage.objectViewer on it"

_FIELDS: Final = "kind,items(name,size,updated,generation,crc32c),nextPageToken"

# Without this the library also reads the bucket's metadata at the first listing, in a thread of its own. That needs a
# right (storage.buckets.get) that reading backups does not need.
os.environ.setdefault("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")


class GoogleStore:
    """A bucket of Google Cloud Storage, or of an emulator. Several threads may read at once."""

    def __init__(self, bucket: BucketUrl, access: Access, stall_seconds: float, *, writes: bool = False) -> None:
        """Take the identity: the key file, or else the workload's. Raises ConfigurationError for a bad file."""
        self._bucket, self._payer = bucket.bucket, access.requester_pays
        self._timeout = (min(CONNECT_SECONDS, stall_seconds), stall_seconds)
        self._errors = StoreErrors(f"gs://{self._bucket}/", "an identity that is not known yet", _HINT)
        self._http = Http(stall_seconds, access.ca_bundle)
        endpoint = access.emulator_host or access.endpoint_url
        # Checks the proxy's variables now, before the first request.
        self._has_proxy = bool(proxy_of(endpoint or "https://storage.googleapis.com"))
        request = token_request(self._http)
        with answers.translated(self._errors, "find an identity for", ""):
            credentials = identity.find(access, self._errors, request, writes=writes)
        self._bearer = Bearer(credentials, self._http, request)
        options = {"api_endpoint": endpoint} if endpoint else None
        session = self._bearer.session()
        # The client requires a project, but reading objects does not use it.
        self._client = storage.Client(project="none", credentials=credentials, client_options=options, _http=session)
        # For the path of Google's JSON API, slashes in names are encoded too.
        of_bucket = f"storage/v1/b/{quote(self._bucket, safe='')}/o"
        self._download = f"{self._client.api_endpoint}/download/{of_bucket}/"
        self._upload = f"{self._client.api_endpoint}/upload/{of_bucket}"
        key = read_encryption_key(access.encryption_key)
        name = "x-goog-encryption"
        self._of_objects = (
            {f"{name}-algorithm": "AES256", f"{name}-key": key.text, f"{name}-key-sha256": key.digest("sha256")}
            if key
            else {}
        )

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the live objects below `prefix`. Pages of 1,000 are fetched as they are needed."""
        with answers.translated(self._errors, "list", prefix):
            # `retry=None`: retries belong to the caller, for every store alike.
            bucket = self._client.bucket(self._bucket, user_project=self._payer or None)
            listing = self._client.list_blobs(bucket, prefix=prefix, fields=_FIELDS, retry=None, timeout=self._timeout)
            pages = Pages(self._errors, prefix)
            for page in listing.pages:
                answers.check_page(page)
                if listing.next_page_token:
                    pages.follow(listing.next_page_token)
                for blob in page:
                    yield StoredObject(
                        blob.name,
                        int(blob.size),
                        blob.updated,
                        str(blob.generation),
                        checksums.from_base64("crc32c", blob.crc32c),
                    )

    def stat(self, stored: StoredObject) -> StoredObject:
        """Return it unchanged: the listing has all facts, and objects in the archive class are readable at once."""
        return stored

    def read(self, stored: StoredObject, start: int = 0, end: int | None = None) -> RawIOBase:
        """Open one GET of the pinned generation."""
        span = (start, stored.size_bytes if end is None else end)
        url, headers = self._request(stored, span)
        with answers.translated(self._errors, "read", stored.key):
            response = self._answer("GET", url, headers)
        refusal = answers.refusal(self._errors, stored, span, response)
        if refusal:
            response.close()
            raise refusal
        return Body(self._errors, stored.key, span, response)

    def plain_get(self, stored: StoredObject, start: int, end: int) -> PlainGet | None:
        """Return the same GET, to be sent over other connections, or None where they would need a proxy."""
        if self._has_proxy:
            return None
        span = (start, end)
        url, headers = self._request(stored, span)
        with answers.translated(self._errors, "read", stored.key):
            token = self._bearer.headers(url)
        return self._http.plain(url, {**token, **headers}, partial(self._check, stored, span))

    def _request(self, stored: StoredObject, span: tuple[int, int]) -> tuple[str, dict[str, str]]:
        """Return URL and headers of a GET, without those of the identity."""
        query = {"alt": "media", "generation": stored.generation}
        query |= {"userProject": self._payer} if self._payer else {}
        url = f"{self._download}{quote(stored.key, safe='')}?{urlencode(query)}"
        # Accepting gzip makes Google send the stored bytes. Otherwise it inflates some on the way (decompressive
        # transcoding).
        return url, {"Accept-Encoding": "gzip", **self._of_objects, **byte_range(*span, stored.size_bytes)}

    def create(self, key: str, data: bytes) -> None:
        """Create an object by one POST. The generation 0 stands for none: one of the same name is not replaced."""
        query = {"uploadType": "multipart", "ifGenerationMatch": "0"}
        query |= {"userProject": self._payer} if self._payer else {}
        content_type, body = upload.body(key, data)
        headers = {"Content-Type": content_type, **self._of_objects}
        with answers.translated(self._errors, "write", key):
            response = self._answer("POST", f"{self._upload}?{urlencode(query)}", headers, body)
        with response:
            if response.status == 412:
                conflict = self._errors.exists(key)
                raise conflict
            if response.status != 200:
                refusal = answers.write_refusal(self._errors, key, response)
                raise refusal
            if not upload.is_of(parsing.beginning(response), key):
                odd = self._errors.not_written(key)
                raise odd

    def _answer(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer. A token that is refused, for example because it ended early, is renewed once."""
        token = self._bearer.headers(url)
        response = self._http.ask(method, url, {**token, **headers}, body)
        if response.status != 401 or not token:
            return response
        response.close()
        return self._http.ask(method, url, {**self._bearer.headers(url, refused=token), **headers}, body)

    def _check(self, stored: StoredObject, span: tuple[int, int], status: int, headers: Mapping[str, str]) -> None:
        """Raise StoreError for an answer that does not have the requested bytes."""
        if mismatch := answers.mismatch(self._errors, stored, span, status, headers):
            raise mismatch

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        self._http.close()
