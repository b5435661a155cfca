"""Which packed formats have a checksum of all their content."""

import gzip
import sys

import lz4.frame
import pytest
from tests.support import archives
from tests.support.artifacts import Artifact

from neo4j_restore.inspection.ownchecks import own_check

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

DATA = b"data" * 100
SKIPPABLE = b"\x50\x2a\x4d\x18\x04\0\0\0skip"
CHECKED = zstd.compress(DATA, options={zstd.CompressionParameter.checksum_flag: 1})
PLAIN = zstd.compress(DATA)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (gzip.compress(DATA), "gzip"),
        (archives.zipped({"x": DATA}), "zip"),
        (CHECKED, "zstd"),
        (PLAIN, ""),
        (SKIPPABLE + CHECKED, "zstd"),
        (SKIPPABLE + PLAIN, ""),
        (lz4.frame.compress(DATA, content_checksum=True), "lz4"),
        (lz4.frame.compress(DATA), ""),
        (b"DZV1" + CHECKED, "zstd"),
        (b"DZV1" + PLAIN, ""),
        (b"DGV1" + gzip.compress(DATA), "gzip"),
        (Artifact().write("BTV1", DATA), ""),
        (DATA, ""),
        (CHECKED[:4], ""),
        (b"", ""),
    ],
    ids=[
        *("gzip", "zip", "zstd with a checksum", "zstd", "skippable, zstd with a checksum", "skippable, zstd"),
        *("lz4 with a checksum", "lz4", "DZV1 with a checksum", "DZV1", "DGV1", "BTV1", "none", "the start", "empty"),
    ],
)
def test_a_format_with_a_checksum_of_its_own_is_known(head: bytes, name: str) -> None:
    assert own_check(head) == name
