"""The `gs://` store: Google Cloud Storage, by Google's own client for identity and listings.

Bytes come by our own connections straight from the download URL: a whole GET, read in blocks, is as fast as curl,
where the client's own file objects are several times slower, and its sessions cost twice the processor a request.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import RawIOBase
from typing import Any, Final
from urllib.parse import quote, urlencode

import urllib3
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from google.cloud import storage

from neo4j_restore import checksums
from neo4j_restore.errors import StoreError
from neo4j_restore.settings import Settings
from neo4j_restore.stores import StoredObject, answers, certificates, google_identity
from neo4j_restore.stores.body import Body, byte_range, wrong_span
from neo4j_restore.stores.google_session import Bearer, token_request
from neo4j_restore.stores.http import CONNECT_SECONDS, Http
from neo4j_restore.stores.pages import Pages
from neo4j_restore.stores.proxies import proxy_of
from neo4j_restore.stores.sse import read_key
from neo4j_restore.stores.wording import GONE, OWN_KEY, TRANSIENT_STATUS, Errors, one_line, seconds_to_wait

_HINT: Final = "check the bucket's name, and that this identity has the role roles/storage.objectViewer on it"

_FIELDS: Final = "kind,items(name,size,updated,generation,crc32c),nextPageToken"

# Else the library reads the bucket's metadata beside the first listing, in a thread of its own, with a right
# (storage.buckets.get) that reading backups does not need.
os.environ.setdefault("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")


class GoogleStore:
    """A bucket of Google Cloud Storage, or of an emulator of it."""

    def __init__(self, settings: Settings) -> None:
        """Take the identity: the key file, else the workload's. Raises ConfigurationError for a bad file."""
        self._bucket, self._payer = settings.bucket.bucket, settings.requester_pays
        self._timeout = (min(CONNECT_SECONDS, settings.stall_seconds), settings.stall_seconds)
        self._errors = Errors(f"gs://{self._bucket}/", "an identity still to be found", _HINT)
        self._http = Http(settings.stall_seconds, settings.ca_bundle)
        endpoint = settings.emulator_host or settings.endpoint_url
        proxy_of(endpoint or "https://storage.googleapis.com")
        request = token_request(self._http)
        with self._translated("find an identity for", ""):
            found = google_identity.find(settings, self._errors, request)
        self._bearer = Bearer(found, self._http, request)
        options = {"api_endpoint": endpoint} if endpoint else None
        session = self._bearer.session()
        self._client = storage.Client(project="none", credentials=found, client_options=options, _http=session)
        self._download = f"{self._client.api_endpoint}/download/storage/v1/b/{quote(self._bucket, safe='')}/o/"
        key = read_key(settings.encryption_key)
        name = "x-goog-encryption"
        self._of_objects = (
            {f"{name}-algorithm": "AES256", f"{name}-key": key.text, f"{name}-key-sha256": key.digest("sha256")}
            if key
            else {}
        )

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the live objects below `prefix`; pages of 1,000 are fetched as they are needed."""
        with self._translated("list", prefix):
            # `retry=None`: trying again is the caller's, for every store alike.
            bucket = self._client.bucket(self._bucket, user_project=self._payer or None)
            found = self._client.list_blobs(bucket, prefix=prefix, fields=_FIELDS, retry=None, timeout=self._timeout)
            pages = Pages(self._errors, prefix)
            for page in found.pages:
                _check_page(page)
                if found.next_page_token:
                    pages.follow(found.next_page_token)
                for blob in page:
                    yield StoredObject(
                        blob.name,
                        int(blob.size),
                        blob.updated,
                        str(blob.generation),
                        checksums.from_base64("crc32c", blob.crc32c),
                    )

    def look(self, stored: StoredObject) -> StoredObject:
        """Return it as it is: the listing tells all, and what is in the archive class can be read at once."""
        return stored

    def read(self, stored: StoredObject, start: int = 0, end: int | None = None) -> RawIOBase:
        """Open one GET of the pinned generation."""
        span = (start, stored.size_bytes if end is None else end)
        query = {"alt": "media", "generation": stored.generation}
        query |= {"userProject": self._payer} if self._payer else {}
        url = f"{self._download}{quote(stored.key, safe='')}?{urlencode(query)}"
        # gzip accepted: the stored bytes come as they are, never inflated on the way (decompressive transcoding).
        headers = {"Accept-Encoding": "gzip", **self._of_objects, **byte_range(*span, stored.size_bytes)}
        with self._translated("read", stored.key):
            response = self._answer(url, headers)
        wrong = self._refusal(stored, span, response)
        if wrong:
            response.close()
            raise wrong
        return Body(self._errors, stored.key, span, response)

    def _answer(self, url: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        """Return the answer to a GET; a token that is refused, as one ended early, is renewed once."""
        token = self._bearer.headers(url)
        response = self._http.ask("GET", url, {**token, **headers})
        if response.status != 401 or not token:
            return response
        response.close()
        return self._http.ask("GET", url, {**self._bearer.headers(url, refused=token), **headers})

    def _refusal(
        self, stored: StoredObject, span: tuple[int, int], response: urllib3.BaseHTTPResponse
    ) -> StoreError | None:
        """Return what is wrong with an answer, or None if it is the bytes asked for; its body is not trusted."""
        status = response.status
        if status == 404:
            return self._errors.error("read", stored.key, GONE)
        if status not in {200, 206}:
            reason, after = f"{status} {_reason(response)}", seconds_to_wait(response.headers)
            transient, hint = status in TRANSIENT_STATUS, OWN_KEY if "encrypt" in reason else ""
            return self._errors.error(
                "read", stored.key, reason, transient=transient, hint=hint, after=after, status=status
            )
        if not _is_of(response, stored):
            return self._errors.replaced("read", stored.key)
        reason = wrong_span(status, response.headers, span, stored.size_bytes)
        return self._errors.error("read", stored.key, reason, transient=True) if reason else None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        self._http.close()

    @contextmanager
    def _translated(self, verb: str, key: str) -> Iterator[None]:
        """Let no exception of the libraries out: each becomes a StoreError."""
        error = self._errors.error
        try:
            with self._errors.translated(verb, key):
                yield
        except api.NotFound as found:
            raise error(verb, key, "there is no such bucket") from found
        except api.GoogleAPICallError as found:
            transient = found.code in TRANSIENT_STATUS
            after = seconds_to_wait(getattr(found.response, "headers", {}))
            reason = f"{found.code} {_first_line(found.message)}"
            raise error(verb, key, reason, transient=transient, after=after, status=found.code or 0) from found
        except auth.TransportError as found:
            if wrong := certificates.trouble(str(found)):
                raise error(verb, key, wrong[0], hint=wrong[1]) from found
            raise error(verb, key, "the identity's server does not answer", transient=True) from found
        except auth.DefaultCredentialsError as found:
            reason = "there is no identity: no key, and no workload identity"
            raise error(verb, key, reason, hint=google_identity.HINT) from found
        except auth.GoogleAuthError as found:
            reason = f"the identity is refused ({type(found).__name__})"
            raise error(verb, key, reason, hint=google_identity.HINT) from found
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as found:
            # What the library makes of an answer in another form than Google's: a gateway spoke, not the store.
            what = str(found) if isinstance(found, answers.OddAnswerError) else type(found).__name__
            raise error(verb, key, f"the answer is not understood ({what})", transient=True) from found


def _check_page(page: Any) -> None:
    """Raise OddAnswerError for an answer that is not a listing: an empty one of a gateway is not an empty bucket."""
    if page.raw_page.get("kind") != "storage#objects":
        message = "expected a listing in JSON (storage#objects), got something else"
        raise answers.OddAnswerError(message)


def _is_of(response: urllib3.BaseHTTPResponse, stored: StoredObject) -> bool:
    """Tell whether the bytes are the listed ones, by what the answer says of them; not every emulator pins."""
    generation = response.headers.get("X-Goog-Generation", stored.generation)
    said = re.search(r"crc32c=([^,]+)", response.headers.get("X-Goog-Hash", ""))
    checksum = checksums.from_base64("crc32c", said[1]) if said else None
    return generation == stored.generation and (not checksum or stored.checksum in {None, checksum})


def _first_line(text: str | None) -> str:
    """Return the reason in an error's text, without the request's long URL before it."""
    reason = re.sub(r"^[A-Z]+ \S+: ", "", (text or "").strip())
    return one_line(reason.splitlines()[0]) if reason else "no reason given"


def _reason(response: urllib3.BaseHTTPResponse) -> str:
    """Return the reason in an error's body, which may be anything, and endless."""
    try:
        return _first_line(answers.parse_json(answers.beginning(response))["error"]["message"])
    except (answers.OddAnswerError, TypeError, KeyError, AttributeError):
        return response.reason or "no reason given"
