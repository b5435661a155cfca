"""Servers of tests: on a free port of the loopback interface, waited for by what they do, gone with their block."""

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.support.patience import HANGS_AFTER_SECONDS


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def unix_socket(path: Path) -> None:
    """Leave a socket at `path`. An address may be shorter than a path, so it is made from inside the folder."""
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(path.name)
    finally:
        os.chdir(here)


def wait_until_it_listens(port: int, process: subprocess.Popen[bytes], seconds: float = HANGS_AFTER_SECONDS) -> None:
    """Return once something listens on `port`. Fail if the process ends before, or after so long."""
    until = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                message = f"no server listens on port {port}; its process ended with {process.poll()}"
                raise RuntimeError(message) from None
            threading.Event().wait(0.02)
        else:
            return


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[str]:
    """Serve until the block ends. Give the server's URL."""
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Quiet(BaseHTTPRequestHandler):
    """A handler that says nothing, and keeps connections."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send a whole answer. In names of headers `_` stands for `-`."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@dataclass(frozen=True)
class Reply:
    """An answer that a test made up, as its protocol has it."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


class Scripted(ThreadingHTTPServer):
    """Says what a test made up, where no emulator can: `replies` in their order, the last one ever after."""

    daemon_threads = True

    def __init__(self, *replies: Reply) -> None:
        """Listen on a free port of the loopback interface."""
        super().__init__(("127.0.0.1", 0), _Reciting)
        self.host = f"http://127.0.0.1:{self.server_port}"
        self.replies = list(replies)
        self.asked: list[Asked] = []


class _Reciting(Quiet):
    server: Scripted

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        lower = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append(Asked(self.command, self.path, lower, body))
        replies = self.server.replies
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        self.answer(reply.status, reply.body, **reply.headers)

    do_HEAD = do_POST = do_PUT = do_GET


@contextmanager
def scripted(*replies: Reply) -> Iterator[Scripted]:
    """Run a server that gives `replies` until the block ends."""
    running = Scripted(*replies)
    with serving(running):
        yield running
