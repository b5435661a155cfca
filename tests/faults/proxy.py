"""A faulting HTTP proxy in front of an emulated bucket: it answers as the store does, until its script says otherwise.

Where the emulator is laxer than Google's store, it is as strict: a read of a generation that is gone is a 404.
"""

import http.client
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

# What of an answer is of its connection alone, and is made anew for the next one.
_OF_THE_CONNECTION = {"content-length", "connection", "date", "server", "transfer-encoding"}


class Kind(StrEnum):
    """The requests that are counted and meet faults. Any other gets the store's own answer."""

    LIST = "list"
    READ = "read"


class Pins(StrEnum):
    """What becomes of a read of a generation that was replaced: a 404 as Google's store gives, or laxer answers."""

    REFUSES = "refuses"
    TELLS = "tells the generation that it gives"
    IGNORES = "gives what is there without a word"


@dataclass(frozen=True)
class Answer:
    """A whole answer. `length` is what Content-Length says, where that is not the truth."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    length: int | None = None


@dataclass(frozen=True)
class Exchange:
    """One request on its connection: `ask` asks the store, as often as it is called."""

    handler: BaseHTTPRequestHandler
    ask: Callable[..., Answer]
    ended: threading.Event

    def send(self, answer: Answer, count: int | None = None) -> None:
        """Send the answer's head, and its first `count` bytes, or all."""
        self.handler.send_response(answer.status)
        for name, value in answer.headers.items():
            self.handler.send_header(name, value)
        self.handler.send_header("Content-Length", str(len(answer.body) if answer.length is None else answer.length))
        self.handler.end_headers()
        self.handler.wfile.write(answer.body[:count])

    def close(self) -> None:
        """End the connection, as a server does that is done."""
        self.handler.close_connection = True

    def reset(self) -> None:
        """End the connection at once: the other side gets a TCP reset."""
        self.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.handler.connection.close()
        self.handler.close_connection = True


Fault = Callable[[Exchange], None]


@dataclass(frozen=True)
class Rule:
    """Which requests meet faults, one each: those of a kind from the `first` on. `forever`: then the last, always."""

    kind: Kind
    faults: tuple[Fault, ...]
    first: int
    forever: bool

    def fault(self, number: int) -> Fault:
        """Return what the request of this number meets."""
        index = number - self.first
        if index < 0 or (index >= len(self.faults) and not self.forever):
            return honest
        return self.faults[min(index, len(self.faults) - 1)]


class Proxy(ThreadingHTTPServer):
    """The proxy. `host` is its URL, for STORAGE_EMULATOR_HOST. `seen` counts the requests of each kind."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        """Listen on a free port of the loopback interface, in front of the emulator at the URL `upstream`."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(upstream).netloc
        self.host = f"http://127.0.0.1:{self.server_port}"
        self.seen: dict[Kind, int] = dict.fromkeys(Kind, 0)
        self.pins = Pins.REFUSES
        self.ended = threading.Event()
        self._rule: Rule | None = None
        self._guard = threading.Lock()

    def meet(self, kind: Kind, *faults: Fault, first: int = 1, forever: bool = False) -> None:
        """Let requests of `kind` meet `faults`, counted from now on. What was asked for before is forgotten."""
        with self._guard:
            self._rule = Rule(kind, faults, first, forever)
            self.seen = dict.fromkeys(Kind, 0)

    def heal(self) -> None:
        """Let every request through."""
        with self._guard:
            self._rule = None

    def fault_for(self, path: str) -> Fault:
        """Count a request, and return the fault it meets, or the honest answer."""
        kind = _kind(urlsplit(path).path)
        if kind is None:
            return honest
        with self._guard:
            self.seen[kind] += 1
            rule, number = self._rule, self.seen[kind]
        return rule.fault(number) if rule and rule.kind is kind else honest

    def ask(self, path: str, headers: Mapping[str, str]) -> Answer:
        """Return the store's answer, with the generation that the real one tells and pins."""
        response = self._fetch(path, headers)
        asked = urlsplit(path)
        if not asked.path.startswith("/download/") or response.status not in {200, 206}:
            return response
        generation = json.loads(self._fetch(asked.path.removeprefix("/download"), {}).body)["generation"]
        if self.pins is Pins.REFUSES and [generation] != parse_qs(asked.query).get("generation"):
            return refusal(404)
        pin = {} if self.pins is Pins.IGNORES else {"X-Goog-Generation": generation}
        return replace(response, headers={**response.headers, **pin})

    def _fetch(self, path: str, headers: Mapping[str, str]) -> Answer:
        connection = http.client.HTTPConnection(self.upstream, timeout=60)
        try:
            connection.request("GET", path, headers=dict(headers))
            response = connection.getresponse()
            kept = {name: value for name, value in response.getheaders() if name.lower() not in _OF_THE_CONNECTION}
            return Answer(response.status, kept, response.read())
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def handle(self) -> None:
        # The engine hangs up once it has seen enough, or was killed.
        with suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        asked = {"Range": self.headers["Range"]} if "Range" in self.headers else {}

        def ask(*, whole: bool = False) -> Answer:
            return self.server.ask(self.path, {} if whole else asked)

        self.server.fault_for(self.path)(Exchange(self, ask, self.server.ended))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _kind(path: str) -> Kind | None:
    if path.startswith("/download/"):
        return Kind.READ
    return Kind.LIST if path.endswith("/o") else None


def honest(exchange: Exchange) -> None:
    """Give the store's own answer."""
    exchange.send(exchange.ask())


def refusal(status: int) -> Answer:
    """Return an error as the store words it."""
    text = json.dumps({"error": {"code": status, "message": f"no luck: {status}"}})
    return Answer(status, {"Content-Type": "application/json"}, text.encode())


@contextmanager
def proxy(upstream: str) -> Iterator[Proxy]:
    """Run a proxy in front of the emulator at `upstream` until the block ends."""
    with Proxy(upstream) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield running
        finally:
            running.ended.set()
            running.shutdown()
            thread.join()
