"""What a store's answer may cost, whatever it holds: memory, pages and time."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from tests.restore.stores.subjects import open_with
from tests.support.servers import Reply, scripted

from neo4j_restore.errors import ConfigurationError, StoreError
from neo4j_restore.stores import pages, parsing

# The worst of each kind: what the parsers make of it is many times larger. Each is made by its test, as it takes long.
WORST: dict[str, Callable[[], bytes]] = {
    "a namespace with every name": lambda: (
        b"<a xmlns='%s'>%s</a>"
        % (
            b"u" * 4_000_000,
            b"".join(b"<b%d/>" % number for number in range(99_999)),
        )
    ),
    "elements": lambda: b"<a>" + b"<b/>" * 2_000_000 + b"</a>",
    "attributes": lambda: b"<a " + b" ".join(b'a%d=""' % number for number in range(700_000)) + b"/>",
    "lists": lambda: b'{"kind": [' + b"[]," * 1_390_000 + b"[]]}",
    "a gzip": lambda: gzip.compress(bytes(400_000_000), 1),
}

_LIST = """
import re, sys
from contextlib import closing
from neo4j_restore import settings
from neo4j_restore.errors import StoreError
from neo4j_restore.stores import open_store
import os
with closing(open_store(settings.from_environment(os.environ))) as store:
    try:
        print(len(list(store.list("p/"))))
    except StoreError as error:
        assert "not understood" in str(error), error
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""


@pytest.mark.parametrize("worst", WORST.values(), ids=WORST)
@pytest.mark.parametrize("scheme", ["gs", "s3"])
def test_the_worst_page_takes_less_than_256_mib(scheme: str, worst: Callable[[], bytes]) -> None:
    body = worst()
    headers = {"Content_Type": "application/json", "Content_Encoding": "gzip" if body[:2] == b"\x1f\x8b" else ""}
    with scripted(Reply(200, body, headers)) as server:
        host = {"gs": "STORAGE_EMULATOR_HOST", "s3": "ENDPOINT_URL"}[scheme]
        key = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "hush"}
        environment = {"BUCKET": f"{scheme}://backups/p", "DATABASE": "neo4j", host: server.host, **key}
        done = subprocess.run(
            [sys.executable, "-c", _LIST], env=environment, capture_output=True, text=True, check=True
        )
    assert 30 < int(done.stdout.split()[-1]) < 256


S3 = {"BUCKET": "s3://backups", "AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "hush"}


ENDLESS = {
    "gs": ('{"kind": "storage#objects", "nextPageToken": "%d"}', {"BUCKET": "gs://backups"}, "STORAGE_EMULATOR_HOST"),
    "s3": (
        "<ListBucketResult><IsTruncated>true</IsTruncated>"
        "<NextContinuationToken>%d</NextContinuationToken></ListBucketResult>",
        S3,
        "ENDPOINT_URL",
    ),
    "azb": (
        "<EnumerationResults><NextMarker>%d</NextMarker></EnumerationResults>",
        {"BUCKET": "azb://backups1/nightly", "AZURE_STORAGE_KEY": "aHVzaA=="},
        "ENDPOINT_URL",
    ),
}


@pytest.mark.parametrize(("page", "environment", "host"), ENDLESS.values(), ids=ENDLESS)
def test_a_listing_that_never_ends_is_given_up_without_another_try(
    page: str, environment: dict[str, str], host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_PAGES", 20)
    replies = [Reply(200, (page % number).encode(), {"Content_Type": "application/json"}) for number in range(30)]
    with scripted(*replies) as server:
        store = open_with({**environment, host: server.host})
        with pytest.raises(StoreError, match="more than 20 pages") as raised:
            list(store.list("nightly/"))
        store.close()
        assert len(server.asked) == 20
    assert (raised.value.transient, "BUCKET" in raised.value.hint) == (False, True)


@pytest.mark.parametrize(("page", "environment", "host"), ENDLESS.values(), ids=ENDLESS)
@pytest.mark.parametrize("token", ["1", "1" * 20_000], ids=["again", "too long"])
def test_a_page_that_can_not_be_the_next_one_is_told(
    token: str, page: str, environment: dict[str, str], host: str
) -> None:
    body = page.replace("%d", token).encode()
    with scripted(Reply(200, body, {"Content_Type": "application/json"})) as server:
        store = open_with({**environment, host: server.host})
        with pytest.raises(StoreError, match="not understood") as raised:
            list(store.list("nightly/"))
        store.close()
    assert (raised.value.transient, token * 2 in str(raised.value)) == (True, False)


def test_a_token_s_answer_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10_000, 100))
    monkeypatch.setattr(parsing, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    with pytest.raises(parsing.OddAnswerError, match=r"within 600 s, got \d+ bytes"):
        parsing.body(Dripping(), 60)


class Dripping:
    """An answer of which a byte comes now and then."""

    headers: ClassVar[dict[str, str]] = {}

    def read1(self, _: int) -> bytes:
        return b" "

    def __enter__(self) -> "Dripping":
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held."""


ODD_KEYS: dict[str, Any] = {
    "deep": b"[" * 50_000,
    "large": b" " * 1_100_000,
    "a list": b"[]",
    "no text": b"\xff\xfe",
    "other types": json.dumps(
        {"type": "service_account", "private_key": 7, "client_email": [], "token_uri": {}}
    ).encode(),
    "an odd type": b'{"type": []}',
}


@pytest.mark.parametrize("text", ODD_KEYS.values(), ids=ODD_KEYS)
@pytest.mark.parametrize("bucket", ["gs://backups", "s3://backups", "azb://backups1/nightly"])
def test_a_key_file_of_any_bytes_is_a_mistake_of_configuration(bucket: str, text: bytes, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(text)
    with pytest.raises(ConfigurationError, match=str(tmp_path)):
        open_with({"BUCKET": bucket, "CREDENTIALS_FILE": str(tmp_path / "key")})
