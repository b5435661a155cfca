"""Compressed streams that are right to their last byte, or an error: gzip, zstd, lz4, xz and bzip2, by their magic.

A raw decompressor checks a frame's checksum at its end alone, and says nothing of a stream that ends before it. So
this reader demands the end, goes on with further frames (gzip's members), allows zeros behind the last one (tapes and
some uploaders pad), and refuses anything else. A frame of lz4 or zstd may have no checksum: then only the object's
own, which `transfer` checks, tells of a changed bit.
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
from neo4j_restore.pipeline import BLOCK_BYTES, Stream

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_IN_BYTES = BLOCK_BYTES

_LONGEST_MAGIC = 6

# Frames of zstd and lz4 that hold no data of ours. Source: RFC 8878, 3.1.2; lz4's frame format.
_SKIPPABLE = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")


class Decompressor(Protocol):
    """One frame, as the standard library's bz2, lzma and zstd have it; output is never more than asked for."""

    @property
    def eof(self) -> bool:
        """Whether the frame's end was found right."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether it has no more output to give of what it was fed."""
        ...

    @property
    def unused_data(self) -> bytes | None:
        """What it was fed behind the frame's end."""
        ...

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take `data`, and return some output."""
        ...


@dataclass(frozen=True)
class Codec:
    """A way to pack a stream.

    most_ratio: no honest stream grows by more. skips: whether its frames may be skippable ones.
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
    found: Decompressor = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
    return found


def _start_zstd(window_log: int = bounds.LARGEST_WINDOW_LOG) -> Decompressor:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: window_log})


def _start_lz4() -> Decompressor:
    found: Decompressor = lz4.frame.LZ4FrameDecompressor()
    return found


def _start_xz() -> Decompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=bounds.MOST_XZ_BYTES)


# Its stub calls the class an instance.
GzipError: Final = cast("type[Exception]", igzip_lib.IsalError)

# Ratios: deflate's own bound is 1032, lz4's 255; a block of zstd is 4 bytes for 128 KiB at best, one of bzip2 about
# 40 for 46 MB; xz makes 1 of some 7,000.
# A preallocated transaction log of zeros comes near each.
GZIP: Final = Codec("gzip", b"\x1f\x8b", _start_gzip, GzipError, 1100)
ZSTD: Final = Codec("zstd", b"\x28\xb5\x2f\xfd", _start_zstd, zstd.ZstdError, 33_000, skips=True, large=True)
LZ4: Final = Codec("lz4", b"\x04\x22\x4d\x18", _start_lz4, RuntimeError, 260, skips=True)
XZ: Final = Codec("xz", b"\xfd7zXZ\0", _start_xz, lzma.LZMAError, 10_000, large=True)
BZIP2: Final = Codec("bzip2", b"BZh", bz2.BZ2Decompressor, OSError, 1_500_000)

CODECS: Final = (GZIP, ZSTD, LZ4, XZ, BZIP2)


def codec_of(head: bytes) -> Codec | None:
    """Return the codec of a stream that begins with `head`, or None where it is not packed by one of ours."""
    at = past_skippable(head, 0)
    return next((codec for codec in CODECS if head.startswith(codec.magic, at)), None)


def past_skippable(head: bytes, at: int) -> int:
    """Return where the first frame of data is that begins at `at`, or behind skippable ones there."""
    while _SKIPPABLE.match(head, at) and len(head) - at > 8:
        at += 8 + int.from_bytes(head[at + 4 : at + 8], "little")
    return at


