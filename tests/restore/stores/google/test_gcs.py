"""What Google Cloud Storage answers when it does not give: each answer in our words, and whether to try again."""

import base64
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from tests.restore.stores.subjects import open_with, open_writing_with
from tests.support.keys import service_key
from tests.support.servers import Reply, Scripted, scripted

from neo4j_restore.errors import ConfigurationError, StoreError
from neo4j_restore.stores import Store


def google(host: str, key: Path | str = "", **more: str) -> Store:
    """Return the bucket `backups` of a store at the URL `host`."""
    named = {"STORAGE_EMULATOR_HOST": host, "GOOGLE_APPLICATION_CREDENTIALS": str(key)}
    return open_with({"BUCKET": "gs://backups", **named, **more})


class Refusing(http.server.ThreadingHTTPServer):
    """Answers every request with `status`."""

    status = 500


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Refusing

    def do_GET(self) -> None:
        body = json.dumps({"error": {"code": self.server.status, "message": "the reason\nand more"}}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def refusing() -> Iterator[Refusing]:
    with Refusing(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "transient"),
    [(400, False), (401, False), (403, False), (404, False), (408, True), (429, True), (500, True), (503, True)],
)
def test_each_answer_is_told_with_object_identity_and_whether_to_try_again(
    status: int, transient: bool, refusing: Refusing
) -> None:
    refusing.status = status
    store = google(f"http://127.0.0.1:{refusing.server_port}")
    with pytest.raises(StoreError, match="gs://backups/neo4j with no identity") as raised:
        list(store.list("neo4j"))
    assert raised.value.transient is transient
    store.close()


def answer(body: str, **headers: str) -> Reply:
    return Reply(200, body.encode(), {"Content_Type": "application/json", **headers})


ITEM = '{"name": "p/x", "size": "1", "updated": "2026-01-31T02:00:00Z", "generation": "7", "crc32c": "AAAAAA=="}'


@pytest.mark.parametrize(("project", "sent"), [("", False), ("billing-project", True)])
def test_the_project_that_pays_is_named_in_each_request(project: str, sent: bool) -> None:
    page = answer(f'{{"kind": "storage#objects", "items": [{ITEM}]}}')
    with scripted(page, Reply(200, b"x", {"X_Goog_Generation": "7"})) as server:
        store = google(server.host, REQUESTER_PAYS=project)
        (stored,) = store.list("p/")
        with store.read(stored) as stream:
            assert stream.readall() == b"x"
        store.close()
    assert ["userProject=billing-project" in each.path for each in server.asked] == [sent, sent]


def test_an_endpoint_of_ones_own_is_asked_with_the_key(tmp_path: Path) -> None:
    service_key(tmp_path / "key.json")
    with scripted(answer('{"kind": "storage#objects"}')) as server:
        key = json.loads((tmp_path / "key.json").read_text())
        (tmp_path / "key.json").write_text(json.dumps({**key, "token_uri": f"{server.host}/token"}))
        server.replies.insert(0, answer('{"access_token": "hush", "expires_in": 3600}'))
        store = google("", tmp_path / "key.json", ENDPOINT_URL=server.host)
        assert list(store.list("p/")) == []
        store.close()
    assert [each.path.partition("?")[0] for each in server.asked] == ["/token", "/storage/v1/b/backups/o"]
    assert server.asked[1].headers["authorization"] == "Bearer hush"


PAGE = answer(f'{{"kind": "storage#objects", "items": [{ITEM}]}}')
BYTES = Reply(200, b"x", {"X_Goog_Generation": "7"})


def token(text: str, seconds: int = 3600) -> Reply:
    return answer(json.dumps({"access_token": text, "expires_in": seconds}))


def identified(server: Scripted, key: Path) -> Store:
    """Return the bucket of a store that also tells the tokens."""
    service_key(key)
    key.write_text(json.dumps({**json.loads(key.read_text()), "token_uri": f"{server.host}/token"}))
    return google("", key, ENDPOINT_URL=server.host)


def test_bytes_are_asked_for_with_the_token_of_the_listing(tmp_path: Path) -> None:
    with scripted(token("one"), PAGE, BYTES, BYTES) as server:
        store = identified(server, tmp_path / "key.json")
        (stored,) = store.list("p/")
        assert [store.read(stored).readall() for _ in range(2)] == [b"x", b"x"]
        store.close()
    assert [each.headers.get("authorization") for each in server.asked] == [None, *["Bearer one"] * 3]
    assert "generation=7" in server.asked[-1].path


def test_a_token_is_renewed_before_it_ends(tmp_path: Path) -> None:
    with scripted(token("one", seconds=100), PAGE, token("two"), BYTES) as server:
        store = identified(server, tmp_path / "key.json")
        (stored,) = store.list("p/")
        assert store.read(stored).readall() == b"x"
        store.close()
    assert server.asked[-1].headers["authorization"] == "Bearer two"


