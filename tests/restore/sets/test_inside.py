"""Which version store files are of: the file `neostore` tells."""

import pytest
from tests.support import archives

from neo4j_restore.sets.inside import version_of

# The first bytes of `neostore` as these versions wrote it.
REAL = {
    "3.3.5": (
        "01000001a213edbe4701bc62613f753d168a0100000000000000000100000000000000010100382e412e30760601ffffffffffffffff"
        "010000000000",
        "Neo4j 3 (v0.A.8)",
    ),
    "4.4.48": (
        "01000001a213e8d452016d49a3ceb1b0697e01000000000000000001000000000000000b01302e332e3446410700000000000000000100"
        "00000000",
        "Neo4j 4 (AF4.3.0)",
    ),
    "5.26.30": (
        "01bfe268c090424664018e929176ee48547400000000000000000000000000000000000001cf1bbcdcb7a564630101000001a213e8fc01"
        "37927a0d8922b6a00181067265636f72640107616c69676e656401010100000000000001000000000000000001",
        "Neo4j 5 or later (record aligned 1.1)",
    ),
}


@pytest.mark.parametrize(("start", "version"), REAL.values(), ids=REAL)
def test_a_real_store_tells_its_version(start: str, version: str) -> None:
    assert str(version_of(bytes.fromhex(start))) == version


def test_the_stores_of_tests_look_like_real_ones() -> None:
    assert str(version_of(archives.neostore("AF4.3.0"))) == "Neo4j 4 (AF4.3.0)"
    assert str(version_of(archives.neostore("high_limit"))) == "Neo4j 5 or later (record high_limit 1.1)"


@pytest.mark.parametrize("start", [b"", b"\1", b"old neostore " * 200, bytes(8192), b"\1" * 8192, b"\xff" * 8192])
def test_other_bytes_tell_none(start: bytes) -> None:
    assert version_of(start) is None
