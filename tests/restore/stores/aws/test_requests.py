"""What a request to S3 says: the pinned version, who pays, the region."""

import hashlib
from dataclasses import replace

import pytest
from tests.restore.stores.answering import MD5, TEN, entry, error, head, page, s3, stored
from tests.support.servers import Reply

from neo4j_restore.errors import StoreError


def test_a_version_that_may_not_be_read_is_read_by_its_etag_alone() -> None:
    good = Reply(200, TEN, {"ETag": f'"{MD5}"'})
    with s3(Reply(403, error("AccessDenied")), good) as (store, asked):
        pinned = replace(stored(), generation=f'"{MD5}" v1')
        for _ in range(2):
            with store.read(pinned) as stream:
                assert stream.readall() == TEN
    assert ["versionId=v1" in each.path for each in asked] == [True, False, False]
    assert {each.headers["if-match"] for each in asked} == {f'"{MD5}"'}


def test_a_store_that_ignores_the_pin_is_caught_by_its_etag() -> None:
    with (
        s3(Reply(200, TEN, {"ETag": '"another"'})) as (store, _),
        pytest.raises(StoreError, match="was replaced"),
    ):
        store.read(stored())


@pytest.mark.parametrize(("pays", "sent"), [("", None), ("true", "requester")])
def test_who_reads_pays_where_that_was_asked_for(pays: str, sent: str | None) -> None:
    with s3(page(entry()), head(), REQUESTER_PAYS=pays) as (store, asked):
        list(store.list("p/"))
        store.stat(stored())
    assert [each.headers.get("x-amz-request-payer") for each in asked] == [sent, sent]


@pytest.mark.parametrize(
    ("variables", "region"),
    [
        ({}, "us-east-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-1", "AWS_REGION": "eu-west-2"}, "eu-west-2"),
        ({"AWS_REGION": "eu-west-2", "REGION": "eu-west-3"}, "eu-west-3"),
    ],
)
def test_requests_are_signed_for_the_region(variables: dict[str, str], region: str) -> None:
    with s3(page(), **variables) as (store, asked):
        list(store.list("p/"))
    assert f"/{region}/s3/aws4_request" in asked[0].headers["authorization"]


CREATED = Reply(200, b"", {"ETag": f'"{MD5}"'})


def test_an_object_is_created_under_a_condition_and_with_its_checksum() -> None:
    with s3(CREATED) as (store, asked):
        store.create("p/drills/a.json", TEN)
    (put,) = asked
    assert (put.method, put.path, put.body) == ("PUT", "/backups/p/drills/a.json", TEN.decode())
    assert (put.headers["if-none-match"], put.headers["content-md5"]) == ("*", "eB5eJF1ptWaXm4bijSPyxw==")
    assert put.headers["x-amz-content-sha256"] == hashlib.sha256(TEN).hexdigest()


def test_a_store_that_does_not_know_the_condition_is_asked_without_it() -> None:
    with s3(Reply(501, error("NotImplemented")), CREATED) as (store, asked):
        store.create("p/drills/a.json", TEN)
    assert [each.headers.get("if-none-match") for each in asked] == ["*", None]


def test_a_race_for_a_name_is_one_to_try_again() -> None:
    with s3(Reply(409, error("ConditionalRequestConflict"))) as (store, _), pytest.raises(StoreError) as raised:
        store.create("p/drills/a.json", TEN)
    assert (raised.value.transient, raised.value.exists) == (True, False)
