"""Keys with which the customer encrypted: read raw or in base64, sent as each cloud wants them."""

import base64
import hashlib
from pathlib import Path

import pytest
from tests.restore.stores.answering import stored
from tests.restore.stores.subjects import open_with
from tests.support.servers import Reply, scripted

from neo4j_restore.errors import ConfigurationError, StoreError
from neo4j_restore.stores.keyfiles import read_encryption_key

RAW = bytes(range(32))
TEXT = base64.b64encode(RAW)
MD5 = base64.b64encode(hashlib.md5(RAW, usedforsecurity=False).digest()).decode()
SHA256 = base64.b64encode(hashlib.sha256(RAW).digest()).decode()


@pytest.mark.parametrize("content", [RAW, TEXT, TEXT + b"\n"], ids=["raw", "base64", "line"])
def test_a_key_may_be_raw_or_in_base64(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(content)
    key = read_encryption_key(tmp_path / "key")
    assert key
    assert (key.raw, key.text) == (RAW, TEXT.decode())
    assert TEXT.decode() not in repr(key)


@pytest.mark.parametrize("content", [b"", b"hush", RAW[:31], base64.b64encode(b"hush" * 9), b"\xff" * 64])
def test_what_is_no_key_is_told_without_its_bytes(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(ConfigurationError, match="must hold a key of 32 bytes") as raised:
        read_encryption_key(tmp_path / "key")
    assert "hush" not in str(raised.value)


def test_a_key_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot read ENCRYPTION_KEY_FILE"):
        read_encryption_key(tmp_path / "gone")


STORES = {
    "gs": (
        {"BUCKET": "gs://backups"},
        "STORAGE_EMULATOR_HOST",
        ("x-goog-encryption-algorithm", "x-goog-encryption-key", "x-goog-encryption-key-sha256", SHA256),
    ),
    "s3": (
        {"BUCKET": "s3://backups", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"},
        "ENDPOINT_URL",
        (
            *("x-amz-server-side-encryption-customer-algorithm", "x-amz-server-side-encryption-customer-key"),
            *("x-amz-server-side-encryption-customer-key-md5", MD5),
        ),
    ),
    "azb": (
        {"BUCKET": "azb://backups1/nightly", "AZURE_STORAGE_KEY": "aGFsbG8="},
        "ENDPOINT_URL",
        ("x-ms-encryption-algorithm", "x-ms-encryption-key", "x-ms-encryption-key-sha256", SHA256),
    ),
}


@pytest.mark.parametrize(("environment", "host", "sent"), STORES.values(), ids=STORES)
def test_a_key_is_sent_with_each_read(
    environment: dict[str, str], host: str, sent: tuple[str, str, str, str], tmp_path: Path
) -> None:
    (tmp_path / "key").write_bytes(RAW)
    with scripted(Reply(400)) as server:
        store = open_with({**environment, host: server.host, "ENCRYPTION_KEY_FILE": str(tmp_path / "key")})
        with pytest.raises(StoreError):
            store.read(stored())
        store.close()
    headers = server.asked[0].headers
    assert [headers[name] for name in sent[:3]] == ["AES256", TEXT.decode(), sent[3]]


LOCKED = {
    "gs": Reply(400, b'{"error": {"message": "The target object is encrypted by a customer-supplied key."}}'),
    "s3": Reply(400, b"<Error><Code>InvalidRequest</Code><Message>Server Side Encryption</Message></Error>"),
    "azb": Reply(409, b"", {"x_ms_error_code": "BlobUsesCustomerSpecifiedEncryption"}),
}


@pytest.mark.parametrize("name", STORES)
def test_an_object_whose_key_was_not_named_says_which_variable_names_it(name: str) -> None:
    environment, host, _ = STORES[name]
    with scripted(LOCKED[name]) as server:
        store = open_with({**environment, host: server.host})
        with pytest.raises(StoreError) as raised:
            store.read(stored())
        store.close()
    assert (raised.value.transient, "ENCRYPTION_KEY_FILE" in raised.value.hint) == (False, True)
