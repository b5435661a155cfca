"""Connections of every store: proxies, certificates, silence, and what a request may not do."""

import json
import os
import ssl
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.restore.stores.subjects import open_with
from tests.support.certificates import make_authority
from tests.support.keys import service_key
from tests.support.servers import Quiet, Reply, Scripted, scripted, serving

from neo4j_restore.errors import ConfigurationError, StoreError
from neo4j_restore.stores import Store
from neo4j_restore.stores.http import trusting

PAGE = Reply(200, b"<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>")
GOOGLE_PAGE = Reply(200, b'{"kind": "storage#objects"}', {"Content_Type": "application/json"})
EMPTY = Reply(200, b"<EnumerationResults><Blobs/><NextMarker/></EnumerationResults>")

KEY = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "hush"}
STORES = {
    "gs": ({"BUCKET": "gs://backups"}, "STORAGE_EMULATOR_HOST", GOOGLE_PAGE),
    "s3": ({"BUCKET": "s3://backups", **KEY}, "ENDPOINT_URL", PAGE),
    "azb": ({"BUCKET": "azb://backups1/nightly", "AZURE_STORAGE_KEY": "aGFsbG8="}, "ENDPOINT_URL", EMPTY),
}
each_store = pytest.mark.parametrize(("environment", "host", "page"), STORES.values(), ids=STORES)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start from an environment without proxies."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def listed(store: Store) -> int:
    try:
        return len(list(store.list("nightly/")))
    finally:
        store.close()


@each_store
def test_a_proxy_is_asked_in_place_of_the_store(
    environment: dict[str, str], host: str, page: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted(page) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.host.replace("//", "//user:p%40ss@"))
        assert listed(open_with({**environment, host: "http://store.invalid"})) == 0
    assert proxy.asked[0].path.startswith("http://store.invalid/")
    assert proxy.asked[0].headers["proxy-authorization"] == "Basic dXNlcjpwQHNz"


