"""Compressed streams, unpacked: right to the last byte, or an error. gzip, zstd, lz4, xz and bzip2, told by their
magic.

A raw decompressor checks a frame's checksum only at the frame's end, and does not report a stream that ends before it.
So this reader requires the end. It goes on with further frames (gzip calls them members) and allows zeros behind the
last one, because tapes and some uploaders pad. It refuses anything else. A frame of lz4 or zstd may have no checksum.
Then only the checksum of the object, which `download.Download` verifies, shows a changed bit.
"""

import bz2
import lzma
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import RawIOBase
from statistics import median_low
from typing import Final, Protocol, cast

import lz4.frame
from isal import igzip_lib

from neo4j_restore import bounds
from neo4j_restore.errors import BackupDamagedError, StreamDamagedError
from neo4j_restore.streams.pipeline import BLOCK_BYTES, Stream

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_IN_BYTES = BLOCK_BYTES

_LONGEST_MAGIC = 6

# Frames of zstd and lz4 that hold user data and are skipped. Sources: RFC 8878, 3.1.2, and lz4's frame format.
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")


class Decompressor(Protocol):
    """Unpacks one frame, like the classes of the standard library's bz2, lzma and zstd. Output never exceeds
    `max_length`.
    """

    @property
    def eof(self) -> bool:
        """Whether the frame has ended, and its end was right."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether more input is needed before there is more output."""
        ...

    @property
    def unused_data(self) -> bytes | None:
        """The input that lies behind the frame's end."""
        ...

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take `data`, and return some output."""
        ...


@dataclass(frozen=True)
class Codec:
    """A compression format.

    most_ratio: the largest growth of an honest stream. skips: whether there may be skippable frames.
    large: whether unpacking may take more than a few MiB of memory.
    """

    name: str
    magic: bytes
    start: Callable[[], Decompressor]
    error: type[Exception]
    most_ratio: int
    skips: bool = False
    large: bool = False

    def begins(self, data: bytes) -> bool:
        """Tell whether a frame can begin with `data`."""
        return data.startswith(self.magic) or (self.skips and _SKIPPABLE.match(data) is not None)


def _start_gzip() -> Decompressor:
    decompressor: Decompressor = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
    return decompressor


def _start_zstd(window_log: int = bounds.LARGEST_WINDOW_LOG) -> Decompressor:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: window_log})


def _start_lz4() -> Decompressor:
    decompressor: Decompressor = lz4.frame.LZ4FrameDecompressor()
    return decompressor


def _start_xz() -> Decompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=bounds.MOST_XZ_BYTES)


# The type stub declares this class as an instance.
GzipError: Final = cast("type[Exception]", igzip_lib.IsalError)

# The ratios: deflate's bound is 1032, and lz4's is 255. A block of zstd takes 4 bytes for 128 KiB at best, and one of
# bzip2 about 40 bytes for 46 MB. xz reaches some 7,000. A preallocated transaction log of zeros comes close to each.
GZIP: Final = Codec("gzip", b"\x1f\x8b", _start_gzip, GzipError, 1100)
ZSTD: Final = Codec("zstd", b"\x28\xb5\x2f\xfd", _start_zstd, zstd.ZstdError, 33_000, skips=True, large=True)
LZ4: Final = Codec("lz4", b"\x04\x22\x4d\x18", _start_lz4, RuntimeError, 260, skips=True)
XZ: Final = Codec("xz", b"\xfd7zXZ\0", _start_xz, lzma.LZMAError, 10_000, large=True)
BZIP2: Final = Codec("bzip2", b"BZh", bz2.BZ2Decompressor, OSError, 1_500_000)

CODECS: Final = (GZIP, ZSTD, LZ4, XZ, BZIP2)


def codec_of(head: bytes) -> Codec | None:
    """Return the codec of a stream that begins with `head`, or None where it is not packed, or in an unknown format."""
    at = past_skippable(head, 0)
    return next((codec for codec in CODECS if head.startswith(codec.magic, at)), None)


def past_skippable(head: bytes, at: int) -> int:
    """Return where the first frame with data begins, at `at` or behind skippable frames there."""
    while _SKIPPABLE.match(head, at) and len(head) - at > 8:
        at += 8 + int.from_bytes(head[at + 4 : at + 8], "little")
    return at


class Decoded(Stream):
    """The unpacked bytes of `source`. Any read may raise StreamDamagedError. name: for messages."""

    is_verbatim = False

    def __init__(self, source: RawIOBase, codec: Codec, name: str, *, inner: bool = False) -> None:
        """Take the stream. Nothing is read yet.

        inner: `source` is itself a `Decoded`, whose window is in memory as well.
        """
        self._inner = inner
        self._source, self._codec, self._name = source, codec, name
        self._pending = b""
        self._frame: Decompressor | None = None
        self._finished = False
        self._frames = self._read = self._unpacked = 0

    def some(self, size: int) -> bytes:
        """Return the next bytes, empty only after the last frame ended right and the source has ended."""
        while not self._finished:
            if self._frame is None and not self._next_frame():
                break
            if block := self._decode(size):
                return block
        return b""

    def _next_frame(self) -> bool:
        """Begin the next frame. At the source's end, or where only zeros follow, finish instead."""
        while len(self._pending) < _LONGEST_MAGIC and (more := self._more()):
            self._pending += more
        if self._codec.begins(self._pending):
            self._count_frame()
            # Two windows of 128 MiB would not fit into the memory bound.
            small = self._inner and self._codec is ZSTD
            self._frame = _start_zstd(bounds.LARGEST_INNER_WINDOW_LOG) if small else self._codec.start()
            return True
        while self._frames and not self._pending.strip(b"\0"):
            self._pending = self._source.read(_IN_BYTES) or b""
            if not self._pending:
                self._finished = True
                return False
        what = f"it has no {self._codec.name} frame where one should begin"
        raise self._damaged(what)

    def _more(self) -> bytes:
        """Return the next bytes of the source. Refuses a stream that is long and unpacks to almost nothing."""
        more = self._source.read(_IN_BYTES) or b""
        self._read += len(more)
        if self._read > bounds.EMPTY_BYTES + 2 * self._unpacked + _IN_BYTES:
            what = f"as {self._codec.name}, its first {self._read} bytes unpack to {self._unpacked}"
            raise bounds.exceeded(self._name, f"{what} bytes, and at most {bounds.EMPTY_BYTES} may be empty")
        return more

    def _count_frame(self) -> None:
        """Refuse a flood of frames that hold almost nothing. Each costs time, and takes only 8 to 20 bytes."""
        self._frames += 1
        if self._frames > bounds.FRAMES + self._unpacked // bounds.FRAME_BYTES:
            what = f"as {self._codec.name}, it has more than {self._frames - 1} frames for {self._unpacked} bytes"
            raise bounds.exceeded(self._name, what)

    def _decode(self, size: int) -> bytes:
        frame, data = self._frame, b""
        assert frame is not None  # noqa: S101 - `_next_frame` has begun it
        needed_input = frame.needs_input
        if needed_input:
            data, self._pending = self._pending or self._more(), b""
        try:
            block = frame.decompress(data, size)
        except self._codec.error as error:
            raise self._damaged(str(error)) from error
        if frame.eof:
            self._pending, self._frame = frame.unused_data or b"", None
        # Neither input nor output, and no end: without this the caller would ask forever.
        elif needed_input and not data and not block:
            what = "it ends in the middle"
            raise self._damaged(what)
        self._unpacked += len(block)
        return block

    def close(self) -> None:
        """Close the source."""
        self._source.close()
        super().close()

    def _damaged(self, what: str) -> StreamDamagedError:
        return StreamDamagedError(f"{self._name} is damaged: as {self._codec.name}, {what}")


