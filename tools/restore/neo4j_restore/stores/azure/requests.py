"""Signed requests to one account of Azure Blob Storage."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Final
from urllib.parse import urlsplit

import urllib3

from neo4j_restore.buckets import BucketUrl
from neo4j_restore.errors import ConfigurationError, StoreError
from neo4j_restore.settings import Access
from neo4j_restore.stores import StoredObject, parsing
from neo4j_restore.stores.azure import answers
from neo4j_restore.stores.azure.identity import find
from neo4j_restore.stores.errors import GONE, OWN_KEY, TRANSIENT_STATUS, StoreErrors, seconds_to_wait
from neo4j_restore.stores.http import Http, url_of
from neo4j_restore.stores.keyfiles import read_encryption_key
from neo4j_restore.stores.plain import Check, PlainGet
from neo4j_restore.stores.proxies import proxy_of

# The API version. 2020-12-06 is the first with every feature used here. This is a later one that Azurite knows too.
_VERSION: Final = "2023-11-03"


_WRITE_HINT: Final = (
    "give this identity the role Storage Blob Data Contributor on the container, or a SAS token with the permission c"
)


class Requests:
    """Requests an account's blobs and listings. account: its name."""

    def __init__(self, bucket: BucketUrl, access: Access, stall_seconds: float, errors: StoreErrors) -> None:
        """Take account, endpoint and identity. No request is made yet. Raises ConfigurationError for a bad file."""
        self._http, self._errors = Http(stall_seconds, access.ca_bundle), errors
        self.stall_seconds = stall_seconds
        self.account, endpoint, self._identity = find(bucket, access, self._http, errors)
        if not self.account:
            message = f"{bucket} names no account, and neither do the credentials"
            raise ConfigurationError(message, hint="write BUCKET as azb://account/container/path")
        errors.root = f"azb://{self.account}/"
        self._base = _base(access.endpoint_url or endpoint, self.account)
        # Checks the proxy's variables now, before the first request.
        self._has_proxy = bool(proxy_of(self._base))
        key = read_encryption_key(access.encryption_key)
        name = "x-ms-encryption"
        self._of_objects = (
            {f"{name}-algorithm": "AES256", f"{name}-key": key.text, f"{name}-key-sha256": key.digest("sha256")}
            if key
            else {}
        )
        # Reading a version needs a role or signature that covers versions. If the service refuses it once, it is not
        # requested again. The field has no lock: a thread that sees an old value makes one request more.
        self._may_version = True

    def of_blob(
        self, method: str, verb: str, stored: StoredObject, headers: Mapping[str, str]
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer to a request for these exact bytes: by ETag, and by version if there is one."""
        query, pinned = self._pin(stored)
        response = self.ask(method, verb, stored.key, stored.key, query, {**headers, **pinned})
        if response.status == 403 and query:
            # The identity may read the blob, but not its versions. The ETag still pins the bytes.
            response.close()
            self._may_version = False
            return self.of_blob(method, verb, stored, headers)
        return response

    def new_blob(self, key: str, data: bytes) -> urllib3.BaseHTTPResponse:
        """Return the answer to a request for a new blob. If there is one of the name, it is not replaced."""
        headers = {
            "If-None-Match": "*",
            "Content-Length": str(len(data)),
            "Content-Type": "application/json",
            "x-ms-blob-type": "BlockBlob",
        }
        return self.ask("PUT", "write", key, key, {}, {**self._of_objects, **headers}, data)

    def plain(self, stored: StoredObject, headers: Mapping[str, str], check: Check) -> PlainGet | None:
        """Return the same as a signed GET for other connections, or None where they would need a proxy."""
        if self._has_proxy:
            return None
        query, pinned = self._pin(stored)
        url, all_headers = self._signed("GET", stored.key, query, {**headers, **pinned})
        return self._http.plain(url, all_headers, check)

    def _pin(self, stored: StoredObject) -> tuple[dict[str, str], dict[str, str]]:
        version = stored.generation.partition(" ")[2] if self._may_version else ""
        # If-Match: a blob that was replaced since the listing gives 412, never other bytes.
        return {"versionid": version} if version else {}, {**self._of_objects, "If-Match": etag(stored)}

    def _signed(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[str, dict[str, str]]:
        return self._identity.signed(method, url_of(self._base, path, query), {"x-ms-version": _VERSION, **headers})

    def ask(
        self,
        method: str,
        verb: str,
        key: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes | None = None,
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer. Its body is not read yet. verb, key: for errors. path: below the account."""
        url, all_headers = self._signed(method, path, query, headers)
        with self._errors.translated(verb, key):
            return self._http.ask(method, url, all_headers, body)

    def refusal(self, verb: str, key: str, response: urllib3.BaseHTTPResponse) -> StoreError:
        """Return the error that an answer with this status means. verb, key: for its message."""
        status, headers = response.status, response.headers
        code, reason = answers.reason(parsing.beginning(response), headers, response.reason or "")
        if verb == "write" and code in answers.EXISTS:
            return self._errors.exists(key)
        if status == 412:
            return self._errors.replaced(verb, key)
        if status == 404 and code != "ContainerNotFound" and verb != "list":
            return self._errors.error(verb, key, GONE)
        if code in answers.ARCHIVED:
            container, _, name = key.partition("/")
            command = answers.thaw("Archive", "", self.account, container, name)
            hint = f"thaw it, then start again: {command}"
            return self._errors.error(verb, key, "it is in the archive tier", hint=hint)
        transient, after = status in TRANSIENT_STATUS, seconds_to_wait(headers)
        hint = OWN_KEY if code == "BlobUsesCustomerSpecifiedEncryption" else ""
        if verb == "write" and status == 403:
            hint = _WRITE_HINT
        text = f"{status} {reason}"
        return self._errors.error(verb, key, text, transient=transient, hint=hint, after=after, status=status)

    def understood(self, verb: str, key: str) -> AbstractContextManager[None]:
        """Turn an answer that is not in Azure's form into a StoreError."""
        return self._errors.understood(verb, key, ValueError, TypeError)

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


def etag(stored: StoredObject) -> str:
    """Return the ETag of a blob, without its version."""
    return stored.generation.partition(" ")[0]