class Decoded(Stream):
    """The unpacked bytes of `source`; `name` is for messages. Raises StreamDamagedError from any read."""

    def __init__(self, source: RawIOBase, codec: Codec, name: str, *, inner: bool = False) -> None:
        """Take the stream; nothing is read yet. inner: it comes out of another `Decoded`, whose window is in memory."""
        self._inner = inner
        self._source, self._codec, self._name = source, codec, name
        self._pending = b""
        self._frame: Decompressor | None = None
        self._finished = False
        self._frames = self._taken = self._given = 0

    def some(self, size: int) -> bytes:
        """Return what comes next; nothing only after the last frame's end was right and the source has ended."""
        while not self._finished:
            if self._frame is None and not self._next_frame():
                break
            if block := self._decode(size):
                return block
        return b""

    def _next_frame(self) -> bool:
        """Begin the next frame; at the source's end, or zeros up to it, finish instead."""
        while len(self._pending) < _LONGEST_MAGIC and (more := self._more()):
            self._pending += more
        if self._codec.begins(self._pending):
            self._count_frame()
            small = self._inner and self._codec is ZSTD
            self._frame = _start_zstd(bounds.LARGEST_INNER_WINDOW_LOG) if small else self._codec.start()
            return True
        while self._frames and not self._pending.strip(b"\0"):
            self._pending = self._source.read(_IN_BYTES) or b""
            if not self._pending:
                self._finished = True
                return False
        what = f"other bytes than {self._codec.name}'s, or none, are where a frame should begin"
        raise self._damaged(what)

    def _more(self) -> bytes:
        """Return what the source has next. Refuses what goes on and on, and unpacks to nothing."""
        more = self._source.read(_IN_BYTES) or b""
        self._taken += len(more)
        if self._taken > bounds.EMPTY_BYTES + 2 * self._given + _IN_BYTES:
            what = f"as {self._codec.name}, its first {self._taken} bytes unpack to {self._given}"
            raise bounds.exceeded(self._name, f"{what}; at most {bounds.EMPTY_BYTES} may be empty")
        return more

    def _count_frame(self) -> None:
        """Refuse a flood of frames that hold next to nothing: each costs time, and takes but 8 to 20 bytes."""
        self._frames += 1
        if self._frames > bounds.FRAMES + self._given // bounds.FRAME_BYTES:
            what = (
                f"as {self._codec.name}, it has more than {self._frames - 1} frames, and they hold {self._given} bytes"
            )
            raise bounds.exceeded(self._name, what)

    def _decode(self, size: int) -> bytes:
        frame, data = self._frame, b""
        assert frame is not None  # noqa: S101 - `_next_frame` has begun it
        hungry = frame.needs_input
        if hungry:
            data, self._pending = self._pending or self._more(), b""
        try:
            out = frame.decompress(data, size)
        except self._codec.error as error:
            raise self._damaged(str(error)) from error
        if frame.eof:
            self._pending, self._frame = frame.unused_data or b"", None
        elif hungry and not data and not out:
            what = "it ends in the middle"
            raise self._damaged(what)
        self._given += len(out)
        return out

    def close(self) -> None:
        """Close the source."""
        self._source.close()
        super().close()

    def _damaged(self, what: str) -> StreamDamagedError:
        return StreamDamagedError(f"{self._name} is damaged: as {self._codec.name}, {what}")


def start_of(head: bytes, count: int) -> bytes:
    """Return up to `count` bytes that a stream which begins with `head` unpacks to; `head` itself if it is plain."""
    found = b""
    for block in _unpacked(head):
        found += block
        if len(found) >= count:
            break
    return found[:count]


def ratio(head: bytes) -> float:
    """Return by how much a stream that begins with `head` is likely to grow, 1 at least.

    By all of it where `head` is all; else by its middle part: a preallocated log of zeros, which packs to nothing and
    may come first, tells nothing of what follows. Counts, and keeps nothing.
    """
    codec, source = codec_of(head), _Slices(head)
    grown = [0.0] * (len(head) // _IN_BYTES + 1)
    if codec is None:
        return 1.0
    reader = Decoded(source, codec, "")
    try:
        while block := reader.read(_IN_BYTES):
            grown[source.given - 1] += len(block)
    except BackupDamagedError:
        return max(1.0, _likely(grown[: max(1, len(head) // _IN_BYTES)]) / _IN_BYTES)
    return max(1.0, sum(grown) / len(head))


def _likely(grown: list[float]) -> float:
    """Return what a slice is likely to grow to: the middle one. A block of bzip2 is longer: the least."""
    blocks = [each for each in grown if each]
    return median_low(grown) or min(blocks, default=0) * len(blocks) / len(grown)


class _Slices(RawIOBase):
    """Bytes in slices; `given` counts them."""

    def __init__(self, data: bytes) -> None:
        self._data, self.given = data, 0

    def read(self, size: int = -1, /) -> bytes:
        part = self._data[self.given * size :][:size]
        self.given += bool(part)
        return part


def _unpacked(head: bytes) -> Iterator[bytes]:
    """Yield in blocks what `head` unpacks to, up to where it ends or is wrong: it is the start of something longer."""
    codec = codec_of(head)
    if codec is None:
        yield head
        return
    reader = Decoded(_Slices(head), codec, "")
    with suppress(BackupDamagedError):
        while block := reader.read(_IN_BYTES):
            yield block
