"""Stages that work at the same time: a thread reads ahead of whoever reads from it, a bounded number of blocks.

Socket, inflating and writing each let go of Python's lock while they work, so a thread each is enough to overlap them.
"""

from io import RawIOBase
from queue import SimpleQueue
from threading import Thread
from typing import Any

# Larger blocks leave the processor's cache before the next stage has seen them.
BLOCK_BYTES = 128 * 1024

_BLOCKS_AHEAD = 16

# How long `close` waits for a thread: one that waits for a silent network ends by itself, and touches no volume.
_LEAVE_SECONDS = 1.0


class Stream(RawIOBase):
    """A stream that is made of blocks as they come: `some` gives the next one, without a copy into a buffer."""

    def some(self, size: int) -> bytes:
        """Return what comes next, 1 to `size` bytes; nothing at the end, as often as it is asked for."""
        raise NotImplementedError

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return what comes next, at most `size` bytes, or all that is left where none is given."""
        return self.some(size) if size >= 0 else self.readall()

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with what comes next; 0 at the end."""
        view = memoryview(buffer)
        block = self.some(len(view))
        view[: len(block)] = block
        return len(block)


class Blocks(Stream):
    """A stream whose blocks come in sizes of their own: `block` gives the next one."""

    _rest = memoryview(b"")

    def block(self) -> bytes:
        """Return what comes next, however much it is; nothing at the end, as often as it is asked for."""
        raise NotImplementedError

    def some(self, size: int) -> bytes:
        """Return what comes next, without a copy where it fits."""
        if not self._rest:
            block = self.block()
            if len(block) <= size:
                return block
            self._rest = memoryview(block)
        part, self._rest = self._rest[:size], self._rest[size:]
        return bytes(part)


class Ahead(Blocks):
    """What `source` gives, read ahead by a thread; an error in it is raised where its bytes would have come.

    From the first read on the source is the thread's alone, which closes it as well. At most 2 MiB wait.
    """

    def __init__(self, source: RawIOBase) -> None:
        """Take the source; nothing is read yet."""
        self._source = source
        self._ready: SimpleQueue[bytes | BaseException] = SimpleQueue()
        # A token for each block that may still be read ahead.
        self._room: SimpleQueue[None] = SimpleQueue()
        self._end: bytes | BaseException | None = None
        self._left = False
        self._thread = Thread(target=self._run, name="ahead", daemon=True)

    def block(self) -> bytes:
        """Return what comes next; or raise what the source raised, each time again."""
        if self._end is None:
            self._start()
            found = self._ready.get()
            self._room.put(None)
            if not isinstance(found, BaseException) and found:
                return found
            self._end = found
        if isinstance(self._end, BaseException):
            raise self._end
        return self._end

    def _start(self) -> None:
        if not self._thread.ident:
            for _ in range(_BLOCKS_AHEAD):
                self._room.put(None)
            self._thread.start()

    def _run(self) -> None:
        end: bytes | BaseException = b""
        try:
            while not self._left and (block := self._source.read(BLOCK_BYTES)):
                self._room.get()
                self._ready.put(block)
        except BaseException as error:  # noqa: BLE001 - it is raised in the reader's thread
            end = error
        finally:
            self._source.close()
            self._ready.put(end)

    def close(self) -> None:
        """End the thread, wherever it is."""
        self._left = True
        self._room.put(None)
        if self._thread.ident:
            self._thread.join(_LEAVE_SECONDS)
        else:
            self._source.close()
        super().close()
