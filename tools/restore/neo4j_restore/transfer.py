"""Bytes from a store: tried again, resumed where they broke off, counted, and checked against the store's checksum."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import RawIOBase
from logging import getLogger
from typing import Any, TypeVar

from neo4j_restore.checksums import Running
from neo4j_restore.errors import BackupDamagedError, StoreError
from neo4j_restore.pipeline import BLOCK_BYTES, Stream
from neo4j_restore.progress import Progress
from neo4j_restore.stores import Store, StoredObject

log = getLogger(__name__)

T = TypeVar("T")

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 15.0


class Retry:
    """How long one trouble may last: from its first failure until something works again, `seconds` at most."""

    def __init__(self, seconds: float, *, pause: Callable[[float], None] = time.sleep) -> None:
        """Keep the budget; `pause` waits for so many seconds."""
        self._seconds, self._pause = seconds, pause
        self._since: float | None = None
        self._tries = 0

    def worked(self) -> None:
        """Forget the trouble: what comes next is another."""
        self._since, self._tries = None, 0

    def wait(self, error: StoreError) -> None:
        """Wait before the next try, longer each time and never in step with others; or raise `error` as final."""
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**self._tries)
        pause = random.uniform(longest / 2, longest)  # noqa: S311 - spreads load, guards nothing
        pause = max(pause, error.retry_after_seconds)
        if not error.transient or now + pause > self._since + self._seconds:
            raise error
        self._tries += 1
        log.warning("%s; next try in %.1f s", error, pause)
        self._pause(pause)

    def call(self, action: Callable[[], T]) -> T:
        """Return what `action` returns, tried again while its StoreError is transient and the budget lasts."""
        while True:
            try:
                done = action()
            except StoreError as error:
                self.wait(error)
            else:
                self.worked()
                return done


class Resuming(RawIOBase):
    """The bytes of one object from `start` on, resumed where a transient failure broke them off, not yet checked.

    checksum: of the whole object, None where no store tells it; some tell it with the first bytes alone.
    """

    def __init__(self, store: Store, stored: StoredObject, retry: Retry, start: int = 0) -> None:
        """Take what is to be read; the first request is made by the first read."""
        self._store, self._stored, self._retry = store, stored, retry
        self._stream: RawIOBase | None = None
        self._offset = start
        self.checksum = stored.checksum

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with what comes next; 0 at the object's listed size alone."""
        view = memoryview(buffer)[: max(0, self._stored.size_bytes - self._offset)]
        count = self._retry.call(lambda: self._some(view)) if view else 0
        self._offset += count
        return count

    def _some(self, view: memoryview) -> int:
        try:
            if self._stream is None:
                self._stream = self._store.read(self._stored, self._offset)
                if not self._offset:
                    self.checksum = self.checksum or getattr(self._stream, "checksum", None)
            count = self._stream.readinto(view) or 0
        except StoreError:
            self._drop()
            raise
        if not count:
            self._drop()
            message = f"{self._stored.key} ended at byte {self._offset} of {self._stored.size_bytes}"
            raise StoreError(message, hint="it was cut short; the next start tries again", transient=True)
        return count

    def _drop(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def close(self) -> None:
        """Give the connection back."""
        self._drop()
        super().close()


class Download(Stream):
    """The verified bytes of one object, as a stream.

    Whoever reads to the end has bytes of the listed size whose checksum is the store's; else BackupDamagedError
    is raised there.
    """

    def __init__(self, store: Store, stored: StoredObject, retry: Retry, progress: Progress) -> None:
        """Take what is to be read; the first request is made by the first read."""
        self._stored, self._progress = stored, progress
        self._bytes = Resuming(store, stored, retry)
        self._buffer = memoryview(bytearray(BLOCK_BYTES))
        self._running: Running | None = None

    def some(self, size: int) -> bytes:
        """Return what comes next; nothing once all of it has come and was found right."""
        count = self._bytes.readinto(self._buffer[:size])
        if not count:
            self._verify()
            return b""
        block = bytes(self._buffer[:count])
        if self._running is None and self._bytes.checksum:
            self._running = self._bytes.checksum.start()
        if self._running:
            self._running.update(block)
        self._progress.add(count)
        return block

    def _verify(self) -> None:
        expected = self._bytes.checksum
        if not expected:
            return
        running = self._running or expected.start()  # none of an object without bytes
        found = replace(expected, digest=running.digest())
        if found != expected:
            message = f"{self._stored.key} is damaged: its checksum is {found}, the store has {expected}"
            raise BackupDamagedError(message, hint="start again; if it stays so, take another set with TIMESTAMP")

    def close(self) -> None:
        """Give the connection back."""
        self._bytes.close()
        super().close()


def blocks(stream: RawIOBase) -> Iterator[bytes]:
    """Yield what is left of `stream`, in blocks."""
    while block := stream.read(BLOCK_BYTES):
        yield block


def part(store: Store, stored: StoredObject, retry: Retry, start: int, count: int) -> bytes:
    """Return `count` bytes of `stored` from `start` on, fewer at its end; not checked."""
    found = b""
    with Resuming(store, stored, retry, start) as stream:
        while len(found) < count and (more := stream.read(count - len(found))):
            found += more
    return found