@each_store
@pytest.mark.parametrize("excepted", ["127.0.0.1", "127.0.0.0/8", "*"])
def test_a_store_that_is_excepted_is_asked_without_the_proxy(
    excepted: str, environment: dict[str, str], host: str, page: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", excepted)
    with scripted(page) as server:
        assert listed(open_with({**environment, host: server.host})) == 0


class Silent(ThreadingHTTPServer):
    """Takes requests and answers none."""

    daemon_threads = True


class _Mute(Quiet):
    def do_GET(self) -> None:
        self.rfile.read()


@each_store
def test_a_silent_store_is_given_up(environment: dict[str, str], host: str, page: Reply) -> None:
    with serving(Silent(("127.0.0.1", 0), _Mute)) as url:
        with pytest.raises(StoreError, match="unreachable") as raised:
            listed(open_with({**environment, host: url, "STALL_SECONDS": "0.2"}))
        assert raised.value.transient


@pytest.mark.parametrize("name", ["s3", "azb"])
def test_no_redirect_is_followed(name: str) -> None:
    environment, host, _ = STORES[name]
    with scripted(Reply(307, b"", {"Location": "http://127.0.0.1:9/"})) as server:
        with pytest.raises(StoreError, match="307"):
            listed(open_with({**environment, host: server.host}))
        assert len(server.asked) == 1


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a certificate, `ca.crt`, and its `key.pem`."""
    folder = tmp_path_factory.mktemp("authority")
    make_authority(folder)
    return folder


def tls(server: Scripted, authority: Path) -> Scripted:
    """Let a server speak TLS, with the certificate in that folder."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "ca.crt", authority / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


@pytest.fixture
def secured(authority: Path, request: pytest.FixtureRequest) -> Iterator[Scripted]:
    """Run a server with that certificate."""
    server = tls(Scripted(request.param), authority)
    server.host = server.host.replace("http:", "https:")
    with serving(server):
        yield server


SECURED = pytest.mark.parametrize(("environment", "host", "secured"), STORES.values(), ids=STORES, indirect=["secured"])


@SECURED
def test_a_company_s_own_authority_is_trusted_when_it_is_given(
    environment: dict[str, str], host: str, secured: Scripted, authority: Path
) -> None:
    assert listed(open_with({**environment, host: secured.host, "CA_BUNDLE": str(authority / "ca.crt")})) == 0


@pytest.mark.parametrize("secured", [GOOGLE_PAGE], indirect=True)
def test_a_company_s_own_authority_is_trusted_of_who_tells_google_s_identities(
    secured: Scripted, authority: Path, tmp_path: Path
) -> None:
    service_key(tmp_path / "key.json")
    key = json.loads((tmp_path / "key.json").read_text())
    (tmp_path / "key.json").write_text(json.dumps({**key, "token_uri": f"{secured.host}/token"}))
    token = b'{"access_token": "hush", "expires_in": 3600}'
    secured.replies.insert(0, Reply(200, token, {"Content_Type": "application/json"}))
    named = {"ENDPOINT_URL": secured.host, "CREDENTIALS_FILE": str(tmp_path / "key.json")}
    assert listed(open_with({"BUCKET": "gs://backups", **named, "CA_BUNDLE": str(authority / "ca.crt")})) == 0
    assert secured.asked[1].headers["authorization"] == "Bearer hush"


def test_a_ca_bundle_that_is_a_fifo_is_told_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ca.crt")
    with pytest.raises(ConfigurationError, match="holds no certificates"):
        trusting(tmp_path / "ca.crt")


@SECURED
def test_a_certificate_that_nobody_signed_is_told_with_what_to_set(
    environment: dict[str, str], host: str, secured: Scripted
) -> None:
    with pytest.raises(StoreError, match="not signed by a trusted CA") as raised:
        listed(open_with({**environment, host: secured.host}))
    assert (raised.value.transient, "CA_BUNDLE" in raised.value.hint) == (False, True)


@pytest.mark.parametrize(
    ("certificate", "reason", "hint"),
    [
        ({"ends_in_days": -2}, "its TLS certificate has expired", "clock"),
        ({"address": "127.0.0.2"}, "is for another name", "ENDPOINT_URL"),
    ],
    ids=["expired", "another name"],
)
@pytest.mark.parametrize(("environment", "host", "page"), STORES.values(), ids=STORES)
def test_a_certificate_that_is_signed_and_wrong_is_told_with_its_own_remedy(
    environment: dict[str, str],
    host: str,
    page: Reply,
    certificate: dict[str, Any],
    reason: str,
    hint: str,
    tmp_path: Path,
) -> None:
    make_authority(tmp_path, **certificate)
    with serving(tls(Scripted(page), tmp_path)) as url:
        where = {host: url.replace("http:", "https:"), "CA_BUNDLE": str(tmp_path / "ca.crt")}
        with pytest.raises(StoreError, match=reason) as raised:
            listed(open_with({**environment, **where}))
    assert (raised.value.transient, hint in raised.value.hint) == (False, True)


@pytest.mark.parametrize(("environment", "host", "page"), STORES.values(), ids=STORES)
def test_a_server_without_tls_is_told_as_such(environment: dict[str, str], host: str, page: Reply) -> None:
    with scripted(page) as server, pytest.raises(StoreError, match="does not speak TLS") as raised:
        listed(open_with({**environment, host: server.host.replace("http:", "https:")}))
    assert not raised.value.transient


PROXIES = {
    "no scheme": ("proxy:3128", "proxy:3128"),
    "a login and no scheme": ("user:hush@proxy:3128", "proxy:3128"),
    "another scheme": ("socks5://user:hush@proxy:1080", "socks5"),
    "no port that can be": ("http://user:hush@proxy:99999", "proxy:99999"),
    "no host": ("http://", "HTTP_PROXY"),
}


@each_store
@pytest.mark.parametrize(("proxy", "words"), PROXIES.values(), ids=PROXIES)
def test_a_proxy_that_is_no_url_is_a_mistake_of_configuration(
    proxy: str, words: str, environment: dict[str, str], host: str, page: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    with pytest.raises(ConfigurationError, match="HTTP_PROXY") as raised:
        open_with({**environment, host: "http://store.invalid"})
    assert (words in str(raised.value), "hush" in f"{raised.value} {raised.value.hint}") == (True, False)
    monkeypatch.setenv("NO_PROXY", "store.invalid")
    open_with({**environment, host: "http://store.invalid"}).close()


@each_store
@pytest.mark.parametrize("text", ["", "no certificate", None], ids=["empty", "text", "gone"])
def test_a_bundle_without_certificates_is_told(
    text: str | None, environment: dict[str, str], host: str, page: Reply, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / "ca.crt").write_text(text)
    with pytest.raises(ConfigurationError, match="CA_BUNDLE"):
        open_with({**environment, host: "https://127.0.0.1:9", "CA_BUNDLE": str(tmp_path / "ca.crt")})
