"""Compressed streams: what is legal is read whole, and everything else is damaged."""

import bz2
import gzip
import io
import lzma
import random
import struct
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import archives

from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.streams import codecs, decoders
from neo4j_restore.streams.codecs import BZIP2, GZIP, LZ4, XZ, ZSTD, Codec

PACKERS: dict[Codec, Callable[[bytes], bytes]] = {
    GZIP: lambda data: gzip.compress(data, mtime=0),
    ZSTD: archives.zst,
    LZ4: archives.lz4,
    XZ: lzma.compress,
    BZIP2: bz2.compress,
}

ALL = pytest.mark.parametrize("codec", PACKERS, ids=lambda codec: codec.name)


class Source(io.RawIOBase):
    """A stream that gives at most `step` bytes at a time, as a network does."""

    def __init__(self, data: bytes, step: int = 1000) -> None:
        self._stream, self._step = io.BytesIO(data), step

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any buffer will do
        return self._stream.readinto(memoryview(buffer)[: self._step])


def decoded(data: bytes, step: int = 1000) -> bytes:
    codec = codecs.codec_of(data)
    assert codec
    return decoders.Decoded(Source(data, step), codec, "the set").readall()


@ALL
@settings(deadline=None)
@given(
    parts=st.lists(st.binary(max_size=5000), min_size=1, max_size=4),
    step=st.integers(1, 3000),
    padding=st.integers(0, 600),
)
def test_frames_and_padding_are_read_in_any_steps(parts: list[bytes], step: int, padding: int, codec: Codec) -> None:
    data = b"".join(map(PACKERS[codec], parts)) + bytes(padding)
    assert decoded(data, step) == b"".join(parts)


@pytest.mark.parametrize("codec", [ZSTD, LZ4], ids=["zstd", "lz4"])
def test_skippable_frames_are_skipped_wherever_they_are(codec: Codec) -> None:
    skippable, packed = struct.pack("<II", 0x184D2A53, 4) + b"seek", PACKERS[codec](b"store")
    for step in (1, 1000):
        assert decoded(skippable + packed + skippable + packed + skippable, step) == b"store" * 2


@ALL
def test_a_large_expansion_comes_in_bounded_blocks(codec: Codec) -> None:
    reader = decoders.Decoded(Source(PACKERS[codec](bytes(10_000_000))), codec, "the set")
    sizes = []
    while block := reader.read(65536):
        sizes.append(len(block))
    assert (sum(sizes), max(sizes)) == (10_000_000, 65536)
    assert codec.most_ratio * len(PACKERS[codec](bytes(10_000_000))) > 10_000_000


def test_a_window_of_gigabytes_is_refused_before_it_is_memory() -> None:
    huge = archives.zst(bytes(1000), window_log=31)
    with pytest.raises(BackupDamagedError, match="too much memory"):
        decoded(huge)
    assert decoded(archives.zst(bytes(1000), window_log=27)) == bytes(1000)


def test_the_window_of_zstd_inside_something_packed_is_smaller() -> None:
    for window_log, right in ((25, True), (26, False)):
        outer = Source(gzip.compress(archives.zst(bytes(1000), window_log=window_log)))
        inner = decoders.Decoded(decoders.Decoded(outer, GZIP, "the set"), ZSTD, "the set", inner=True)
        if right:
            assert inner.readall() == bytes(1000)
        else:
            with pytest.raises(BackupDamagedError, match="too much memory"):
                inner.readall()


ENDINGS: dict[str, Callable[[bytes], bytes]] = {
    "-1": lambda good: good[:-1],
    "-8": lambda good: good[:-8],
    "20": lambda good: good[:20],
    "junk": lambda good: good + b"junk",
    "padded junk": lambda good: good + b"\0\0junk",
    "half a magic": lambda good: good + good[:1],
    "half a frame": lambda good: good + good[:10],
    "checksum": lambda good: good[:-4] + bytes([good[-4] ^ 1]) + good[-3:],
}


@ALL
@pytest.mark.parametrize("spoil", ENDINGS.values(), ids=ENDINGS)
def test_every_other_ending_is_damage(spoil: Callable[[bytes], bytes], codec: Codec) -> None:
    with pytest.raises(BackupDamagedError, match=f"the set is damaged: as {codec.name}"):
        decoded(spoil(PACKERS[codec](b"some text of a store" * 100)))


