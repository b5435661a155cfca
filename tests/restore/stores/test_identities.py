"""Who a workload is, as AWS and Azure tell it: what they refuse is told with what to do, and no secret is in a message.

Nobody emulates those who tell it, so a server of the test says what their protocol says.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from tests.restore.stores.subjects import open_with
from tests.support.servers import Reply, Scripted, scripted
from tests.support.versitygw import ROOT, S3Bucket

from neo4j_restore.errors import ConfigurationError, StoreError
from neo4j_restore.stores.refreshing import Refreshing

SOON = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
TOKEN = "hush.pod-token.hush"


@pytest.fixture
def tell() -> Iterator[ExitStack]:
    """Keep the tellers of a test running."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def token(tmp_path: Path) -> str:
    """Return the path of a pod's token."""
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    return str(tmp_path / "token")


def role(access: str = ROOT[0], secret: str = ROOT[1], session: str = "") -> dict[str, str]:
    return {"AccessKeyId": access, "SecretAccessKey": secret, "Token": session, "Expiration": SOON}


def sts(**fields: str) -> Reply:
    """Return what AWS's token service answers."""
    names = {**role(), "SessionToken": "", **fields}
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in names.items())
    result = f"<AssumeRoleWithWebIdentityResult><Credentials>{inner}</Credentials></AssumeRoleWithWebIdentityResult>"
    namespace = "https://sts.amazonaws.com/doc/2011-06-15/"
    return Reply(
        200,
        f'<AssumeRoleWithWebIdentityResponse xmlns="{namespace}">{result}</AssumeRoleWithWebIdentityResponse>'.encode(),
    )


def sts_error(status: int, code: str, message: str) -> Reply:
    return Reply(
        status,
        f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>".encode(),
    )


def irsa(teller: Scripted, token: str) -> dict[str, str]:
    """Return what IRSA's webhook sets, with the token service of a test."""
    return {
        "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/restore",
        "AWS_WEB_IDENTITY_TOKEN_FILE": token,
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_STS": teller.host,
    }


def pod_identity(teller: Scripted, token: str) -> dict[str, str]:
    """Return what EKS pod identity sets."""
    return {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{teller.host}/v1/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token,
    }


def place(bucket: S3Bucket, **identity: str) -> dict[str, str]:
    return {"BUCKET": bucket.url, "ENDPOINT_URL": bucket.host, **identity}


def listed(environment: dict[str, str], prefix: str = "") -> list[str]:
    store = open_with(environment)
    try:
        return [each.key for each in store.list(prefix)]
    finally:
        store.close()


def refused(environment: dict[str, str]) -> StoreError:
    with pytest.raises(StoreError) as raised:
        listed(environment)
    assert "hush" not in f"{raised.value} {raised.value.hint}"
    return raised.value


def test_a_role_of_the_pod_s_service_account_reads_s3(tell: ExitStack, token: str, s3_bucket: S3Bucket) -> None:
    s3_bucket.put("neo4j.dump", b"data")
    teller = tell.enter_context(scripted(sts()))
    assert listed(place(s3_bucket, **irsa(teller, token))) == ["neo4j.dump"]
    (asked,) = teller.asked
    assert parse_qs(asked.body) == {
        "Action": ["AssumeRoleWithWebIdentity"],
        "Version": ["2011-06-15"],
        "RoleArn": ["arn:aws:iam::123456789012:role/restore"],
        "RoleSessionName": ["neo4j-restore"],
        "WebIdentityToken": [TOKEN],
    }


def test_the_pod_identity_of_eks_reads_s3(tell: ExitStack, token: str, s3_bucket: S3Bucket) -> None:
    s3_bucket.put("neo4j.dump", b"data")
    teller = tell.enter_context(scripted(Reply(200, json.dumps(role()).encode())))
    assert listed(place(s3_bucket, **pod_identity(teller, token))) == ["neo4j.dump"]
    assert teller.asked[0].headers["authorization"] == TOKEN