def test_a_token_that_is_refused_is_renewed_once(tmp_path: Path) -> None:
    refused = Reply(401, b'{"error": {"message": "Invalid Credentials"}}')
    with scripted(token("one"), PAGE, refused, token("two"), BYTES, refused, token("three"), refused) as server:
        store = identified(server, tmp_path / "key.json")
        (stored,) = store.list("p/")
        assert store.read(stored).readall() == b"x"
        with pytest.raises(StoreError, match="401 Invalid Credentials"):
            store.read(stored)
        store.close()
    assert [each.headers.get("authorization", "")[7:] for each in server.asked if each.path != "/token"] == [
        *["one", "one", "two"],
        *["two", "three"],
    ]


def test_a_refusal_of_the_identity_at_a_read_is_told(tmp_path: Path) -> None:
    refused = Reply(400, b'{"error": "invalid_grant", "error_description": "hush"}')
    with scripted(token("one", seconds=100), PAGE, refused) as server:
        store = identified(server, tmp_path / "key.json")
        (stored,) = store.list("p/")
        with pytest.raises(StoreError, match="the identity is refused") as raised:
            store.read(stored)
        store.close()
    assert "hush" not in str(raised.value)


def test_bytes_come_through_a_proxy_and_by_no_redirect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with scripted(PAGE, BYTES, Reply(307, b"", {"Location": "http://127.0.0.1:9/"})) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.host)
        store = google("http://store.invalid")
        (stored,) = store.list("p/")
        assert store.read(stored).readall() == b"x"
        with pytest.raises(StoreError, match="307"):
            store.read(stored)
        store.close()
    assert proxy.asked[1].path.startswith("http://store.invalid/download/storage/v1/b/backups/o/p%2Fx?")


@pytest.mark.parametrize("variable", ["GOOGLE_APPLICATION_CREDENTIALS", "CREDENTIALS_FILE"])
def test_a_key_is_named_by_either_variable(variable: str, tmp_path: Path, refusing: Refusing) -> None:
    refusing.status = 403
    service_key(tmp_path / "key.json")
    store = google(f"http://127.0.0.1:{refusing.server_port}", **{variable: str(tmp_path / "key.json")})
    with pytest.raises(StoreError, match=r"with reader@example\.invalid"):
        list(store.list("neo4j"))
    store.close()


def test_an_identity_that_google_refuses_is_told_with_what_to_do(tmp_path: Path) -> None:
    service_key(tmp_path / "key.json")
    with scripted(Reply(400, b'{"error": "invalid_grant", "error_description": "hush"}')) as server:
        key = json.loads((tmp_path / "key.json").read_text())
        (tmp_path / "key.json").write_text(json.dumps({**key, "token_uri": f"{server.host}/token"}))
        store = google("", tmp_path / "key.json", ENDPOINT_URL=server.host)
        with pytest.raises(StoreError, match="the identity is refused") as raised:
            list(store.list("p/"))
        store.close()
    assert "workload identity" in raised.value.hint
    assert (raised.value.transient, "hush" in str(raised.value)) == (False, False)


def test_the_identity_is_named_by_its_address_and_never_by_its_key(tmp_path: Path, refusing: Refusing) -> None:
    refusing.status = 403
    pem = service_key(tmp_path / "key.json")
    store = google(f"http://127.0.0.1:{refusing.server_port}", tmp_path / "key.json")
    with pytest.raises(StoreError, match=r"with reader@example\.invalid: 403 the reason$") as raised:
        list(store.list("neo4j"))
    assert pem.splitlines()[1] not in f"{raised.value} {raised.value.hint}"
    store.close()


@pytest.mark.parametrize("text", ["", "[]", '"hush"', '{"type": "hush"}', '{"type": "service_account", "x": "hush"}'])
def test_a_file_that_is_no_key_is_told_without_its_text(text: str, tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text(text)
    with pytest.raises(ConfigurationError, match=r"key\.json, does not hold Google credentials") as raised:
        google("", tmp_path / "key.json")
    assert "hush" not in str(raised.value)


def test_a_key_that_is_not_there_names_the_secret(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        google("", tmp_path / "key.json")
    assert "kubectl create secret generic NAME --from-file=key.json=FILE" in raised.value.hint


def scope(assertion: str) -> str:
    """Return what a request for a token asks for."""
    (claims,) = parse_qs(assertion)["assertion"]
    body = claims.split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["scope"]).rpartition("/")[2]


def test_only_a_drill_asks_for_a_token_that_may_write(tmp_path: Path) -> None:
    created = answer('{"name": "p/a.json"}')
    with scripted(token("one"), PAGE, token("two"), created) as server:
        store = identified(server, tmp_path / "key.json")
        assert len(list(store.list("p/"))) == 1
        store.close()
        variables = {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "key.json"), "ENDPOINT_URL": server.host}
        writable = open_writing_with({"BUCKET": "gs://backups/p", **variables})
        writable.create("p/a.json", b"{}")
        writable.close()
    assert [scope(each.body) for each in server.asked if each.path == "/token"] == [
        "devstorage.read_only",
        "devstorage.read_write",
    ]
    created_by = server.asked[-1]
    assert created_by.path == "/upload/storage/v1/b/backups/o?uploadType=multipart&ifGenerationMatch=0"
    assert '"crc32c": "' in created_by.body
