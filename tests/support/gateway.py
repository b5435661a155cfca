"""A gateway in front of an emulated store: it passes on what its script has no other answer for."""

import gzip
import http.client
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.support.servers import Quiet, serving

# Of a connection, not of an answer: made anew for the next one.
_OF_THE_CONNECTION = {"connection", "date", "server", "transfer-encoding", "keep-alive"}


@dataclass(frozen=True)
class Fault:
    """What one request meets in place of its answer: a status, or of its own answer only the first `count` bytes.

    reset: the connection then ends with a TCP reset. hangs: nothing comes before the gateway ends.
    lost: the store carries the request out, and nothing of its answer comes.
    """

    status: int = 0
    count: int | None = None
    reset: bool = False
    hangs: bool = False
    lost: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Gateway(ThreadingHTTPServer):
    """The gateway. `host` is its URL. `faults` are met in their order. `seen` are the requests, as method and path.

    hides: the beginnings of headers that it leaves out, in small letters. compresses: bodies, in gzip.
    before: what to do before the request of a number, counted from 1, is answered.
    """

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        """Listen on a free port of the loopback interface, in front of the store at the URL `upstream`."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = urlsplit(upstream).netloc
        self.host = f"http://127.0.0.1:{self.server_port}"
        self.faults: deque[Fault] = deque()
        self.seen: list[str] = []
        self.hides: tuple[str, ...] = ()
        self.compresses = False
        self.over = threading.Event()
        self.before: dict[int, Callable[[], object]] = {}


class _Handler(Quiet):
    server: Gateway

    def handle(self) -> None:
        with suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
        self.server.seen.append(f"{self.command} {self.path}")
        self.server.before.pop(len(self.server.seen), lambda: None)()
        fault = self.server.faults.popleft() if self.server.faults else None
        if fault and fault.hangs:
            self.server.over.wait()
            self.close_connection = True
            return
        if fault and fault.status:
            self.answer(fault.status, fault.body, **fault.headers)
            return
        connection = http.client.HTTPConnection(self.server.upstream, timeout=60)
        # With the Host that was asked for: it is signed.
        connection.request(self.command, self.path, sent, dict(self.headers))
        response = connection.getresponse()
        body = response.read()
        connection.close()
        if fault and fault.lost:
            self.close_connection = True
            return
        self._pass_on(response, body, fault)

    do_HEAD = do_PUT = do_POST = do_GET

    def _pass_on(self, response: http.client.HTTPResponse, body: bytes, fault: Fault | None) -> None:
        kept = {name: value for name, value in response.getheaders() if name.lower() not in _OF_THE_CONNECTION}
        kept = {name: value for name, value in kept.items() if not name.lower().startswith(self.server.hides)}
        kept = {name.replace("content-length", "Content-Length"): value for name, value in kept.items()}
        if self.server.compresses:
            body = gzip.compress(body)
            kept |= {"Content-Length": str(len(body)), "Content-Encoding": "gzip"}
        self.send_response(response.status)
        for name, value in {"Content-Length": str(len(body)), **kept}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(body[: fault.count] if fault else body)
        if fault:
            self.close_connection = True
            if fault.reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()


@contextmanager
def gateway(upstream: str) -> Iterator[Gateway]:
    """Run a gateway in front of the store at `upstream` until the block ends."""
    running = Gateway(upstream)
    with serving(running):
        try:
            yield running
        finally:
            running.over.set()
