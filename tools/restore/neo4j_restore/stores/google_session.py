"""Connections of Google's own client, which trust whom ours trust, and what says to Google who we are."""

import ssl
import threading
from collections.abc import Mapping
from typing import Any

import requests
from google.auth.transport.requests import AuthorizedSession, Request
from requests.adapters import HTTPAdapter

from neo4j_restore import scrub
from neo4j_restore.stores.http import KEPT_CONNECTIONS


class Bearer:
    """The headers that say who we are, for requests that go not by Google's client; for several threads."""

    def __init__(self, identity: Any, context: ssl.SSLContext) -> None:
        """Take one of google.auth's identities; nothing is asked yet."""
        self._identity = identity
        self._request = Request(_trusting(requests.Session(), context))
        self._guard = threading.Lock()

    def session(self, context: ssl.SSLContext) -> AuthorizedSession:
        """Return a session for Google's client, with the same identity."""
        session = AuthorizedSession(self._identity, max_refresh_attempts=2, auth_request=self._request)
        _trusting(session, context)
        return session

    def headers(self, url: str, refused: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return them, renewed before they end, and other ones than `refused`; none where nobody need be told.

        Raises what google.auth raises.
        """
        with self._guard:
            found = self._now(url)
            if found and found == refused:
                self._identity.refresh(self._request)
                found = self._now(url)
            return found

    def _now(self, url: str) -> dict[str, str]:
        found: dict[str, str] = {}
        self._identity.before_request(self._request, "GET", url, found)
        _learn(found)
        return found


def _learn(headers: Mapping[str, str | bytes]) -> None:
    """Keep the token in these headers out of the log."""
    value = headers.get("Authorization", "")
    scrub.learn((value if isinstance(value, str) else value.decode("latin-1")).partition(" ")[2])


class _Trusting(HTTPAdapter):
    """Trusts as our other connections do."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_maxsize=KEPT_CONNECTIONS)

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        _learn(request.headers)
        return super().send(request, *arguments, **options)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options, ssl_context=self._context)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        return super().proxy_manager_for(proxy, **options, ssl_context=self._context)


def _trusting(session: requests.Session, context: ssl.SSLContext) -> requests.Session:
    session.mount("https://", _Trusting(context))
    return session
