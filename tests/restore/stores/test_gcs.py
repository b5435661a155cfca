"""What Google Cloud Storage answers when it does not give: each answer in our words, and whether to try again."""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from tests.restore.stores.subjects import open_with

from neo4j_restore.errors import ConfigurationError, StoreError
from neo4j_restore.stores import Store


def google(host: str, key: Path | str = "") -> Store:
    """Return the bucket `backups` of a store at the URL `host`."""
    return open_with(
        {"BUCKET": "gs://backups", "STORAGE_EMULATOR_HOST": host, "GOOGLE_APPLICATION_CREDENTIALS": str(key)}
    )


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


def service_key(path: Path) -> str:
    """Write a service account's key file, of a key made for this test; return the private part."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    key = {"type": "service_account", "client_email": "reader@example.invalid", "private_key": pem}
    path.write_text(json.dumps(key | {"token_uri": "http://127.0.0.1:9/token", "private_key_id": "1"}))
    return pem


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
    with pytest.raises(ConfigurationError, match=r"key\.json, holds no Google credentials") as raised:
        google("", tmp_path / "key.json")
    assert "hush" not in str(raised.value)


def test_a_key_that_is_not_there_names_the_secret(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        google("", tmp_path / "key.json")
    assert "restore-service-key" in raised.value.hint
