"""What threads hand to one other thread, which waits for it with a selector."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Takes items from any thread.

    woken: a socket that has something to read once an item was put.
    """

    def __init__(self) -> None:
        """Make the pair of sockets. A byte in it wakes the selector."""
        self.woken, self._wake = socket.socketpair()
        self._items: SimpleQueue[T] = SimpleQueue()

    def put(self, item: T) -> None:
        """Add an item, and wake the other thread if it still listens."""
        self._items.put(item)
        with suppress(OSError):
            self._wake.send(b".")

    def taken(self) -> Iterator[T]:
        """Yield the items that were put since the last call. Call it once `woken` has something to read."""
        self.woken.recv(4096)
        yield from self.left()

    def left(self) -> Iterator[T]:
        """Yield the items that nobody has taken."""
        with suppress(Empty):
            while True:
                yield self._items.get_nowait()

    def close(self) -> None:
        """Wake nobody any more."""
        self.woken.close()
        self._wake.close()
