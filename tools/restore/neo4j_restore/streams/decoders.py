"""Compressed streams, unpacked: right to the last byte, or an error. `codecs` has the formats.

A raw decompressor checks a frame's checksum only at the frame's end, and does not report a stream that ends before it.
So this reader requires the end. It goes on with further frames (gzip calls them members) and allows zeros behind the
last one, because tapes and some uploaders pad. It refuses anything else. A frame of lz4 or zstd may have no checksum.
Then only the checksum of the object, which `download.Download` verifies, shows a changed bit.
"""

from collections.abc import Iterator
from contextlib import suppress
from io import RawIOBase
from statistics import median_low

from neo4j_restore import bounds
from neo4j_restore.errors import BackupDamagedError, StreamDamagedError
from neo4j_restore.streams.codecs import ZSTD, Codec, Decompressor, codec_of, start_zstd
from neo4j_restore.streams.pipeline import BLOCK_BYTES, Stream

_IN_BYTES = BLOCK_BYTES

_LONGEST_MAGIC = 6


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
            self._frame = start_zstd(bounds.LARGEST_INNER_WINDOW_LOG) if small else self._codec.start()
            return True
        while self._frames and not self._pending.strip(b"\0"):
            self._pending = self._source.read(_IN_BYTES) or b""
            if not self._pending:
                self._finished = True
                return False
        reason = f"it has no {self._codec.name} frame where one should begin"
        raise self._damaged(reason)

    def _more(self) -> bytes:
        """Return the next bytes of the source. Refuses a stream that is long and unpacks to almost nothing."""
        more = self._source.read(_IN_BYTES) or b""
        self._read += len(more)
        if self._read > bounds.EMPTY_BYTES + 2 * self._unpacked + _IN_BYTES:
            reason = f"as {self._codec.name}, its first {self._read} bytes unpack to {self._unpacked}"
            raise bounds.exceeded(self._name, f"{reason} bytes, and at most {bounds.EMPTY_BYTES} may be empty")
        return more

    def _count_frame(self) -> None:
        """Refuse a flood of frames that hold almost nothing. Each costs time, and takes only 8 to 20 bytes."""
        self._frames += 1
        if self._frames > bounds.FRAMES + self._unpacked // bounds.FRAME_BYTES:
            reason = f"as {self._codec.name}, it has more than {self._frames - 1} frames for {self._unpacked} bytes"
            raise bounds.exceeded(self._name, reason)

    def _decode(self, size: int) -> bytes:
        frame, data = self._frame, b""
        assert frame is not None  # noqa: S101 - `_next_frame` has begun it
        # A decompressor may still hold output of earlier input. It gets no new input before that is out.
        needed_input = frame.needs_input
        if needed_input:
            data, self._pending = self._pending or self._more(), b""
        try:
            block = frame.decompress(data, size)
        except self._codec.error as error:
            raise self._damaged(str(error)) from error
        if frame.eof:
            # The bytes behind a frame begin the next one.
            self._pending, self._frame = frame.unused_data or b"", None
        # Neither input nor output, and no end: without this the caller would ask forever.
        elif needed_input and not data and not block:
            reason = "it ends in the middle"
            raise self._damaged(reason)
        self._unpacked += len(block)
        return block

    def close(self) -> None:
        """Close the source."""
        self._source.close()
        super().close()

    def _damaged(self, reason: str) -> StreamDamagedError:
        return StreamDamagedError(f"{self._name} is damaged: as {self._codec.name}, {reason}")


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
        # The head ends in the middle of a frame, which reads like damage.
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
