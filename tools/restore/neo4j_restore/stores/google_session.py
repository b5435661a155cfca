"""Connections of Google's own client, bound and trusting as ours are, and what says to Google who we are."""

import threading
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import requests
from google.auth.transport.requests import AuthorizedSession, Request
from requests.adapters import HTTPAdapter

from neo4j_restore import bounded, scrub
from neo4j_restore.stores import answers
from neo4j_restore.stores.http import KEPT_CONNECTIONS, Http

Session = TypeVar("Session", bound=requests.Session)


class Bearer:
    """The headers that say who we are, for requests that go not by Google's client; for several threads."""

    def __init__(self, identity: Any, http: Http, request: Request) -> None:
        """Take one of google.auth's identities, and how to ask for its tokens; nothing is asked yet."""
        self._identity, self._http, self._request = identity, http, request
        self._guard = threading.Lock()

    def session(self) -> AuthorizedSession:
        """Return a session for the listings of Google's client, with the same identity."""
        session = AuthorizedSession(self._identity, max_refresh_attempts=2, auth_request=self._request)
        _prepare(session, _Bounded(self._http, bounded.MOST_BYTES))
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


def token_request(http: Http) -> Request:
    """Return how google.auth asks for tokens."""
    return Request(_prepare(requests.Session(), _Bounded(http, answers.SMALL_BYTES)))


class _Bounded(HTTPAdapter):
    """Trusts as our other connections do, and reads no more of an answer than they do."""

    def __init__(self, http: Http, most_bytes: int) -> None:
        self._context, self._stall_seconds, self._most_bytes = http.context, http.stall_seconds, most_bytes
        super().__init__(pool_maxsize=KEPT_CONNECTIONS)

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        _learn(request.headers)
        response = super().send(request, *arguments, **options)
        # What `requests` would read by itself, without a bound. It takes what is there already.
        response._content = self._body(response)
        response._content_consumed = True  # type: ignore[attr-defined] # the stubs leave it out
        return response

    def _body(self, response: requests.Response) -> bytes:
        if response.status_code != HTTPStatus.OK:
            return answers.beginning(response.raw)
        data = answers.body(response.raw, self._stall_seconds, self._most_bytes)
        if "json" in (response.headers.get("Content-Type") or ""):
            # Google's libraries parse it without a bound: nothing that is too deep gets there.
            answers.parse_json(data)
        return data

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options, ssl_context=self._context)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        return super().proxy_manager_for(proxy, **options, ssl_context=self._context)


def _prepare(session: Session, adapter: HTTPAdapter) -> Session:
    for scheme in ("https://", "http://"):
        session.mount(scheme, adapter)
    # None of what `requests` can undo beside it, such as zstd.
    session.headers["Accept-Encoding"] = "gzip"
    # No redirect is followed: it would take the token to whoever it names.
    session.get_redirect_target = lambda _: None  # type: ignore[method-assign, assignment] # one session alone
    return session
