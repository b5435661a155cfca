"""HTTP as all stores in the cloud speak it: connections, streams of exact length, and errors in our words."""

import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies

import certifi
import urllib3
from urllib3.exceptions import HTTPError

from neo4j_restore.checksums import Checksum
from neo4j_restore.errors import ConfigurationError, StoreError

# What may succeed later. Sources: https://cloud.google.com/storage/docs/retry-strategy and
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
TRANSIENT_STATUS: Final = frozenset({408, 429, 500, 502, 503, 504})

# By these a store asks for fewer requests at once.
_THROTTLING_STATUS: Final = frozenset({429, 503})

CONNECT_SECONDS: Final = 10.0

GONE: Final = "it is not there, or is another generation now"

# An error's text, a token: more is no answer of a store's.
SMALL_BYTES: Final = 64 * 1024
# A page of 1,000 names of 1,024 bytes, each byte as %XX.
PAGE_BYTES: Final = 16 * 1024 * 1024

# As many requests at once keep their connections for the next ones.
KEPT_CONNECTIONS: Final = 64

_CHECK_NETWORK = "check the network, a proxy, and the store's status page; the next start tries again"


@dataclass
class Errors:
    """Words the errors of one store, so that each names the operation, the object and the identity.

    root: the URL that keys follow, with its slash. identity: who asks, in words; never a secret.
    hint: what to check when the store refuses.
    """

    root: str
    identity: str
    hint: str

    def error(
        self,
        verb: str,
        key: str,
        reason: str,
        *,
        transient: bool = False,
        hint: str = "",
        after: float = 0,
        status: int = 0,
    ) -> StoreError:
        """Return the error. after: the seconds that the store asks to wait before the next try. status: HTTP's."""
        message = f"cannot {verb} {self.root}{key} with {self.identity}: {reason}"
        wrong = StoreError(message, hint=hint or (_CHECK_NETWORK if transient else self.hint), transient=transient)
        wrong.throttled, wrong.retry_after_seconds = status in _THROTTLING_STATUS, after
        return wrong

    def replaced(self, verb: str, key: str) -> StoreError:
        """Return the error of an object that is another one now."""
        hint = "start again: the new object will be listed, and taken whole"
        return self.error(verb, key, "it was replaced after it was listed", hint=hint)

    @contextmanager
    def translated(self, verb: str, key: str) -> Iterator[None]:
        """Let no exception of the HTTP libraries out: each becomes a StoreError."""
        try:
            yield
        except (HTTPError, OSError) as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                hint = "CA_BUNDLE names the certificates of a store or proxy with a certificate of its own"
                raise self.error(verb, key, "nobody we trust has signed its certificate", hint=hint) from error
            raise self.error(verb, key, f"unreachable ({type(error).__name__})", transient=True) from error