def start_of(head: bytes, count: int) -> bytes:
    """Return up to `count` unpacked bytes of a stream that begins with `head`, or of `head` itself if it is plain."""
    data = b""
    for block in _unpacked(head):
        data += block
        if len(data) >= count:
            break
    return data[:count]


def ratio(head: bytes) -> float:
    """Return by how much a stream that begins with `head` is likely to grow, at least 1.

    If `head` is the whole stream, all of it counts. Otherwise its middle slice counts: a preallocated log of zeros
    packs to almost nothing and may come first, which says nothing about the rest. The unpacked bytes are only counted.
    """
    codec, source = codec_of(head), _Slices(head)
    grown = [0.0] * (len(head) // _IN_BYTES + 1)
    if codec is None:
        return 1.0
    reader = Decoded(source, codec, "")
    try:
        while block := reader.read(_IN_BYTES):
            grown[source.count - 1] += len(block)
    except BackupDamagedError:
        return max(1.0, _likely(grown[: max(1, len(head) // _IN_BYTES)]) / _IN_BYTES)
    return max(1.0, sum(grown) / len(head))


def _likely(grown: list[float]) -> float:
    """Return the likely growth of a slice: the median. A block of bzip2 is longer than a slice, so there the least."""
    blocks = [each for each in grown if each]
    return median_low(grown) or min(blocks, default=0) * len(blocks) / len(grown)


class _Slices(RawIOBase):
    """Bytes in slices. `count` is the number of slices that were read."""

    def __init__(self, data: bytes) -> None:
        self._data, self.count = data, 0

    def read(self, size: int = -1, /) -> bytes:
        part = self._data[self.count * size :][:size]
        self.count += bool(part)
        return part


def _unpacked(head: bytes) -> Iterator[bytes]:
    """Yield the unpacked bytes of `head` in blocks. They end where `head` ends or is damaged: it may be a stream's
    start.
    """
    codec = codec_of(head)
    if codec is None:
        yield head
        return
    reader = Decoded(_Slices(head), codec, "")
    with suppress(BackupDamagedError):
        while block := reader.read(_IN_BYTES):
            yield block
