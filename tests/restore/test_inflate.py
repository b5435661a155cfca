"""gzip streams: what is legal is read whole, and everything else is damaged."""

import gzip
import io
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.inflate import GzipReader


class Source(io.RawIOBase):
    """A stream that gives at most `step` bytes at a time, as a network does."""

    def __init__(self, data: bytes, step: int = 1000) -> None:
        self._stream, self._step = io.BytesIO(data), step

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        return self._stream.readinto(memoryview(buffer)[: self._step])


def inflated(data: bytes, step: int = 1000) -> bytes:
    return GzipReader(Source(data, step), "the set").readall()


@given(st.lists(st.binary(max_size=5000), min_size=1, max_size=4), st.integers(1, 3000), st.integers(0, 600))
def test_members_and_padding_are_read_in_any_steps(parts: list[bytes], step: int, padding: int) -> None:
    data = b"".join(gzip.compress(part) for part in parts) + bytes(padding)
    assert inflated(data, step) == b"".join(parts)


def test_a_large_expansion_comes_in_bounded_blocks() -> None:
    reader = GzipReader(Source(gzip.compress(bytes(10_000_000))), "the set")
    sizes = []
    while block := reader.read(65536):
        sizes.append(len(block))
    assert (sum(sizes), max(sizes)) == (10_000_000, 65536)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda good: good[:-1],
        lambda good: good[:-8],
        lambda good: good[:20],
        lambda good: b"",
        lambda good: good + b"junk",
        lambda good: good + b"\0\0junk",
        lambda good: good + b"\x1f",
        lambda good: good + good[:10],
        lambda good: good[:-8] + bytes([good[-8] ^ 1]) + good[-7:],
        lambda good: good[:-4] + bytes([good[-4] ^ 1]) + good[-3:],
    ],
    ids=["-1", "-8", "20", "empty", "junk", "padded junk", "half a magic", "half a member", "crc", "length"],
)
def test_every_other_ending_is_damage(spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(BackupDamagedError, match="the set is damaged"):
        inflated(spoil(gzip.compress(b"some text of a store" * 100)))


@settings(max_examples=200)
@given(st.integers(0, 10**9), st.integers(0, 7))
def test_a_flipped_bit_never_passes_as_other_content(position: int, bit: int) -> None:
    text = bytes(range(256)) * 20
    good = bytearray(gzip.compress(text, mtime=0))
    good[position % len(good)] ^= 1 << bit
    with suppress(BackupDamagedError):
        assert inflated(bytes(good)) == text  # a bit of the header's time, say