class Http:
    """Connections to a store, and to whoever tells its identity. Nothing is tried again, and no redirect followed."""

    def __init__(self, stall_seconds: float, ca_bundle: Path | None = None) -> None:
        """Take how long a connection may be silent, and whom to trust beside the public authorities.

        Raises ConfigurationError for a bundle that holds no certificates.
        """
        self._timeout = urllib3.Timeout(connect=min(CONNECT_SECONDS, stall_seconds), read=stall_seconds)
        self.context = trusting(ca_bundle)
        self._managers: dict[str, urllib3.PoolManager] = {}

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        direct: bool = False,
        seconds: float = 0,
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer, its body still to be read, as it is stored. direct: never through a proxy."""
        manager = self._manager("" if direct else _proxy_of(url))
        return manager.request(
            method,
            url,
            body=body,
            headers=dict(headers),
            timeout=urllib3.Timeout(seconds) if seconds else self._timeout,
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )

    def _manager(self, proxy: str) -> urllib3.PoolManager:
        if proxy not in self._managers:
            self._managers[proxy] = self._made(proxy)
        return self._managers[proxy]

    def _made(self, proxy: str) -> urllib3.PoolManager:
        if not proxy:
            return urllib3.PoolManager(maxsize=KEPT_CONNECTIONS, ssl_context=self.context)
        parts = urlsplit(proxy)
        login = f"{parts.username}:{parts.password or ''}" if parts.username else None
        headers = urllib3.make_headers(proxy_basic_auth=login)
        bare = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        return urllib3.ProxyManager(
            bare,
            proxy_headers=headers,
            maxsize=KEPT_CONNECTIONS,
            ssl_context=self.context,
            proxy_ssl_context=self.context,
        )

    def close(self) -> None:
        """Close all connections."""
        for manager in self._managers.values():
            manager.clear()


def trusting(ca_bundle: Path | None) -> ssl.SSLContext:
    """Return a context that trusts the public authorities, those of the machine, and those of `ca_bundle`."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if ca_bundle:
        try:
            context.load_verify_locations(ca_bundle)
        except OSError as error:  # an SSLError is one
            message = f"CA_BUNDLE, {ca_bundle}, holds no certificates in PEM that can be read"
            raise ConfigurationError(message, hint="check the ConfigMap or Secret that holds it") from error
    return context


def _proxy_of(url: str) -> str:
    if not getproxies():
        return ""
    # Imported here: it is the only one that knows networks, as 10.0.0.0/8, in NO_PROXY.
    from requests.utils import get_environ_proxies, select_proxy

    return select_proxy(url, get_environ_proxies(url)) or ""


def small(response: urllib3.BaseHTTPResponse, most: int = SMALL_BYTES) -> bytes:
    """Return the body of an answer that is not long, and give its connection back."""
    with response:
        return response.read(most)


def seconds_to_wait(headers: Mapping[str, str]) -> float:
    """Return what Retry-After asks for, in seconds; 0 where it says nothing, or names a date."""
    text = headers.get("Retry-After") or ""
    return float(text) if re.fullmatch(r"\d{1,4}", text) else 0


def byte_range(start: int, end: int, size: int) -> dict[str, str]:
    """Return the header that asks for the bytes from `start` to `end`; none for all of them."""
    return {} if (start, end) == (0, size) else {"Range": f"bytes={start}-{end - 1}"}


def wrong_span(status: int, headers: Mapping[str, str], span: tuple[int, int], size: int) -> str:
    """Return what is wrong with an answer that is to hold the bytes of `span`; empty for nothing."""
    start, end = span
    length, said = headers.get("Content-Length"), headers.get("Content-Range", "")
    whole = span == (0, size)
    if status != (200 if whole else 206) or length != str(end - start):
        return f"the answer, {status}, has {length} bytes, and {end - start} from byte {start} on were asked for"
    if not whole and said != f"bytes {start}-{end - 1}/{size}":
        return f"the answer has {said!r}, and {end - start} bytes from byte {start} on of {size} were asked for"
    return ""


class Body(RawIOBase):
    """The bytes of one answer, its errors translated; an end before the last byte asked for is one.

    checksum: of the whole object, where the answer told it.
    """

    def __init__(
        self, errors: Errors, key: str, span: tuple[int, int], response: Any, checksum: Checksum | None = None
    ) -> None:
        """Take an answer of urllib3's whose status and length are right."""
        self._errors, self._key, self._response = errors, key, response
        self._offset, self._end = span
        self.checksum = checksum

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with what comes next; 0 after the last byte asked for alone."""
        with self._errors.translated("read", self._key):
            count = int(self._response.readinto(buffer) or 0)
        self._offset += count
        if not count and self._offset < self._end:
            reason = f"the connection ended at byte {self._offset} of {self._end}"
            cut = self._errors.error("read", self._key, reason, transient=True)
            raise cut
        return count

    def close(self) -> None:
        """Give the connection back, or end it where bytes are left."""
        self._response.close()
        super().close()
