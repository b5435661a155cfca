"""Connections that are made in threads, for one thread that waits for all of them with a selector."""

import socket
from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import Generic, TypeVar

from neo4j_restore.transfer.mailbox import Mailbox

T = TypeVar("T")


class Dialler(Generic[T]):
    """Makes connections, and hands each over with what it was made for.

    woken: a socket that has something to read once a connection was made, or could not be made.
    """

    def __init__(self) -> None:
        """Make nothing yet."""
        self._made: Mailbox[tuple[T, socket.socket | Exception]] = Mailbox()
        self.woken = self._made.woken
        self._over = Event()

    def dial(self, whose: T, dial: Callable[[], socket.socket]) -> None:
        """Make a connection in a thread. dial: makes it, and raises OSError."""
        Thread(target=self._dial, args=(whose, dial), name="dial", daemon=True).start()

    def _dial(self, whose: T, dial: Callable[[], socket.socket]) -> None:
        try:
            made: socket.socket | Exception = dial()
        except Exception as error:  # noqa: BLE001 - the thread that waits would never hear of it
            made = error
        if self._over.is_set() and isinstance(made, socket.socket):
            made.close()
            return
        self._made.put((whose, made))

    def joined(self) -> Iterator[tuple[T, socket.socket | Exception]]:
        """Yield what was made since the last call, or why it was not. Call it once `woken` has something to read."""
        return self._made.taken()

    def close(self) -> None:
        """Close what nobody has taken. Connections that are still being made are closed by their threads."""
        self._over.set()
        for _, made in self._made.left():
            if isinstance(made, socket.socket):
                made.close()
        self._made.close()
