"""Connections of Google's own client, with our bounds and trusted CAs, and the headers that prove our identity."""

import threading
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import requests
from google.auth.transport.requests import AuthorizedSession, Request
from requests.adapters import HTTPAdapter

from neo4j_restore import bounded, scrub
from neo4j_restore.stores import parsing
from neo4j_restore.stores.http import KEPT_CONNECTIONS, Http

Session = TypeVar("Session", bound=requests.Session)


class Bearer:
    """The headers of our identity, for requests that do not go through Google's client. Several threads may use it."""

    def __init__(self, identity: Any, http: Http, request: Request) -> None:
        """Take one of google.auth's identities, and the request object for its tokens. No request is made yet."""
        self._identity, self._http, self._request = identity, http, request
        # Held while a token is renewed: google.auth's identities are changed by that, and one request for all is
        # enough.
        self._guard = threading.Lock()

    def session(self) -> AuthorizedSession:
        """Return a session with the same identity, for the listings of Google's client."""
        session = AuthorizedSession(self._identity, max_refresh_attempts=2, auth_request=self._request)
        _prepare(session, _Bounded(self._http, bounded.MOST_BYTES))
        return session

    def headers(self, url: str, refused: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the headers, renewed before they end, and different from `refused`. Empty where no identity is needed.

        Raises the errors of google.auth.
        """
        with self._guard:
            headers = self._now(url)
            # Only if another thread has not renewed it meanwhile.
            if headers and headers == refused:
                self._identity.refresh(self._request)
                headers = self._now(url)
            return headers

    def _now(self, url: str) -> dict[str, str]:
        headers: dict[str, str] = {}
        self._identity.before_request(self._request, "GET", url, headers)
        _learn(headers)
        return headers


def _learn(headers: Mapping[str, str | bytes]) -> None:
    """Keep the token in these headers out of the log."""
    value = headers.get("Authorization", "")
    scrub.learn((value if isinstance(value, str) else value.decode("latin-1")).partition(" ")[2])


def token_request(http: Http) -> Request:
    """Return the request object with which google.auth fetches tokens."""
    return Request(_prepare(requests.Session(), _Bounded(http, parsing.SMALL_BYTES)))


class _Bounded(HTTPAdapter):
    """Trusts the same CAs as our other connections, and reads no more of an answer than they do."""

    def __init__(self, http: Http, most_bytes: int) -> None:
        self._context, self._stall_seconds, self._most_bytes = http.context, http.stall_seconds, most_bytes
        super().__init__(pool_maxsize=KEPT_CONNECTIONS)

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        _learn(request.headers)
        response = super().send(request, *arguments, **options)
        # `requests` would read the body itself, without a bound. It uses this one instead.
        response._content = self._body(response)
        response._content_consumed = True  # type: ignore[attr-defined] # the stubs lack it
        return response

    def _body(self, response: requests.Response) -> bytes:
        if response.status_code != HTTPStatus.OK:
            return parsing.beginning(response.raw)
        data = parsing.body(response.raw, self._stall_seconds, self._most_bytes)
        if "json" in (response.headers.get("Content-Type") or ""):
            # Google's libraries parse it without a bound. JSON that is too deep must not reach them.
            parsing.parse_json(data)
        return data

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options, ssl_context=self._context)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        return super().proxy_manager_for(proxy, **options, ssl_context=self._context)


def _prepare(session: Session, adapter: HTTPAdapter) -> Session:
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)
    # Only gzip: `requests` offers others too, such as zstd, which `parsing` can't undo.
    session.headers["Accept-Encoding"] = "gzip"
    # No redirect is followed. It would take the token to the host that it names.
    session.get_redirect_target = lambda _: None  # type: ignore[method-assign, assignment] # one session alone
    return session