def test_the_role_of_the_node_reads_s3(tell: ExitStack, s3_bucket: S3Bucket) -> None:
    s3_bucket.put("neo4j.dump", b"data")
    replies = (Reply(200, b"session"), Reply(200, b"restore-role\n"), Reply(200, json.dumps(role()).encode()))
    teller = tell.enter_context(scripted(*replies))
    assert listed(place(s3_bucket, AWS_EC2_METADATA_SERVICE_ENDPOINT=teller.host)) == ["neo4j.dump"]
    assert [(each.method, each.path.rpartition("/")[2]) for each in teller.asked] == [
        ("PUT", "token"),
        ("GET", ""),
        ("GET", "restore-role"),
    ]
    assert [each.headers.get("x-aws-ec2-metadata-token") for each in teller.asked] == [None, "session", "session"]


@pytest.mark.parametrize(
    "text", ["[ default ]\naws_access_key_id = {}\naws_secret_access_key = {}\nregion = us-east-1\n"], ids=["official"]
)
@pytest.mark.parametrize("variable", ["CREDENTIALS_FILE", "AWS_SHARED_CREDENTIALS_FILE"])
def test_a_key_file_reads_s3(text: str, variable: str, s3_bucket: S3Bucket, tmp_path: Path) -> None:
    s3_bucket.put("neo4j.dump", b"data")
    (tmp_path / "credentials").write_text(text.format(*ROOT))
    assert listed(place(s3_bucket, **{variable: str(tmp_path / "credentials")})) == ["neo4j.dump"]


def test_an_identity_is_asked_for_once_and_anew_before_it_ends(
    tell: ExitStack, token: str, s3_bucket: S3Bucket
) -> None:
    late = (datetime.now(UTC) + timedelta(seconds=200)).strftime("%Y-%m-%dT%H:%M:%SZ")
    teller = tell.enter_context(scripted(sts(Expiration=late), sts(), sts()))
    store = open_with(place(s3_bucket, **irsa(teller, token)))
    for _ in range(4):
        assert list(store.list("")) == []
    assert len(teller.asked) == 2
    store.close()


AWS_REFUSALS = {
    "expired": (
        sts_error(400, "ExpiredTokenException", "Token expired"),
        "AWS STS answers 400 ExpiredTokenException",
        False,
    ),
    "not trusted": (
        sts_error(403, "AccessDenied", "Not authorized"),
        "answers 403 AccessDenied: Not authorized",
        False,
    ),
    "busy": (sts_error(503, "ServiceUnavailable", "later"), "answers 503", True),
    "no credentials": (Reply(200, b"<a/>"), "not understood", True),
    "no time": (sts(Expiration="soon"), "not understood", True),
    "a page": (Reply(407, b"<html>hush"), "answers 407", False),
}


@pytest.mark.parametrize(("reply", "said", "transient"), AWS_REFUSALS.values(), ids=AWS_REFUSALS)
def test_a_role_that_is_not_given_is_told_with_its_trust(
    reply: Reply, said: str, transient: bool, tell: ExitStack, token: str, s3_bucket: S3Bucket
) -> None:
    teller = tell.enter_context(scripted(reply))
    error = refused(place(s3_bucket, **irsa(teller, token)))
    assert said in str(error)
    assert "arn:aws:iam::123456789012:role/restore" in str(error)
    assert error.transient is transient
    assert transient or "trusts the cluster's issuer" in error.hint


def test_a_pod_s_token_that_is_not_there_is_named(tell: ExitStack, s3_bucket: S3Bucket) -> None:
    teller = tell.enter_context(scripted(sts()))
    error = refused(place(s3_bucket, **irsa(teller, "/nowhere/token")))
    assert "/nowhere/token" in str(error)
    assert (error.transient, teller.asked) == (False, [])


def test_a_pod_identity_that_is_refused_is_told_with_what_to_check(
    tell: ExitStack, token: str, s3_bucket: S3Bucket
) -> None:
    teller = tell.enter_context(scripted(Reply(404, b'{"code": "ResourceNotFound", "message": "no association"}')))
    error = refused(place(s3_bucket, **pod_identity(teller, token)))
    assert "the pod identity agent answers 404 no association" in str(error)
    assert "pod identity association" in error.hint


