"""HTTP for all cloud stores: connections, proxies, and trusted certificates."""

import errno
import socket
import ssl
from collections.abc import Mapping
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlencode, urlsplit

import certifi
import urllib3

from neo4j_restore.errors import ConfigurationError
from neo4j_restore.stores.errors import UnsendableError
from neo4j_restore.stores.plain import Check, PlainGet
from neo4j_restore.stores.proxies import proxy_of

CONNECT_SECONDS: Final = 10.0

# As many connections stay open for further requests.
KEPT_CONNECTIONS: Final = 64


class Http:
    """Connections to a store, and to its identity endpoints. No request is retried, and no redirect is followed."""

    def __init__(self, stall_seconds: float, ca_bundle: Path | None = None) -> None:
        """Take how long a connection may be silent, and which CAs to trust besides the public ones.

        Raises ConfigurationError for a bundle that holds no certificates.
        """
        self.stall_seconds = stall_seconds
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
        """Return the answer. Its body is not read or decoded yet. direct: never through a proxy.

        Raises urllib3's errors, OSError, and UnsendableError: see `StoreErrors.translated`.
        Raises ConfigurationError for a proxy that is not a URL.
        """
        manager = self._manager("" if direct else proxy_of(url))
        try:
            return manager.request(
                method,
                url,
                body=body,
                headers=dict(headers),
                timeout=urllib3.Timeout(seconds) if seconds else self._timeout,
                # Retries belong to the callers, for every store alike.
                retries=False,
                # A redirect would take the key or token to the host that it names.
                redirect=False,
                preload_content=False,
                # The stored bytes are wanted: a decoded body would have another length and checksum.
                decode_content=False,
            )
        except (ValueError, HTTPException) as error:
            # The text of the cause may quote a header, and so a key. `UnsendableError` has no text.
            raise UnsendableError from error

    def dial(self, url: str) -> socket.socket:
        """Return a new connection to the host of `url`, with TLS where it is https. No proxy. Raises OSError."""
        parts = urlsplit(url)
        is_tls, host = parts.scheme == "https", parts.hostname or ""
        seconds = min(CONNECT_SECONDS, self.stall_seconds)
        connection = socket.create_connection((host, parts.port or (443 if is_tls else 80)), seconds)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return self.context.wrap_socket(connection, server_hostname=host) if is_tls else connection
        except BaseException:
            connection.close()
            raise

    def plain(self, url: str, headers: Mapping[str, str], check: Check) -> PlainGet:
        """Return a signed GET for other connections than these. No proxy."""
        return PlainGet(url, headers, partial(self.dial, url), check, self.stall_seconds)

    def _manager(self, proxy: str) -> urllib3.PoolManager:
        if proxy not in self._managers:
            # Two threads may both make one. The later one stays, and nothing but a few connections is lost.
            self._managers[proxy] = self._new_manager(proxy)
        return self._managers[proxy]

    def _new_manager(self, proxy: str) -> urllib3.PoolManager:
        if not proxy:
            return urllib3.PoolManager(maxsize=KEPT_CONNECTIONS, ssl_context=self.context)
        parts = urlsplit(proxy)
        login = unquote(f"{parts.username}:{parts.password or ''}") if parts.username else None
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


def url_of(base: str, path: str, query: Mapping[str, str]) -> str:
    """Return a URL as S3 and Azure sign it: path and query are encoded, and slashes stay."""
    return f"{base}/{quote(path, safe='/~')}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")


def trusting(ca_bundle: Path | None) -> ssl.SSLContext:
    """Return a context that trusts the public CAs, those of the machine, and those of `ca_bundle`."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if ca_bundle:
        try:
            # Opening a FIFO would wait for a writer.
            if not ca_bundle.is_file():
                raise FileNotFoundError(errno.ENOENT, "not a file", str(ca_bundle))
            context.load_verify_locations(ca_bundle)
        except OSError as error:  # an SSLError is an OSError
            message = f"CA_BUNDLE, {ca_bundle}, holds no certificates in PEM that can be read"
            raise ConfigurationError(message, hint="check the ConfigMap or Secret that holds it") from error
    return context
