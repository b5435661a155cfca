"""`.sha256` files: every way in which they are written, and those that tell nothing."""

import hashlib

import pytest

from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.inspection import sums

HEX = hashlib.sha256(b"x").hexdigest()
OTHER = hashlib.sha256(b"y").hexdigest()
NAME = "neo4j-latest.tar.gz"
KEY = "nightly/neo4j-latest.tar.gz"

TEXTS = {
    "bare": HEX,
    "bare, a line": f"{HEX}\n",
    "capitals": f"{HEX.upper()}\r\n",
    "coreutils": f"{HEX}  neo4j-latest.tar.gz\n",
    "binary": f"{HEX} *neo4j-latest.tar.gz\n",
    "escaped": f"\\{HEX}  neo4j-latest.tar.gz\n",
    "a path": f"{HEX}  /backups/neo4j-latest.tar.gz\n",
    "renamed": f"{HEX}  neo4j-2026-01-31.tar.gz\n",
    "tagged": f"SHA256 (neo4j-latest.tar.gz) = {HEX}\n",
    "one of some": f"{OTHER}  other.tar.gz\n{HEX}  neo4j-latest.tar.gz\n",
    "with a comment": f"# by the backup job\n{HEX}  neo4j-latest.tar.gz\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_sum_is_read_however_it_is_written(text: str) -> None:
    checksum = sums.parse(text, KEY)
    assert (checksum.algorithm, checksum.digest) == ("sha256", hashlib.sha256(b"x").digest())


@pytest.mark.parametrize(
    "text",
    ["", "no sum", HEX[:-1], f"{HEX}0", f"{OTHER}  a\n{HEX}  b\n", f"{OTHER}  {NAME}\n{HEX}  {NAME}\n"],
    ids=["empty", "words", "short", "long", "of others", "two"],
)
def test_a_file_that_tells_no_sum_is_refused(text: str) -> None:
    with pytest.raises(BackupDamagedError, match=r"neo4j-latest.tar.gz.sha256 has no single checksum"):
        sums.parse(text, KEY)