def test_nothing_at_all_is_damage_where_a_codec_was_seen() -> None:
    with pytest.raises(BackupDamagedError, match="it has no gzip frame where one should begin"):
        decoders.Decoded(Source(b""), GZIP, "the set").readall()


@ALL
@settings(max_examples=200, deadline=None)
@given(position=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_a_flipped_bit_never_passes_as_other_content(position: int, bit: int, codec: Codec) -> None:
    text = bytes(range(256)) * 20
    good = bytearray(PACKERS[codec](text))
    good[position % len(good)] ^= 1 << bit
    with suppress(BackupDamagedError):
        decoded = decoders.Decoded(Source(bytes(good)), codec, "the set").readall()
        assert decoded == text or not decoded  # a bit of the header's time, say; or a frame that became a skippable one


@ALL
@pytest.mark.parametrize("cut", [10, 300, 10**6])
def test_the_start_of_a_stream_tells_what_it_holds(codec: Codec, cut: int) -> None:
    text = bytes(range(256)) * 2000
    start = decoders.start_of(PACKERS[codec](text)[:cut], 5000)
    assert text[:5000].startswith(start)
    assert len(start) == 5000 or cut < 10**6
    assert decoders.ratio(PACKERS[codec](text)) > 5
    assert decoders.ratio(PACKERS[codec](text)[:7] + b"junk" * 9) == 1


# A block of bzip2 is almost as long as the start that is looked at.
@pytest.mark.parametrize("codec", [GZIP, ZSTD, LZ4, XZ], ids=lambda codec: codec.name)
def test_zeros_that_come_first_do_not_tell_of_what_follows(codec: Codec) -> None:
    noise = random.Random(1)  # noqa: S311 - any bytes will do
    packed = PACKERS[codec](bytes(50_000_000) + b"".join(noise.randbytes(8192) + bytes(8192) for _ in range(200)))
    assert 1.5 < decoders.ratio(packed[: 1024 * 1024]) < 3
    assert decoders.ratio(packed) > 20


SKIPPABLE = struct.pack("<II", 0x184D2A50, 0)

FLOODS = {
    "gzip members": (gzip.compress(b"", mtime=0), 50_000, "as gzip, it has more than 10000 frames"),
    "gzip members of a byte": (gzip.compress(b"x", mtime=0), 50_000, "as gzip, it has more than 100[0-9]{2} frames"),
    "zstd frames": (archives.zst(b""), 50_000, "as zstd, it has more than 10000 frames"),
    "lz4 frames": (archives.lz4(b""), 50_000, "as lz4, it has more than 10000 frames"),
    "zstd skippable frames": (SKIPPABLE, 50_000, "as zstd, it has more than 10000 frames"),
    "gzip blocks": (b"\0\0\0\xff\xff", 2_000_000, "unpack to 0 bytes, and at most 4194304 may be empty"),
    "zstd blocks": (b"\0\0\0", 3_000_000, "unpack to 0 bytes, and at most 4194304 may be empty"),
    "lz4 blocks": (b"\0\0\0\x80", 2_000_000, "unpack to 0 bytes, and at most 4194304 may be empty"),
}

STARTS = {
    "zstd skippable frames": archives.zst(b"x"),
    "gzip blocks": gzip.compress(b"", mtime=0)[:10],
    "zstd blocks": b"\x28\xb5\x2f\xfd\x00\x58",
    "lz4 blocks": archives.lz4(b"")[:7],
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_of_what_is_empty_is_refused(name: str) -> None:
    piece, count, message = FLOODS[name]
    source = io.BytesIO(STARTS.get(name, b"") + piece * count)
    codec = codecs.codec_of(source.getvalue()[:100]) or ZSTD
    stream = decoders.Decoded(source, codec, "the set")  # type: ignore[arg-type]  # reads alike
    with pytest.raises(BackupDamagedError, match=f"the set is not a backup set: .*{message}"):
        stream.readall()
    # The rest of it was never read.
    assert source.tell() < 5_000_000


def test_one_frame_for_each_file_of_a_tar_is_no_flood() -> None:
    frame = archives.zst(bytes(512))
    assert len(decoded(frame * 30_000, 100_000)) == 512 * 30_000


@ALL
def test_a_flood_at_the_start_is_looked_at_within_bounds(codec: Codec) -> None:
    head = (SKIPPABLE if codec.skips else PACKERS[codec](b"")) * 100_000
    assert decoders.start_of(head[: 1024 * 1024], 512) in {b"", head[:512]}
    assert decoders.ratio(head) == 1
