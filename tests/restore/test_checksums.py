"""Checksums: each is the standard's, whatever blocks the bytes come in, and of parts as S3 reckons them."""

import base64
import hashlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo4j_restore.checksums import ALGORITHMS, Checksum, Hasher

# Of the nine bytes "123456789": the check values of the catalogue of CRCs, and the digests of RFC 1321 and FIPS 180-4.
CHECKS = {
    "crc32": "cbf43926",
    "crc32c": "e3069283",
    "crc64nvme": "ae8b14860a799888",
    "md5": hashlib.md5(b"123456789", usedforsecurity=False).hexdigest(),
    "sha1": hashlib.sha1(b"123456789", usedforsecurity=False).hexdigest(),
    "sha256": hashlib.sha256(b"123456789").hexdigest(),
}


def digest(hasher: Hasher, *blocks: bytes) -> bytes:
    for block in blocks:
        hasher.update(memoryview(block))
    return hasher.digest()


def test_every_algorithm_has_its_check_value() -> None:
    assert CHECKS.keys() == ALGORITHMS.keys()
    for name, check in CHECKS.items():
        assert digest(ALGORITHMS[name](), b"1234", b"", b"56789").hex() == check


@given(st.binary(max_size=300), st.integers(1, 100), st.lists(st.integers(1, 80), max_size=20))
def test_a_checksum_of_parts_is_that_of_their_checksums(data: bytes, part: int, cuts: list[int]) -> None:
    parts = [data[start : start + part] for start in range(0, len(data), part)] or [b""]
    each = b"".join(zlib.crc32(one).to_bytes(4, "big") for one in parts)
    expected = zlib.crc32(each).to_bytes(4, "big")
    blocks, rest = [], data
    for cut in cuts:
        blocks.append(rest[:cut])
        rest = rest[cut:]
    assert digest(Checksum("crc32", expected, part).start(), *blocks, rest) == expected


@pytest.mark.parametrize(("part_bytes", "text"), [(0, "crc32:y/Q5Jg=="), (5, "crc32:y/Q5Jg== of parts of 5 bytes")])
def test_a_checksum_is_told_as_the_store_tells_it(part_bytes: int, text: str) -> None:
    assert str(Checksum("crc32", base64.b64decode("y/Q5Jg=="), part_bytes)) == text
