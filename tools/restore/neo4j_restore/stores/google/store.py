"""The `gs://` store: Google Cloud Storage. Google's own client provides the identity and listings.

The bytes come over our own connections from the download URL. A whole GET, read in blocks, is as fast as curl. The
client's own file objects are several times slower, and its sessions cost twice the CPU time for each request.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from io import RawIOBase
from typing import Any, Final
from urllib.parse import quote, urlencode

import urllib3
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from google.cloud import storage

from neo4j_restore import checksums
from neo4j_restore.buckets import BucketUrl
from neo4j_restore.errors import StoreError
from neo4j_restore.settings import Access
from neo4j_restore.stores import StoredObject, certificates, parsing
from neo4j_restore.stores.body import Body, byte_range, wrong_span
from neo4j_restore.stores.errors import GONE, OWN_KEY, TRANSIENT_STATUS, StoreErrors, one_line, seconds_to_wait
from neo4j_restore.stores.google import identity, upload
from neo4j_restore.stores.google.session import Bearer, token_request
from neo4j_restore.stores.http import CONNECT_SECONDS, Http
from neo4j_restore.stores.keyfiles import read_encryption_key
from neo4j_restore.stores.pages import Pages
from neo4j_restore.stores.plain import PlainGet
from neo4j_restore.stores.proxies import proxy_of

_HINT: Final = "check the bucket's name, and that this identity has the role roles/storage.objectViewer on it"

_WRITE_HINT: Final = "give this identity the role roles/storage.objectCreator there"

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
        with self._translated("find an identity for", ""):
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
        with self._translated("list", prefix):
            # `retry=None`: retries belong to the caller, for every store alike.
            bucket = self._client.bucket(self._bucket, user_project=self._payer or None)
            listing = self._client.list_blobs(bucket, prefix=prefix, fields=_FIELDS, retry=None, timeout=self._timeout)
            pages = Pages(self._errors, prefix)
            for page in listing.pages:
                _check_page(page)
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
        with self._translated("read", stored.key):
            response = self._answer("GET", url, headers)
        refusal = self._refusal(stored, span, response)
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
        with self._translated("read", stored.key):
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
        with self._translated("write", key):
            response = self._answer("POST", f"{self._upload}?{urlencode(query)}", headers, body)
        with response:
            if response.status == 412:
                there = self._errors.exists(key)
                raise there
            if response.status != 200:
                refusal = self._write_refusal(key, response)
                raise refusal
            if not upload.is_of(parsing.beginning(response), key):
                odd = self._errors.not_written(key)
                raise odd

    def _write_refusal(self, key: str, response: urllib3.BaseHTTPResponse) -> StoreError:
        status, after = response.status, seconds_to_wait(response.headers)
        hint = _WRITE_HINT if status in {401, 403} else ""
        reason, transient = f"{status} {_reason(response)}", status in TRANSIENT_STATUS
        return self._errors.error("write", key, reason, transient=transient, hint=hint, after=after, status=status)

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

    def _refusal(
        self, stored: StoredObject, span: tuple[int, int], response: urllib3.BaseHTTPResponse
    ) -> StoreError | None:
        """Return the error of an answer, or None if it has the requested bytes. Its body is not trusted."""
        status = response.status
        if status == 404:
            return self._errors.error("read", stored.key, GONE)
        if status not in {200, 206}:
            reason, after = f"{status} {_reason(response)}", seconds_to_wait(response.headers)
            transient, hint = status in TRANSIENT_STATUS, OWN_KEY if "encrypt" in reason else ""
            return self._errors.error(
                "read", stored.key, reason, transient=transient, hint=hint, after=after, status=status
            )
        return self._mismatch(stored, span, status, response.headers)

    def _check(self, stored: StoredObject, span: tuple[int, int], status: int, headers: Mapping[str, str]) -> None:
        """Raise StoreError for an answer that does not have the requested bytes."""
        if mismatch := self._mismatch(stored, span, status, headers):
            raise mismatch

    def _mismatch(
        self, stored: StoredObject, span: tuple[int, int], status: int, headers: Mapping[str, str]
    ) -> StoreError | None:
        if not _is_of(headers, stored):
            return self._errors.replaced("read", stored.key)
        reason = wrong_span(status, headers, span, stored.size_bytes)
        return self._errors.error("read", stored.key, reason, transient=True) if reason else None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        self._http.close()

    @contextmanager
    def _translated(self, verb: str, key: str) -> Iterator[None]:
        """Let no exception of the libraries out. Each becomes a StoreError."""
        error = self._errors.error
        try:
            with self._errors.translated(verb, key):
                yield
        # Before `GoogleAPICallError`, which is its base class.
        except api.NotFound as cause:
            raise error(verb, key, "there is no such bucket") from cause
        except api.GoogleAPICallError as cause:
            transient = cause.code in TRANSIENT_STATUS
            after = seconds_to_wait(getattr(cause.response, "headers", {}))
            reason = f"{cause.code} {_first_line(cause.message)}"
            raise error(verb, key, reason, transient=transient, after=after, status=cause.code or 0) from cause
        except auth.TransportError as cause:
            if tls_trouble := certificates.trouble(str(cause)):
                raise error(verb, key, tls_trouble[0], hint=tls_trouble[1]) from cause
            raise error(verb, key, "the identity endpoint does not answer", transient=True) from cause
        except auth.DefaultCredentialsError as cause:
            reason = "there is no identity: no key, and no workload identity"
            raise error(verb, key, reason, hint=identity.HINT) from cause
        except auth.GoogleAuthError as cause:
            reason = f"the identity is refused ({type(cause).__name__})"
            raise error(verb, key, reason, hint=identity.HINT) from cause
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as cause:
            # The library raises these for an answer that is not in Google's form: a gateway answered, not the store.
            what = str(cause) if isinstance(cause, parsing.OddAnswerError) else type(cause).__name__
            raise error(verb, key, f"the answer is not understood ({what})", transient=True) from cause


def _check_page(page: Any) -> None:
    """Raise OddAnswerError for an answer that is not a listing. A gateway's empty answer is not an empty bucket."""
    if page.raw_page.get("kind") != "storage#objects":
        message = "expected a listing in JSON (storage#objects), got something else"
        raise parsing.OddAnswerError(message)


def _is_of(headers: Mapping[str, str], stored: StoredObject) -> bool:
    """Tell whether the answer's headers say that its bytes are the listed ones. Not every emulator pins generations."""
    generation = headers.get("X-Goog-Generation", stored.generation)
    crc32c = re.search(r"crc32c=([^,]+)", headers.get("X-Goog-Hash", ""))
    checksum = checksums.from_base64("crc32c", crc32c[1]) if crc32c else None
    return generation == stored.generation and (not checksum or stored.checksum in {None, checksum})


def _first_line(text: str | None) -> str:
    """Return the reason in an error's text, without the long URL before it."""
    reason = re.sub(r"^[A-Z]+ \S+: ", "", (text or "").strip())
    return one_line(reason.splitlines()[0]) if reason else "no reason given"


def _reason(response: urllib3.BaseHTTPResponse) -> str:
    """Return the reason in an error's body, which may be anything of any length."""
    try:
        return _first_line(parsing.parse_json(parsing.beginning(response))["error"]["message"])
    except (parsing.OddAnswerError, TypeError, KeyError, AttributeError):
        return response.reason or "no reason given"
