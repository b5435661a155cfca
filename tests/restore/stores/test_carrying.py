"""Many objects of each store over connections of the carrier's own: the bytes, and what is left to the usual way."""

import gc
import os
import socket
import ssl
from pathlib import Path

import pytest
from tests.restore.stores.subjects import Google, Subject, open_with
from tests.support.certificates import make_authority
from tests.support.gateway import Fault, Gateway, gateway
from tests.support.servers import serving
from tests.support.stores import Bucket

from neo4j_restore.deadline import Deadline
from neo4j_restore.errors import StoreError
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.stores.errors import UnsendableError
from neo4j_restore.stores.parsing import OddAnswerError
from neo4j_restore.stores.plain import PlainGet, head_of
from neo4j_restore.transfer import landing, writers
from neo4j_restore.transfer.carrier import carry
from neo4j_restore.transfer.download import download
from neo4j_restore.transfer.options import DownloadOptions
from neo4j_restore.transfer.progress import Progress

SMALL = {f"schema/index/{number}/index-{number}": b"%d " % number * 500 for number in range(20)}
# In pieces, and whole in blocks.
LARGE = {"neostore": os.urandom(300_000), "neostore.counts": os.urandom(70_000)}
FILES = {**SMALL, "empty": b"", **LARGE}


@pytest.fixture(autouse=True)
def pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetch objects of more than 80 KiB in pieces, and write those of more than 40 KiB in blocks."""
    monkeypatch.setattr(landing, "PIECE_BYTES", 40 * 1024)
    monkeypatch.setattr(landing, "IN_BLOCKS_BYTES", 40 * 1024)
    monkeypatch.setattr(writers, "BLOCK_BYTES", 8 * 1024)


def put(subject: Subject, store: Store, files: dict[str, bytes] = FILES) -> list[StoredObject]:
    for name, data in files.items():
        subject.put(subject.prefix + name, data)
    return sorted(store.list(subject.prefix), key=lambda each: each.key)


def options(connections: int = 8, deadline: Deadline | None = None) -> DownloadOptions:
    return DownloadOptions(60, connections, deadline or Deadline())


def carried(
    subject: Subject, store: Store, stored: list[StoredObject], top: Path, how: DownloadOptions | None = None
) -> tuple[dict[str, bytes], set[str]]:
    """Carry the objects below `top`. Return the files that are there, and the names of the objects that are left."""
    how, progress = how or options(), Progress("neo4j", sum(each.size_bytes for each in stored))
    pairs = [(each, top / each.key.removeprefix(subject.prefix)) for each in stored]
    left = carry(store, pairs, how, progress)
    there = {str(path.relative_to(top)): path.read_bytes() for path in top.rglob("*") if path.is_file()}
    names = {each.key.removeprefix(subject.prefix) for each in left}
    assert there.keys() | names == {str(path.relative_to(top)) for _, path in pairs}
    assert there.keys().isdisjoint(names)
    assert f"{progress}".startswith(f"{sum(map(len, there.values()))} of")
    return there, names


def test_all_objects_come_and_are_verified(remote: Subject, tmp_path: Path) -> None:
    store, how = open_with(remote.environment), options()
    stored = put(remote, store)
    there, left = carried(remote, store, stored, tmp_path / "files", how)
    # Azurite keeps no MD5 of an empty blob.
    assert left <= {"empty"}
    assert there == {name: data for name, data in FILES.items() if name not in left}
    ways = {each.key: how.evidence._ways.get(each.key) for each in stored}
    assert all(ways[f"{remote.prefix}{name}"] for name in there if name != "empty")
    store.close()


def test_a_folder_is_left_to_the_usual_way(tmp_path: Path) -> None:
    store = open_with({"BUCKET": f"file://{tmp_path}"})
    (tmp_path / "neostore").write_bytes(b"data")
    stored = list(store.list(str(tmp_path)[1:]))
    assert carry(store, [(stored[0], tmp_path / "copy")], options(), Progress("neo4j", 4)) == stored
    assert not (tmp_path / "copy").exists()


def test_few_connections_are_left_to_the_usual_way(remote: Subject, tmp_path: Path) -> None:
    store = open_with(remote.environment)
    stored = put(remote, store, {"neostore": b"data"})
    assert carried(remote, store, stored, tmp_path / "files", options(3)) == ({}, {"neostore"})
    store.close()


def test_no_more_connections_than_allowed(remote: Subject, between: Gateway, behind: Store, tmp_path: Path) -> None:
    stored = put(remote, behind)
    seen = len(between.seen)
    busy: list[int] = []
    real = between.process_request

    def process_request(request: object, address: object) -> None:
        busy.append(1)
        real(request, address)  # type: ignore[arg-type]

    between.process_request = process_request  # type: ignore[method-assign, assignment]
    carried(remote, behind, stored, tmp_path / "files", options(5))
    assert len(between.seen) > seen
    assert len(busy) <= 5


@pytest.mark.parametrize("fault", [Fault(count=3), Fault(count=3, reset=True)], ids=["cut", "reset"])
def test_a_connection_that_breaks_is_made_anew(
    fault: Fault, remote: Subject, between: Gateway, behind: Store, tmp_path: Path
) -> None:
    stored = put(remote, behind, SMALL)
    between.faults += [fault] * 3
    assert carried(remote, behind, stored, tmp_path / "files") == (SMALL, set())


def test_a_large_piece_goes_on_where_its_connection_broke(
    remote: Subject, between: Gateway, behind: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored, starts, real = put(remote, behind, LARGE), list[int](), behind.plain_get

    def plain_get(stored: StoredObject, start: int, end: int) -> PlainGet | None:
        starts.append(start)
        return real(stored, start, end)

    monkeypatch.setattr(behind, "plain_get", plain_get)
    between.faults += [Fault(count=20_000)] * 5
    assert carried(remote, behind, stored, tmp_path / "files", options(4)) == (LARGE, set())
    # Whole blocks of 8 KiB are kept.
    assert sum(start % 8192 == 0 < start % (40 * 1024) for start in starts) >= 3


def test_connections_that_always_break_leave_the_rest(
    remote: Subject, between: Gateway, behind: Store, tmp_path: Path
) -> None:
    stored = put(remote, behind, SMALL)
    between.faults += [Fault(count=3)] * 1000
    assert carried(remote, behind, stored, tmp_path / "files") == ({}, set(SMALL))
    assert len(between.faults) > 900


@pytest.mark.parametrize("status", [301, 401, 403, 404, 412, 429, 500, 503])
def test_an_unusual_answer_leaves_its_object_and_the_rest(
    status: int, remote: Subject, between: Gateway, behind: Store, tmp_path: Path
) -> None:
    stored = put(remote, behind, SMALL)
    between.faults += [Fault(status=status)] * 1000
    assert carried(remote, behind, stored, tmp_path / "files") == ({}, set(SMALL))
    # One for each connection at most. Whether to try again is decided elsewhere.
    assert 1000 - len(between.faults) <= 8


def test_a_compressed_answer_leaves_its_object(
    remote: Subject, between: Gateway, behind: Store, tmp_path: Path
) -> None:
    stored = put(remote, behind, SMALL)
    between.compresses = True
    assert carried(remote, behind, stored, tmp_path / "files") == ({}, set(SMALL))


def test_a_replaced_object_is_never_mixed_in(remote: Subject, tmp_path: Path) -> None:
    store = open_with(remote.environment)
    stored = put(remote, store, SMALL)
    (changed, *_) = SMALL
    remote.put(remote.prefix + changed, SMALL[changed][::-1])
    there, left = carried(remote, store, stored, tmp_path / "files")
    assert changed in left
    assert there == {name: SMALL[name] for name in there}
    store.close()


def test_wrong_bytes_are_removed_and_left(bucket: Bucket, tmp_path: Path) -> None:
    google = Google(bucket)
    store = open_with(google.environment)
    stored = put(google, store, SMALL)
    store.close()
    with gateway(google.environment[google.host_variable]) as between:
        behind = open_with({**google.environment, google.host_variable: between.host})
        first = SMALL[stored[0].key.removeprefix(google.prefix)]
        between.faults += [Fault(status=200, body=b"x" * len(first))]
        there, left = carried(google, behind, stored[:1], tmp_path / "files")
        assert (there, len(left)) == ({}, 1)
        # The usual way fetches it once more.
        with download(behind, stored[0], options(), Progress("neo4j", len(first))) as stream:
            assert stream.readall() == first
        behind.close()


def test_a_silent_connection_is_left_after_a_while(remote: Subject, between: Gateway, tmp_path: Path) -> None:
    environment = {**remote.environment, remote.host_variable: between.host, "STALL_SECONDS": "0.3"}
    behind = open_with(environment)
    stored = put(remote, behind, dict(list(SMALL.items())[:3]))
    between.faults.append(Fault(hangs=True))
    there, left = carried(remote, behind, stored, tmp_path / "files")
    assert (len(there), left) == (3, set())
    behind.close()


def test_the_deadline_ends_it(remote: Subject, between: Gateway, behind: Store, tmp_path: Path) -> None:
    stored = put(remote, behind, SMALL)
    between.faults += [Fault(hangs=True)] * 100
    with pytest.raises(StoreError, match=r"took longer than 0\.1 s"):
        carried(remote, behind, stored, tmp_path / "files", options(deadline=Deadline.after(0.1)))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_no_connection_is_left_open(
    remote: Subject, between: Gateway, behind: Store, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    stored = put(remote, behind, SMALL)
    carried(remote, behind, stored, tmp_path / "files")
    gc.collect()
    assert not [str(each.message) for each in recwarn if "unclosed" in str(each.message)]


def test_tls_trusts_the_own_ca_and_no_other(
    remote: Subject, between: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = open_with(remote.environment)
    stored = put(remote, plain, SMALL)
    plain.close()
    make_authority(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "ca.crt", tmp_path / "key.pem")
    secure = Gateway(remote.environment[remote.host_variable])
    secure.socket = context.wrap_socket(secure.socket, server_side=True)
    with serving(secure) as url:
        address = {remote.host_variable: url.replace("http:", "https:")}
        known = {"CA_BUNDLE": str(tmp_path / "ca.crt")}
        trusting, doubting = (open_with({**remote.environment, **address, **more}) for more in (known, {}))
        assert carried(remote, trusting, stored, tmp_path / "files") == (SMALL, set())
        assert carried(remote, doubting, stored, tmp_path / "others") == ({}, set(SMALL))
        for store in (trusting, doubting):
            store.close()


def test_a_proxy_is_left_to_the_usual_way(remote: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = open_with(remote.environment)
    stored = put(remote, plain, SMALL)
    plain.close()
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    store = open_with(remote.environment)
    assert carried(remote, store, stored, tmp_path / "files") == ({}, set(SMALL))
    store.close()


@pytest.mark.parametrize(
    "refused",
    [
        b"HTTP/2 200 OK\r\nContent-Length: 3\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length : 3\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n folded: 3\r\nContent-Length: 3\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\nContent-Length: 3\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nno header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n: nameless\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nKey: a\nHost: other\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTRANSFER-ENCODING: identity\r\nContent-Length: 3\r\n\r\n",
        b"X" * 70_000,
    ],
)
def test_an_odd_head_is_refused(refused: bytes) -> None:
    with pytest.raises(OddAnswerError):
        head_of(refused)


def test_a_head_that_comes_in_parts_is_waited_for() -> None:
    whole = b"HTTP/1.1 206 Partial Content\r\nx-goog-hash: a\r\nX-Goog-Hash: b\r\nContent-Length: 3\r\n\r\nabc"
    assert [head_of(whole[:end]) for end in range(len(whole) - 3)] == [None] * (len(whole) - 3)
    head = head_of(whole)
    assert head is not None
    assert (head.status, head.headers["X-GOOG-HASH"], head.size_bytes, head.rest) == (206, "a, b", 3, b"abc")


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://store/a b", {}),
        ("http://store/a?b=\n", {}),
        ("http://store/a", {"Key": "a\r\nHost: other"}),
        ("http://store/a", {"Ke\ny": "a"}),
        ("http://store/\u00e4", {}),
    ],
)
def test_a_request_that_would_end_early_is_not_sent(url: str, headers: dict[str, str]) -> None:
    with pytest.raises(UnsendableError):
        PlainGet(url, headers, socket.socket, lambda _status, _headers: None, 1).text()


def test_headers_are_found_by_their_names_in_any_case() -> None:
    head = head_of(b"HTTP/1.1 200 OK\r\nETag: a\r\nContent-Length: 0\r\nEmpty:\r\n\r\n")
    assert head is not None
    assert [head.headers[name] for name in ("ETag", "etag", "ETAG")] == ["a"] * 3
    assert (head.headers.get("Empty"), head.headers.get("Other"), head.headers.get("Other", "b")) == ("", None, "b")
    assert ("eTag" in head.headers, "Other" in head.headers) == (True, False)


def test_a_request_has_the_host_the_target_and_all_headers() -> None:
    def text(url: str) -> bytes:
        return PlainGet(url, {"Key": "a b"}, socket.socket, lambda _status, _headers: None, 1).text()

    assert text("https://store:1/a%2Fb/c?d=e/f").startswith(b"GET /a%2Fb/c?d=e/f HTTP/1.1\r\nHost: store:1\r\n")
    assert text("http://store").startswith(b"GET / HTTP/1.1\r\nHost: store\r\n")
    assert text("http://store/").endswith(b"\r\nKey: a b\r\n\r\n")
