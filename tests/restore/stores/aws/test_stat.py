"""What S3 says of an object: checksums by many names, sizes of parts, archive tiers."""

import base64

import pytest
from tests.restore.stores.answering import MD5, head, s3, stored
from tests.support.servers import Reply

from neo4j_restore.checksums import Checksum
from neo4j_restore.errors import StoreError


def digest(text: str) -> bytes:
    return base64.b64decode(text)


CHECKSUMS = {
    "an MD5 in the ETag": (head(), Checksum("md5", bytes.fromhex(MD5), guessed=True)),
    "a CRC64NVME": (
        head(x_amz_checksum_crc64nvme="rosUhgp5mIg=", x_amz_checksum_type="FULL_OBJECT"),
        Checksum("crc64nvme", digest("rosUhgp5mIg=")),
    ),
    "the cheapest of several": (
        head(x_amz_checksum_sha256="AAAA", x_amz_checksum_crc32="y/Q5Jg=="),
        Checksum("crc32", digest("y/Q5Jg==")),
    ),
    "with S3's own key": (
        head(x_amz_server_side_encryption="AES256"),
        Checksum("md5", bytes.fromhex(MD5), guessed=True),
    ),
    "with a key of KMS": (head(x_amz_server_side_encryption="aws:kms"), None),
    "with two keys of KMS": (head(x_amz_server_side_encryption="aws:kms:dsse"), None),
    "with the customer's key": (head(x_amz_server_side_encryption_customer_algorithm="AES256"), None),
    "an ETag of another kind": (head(ETag='"not-an-md5"'), None),
}


@pytest.mark.parametrize(("reply", "checksum"), CHECKSUMS.values(), ids=CHECKSUMS)
def test_s3_tells_a_checksum_by_many_names(reply: Reply, checksum: Checksum | None) -> None:
    with s3(reply) as (store, _):
        assert store.stat(stored()).checksum == checksum


@pytest.mark.parametrize(
    ("size", "part", "checksum"),
    [
        (10, "4", Checksum("md5", bytes.fromhex(MD5), 4, guessed=True)),
        (12, "4", Checksum("md5", bytes.fromhex(MD5), 4, guessed=True)),
        # Parts of different sizes: nobody can tell where they were cut.
        (10, "9", None),
        (10, "2", None),
    ],
)
def test_an_etag_of_parts_may_be_a_checksum_where_the_parts_can_be_equal(
    size: int, part: str, checksum: Checksum | None
) -> None:
    etag = f'"{MD5}-3"'
    first = Reply(206, b"", {"ETag": etag, "Content_Length": part, "x_amz_mp_parts_count": "3"})
    with s3(head(ETag=etag, Content_Length=str(size)), first) as (store, asked):
        assert store.stat(stored(size, etag)).checksum == checksum
    assert "partNumber=1" in asked[1].path


@pytest.mark.parametrize(
    ("count", "sizes", "guessed"),
    [(1, ["10"], False), (2, ["6"], False), (3, ["4", "2"], False), (3, ["4", "3"], True)],
    ids=["one part", "two parts", "equal parts", "an unequal last part"],
)
def test_a_checksum_of_parts_is_a_guess_unless_the_store_tells_where_they_are(
    count: int, sizes: list[str], guessed: bool
) -> None:
    replies = [Reply(206, b"", {"ETag": f'"{MD5}"', "Content_Length": size}) for size in sizes]
    with s3(head(x_amz_checksum_crc32=f"y/Q5Jg==-{count}"), *replies) as (store, _):
        checksum = store.stat(stored()).checksum
    assert checksum
    assert (checksum.algorithm, checksum.part_bytes, checksum.guessed) == ("crc32", int(sizes[0]), guessed)


MIB = 1024 * 1024


@pytest.mark.parametrize(
    "refusal", [Reply(400), Reply(403), Reply(405), Reply(501)], ids=lambda reply: str(reply.status)
)
def test_a_store_that_does_not_tell_the_size_of_parts_costs_that_checksum_alone(refusal: Reply) -> None:
    etag = f'"{MD5}-3"'
    for size, checksum in ((20 * MIB, Checksum("md5", bytes.fromhex(MD5), 8 * MIB, guessed=True)), (10, None)):
        with s3(head(ETag=etag, Content_Length=str(size)), refusal) as (store, _):
            assert store.stat(stored(size, etag)).checksum == checksum


def test_a_store_that_gives_the_whole_object_for_a_part_has_told_nothing() -> None:
    etag = f'"{MD5}-3"'
    with s3(head(ETag=etag, Content_Length=str(20 * MIB))) as (store, _):
        checksum = store.stat(stored(20 * MIB, etag)).checksum
    assert checksum == Checksum("md5", bytes.fromhex(MD5), 8 * MIB, guessed=True)


def test_a_store_that_always_fails_at_parts_is_not_asked_for_ever() -> None:
    etag = f'"{MD5}-3"'
    with s3(*[head(ETag=etag), Reply(500)] * 5) as (store, _):
        for _ in range(2):
            with pytest.raises(StoreError) as raised:
                store.stat(stored(etag=etag))
            assert raised.value.transient
        assert store.stat(stored(etag=etag)).checksum is None


@pytest.mark.parametrize("status", [400, 403, 405, 501])
def test_a_store_that_refuses_the_question_for_checksums_is_asked_without_it(status: int) -> None:
    with s3(Reply(status), head(), head()) as (store, asked):
        assert store.stat(stored()).checksum == Checksum("md5", bytes.fromhex(MD5), guessed=True)
        store.stat(stored())
    assert ["x-amz-checksum-mode" in each.headers for each in asked] == [True, False, False]


@pytest.mark.parametrize("status", [405, 501])
def test_a_store_without_head_costs_what_it_would_tell(status: int) -> None:
    with s3(Reply(status)) as (store, _):
        listed = stored()
        assert store.stat(listed) == listed


def test_what_is_of_no_base64_is_no_checksum() -> None:
    with (
        s3(head(x_amz_checksum_crc32="???")) as (store, _),
        pytest.raises(StoreError, match="not understood"),
    ):
        store.stat(stored())


FROZEN = {
    "glacier": ({"x_amz_storage_class": "GLACIER"}, "restore-object"),
    "deep archive": ({"x_amz_storage_class": "DEEP_ARCHIVE"}, "restore-object"),
    "thawing": (
        {"x_amz_storage_class": "GLACIER", "x_amz_restore": 'ongoing-request="true"'},
        "head-object",
    ),
    "thawed": (
        {"x_amz_storage_class": "GLACIER", "x_amz_restore": 'ongoing-request="false", expiry-date="Fri"'},
        "",
    ),
    "instant": ({"x_amz_storage_class": "GLACIER_IR"}, ""),
    "tiered": ({"x_amz_storage_class": "INTELLIGENT_TIERING", "x_amz_archive_status": "ARCHIVE_ACCESS"}, "'{}'"),
    "not yet tiered": ({"x_amz_storage_class": "INTELLIGENT_TIERING"}, ""),
}


@pytest.mark.parametrize(("headers", "command"), FROZEN.values(), ids=FROZEN)
def test_what_s3_has_in_an_archive_tier_tells_how_to_thaw_it(headers: dict[str, str], command: str) -> None:
    with s3(head(**headers)) as (store, _):
        thaw = store.stat(stored()).thaw
    assert bool(thaw) is bool(command)
    assert command in thaw
    assert not thaw or "--bucket backups --key nightly/neo4j.dump" in thaw
