"""The bytes of a tar: in pieces of any length, or those of one entry."""

import os
from collections.abc import Iterator
from io import RawIOBase
from typing import Any

from neo4j_restore.errors import StreamDamagedError
from neo4j_restore.streams.pipeline import BLOCK_BYTES, Stream
from neo4j_restore.streams.tarheaders import BLOCK


class Data(Stream):
    """The data of one entry. Raises StreamDamagedError if the stream ends before it."""

    def __init__(self, source: "TarInput", size: int) -> None:
        """Take the input. It stands before `size` bytes of data and their padding."""
        self._input, self._left, self._padding = source, size, -size % BLOCK

    def some(self, size: int) -> bytes:
        """Return the next bytes."""
        part = self._input.part(min(size, self._left))
        self._left -= len(part)
        return bytes(part)

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with the next bytes, without another copy, or 0 at the end."""
        part = self._input.part(min(len(buffer), self._left))
        buffer[: len(part)] = part
        self._left -= len(part)
        return len(part)

    def blocks(self, count: int) -> Iterator[memoryview]:
        """Yield the next `count` bytes, which must be there."""
        while count:
            part = self._input.part(min(count, self._left))
            self._left -= len(part)
            count -= len(part)
            yield part

    def skip(self) -> None:
        """Skip the unread rest, and the padding."""
        self._input.skip(self._left + self._padding)
        self._left = self._padding = 0


class TarInput:
    """The stream, in pieces of any length."""

    def __init__(self, stream: RawIOBase, source: str) -> None:
        """Take the stream. Nothing is read yet. source: the object's name, for messages."""
        self._stream, self._source = stream, source
        self._rest = memoryview(b"")

    def block(self) -> memoryview:
        """Return the next bytes, however many, empty at the end."""
        block, self._rest = self._rest or memoryview(self._stream.read(BLOCK_BYTES) or b""), memoryview(b"")
        return block

    def part(self, count: int) -> memoryview:
        """Return the next bytes, 1 to `count`, empty if `count` is 0."""
        if not count:
            return memoryview(b"")
        block = self.block()
        if not block:
            reason = "it ends in the middle"
            raise self.damaged(reason)
        part, self._rest = block[:count], block[count:]
        return part

    def exactly(self, count: int) -> bytes:
        """Return the next `count` bytes."""
        part = self.part(count)
        if len(part) == count:
            return bytes(part)
        whole = bytearray(part)
        while len(whole) < count:
            whole += self.part(count - len(whole))
        return bytes(whole)

    def skip(self, count: int) -> None:
        """Skip the next `count` bytes. A file seeks over them."""
        buffered, self._rest = self._rest[:count], self._rest[count:]
        count -= len(buffered)
        while count > BLOCK_BYTES and not self._rest and self._stream.seekable():
            # The last byte is read, because seeking beyond a file's end is not an error.
            self._stream.seek(count - 1, os.SEEK_CUR)
            count = 1
        while count:
            count -= len(self.part(count))

    def damaged(self, reason: str) -> StreamDamagedError:
        """Return the error about a tar that is wrong or cut."""
        return StreamDamagedError(f"{self._source} is damaged: as tar, {reason}")
