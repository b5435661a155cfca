"""Pages of S3's listing: archive tiers, encoded keys, older versions, and what is not a listing."""

from dataclasses import replace

import pytest
from tests.restore.stores.answering import entry, page, s3
from tests.support.servers import Reply

from neo4j_restore.errors import StoreError


@pytest.mark.parametrize(
    ("tail", "frozen"),
    [
        ("", False),
        ("<StorageClass>STANDARD</StorageClass>", False),
        ("<StorageClass>GLACIER</StorageClass>", True),
        (
            "<StorageClass>GLACIER</StorageClass><RestoreStatus><IsRestoreInProgress>true</IsRestoreInProgress>"
            "</RestoreStatus>",
            True,
        ),
        (
            "<StorageClass>GLACIER</StorageClass><RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress>"
            "<RestoreExpiryDate>2026-02-07T00:00:00Z</RestoreExpiryDate></RestoreStatus>",
            False,
        ),
    ],
)
def test_a_listing_of_s3_tells_archive_tiers_too(tail: str, frozen: bool) -> None:
    with s3(page(entry(tail))) as (store, asked):
        (stored,) = store.list("p/")
    assert bool(stored.thaw) is frozen
    assert asked[0].headers["x-amz-optional-object-attributes"] == "RestoreStatus"


ODD_PAGES = {
    "no end": page(entry(), more="<NextContinuationToken>t</NextContinuationToken>"),
    "no token": page(entry(), more="<x/>"),
    "no size": page("<Key>p/x</Key><LastModified>2026-01-31T02:00:00.000Z</LastModified>"),
    "no time": page("<Key>p/x</Key><Size>1</Size><LastModified>soon</LastModified>"),
    "an entity": Reply(200, b"<!DOCTYPE a [<!ENTITY b 'c'>]><ListBucketResult>&b;</ListBucketResult>"),
    "cut short": Reply(200, b"<ListBucketResult><Contents>"),
    "another": Reply(200, b"<ListAllMyBucketsResult/>"),
}


@pytest.mark.parametrize("reply", ODD_PAGES.values(), ids=ODD_PAGES)
def test_what_is_no_listing_of_s3_is_never_taken_for_one(reply: Reply) -> None:
    with s3(reply) as (store, _):
        with pytest.raises(StoreError, match="not understood") as raised:
            list(store.list("p/"))
        assert raised.value.transient


def test_keys_come_as_they_were_encoded() -> None:
    encoded = page("<Key>p/a+b%2Bc%2520</Key>" + entry().replace("<Key>p/x</Key>", ""))
    body = encoded.body.replace(b"<IsTruncated>", b"<EncodingType>url</EncodingType><IsTruncated>")
    with s3(replace(encoded, body=body)) as (store, _):
        assert [each.key for each in store.list("p/")] == ["p/a b+c%20"]


def test_a_store_without_tokens_goes_on_behind_the_last_key() -> None:
    pages = [
        page(entry(), more=" "),
        page(entry(), more="<NextMarker>p/y%20z</NextMarker><EncodingType>url</EncodingType>"),
    ]
    with s3(*pages, page(entry())) as (store, asked):
        assert len(list(store.list("p/"))) == 3
    assert [one.path.partition("&marker=")[2] for one in asked] == ["", "p%2Fx", "p%2Fy%20z"]
    assert [("list-type" in one.path) for one in asked] == [True, False, False]


@pytest.mark.parametrize("status", [400, 405, 501])
def test_a_store_that_refuses_the_second_version_of_listings_is_asked_for_the_first(status: int) -> None:
    with s3(Reply(status, b"<Error><Code>NotImplemented</Code></Error>"), page(entry())) as (store, _):
        assert len(list(store.list("p/"))) == 1
    with (
        s3(Reply(status, b"<Error><Code>InvalidRequest</Code></Error>")) as (store, _),
        pytest.raises(StoreError, match=f"{status} InvalidRequest"),
    ):
        list(store.list("p/"))
