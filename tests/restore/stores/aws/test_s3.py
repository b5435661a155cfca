"""What other tools store in S3 is verified, whatever checksum they chose. Versions are pinned."""

import base64
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from tests.conftest import Run
from tests.restore.stores.subjects import downloaded, open_with
from tests.support import archives
from tests.support.gateway import Fault, Gateway, gateway
from tests.support.says import says
from tests.support.servers import Reply, scripted
from tests.support.versitygw import VIRTUAL_DOMAIN, S3Bucket

from neo4j_restore.errors import BackupDamagedError, StoreError
from neo4j_restore.stores import Store, StoredObject

PARTS = [b"a" * 5 * 1024 * 1024, b"b" * 5 * 1024 * 1024, b"c" * 1000]


@pytest.fixture
def between(s3_bucket: S3Bucket) -> Iterator[Gateway]:
    """Run a gateway in front of the bucket."""
    with gateway(s3_bucket.host) as running:
        yield running


def only(store: Store) -> StoredObject:
    (stored,) = store.list("")
    return stored


@pytest.fixture
def by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the emulated S3's names lead to this machine."""
    known = socket.getaddrinfo

    def find(host: str, *arguments: Any, **options: Any) -> Any:
        return known("127.0.0.1" if host.endswith(VIRTUAL_DOMAIN) else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", find)


@pytest.mark.usefixtures("by_name")
def test_a_bucket_is_asked_by_a_host_of_its_own(s3_bucket: S3Bucket) -> None:
    s3_bucket.put("p/neo4j a+b.dump", PARTS[2])
    host = s3_bucket.host.replace("127.0.0.1", VIRTUAL_DOMAIN)
    store = open_with({**s3_bucket.environment(), "ENDPOINT_URL": host, "ADDRESSING_STYLE": "virtual"})
    (listed,) = store.list("p/")
    assert downloaded(store, store.stat(listed)) == PARTS[2]
    store.close()


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_an_object_is_verified_by_the_checksum_it_was_stored_with(algorithm: str, s3_bucket: S3Bucket) -> None:
    s3_bucket.put("neo4j.dump", PARTS[0], ChecksumAlgorithm=algorithm)
    store = open_with(s3_bucket.environment())
    stored = store.stat(only(store))
    assert stored.checksum
    assert stored.checksum.algorithm == algorithm.lower()
    assert downloaded(store, stored) == PARTS[0]
    store.close()


@pytest.mark.parametrize(
    ("algorithm", "kind", "part_bytes"),
    [
        ("CRC32", "COMPOSITE", len(PARTS[0])),
        ("CRC32C", "COMPOSITE", len(PARTS[0])),
        ("SHA1", "COMPOSITE", len(PARTS[0])),
        ("SHA256", "COMPOSITE", len(PARTS[0])),
        ("CRC32", "FULL_OBJECT", 0),
        ("CRC32C", "FULL_OBJECT", 0),
        ("CRC64NVME", "FULL_OBJECT", 0),
    ],
)
def test_an_object_that_came_in_parts_is_verified(
    algorithm: str, kind: str, part_bytes: int, s3_bucket: S3Bucket
) -> None:
    s3_bucket.put_in_parts("neo4j.dump", PARTS, algorithm, kind)
    store = open_with(s3_bucket.environment())
    stored = store.stat(only(store))
    assert stored.checksum
    assert (stored.checksum.algorithm, stored.checksum.part_bytes) == (algorithm.lower(), part_bytes)
    assert downloaded(store, stored) == b"".join(PARTS)
    # The same where nobody looked at it first, as with the files of a raw directory.
    assert downloaded(store, only(store)) == b"".join(PARTS)
    store.close()


@pytest.mark.parametrize("parts", [PARTS, PARTS[:1], PARTS[:2]], ids=["three parts", "one part", "two equal ones"])
def test_without_a_checksum_the_etag_of_parts_is_one(parts: list[bytes], s3_bucket: S3Bucket, between: Gateway) -> None:
    s3_bucket.put_in_parts("neo4j.dump", parts)
    # Stores of before 2022 keep none.
    between.hides = ("x-amz-checksum",)
    store = open_with({**s3_bucket.environment(), "ENDPOINT_URL": between.host})
    stored = store.stat(only(store))
    assert stored.checksum
    assert (stored.checksum.algorithm, stored.checksum.part_bytes) == ("md5", len(PARTS[0]))
    assert downloaded(store, stored) == downloaded(store, only(store)) == b"".join(parts)
    store.close()


def test_without_a_checksum_the_etag_of_one_piece_is_one(s3_bucket: S3Bucket, between: Gateway) -> None:
    s3_bucket.put("neo4j.dump", PARTS[0])
    between.hides = ("x-amz-checksum",)
    store = open_with({**s3_bucket.environment(), "ENDPOINT_URL": between.host})
    stored = store.stat(only(store))
    assert stored.checksum
    assert (stored.checksum.algorithm, stored.checksum.part_bytes) == ("md5", 0)
    assert downloaded(store, stored) == PARTS[0]
    store.close()


@pytest.mark.parametrize("looked", [True, False], ids=["looked at", "listed alone"])
def test_other_bytes_than_were_stored_are_damage(looked: bool, s3_bucket: S3Bucket) -> None:
    s3_bucket.put("neo4j.dump", b"0123456789", ChecksumAlgorithm="CRC32C")
    # A store, or a cache before it, that keeps the ETag and gives other bytes.
    direct = open_with(s3_bucket.environment())
    stored = direct.stat(only(direct)) if looked else only(direct)
    checksum = direct.stat(stored).checksum
    assert checksum
    direct.close()
    headers = {"ETag": stored.generation, "x_amz_checksum_crc32c": base64.b64encode(checksum.digest).decode()}
    with scripted(Reply(200, b"0123456780", headers)) as server:
        store = open_with({**s3_bucket.environment(), "ENDPOINT_URL": server.host})
        with pytest.raises(BackupDamagedError, match=r"its checksum is crc32c:.*, the store has crc32c:"):
            downloaded(store, stored)
        store.close()


def test_a_version_that_was_looked_at_is_read_though_it_was_replaced(s3_bucket: S3Bucket) -> None:
    s3_bucket.versioned()
    s3_bucket.put("neo4j-latest.dump", b"first")
    store = open_with(s3_bucket.environment())
    looked = store.stat(only(store))
    s3_bucket.put("neo4j-latest.dump", b"other")
    assert downloaded(store, looked) == b"first"
    assert downloaded(store, store.stat(only(store))) == b"other"
    store.close()


def test_what_was_deleted_after_it_was_listed_is_told(s3_bucket: S3Bucket) -> None:
    s3_bucket.put("neo4j-latest.dump", b"first")
    store = open_with(s3_bucket.environment())
    stored = only(store)
    s3_bucket.client.delete_object(Bucket=s3_bucket.name, Key=stored.key)
    for ask in (store.stat, store.read):
        with pytest.raises(StoreError, match="it does not exist") as raised:
            ask(stored)
        assert not raised.value.transient
    store.close()


LISTING = """<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>neo4j-latest.tar.gz</Key>
<LastModified>2026-01-31T02:00:00.000Z</LastModified><ETag>"0123456789abcdef0123456789abcdef"</ETag><Size>1000</Size>
<StorageClass>{}</StorageClass></Contents></ListBucketResult>"""


@pytest.mark.parametrize("command", ["run", "plan"])
@pytest.mark.parametrize("tier", ["GLACIER", "DEEP_ARCHIVE"])
def test_a_set_in_an_archive_tier_is_refused_before_a_byte_is_read(
    tier: str, command: str, neo4j_restore: Run, s3_bucket: S3Bucket
) -> None:
    head = {"ETag": '"0123456789abcdef0123456789abcdef"', "Content_Length": "1000", "x_amz_storage_class": tier}
    with scripted(Reply(200, LISTING.format(tier).encode()), Reply(200, b"", head)) as server:
        environment = {**s3_bucket.environment(), "ENDPOINT_URL": server.host}
        done = neo4j_restore(command, **environment)
    says(
        done,
        20,
        f"s3://{s3_bucket.name}/neo4j-latest.tar.gz is in an archive tier",
        f"aws s3api restore-object --bucket {s3_bucket.name} --key neo4j-latest.tar.gz",
    )
    assert [each.method for each in server.asked] == ["GET", "HEAD"]


def test_a_whole_restore_outlives_a_busy_store(neo4j_restore: Run, s3_bucket: S3Bucket, between: Gateway) -> None:
    s3_bucket.put("neo4j-latest.tar.gz", archives.tar_gz())
    between.faults += [Fault(503), Fault(500, body=b"<html>"), Fault(count=100, reset=True)]
    environment = {**s3_bucket.environment(), "ENDPOINT_URL": between.host, "RETRY_SECONDS": "60"}
    done = neo4j_restore("run", **environment)
    says(done, 0)
    assert not between.faults
