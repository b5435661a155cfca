"""Which host is asked for a bucket of S3, and in which region."""

import pytest
from tests.restore.stores.answering import S3, page, s3
from tests.restore.stores.subjects import open_with

from neo4j_restore.errors import ConfigurationError
from neo4j_restore.spec import Addressing
from neo4j_restore.stores.aws import answers
from neo4j_restore.stores.aws.hosts import Bucket, base_url

POINT = "arn:aws:s3:eu-west-1:123456789012:accesspoint/restore"


@pytest.mark.parametrize(
    ("bucket", "style", "url"),
    [
        ("backups", Addressing.PATH, "https://minio:9000/store/backups"),
        ("backups", Addressing.VIRTUAL, "https://backups.minio:9000/store"),
        (POINT, Addressing.PATH, "https://minio:9000/store/restore-123456789012"),
        (POINT, Addressing.VIRTUAL, "https://restore-123456789012.minio:9000/store"),
    ],
)
def test_another_store_is_asked_as_the_addressing_style_says(bucket: str, style: Addressing, url: str) -> None:
    assert base_url(Bucket.of(bucket), "us-east-1", "https://minio:9000/store", style) == url


@pytest.mark.parametrize(
    ("bucket", "endpoint"),
    [("backups", "http://10.0.0.1:9000"), ("backups", "http://[::1]:9000"), ("Old_Backups", "http://minio:9000")],
)
def test_a_host_that_can_not_be_is_a_mistake_of_configuration(bucket: str, endpoint: str) -> None:
    with pytest.raises(ConfigurationError, match="ADDRESSING_STYLE") as raised:
        open_with({**S3, "BUCKET": f"s3://{bucket}", "ENDPOINT_URL": endpoint, "ADDRESSING_STYLE": "virtual"})
    assert "path" in raised.value.hint


def test_an_access_point_is_asked_in_its_own_region() -> None:
    with s3(page(), BUCKET=f"s3://{POINT}/nightly", REGION="us-east-1") as (store, asked):
        assert list(store.list("nightly/")) == []
    assert asked[0].path.startswith("/restore-123456789012/?")
    assert "/eu-west-1/s3/aws4_request" in asked[0].headers["authorization"]


@pytest.mark.parametrize(
    ("bucket", "region", "url"),
    [
        ("backups", "eu-west-1", "https://backups.s3.eu-west-1.amazonaws.com"),
        ("backups.example", "eu-west-1", "https://s3.eu-west-1.amazonaws.com/backups.example"),
        ("backups", "cn-north-1", "https://backups.s3.cn-north-1.amazonaws.com.cn"),
        ("Old_Backups", "us-east-1", "https://s3.us-east-1.amazonaws.com/Old_Backups"),
        (POINT, "us-east-1", "https://restore-123456789012.s3-accesspoint.eu-west-1.amazonaws.com"),
        (
            "arn:aws-cn:s3:cn-north-1:123456789012:accesspoint/restore",
            "cn-north-1",
            "https://restore-123456789012.s3-accesspoint.cn-north-1.amazonaws.com.cn",
        ),
    ],
)
def test_aws_is_asked_by_the_bucket_s_host(bucket: str, region: str, url: str) -> None:
    assert base_url(Bucket.of(bucket), region, "", Addressing.PATH) == url


@pytest.mark.parametrize(
    ("status", "named", "region"),
    [
        (301, "eu-west-1", "eu-west-1"),
        (400, "eu-west-1", "eu-west-1"),
        (403, "eu-west-1", "us-east-1"),
        (301, "", "us-east-1"),
        (301, "evil.example/", "us-east-1"),
    ],
)
def test_a_bucket_elsewhere_names_its_region(status: int, named: str, region: str) -> None:
    headers = {"x-amz-bucket-region": named} if named else {}
    assert answers.right_region(status, headers, "us-east-1") == region
