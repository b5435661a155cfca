"""Who a workload is, as Azure tells it: a refusal is told with what to do, and no secret is in a message."""

import json
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from tests.restore.stores.identifying import TOKEN, listed, refused
from tests.support.servers import Reply, Scripted, scripted

from neo4j_restore.errors import ConfigurationError


def entra(**fields: object) -> Reply:
    token = {"access_token": "hush.entra.hush", "expires_in": 3599, "token_type": "Bearer"}
    return Reply(200, json.dumps({**token, **fields}).encode())


EMPTY = Reply(200, b"<EnumerationResults><Blobs/><NextMarker/></EnumerationResults>")
CLIENT = {"AZURE_CLIENT_ID": "client-1", "AZURE_TENANT_ID": "tenant-1"}


def azure(store: Scripted, **identity: str) -> dict[str, str]:
    return {"BUCKET": "azb://backups1/nightly", "ENDPOINT_URL": store.host, **identity}


def asked_with(tell: ExitStack, **identity: str) -> str:
    """Return the Authorization that a store of Azure's protocol is asked with."""
    store = tell.enter_context(scripted(EMPTY))
    assert listed({**azure(store, **identity)}) == []
    return store.asked[0].headers["authorization"]


def test_the_workload_identity_of_aks_reads_azure(tell: ExitStack, token: str) -> None:
    teller = tell.enter_context(scripted(entra()))
    authorization = asked_with(tell, AZURE_FEDERATED_TOKEN_FILE=token, AZURE_AUTHORITY_HOST=f"{teller.host}/", **CLIENT)
    assert authorization == "Bearer hush.entra.hush"
    (asked,) = teller.asked
    assert asked.path == "/tenant-1/oauth2/v2.0/token"
    assert parse_qs(asked.body) == {
        "grant_type": ["client_credentials"],
        "scope": ["https://storage.azure.com/.default"],
        "client_id": ["client-1"],
        "client_assertion_type": ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
        "client_assertion": [TOKEN],
    }


def test_a_client_with_its_secret_in_a_file_reads_azure(tell: ExitStack, tmp_path: Path) -> None:
    teller = tell.enter_context(scripted(entra()))
    lines = {"AZURE_STORAGE_ACCOUNT": "backups1", **CLIENT, "AZURE_CLIENT_SECRET": "hush~1"}
    (tmp_path / "credentials").write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
    authorization = asked_with(tell, CREDENTIALS_FILE=str(tmp_path / "credentials"), AZURE_AUTHORITY_HOST=teller.host)
    assert authorization == "Bearer hush.entra.hush"
    assert parse_qs(teller.asked[0].body)["client_secret"] == ["hush~1"]


@pytest.mark.parametrize("client", [{}, {"AZURE_CLIENT_ID": "client-1"}], ids=["the node's", "one of several"])
def test_a_managed_identity_reads_azure(client: dict[str, str], tell: ExitStack) -> None:
    teller = tell.enter_context(scripted(entra(expires_in="3599")))
    authorization = asked_with(tell, AZURE_POD_IDENTITY_AUTHORITY_HOST=teller.host, **client)
    assert authorization == "Bearer hush.entra.hush"
    assert teller.asked[0].headers["metadata"] == "true"
    assert ("client_id=client-1" in teller.asked[0].path) is bool(client)


def test_a_sas_token_is_in_the_url_and_in_no_message(tell: ExitStack) -> None:
    store = tell.enter_context(scripted(EMPTY, Reply(403, b"", {"x_ms_error_code": "AuthenticationFailed"})))
    environment = azure(store, AZURE_STORAGE_SAS_TOKEN="?sv=2023-11-03&sig=hush%2Bhush")
    assert listed(environment) == []
    assert store.asked[0].path.endswith("&sv=2023-11-03&sig=hush%2Bhush")
    assert "the SAS token" in str(refused(environment))


def test_the_account_may_come_from_the_credentials_as_the_labs_chart_wrote_them(
    tell: ExitStack, tmp_path: Path
) -> None:
    store = tell.enter_context(scripted(EMPTY))
    (tmp_path / "credentials").write_text("export ACCOUNT_NAME=labs1\nexport ACCOUNT_KEY=aHVzaA==\n")
    environment = {
        "BUCKET": "circleci-build-system/testy/mcbuild/",
        "CLOUD_PROVIDER": "azure",
        "CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "ENDPOINT_URL": store.host,
    }
    assert listed(environment, "circleci-build-system/testy/mcbuild/") == []
    assert store.asked[0].path.startswith("/labs1/circleci-build-system?")


def test_an_account_that_nobody_names_is_told() -> None:
    with pytest.raises(ConfigurationError, match="names no account"):
        listed({"BUCKET": "container", "CLOUD_PROVIDER": "azure", "AZURE_STORAGE_KEY": "aGFsbG8="})


def test_a_key_that_is_no_base64_is_told_without_it() -> None:
    with pytest.raises(ConfigurationError, match="is not base64") as raised:
        listed({"BUCKET": "azb://backups1/c1a", "AZURE_STORAGE_KEY": "hush!"})
    assert "hush" not in str(raised.value)


def entra_error(code: str, text: str) -> Reply:
    description = f"{code}: {text}. Trace ID: 0 Correlation ID: 1 Timestamp: now"
    return Reply(401, json.dumps({"error": "invalid_client", "error_description": description}).encode())


AZURE_REFUSALS = {
    "expired secret": (
        entra_error("AADSTS7000222", "The provided client secret keys are expired"),
        "has expired: make a",
    ),
    "wrong secret": (entra_error("AADSTS7000215", "Invalid client secret provided"), "the client secret is wrong"),
    "no federation": (
        entra_error("AADSTS700213", "No matching federated identity record found"),
        "federated credential",
    ),
    "another": (entra_error("AADSTS1", "Something else"), "check that client, tenant and secret"),
}


@pytest.mark.parametrize(("reply", "hint"), AZURE_REFUSALS.values(), ids=AZURE_REFUSALS)
def test_what_entra_refuses_is_told_with_what_to_do(reply: Reply, hint: str, tell: ExitStack) -> None:
    teller = tell.enter_context(scripted(reply))
    store = tell.enter_context(scripted(EMPTY))
    identity = {**CLIENT, "AZURE_CLIENT_SECRET": "hush~1", "AZURE_AUTHORITY_HOST": teller.host}
    error = refused(azure(store, **identity))
    assert "with the client client-1: Microsoft Entra answers 401 AADSTS" in str(error)
    assert "Trace ID" not in str(error)
    assert hint in error.hint
    assert (error.transient, store.asked) == (False, [])


def test_no_identity_for_azure_is_told_with_the_ways_to_one(tell: ExitStack) -> None:
    store = tell.enter_context(scripted(EMPTY))
    error = refused(azure(store, AZURE_POD_IDENTITY_AUTHORITY_HOST="http://127.0.0.1:9"))
    assert "no other identity is set" in str(error)
    assert "azure.workload.identity/client-id" in error.hint


def test_an_answer_that_is_no_token_is_told_without_it(tell: ExitStack) -> None:
    for reply in (Reply(200, b"hush"), Reply(200, b'{"access_token": "hush"}'), entra(expires_in="hush")):
        teller = tell.enter_context(scripted(reply))
        store = tell.enter_context(scripted(EMPTY))
        error = refused(azure(store, AZURE_POD_IDENTITY_AUTHORITY_HOST=teller.host))
        assert "not understood" in str(error)
        assert error.transient
