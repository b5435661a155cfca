"""DEADLINE_SECONDS ends each wait for a store, and keeps the bytes that came. A long wait is logged."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import ThreadingHTTPServer

import pytest
from tests.conftest import Run
from tests.support.says import says
from tests.support.servers import Quiet, serving

from neo4j_restore import deadline
from neo4j_restore.deadline import NEVER, Deadline, Watch
from neo4j_restore.errors import StoreError
from neo4j_restore.transfer.retry import Retry


class Drip(ThreadingHTTPServer):
    """An S3 that gives a byte now and then, for ever, in one of its answers. where: names that answer."""

    daemon_threads = True

    def __init__(self, where: str) -> None:
        super().__init__(("127.0.0.1", 0), _Dripping)
        self.where, self.pages = where, 0
        self.over = threading.Event()


ETAG = '"0123456789abcdef0123456789abcdef"'
ENTRY = (
    "<Contents><Key>neo4j-latest.tar.gz</Key><LastModified>2026-01-31T02:00:00.000Z</LastModified>"
    f"<ETag>{ETAG}</ETag><Size>5000000</Size></Contents>"
)


class _Dripping(Quiet):
    server: Drip

    def handle(self) -> None:
        with suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        if self.path.startswith("/token"):
            self._drip(200)
        elif "list-type" in self.path:
            self._listing()
        else:
            self._object()

    do_HEAD = do_GET

    def _listing(self) -> None:
        where = self.server.where
        if where == "pages":
            self.server.pages += 1
            token = f"<NextContinuationToken>{self.server.pages}</NextContinuationToken>"
            self.answer(200, f"<ListBucketResult><IsTruncated>true</IsTruncated>{token}</ListBucketResult>".encode())
        elif where == "headers":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
            self._bytes()
        elif where == "listing":
            self._drip(200)
        else:
            self.answer(200, f"<ListBucketResult>{ENTRY}</ListBucketResult>".encode())

    def _object(self) -> None:
        if self.command == "HEAD":
            self.answer(200, ETag=ETAG, Content_Length="5000000")
            return
        start, end = self.headers["Range"].removeprefix("bytes=").split("-")
        self._drip(206, ETag=ETAG, Content_Range=f"bytes {start}-{end}/5000000", Content_Length=str(int(end) + 1))

    def _drip(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": "100000", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self._bytes()

    def _bytes(self) -> None:
        while not self.server.over.wait(0.1):
            try:
                self.wfile.write(b" ")
            except OSError:
                return


@pytest.fixture
def dripping(request: pytest.FixtureRequest) -> Iterator[Drip]:
    server = Drip(request.param)
    with serving(server):
        yield server
        server.over.set()


@pytest.mark.parametrize("dripping", ["listing", "headers", "pages", "head", "token"], indirect=True)
def test_a_store_that_drips_ends_the_run_by_the_deadline(dripping: Drip, neo4j_restore: Run) -> None:
    host = f"http://127.0.0.1:{dripping.server_port}"
    key = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "hush"}
    if dripping.where == "token":
        key = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{host}/token"}
    done = neo4j_restore("run", BUCKET="s3://backups", ENDPOINT_URL=host, DEADLINE_SECONDS="1.5", **key)
    says(done, 20, "longer than 1.5 s", "DEADLINE_SECONDS")


def test_a_long_wait_is_told_in_the_log(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(deadline, "_LINE_SECONDS", 0.01)
    logged = threading.Event()

    class Ends(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "7 objects so far" in record.getMessage():
                logged.set()

    handler = Ends()
    deadline.log.addHandler(handler)
    with caplog.at_level("INFO"):
        assert Watch(NEVER, lambda: "listing gs://b: 7 objects so far").step(lambda: logged.wait(60))
    deadline.log.removeHandler(handler)


def test_what_a_step_raises_is_raised_by_whoever_waits() -> None:
    def fails() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        Watch(NEVER, str).step(fails)


def test_no_step_begins_after_the_deadline() -> None:
    done: list[int] = []
    with pytest.raises(StoreError, match="longer than 7 s: listing"):
        Watch(Deadline(7, time.monotonic()), lambda: "listing").step(lambda: done.append(1))
    assert not done


def test_no_try_is_waited_for_that_would_come_after_the_deadline() -> None:
    error = StoreError("busy", hint="", transient=True)
    error.retry_after_seconds = 100
    error.no_try_after = time.monotonic() + 50
    pauses: list[float] = []
    with pytest.raises(StoreError, match="busy"):
        Retry(1000, pause=pauses.append).wait(error)
    assert not pauses
