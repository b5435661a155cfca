"""The `gs://` store: Google Cloud Storage, by Google's own client for identity and listings.

Bytes come by the client's kind of session straight from the download URL: a whole GET, read in blocks, is as
fast as curl, where the client's own file objects are several times slower.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import google.auth
import requests
import urllib3
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from google.auth import identity_pool
from google.auth.credentials import AnonymousCredentials
from google.auth.transport.requests import AuthorizedSession
from google.cloud import storage
from google.oauth2 import credentials as oauth2
from google.oauth2 import service_account

from neo4j_restore import checksums
from neo4j_restore.errors import ConfigurationError, StoreError
from neo4j_restore.stores import StoredObject

_SCOPE = "https://www.googleapis.com/auth/devstorage.read_only"

# Source: https://cloud.google.com/storage/docs/retry-strategy
_TRANSIENT_STATUS = {408, 429, 500, 502, 503, 504}

_CONNECT_SECONDS = 10.0

_REASON_BYTES = 64 * 1024

_GONE = "it is not there, or is another generation now"

# One loader a type: a type unknown here could run a program, or send a token elsewhere.
_KEY_TYPES: Final[dict[str, Callable[..., Any]]] = {
    "service_account": service_account.Credentials.from_service_account_info,
    "authorized_user": oauth2.Credentials.from_authorized_user_info,
    "external_account": identity_pool.Credentials.from_info,
}

_FIELDS = "kind,items(name,size,updated,generation,crc32c),nextPageToken"


# Else the library reads the bucket's metadata beside the first listing, in a thread of its own, with a right
# (storage.buckets.get) that reading backups does not need.
os.environ.setdefault("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")


class GoogleStore:
    """A bucket of Google Cloud Storage, or of an emulator of it."""

    def __init__(self, bucket: str, credentials: Path | None, emulator_host: str, stall_seconds: float = 60) -> None:
        """Take the identity: the key file, else the workload's. Raises ConfigurationError for a bad key file.

        stall_seconds: a connection that is silent for so long is a transient error.
        """
        self._bucket = bucket
        self._timeout = (min(_CONNECT_SECONDS, stall_seconds), stall_seconds)
        self._identity = f"the key in {credentials}" if credentials else "the workload's identity"
        found = self._credentials(credentials, emulator_host)
        options = {"api_endpoint": emulator_host} if emulator_host else None
        self._client = storage.Client(project="none", credentials=found, client_options=options)
        self._session = AuthorizedSession(found, max_refresh_attempts=2)

    def _credentials(self, path: Path | None, emulator_host: str) -> Any:
        if path:
            found = self._from_key(path)
            return AnonymousCredentials() if emulator_host else found
        if emulator_host:
            self._identity = "no identity, as emulators need none"
            return AnonymousCredentials()
        with self.translated("find an identity for", ""):
            return google.auth.default(scopes=[_SCOPE])[0]

    def _from_key(self, path: Path) -> Any:
        hint = "check the secret restore-service-key: it holds the service key under the name credentials.json"
        try:
            key = json.loads(path.read_text())
            found = _KEY_TYPES[key["type"]](key, scopes=[_SCOPE])
        except OSError as error:
            message = f"cannot read GOOGLE_APPLICATION_CREDENTIALS, {path}: {error.strerror}"
            raise ConfigurationError(message, hint=hint) from error
        except (ValueError, TypeError, KeyError, AttributeError, auth.GoogleAuthError):
            # The cause's text may quote the key, so it goes no further.
            message = f"GOOGLE_APPLICATION_CREDENTIALS, {path}, holds no Google credentials in JSON"
            raise ConfigurationError(message, hint=hint) from None
        self._identity = getattr(found, "service_account_email", "") or self._identity
        return found

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the live objects below `prefix`; pages of 1,000 are fetched as they are needed."""
        with self.translated("list", prefix):
            # `retry=None`: trying again is the caller's, for every store alike.
            found = self._client.list_blobs(
                self._bucket, prefix=prefix, fields=_FIELDS, retry=None, timeout=self._timeout
            )
            tokens = set()
            for page in found.pages:
                self._check_page(prefix, page, again=found.next_page_token in tokens)
                tokens.add(found.next_page_token)
                for blob in page:
                    yield StoredObject(
                        blob.name,
                        int(blob.size),
                        blob.updated,
                        str(blob.generation),
                        checksums.from_base64("crc32c", blob.crc32c),
                    )

    def _check_page(self, prefix: str, page: Any, *, again: bool) -> None:
        """Raise StoreError for an answer that is no listing: an empty one from a gateway is no empty bucket."""
        if page.raw_page.get("kind") != "storage#objects" or again:
            reason = "the answer is no listing, or one without end"
            wrong = self.error("list", prefix, reason, transient=True)
            raise wrong

    def look(self, stored: StoredObject) -> StoredObject:
        """Return it as it is: the listing tells all."""
        return stored

    def read(self, stored: StoredObject, start: int = 0, end: int | None = None) -> RawIOBase:
        """Open one GET of the pinned generation."""
        end = stored.size_bytes if end is None else end
        whole = (start, end) == (0, stored.size_bytes)
        query = urlencode({"alt": "media", "generation": stored.generation})
        base = f"{self._client.api_endpoint}/download/storage/v1/b/{quote(self._bucket, safe='')}"
        # gzip accepted: the stored bytes come as they are, never inflated on the way (decompressive transcoding).
        headers = {"Accept-Encoding": "gzip"} | ({} if whole else {"Range": f"bytes={start}-{end - 1}"})
        with self.translated("read", stored.key):
            response = self._session.get(
                f"{base}/o/{quote(stored.key, safe='')}?{query}", headers=headers, stream=True, timeout=self._timeout
            )
        wrong = self._refusal(stored, (start, end), response)
        if wrong:
            response.close()
            raise wrong
        return _Body(self, stored, (start, end), response)

    def _refusal(self, stored: StoredObject, span: tuple[int, int], response: requests.Response) -> StoreError | None:
        """Return what is wrong with an answer, or None if it is the bytes asked for; its body is not trusted."""
        (start, end), status = span, response.status_code
        if status == 404:
            return self.error("read", stored.key, _GONE)
        if status not in {200, 206}:
            reason = f"{status} {_reason(response)}"
            return self.error("read", stored.key, reason, transient=status in _TRANSIENT_STATUS)
        if not _is_of(response, stored):
            return self.error("read", stored.key, "it was replaced after it was listed")
        length, whole = response.headers.get("Content-Length"), span == (0, stored.size_bytes)
        if status != (200 if whole else 206) or length != str(end - start):
            reason = f"the answer, {status}, has {length} bytes, and {end - start} from byte {start} on were asked for"
            return self.error("read", stored.key, reason, transient=True)
        return None

    def close(self) -> None:
        """Close both connection pools."""
        self._session.close()
        self._client.close()

    @contextmanager
    def translated(self, verb: str, key: str) -> Iterator[None]:
        """Let no exception of the libraries out: each becomes a StoreError."""
        try:
            yield
        except api.NotFound as error:
            raise self.error(verb, key, "there is no such bucket") from error
        except api.GoogleAPICallError as error:
            transient = error.code in _TRANSIENT_STATUS
            raise self.error(verb, key, f"{error.code} {_first_line(error.message)}", transient=transient) from error
        except auth.TransportError as error:
            raise self.error(verb, key, "the identity's server does not answer", transient=True) from error
        except auth.DefaultCredentialsError as error:
            raise self.error(verb, key, "there is no identity: no key, and no workload identity") from error
        except auth.GoogleAuthError as error:
            raise self.error(verb, key, f"the identity is refused ({type(error).__name__})") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise self.error(verb, key, f"unreachable ({type(error).__name__})", transient=True) from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # What the library makes of an answer in another form than Google's: a gateway spoke, not the store.
            reason = f"the answer is not understood ({type(error).__name__})"
            raise self.error(verb, key, reason, transient=True) from error

    def error(self, verb: str, key: str, reason: str, *, transient: bool = False) -> StoreError:
        """Return the error that names the object and the identity."""
        message = f"cannot {verb} gs://{self._bucket}/{key} with {self._identity}: {reason}"
        hint = (
            "check the network, a proxy, and the store's status page; the next start tries again"
            if transient
            else "check the bucket's name, and that this identity has the role roles/storage.objectViewer on it"
        )
        return StoreError(message, hint=hint, transient=transient)


