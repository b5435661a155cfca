"""How sets are verified: what is known beforehand, and what is found while they are read."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from neo4j_restore import spec
from neo4j_restore.checksums import Checksum
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.spec import Scheme
from neo4j_restore.stores import StoredObject
from neo4j_restore.transfer import evidence
from neo4j_restore.transfer.evidence import Evidence

NOW = datetime(2026, 1, 31, tzinfo=UTC)
BUCKET = spec.parse_bucket("s3://backups")
CRC = Checksum("crc32c", bytes(4))
ETAG = Checksum("md5", bytes(16), guessed=True)


def a_set(
    *keys: str,
    kind: Kind = Kind.ARCHIVE,
    checksum: Checksum | None = None,
    beside: tuple[str, ...] = (),
    formats: Mapping[str, str] | None = None,
) -> BackupSet:
    objects = tuple(StoredObject(key, 10, NOW, "1", checksum) for key in keys or ("x",))
    sums = {key: Checksum("sha256", bytes(32)) for key in beside}
    database = spec.DatabaseName("neo4j")
    return BackupSet(database, kind, objects[-1].key, "", NOW, objects, (), None, sums, formats or {})


@pytest.mark.parametrize(
    ("chosen", "ways", "unverified"),
    [
        (a_set(), (), ("x",)),
        (a_set(checksum=CRC), ("store:crc32c",), ()),
        (a_set(checksum=ETAG), ("store:md5",), ()),
        (a_set(beside=("x",)), ("sha256",), ()),
        (a_set(formats={"x": "gzip"}), ("format:gzip",), ()),
        (a_set(checksum=CRC, beside=("x",), formats={"x": "age"}), ("format:age", "sha256", "store:crc32c"), ()),
        (a_set("x", "y", beside=("y",)), ("sha256",), ("x",)),
    ],
)
def test_what_will_verify_a_set_is_known_beforehand(
    chosen: BackupSet, ways: tuple[str, ...], unverified: tuple[str, ...]
) -> None:
    proof = evidence.expected(chosen, Scheme.S3)
    assert (proof.ways, proof.unverified) == (ways, unverified)
    assert bool(proof.warning(BUCKET)) is bool(unverified)


def test_of_a_directory_in_s3_it_is_known_with_the_bytes_alone() -> None:
    directory = a_set(kind=Kind.DIRECTORY)
    assert not evidence.expected(directory, Scheme.S3).warning(BUCKET)
    assert evidence.expected(directory, Scheme.FILE).warning(BUCKET)


def test_a_guess_that_is_not_given_leaves_the_object_unverified_and_is_named() -> None:
    proof = Evidence()
    proof.verified("x", "store:md5")
    proof.doubted("y", ETAG)
    verdict = proof.verdict(a_set("x", "y", "z", checksum=ETAG))
    assert (verdict.ways, verdict.unverified) == (("store:md5",), ("y", "z"))
    assert "s3://backups/y (and 1 more) is not verified: it does not match the ETag md5:AAAA" in verdict.warning(BUCKET)
    assert verdict.refusal(BUCKET).exit_code == 11


def test_a_checksum_of_the_transfer_does_not_count() -> None:
    proof = Evidence()
    proof.verified("x", "transport:crc64")
    verdict = proof.verdict(a_set())
    assert (verdict.ways, verdict.unverified) == (("transport:crc64",), ("x",))