def test_a_pod_s_token_goes_to_no_other_host_in_clear(s3_bucket: S3Bucket, token: str) -> None:
    with pytest.raises(ConfigurationError, match=r"the host example\.org, which would get a token over http"):
        listed(
            place(
                s3_bucket,
                AWS_CONTAINER_CREDENTIALS_FULL_URI="http://example.org/x",
                AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=token,
            )
        )


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:9"}, "does not answer, and no other identity is set"),
        ({"AWS_EC2_METADATA_DISABLED": "true"}, "there is no other identity"),
    ],
)
def test_no_identity_at_all_is_told_with_the_ways_to_one(
    variables: dict[str, str], said: str, s3_bucket: S3Bucket
) -> None:
    error = refused(place(s3_bucket, **variables))
    assert said in str(error)
    assert error.transient is False
    assert "CREDENTIALS_FILE" in error.hint
    assert "eks.amazonaws.com/role-arn" in error.hint


def test_half_a_key_is_told(s3_bucket: S3Bucket) -> None:
    with pytest.raises(ConfigurationError, match="AWS_SECRET_ACCESS_KEY is not"):
        listed(place(s3_bucket, AWS_ACCESS_KEY_ID="a"))


@pytest.mark.parametrize(
    "identity",
    [
        {"BUCKET": "s3://backups", "AWS_ACCESS_KEY_ID": "AKIA\n1", "AWS_SECRET_ACCESS_KEY": "hush"},
        {"BUCKET": "s3://backups", "AWS_ACCESS_KEY_ID": "AKIA\udcff1", "AWS_SECRET_ACCESS_KEY": "hush"},
        {"BUCKET": "s3://backups", "AWS_ACCESS_KEY_ID": "AKIA\u20ac1", "AWS_SECRET_ACCESS_KEY": "hush"},
        {
            **{"BUCKET": "s3://backups", "AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "hush"},
            "AWS_SESSION_TOKEN": "hush\r\nhush",
        },
        {"BUCKET": "azb://backups1/nightly", "AZURE_STORAGE_SAS_TOKEN": "sig=hush\nhush"},
        {"BUCKET": "azb://backups1/nightly", "AZURE_STORAGE_SAS_TOKEN": "sig=hush hush"},
    ],
    ids=["line break", "no text", "no latin", "token", "signature", "space"],
)
def test_a_key_with_a_character_of_another_kind_is_told_without_it(identity: dict[str, str], tell: ExitStack) -> None:
    store = tell.enter_context(scripted(Reply(403)))
    assert not refused({**identity, "ENDPOINT_URL": store.host}).transient


def test_a_line_break_at_the_end_of_a_secret_is_none_of_it(s3_bucket: S3Bucket) -> None:
    assert listed(place(s3_bucket, AWS_ACCESS_KEY_ID=f"{ROOT[0]}\n", AWS_SECRET_ACCESS_KEY=f"{ROOT[1]}\n")) == []


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
    found = asked_with(tell, AZURE_FEDERATED_TOKEN_FILE=token, AZURE_AUTHORITY_HOST=f"{teller.host}/", **CLIENT)
    assert found == "Bearer hush.entra.hush"
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
    found = asked_with(tell, CREDENTIALS_FILE=str(tmp_path / "credentials"), AZURE_AUTHORITY_HOST=teller.host)
    assert found == "Bearer hush.entra.hush"
    assert parse_qs(teller.asked[0].body)["client_secret"] == ["hush~1"]


@pytest.mark.parametrize("client", [{}, {"AZURE_CLIENT_ID": "client-1"}], ids=["the node's", "one of several"])
def test_a_managed_identity_reads_azure(client: dict[str, str], tell: ExitStack) -> None:
    teller = tell.enter_context(scripted(entra(expires_in="3599")))
    found = asked_with(tell, AZURE_POD_IDENTITY_AUTHORITY_HOST=teller.host, **client)
    assert found == "Bearer hush.entra.hush"
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


def test_an_identity_serves_while_it_lasts_when_nobody_tells_the_next() -> None:
    now = [0.0]
    answers: list[tuple[str, float] | StoreError] = [
        ("first", 1000.0),
        StoreError("away", hint="", transient=True),
        StoreError("refused", hint=""),
        StoreError("away", hint="", transient=True),
    ]

    def fetch() -> tuple[str, float]:
        answer = answers.pop(0)
        if isinstance(answer, StoreError):
            raise answer
        return answer

    found = Refreshing(fetch, clock=lambda: now[0])
    assert found.now() == found.now() == "first"
    now[0] = 800
    assert found.now() == "first"
    for now[0] in (800, 1001):
        with pytest.raises(StoreError):
            found.now()
