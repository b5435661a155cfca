"""Compression formats: gzip, zstd, lz4, xz and bzip2, recognised by their first bytes."""

import bz2
import lzma
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, cast

import lz4.frame
from isal import igzip_lib

from neo4j_restore import bounds

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

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


def start_zstd(window_log: int = bounds.LARGEST_WINDOW_LOG) -> Decompressor:
    """Return a decompressor of zstd that refuses a window above 2 to the power of `window_log`."""
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
ZSTD: Final = Codec("zstd", b"\x28\xb5\x2f\xfd", start_zstd, zstd.ZstdError, 33_000, skips=True, large=True)
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
