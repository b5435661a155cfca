"""Stages that work at the same time: a thread makes a bounded number of blocks ahead of its reader.

The socket, the decompressor and the disk each release Python's lock (GIL) while they work. One thread for each stage is
therefore enough to let them overlap.
"""

from abc import abstractmethod
from collections.abc import Callable
from io import RawIOBase
from queue import SimpleQueue
from threading import Thread
from typing import Any

# Larger blocks leave the processor's cache before the next stage has seen them.
BLOCK_BYTES = 128 * 1024

# 2 MiB in blocks of 128 KiB.
_BLOCKS_AHEAD = 16

# How long `close` waits for the thread. A thread that waits for a silent network ends by itself later, and touches no
# volume.
_LEAVE_SECONDS = 1.0


class Stream(RawIOBase):
    """A stream made of blocks. `some` returns the next one without copying it into a buffer.

    is_verbatim: its bytes are those of an object in a store, so an offset in it is an offset in the object.
    """

    is_verbatim = True

    @abstractmethod
    def some(self, size: int) -> bytes:
        """Return the next 1 to `size` bytes, empty at the end, also when called again."""

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, at most `size`. Without a size, return all that is left."""
        return self.some(size) if size >= 0 else self.readall()

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with the next bytes, or 0 at the end."""
        view = memoryview(buffer)
        block = self.some(len(view))
        view[: len(block)] = block
        return len(block)


class Blocks(Stream):
    """A stream whose source decides how large blocks are: `block` returns the next one."""

    _rest = memoryview(b"")

    @abstractmethod
    def block(self) -> bytes:
        """Return the next bytes, however many, empty at the end, also when called again."""

    def some(self, size: int) -> bytes:
        """Return the next bytes, without a copy where the whole block fits into `size`."""
        if not self._rest:
            block = self.block()
            if len(block) <= size:
                return block
            self._rest = memoryview(block)
        part, self._rest = self._rest[:size], self._rest[size:]
        return bytes(part)


class Pump(Blocks):
    """The blocks that a thread makes out of `source`, up to 16 of them ahead of the reader, who has one more.

    A subclass says in `work` what the thread does. The thread begins with the first read. From then on only the thread
    uses the source, and the thread closes it. An error is raised in the reader where the thread's next block would
    have come, and again at each later read.
    """

    def __init__(self, source: RawIOBase, thread: str) -> None:
        """Take the source. Nothing is read yet. thread: the name of the thread."""
        self._source = source
        # The two threads share the two queues and the flag `_left`, and need no lock of their own: queues have locks,
        # and the flag changes once.
        self._ready: SimpleQueue[bytes | BaseException] = SimpleQueue()
        # One token for each block that may still be made ahead. The thread takes them, the reader gives them back.
        self._room: SimpleQueue[None] = SimpleQueue()
        self._left = False
        # Of the reader alone: what came in the place of a block.
        self._end: bytes | BaseException | None = None
        self._thread = Thread(target=self._run, name=thread, daemon=True)

    @abstractmethod
    def work(self) -> None:
        """Hand all blocks over by `put`, and return at the end. This is the thread's whole life."""

    def put(self, block: bytes) -> None:
        """In the thread: hand a block over once there is room for it.

        Raises BrokenPipeError, also when called again, once the reader has left.
        """
        # `close` gives one token, for the thread that waits here. Whoever comes later must not wait.
        if not self._left:
            self._room.get()
        if self._left:
            raise BrokenPipeError
        self._ready.put(block)

    def block(self) -> bytes:
        """Return the next bytes, or raise the thread's error, each time it is called."""
        if self._end is None:
            self._start()
            item = self._ready.get()
            if not isinstance(item, BaseException) and item:
                self._room.put(None)
                return item
            self._end = item
        if isinstance(self._end, BaseException):
            raise self._end
        return self._end

    def _start(self) -> None:
        # The thread starts with the first read, so that a stream that is never read makes no request.
        if not self._thread.ident:
            for _ in range(_BLOCKS_AHEAD):
                self._room.put(None)
            self._thread.start()

    def _run(self) -> None:
        error = _error_of(self.work)
        # Closed before the end is handed over: whoever has seen the end knows that the source is closed. An error of
        # closing must not keep the end from the reader, who would wait forever.
        closing_error = _error_of(self._source.close)
        # Without a token: nothing comes behind the end, so it takes no room.
        self._ready.put(error or closing_error or b"")

    def close(self) -> None:
        """End the thread, whether it waits for room, waits for the source or has not begun."""
        self._left = True
        # A thread that waits for room needs a token to wake up.
        self._room.put(None)
        if self._thread.ident:
            self._thread.join(_LEAVE_SECONDS)
        else:
            self._source.close()
        super().close()


def _error_of(action: Callable[[], None]) -> BaseException | None:
    """Return what `action` raises, to raise it in another thread."""
    try:
        action()
    except BaseException as error:  # noqa: BLE001 - it is raised in the reader's thread
        return error
    return None


class Ahead(Pump):
    """The bytes of `source`, read ahead: at most 2 MiB wait to be read."""

    def __init__(self, source: RawIOBase) -> None:
        """Take the source. Nothing is read yet."""
        super().__init__(source, "ahead")

    def work(self) -> None:
        """Read the source to its end."""
        # The flag is asked before each read too: a read may wait for the network long after the reader has left.
        while not self._left and (block := self._source.read(BLOCK_BYTES)):
            self.put(block)
