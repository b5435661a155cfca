"""Who a workload is, as AWS tells it: a refusal is told with what to do, and no secret is in a message."""

import json
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from tests.restore.stores.identifying import SOON, TOKEN, listed, refused
from tests.restore.stores.subjects import open_with
from tests.support.servers import Reply, Scripted, scripted
from tests.support.versitygw import ROOT, S3Bucket

from neo4j_restore.errors import ConfigurationError


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


def test_a_line_break_at_the_end_of_a_secret_is_none_of_it(s3_bucket: S3Bucket) -> None:
    assert listed(place(s3_bucket, AWS_ACCESS_KEY_ID=f"{ROOT[0]}\n", AWS_SECRET_ACCESS_KEY=f"{ROOT[1]}\n")) == []