def _is_of(response: requests.Response, stored: StoredObject) -> bool:
    """Tell whether the bytes are the listed ones, by what the answer says of them; not every emulator pins."""
    generation = response.headers.get("X-Goog-Generation", stored.generation)
    said = re.search(r"crc32c=([^,]+)", response.headers.get("X-Goog-Hash", ""))
    checksum = checksums.from_base64("crc32c", said[1]) if said else None
    return generation == stored.generation and (not checksum or stored.checksum in {None, checksum})


def _first_line(text: str | None) -> str:
    """Return the reason in an error's text, without the request's long URL before it."""
    reason = re.sub(r"^[A-Z]+ \S+: ", "", (text or "").strip())
    return reason.splitlines()[0][:200] if reason else "no reason given"


def _reason(response: requests.Response) -> str:
    """Return the reason in an error's body, which may be anything, and endless."""
    try:
        return _first_line(json.loads(response.raw.read(_REASON_BYTES, decode_content=True))["error"]["message"])
    except (ValueError, TypeError, KeyError, OSError, urllib3.exceptions.HTTPError):
        return response.reason or "no reason given"


class _Body(RawIOBase):
    """The bytes of one response, its errors translated; an end before the object's is one."""

    def __init__(
        self, store: GoogleStore, stored: StoredObject, span: tuple[int, int], response: requests.Response
    ) -> None:
        self._store, self._stored, self._response = store, stored, response
        self._offset, self._end = span

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with self._store.translated("read", self._stored.key):
            count = int(self._response.raw.readinto(buffer) or 0)
        self._offset += count
        if not count and self._offset < self._end:
            reason = f"the connection ended at byte {self._offset} of {self._end}"
            cut = self._store.error("read", self._stored.key, reason, transient=True)
            raise cut
        return count

    def close(self) -> None:
        self._response.close()
        super().close()
