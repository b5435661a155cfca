"""Each error of S3 is told in our words, with what to do."""

import pytest
from tests.restore.stores.answering import error, s3, stored
from tests.support.servers import Reply

from neo4j_restore.errors import StoreError


@pytest.mark.parametrize(
    ("status", "code", "said", "transient"),
    [
        (403, "AccessDenied", "this identity is not allowed", False),
        (403, "AllAccessDisabled", "this identity is not allowed", False),
        (403, "InvalidAccessKeyId", "does not know this access key", False),
        (403, "SignatureDoesNotMatch", "the secret key does not belong", False),
        (403, "RequestTimeTooSkewed", "clock", False),
        (400, "ExpiredToken", "has expired", False),
        (404, "NoSuchBucket", "no such bucket", False),
        (404, "NoSuchKey", "it does not exist", False),
        (412, "PreconditionFailed", "was replaced", False),
        (403, "InvalidObjectState", "archive tier", False),
        (400, "KMS.DisabledException", "400 KMS.DisabledException said", False),
        (400, "RequestTimeout", "RequestTimeout", True),
        (503, "SlowDown", "SlowDown", True),
        (500, "InternalError", "InternalError", True),
    ],
)
def test_each_error_of_s3_is_told_in_our_words(status: int, code: str, said: str, transient: bool) -> None:
    with (
        s3(Reply(status, error(code))) as (store, _),
        pytest.raises(StoreError, match=r"s3://backups/nightly/neo4j\.dump with the access key AKIA1") as raised,
    ):
        store.read(stored())
    assert said in str(raised.value)
    assert raised.value.transient is transient
    assert "hush" not in f"{raised.value} {raised.value.hint}"


def test_a_right_that_is_lacking_is_named_as_aws_names_it() -> None:
    text = "User: arn:aws:sts::1:assumed-role/r is not authorized to perform: kms:Decrypt"
    with (
        s3(Reply(403, error("AccessDenied", text))) as (store, _),
        pytest.raises(StoreError, match=r"this identity is not allowed to do this: User: .* kms:Decrypt"),
    ):
        store.read(stored())


def test_an_object_in_an_archive_tier_names_the_command() -> None:
    with (
        s3(Reply(403, error("InvalidObjectState"))) as (store, _),
        pytest.raises(StoreError) as raised,
    ):
        store.read(stored())
    assert "aws s3api restore-object --bucket backups --key nightly/neo4j.dump" in raised.value.hint


@pytest.mark.parametrize(
    ("status", "code", "hint"),
    [(403, "SecondLevelDomainForbidden", "ADDRESSING_STYLE"), (301, "PermanentRedirect", "ENDPOINT_URL")],
)
def test_a_refusal_that_a_setting_mends_names_it(status: int, code: str, hint: str) -> None:
    with (
        s3(Reply(status, f"<Error><Code>{code}</Code></Error>".encode())) as (store, _),
        pytest.raises(StoreError, match=str(status)) as raised,
    ):
        list(store.list("p/"))
    assert hint in raised.value.hint
