"""Bytes from a store: a failed read is tried again, and resumes at the offset where it broke off."""

import random
import time
from collections.abc import Callable, Iterator
from io import RawIOBase
from logging import getLogger
from typing import Any, TypeVar

from neo4j_restore.errors import StoreError, StreamDamagedError
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.stores.watched import Watched
from neo4j_restore.streams.pipeline import BLOCK_BYTES

log = getLogger(__name__)

T = TypeVar("T")

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 15.0


class Retry:
    """Tries again while one trouble lasts: from its first failure until something works, at most `seconds`."""

    def __init__(
        self,
        seconds: float,
        *,
        pause: Callable[[float], object] = time.sleep,
        trouble: Callable[[StoreError], object] = lambda _: None,
    ) -> None:
        """Keep the budget. `pause` waits for so many seconds. `trouble` is called with each failure."""
        self._seconds, self._pause, self._trouble = seconds, pause, trouble
        # When the trouble began. One budget covers all failures until something works.
        self._since: float | None = None
        self._tries = 0

    def worked(self) -> None:
        """Forget the trouble. The next failure starts a new budget."""
        self._since, self._tries = None, 0

    def wait(self, error: StoreError) -> None:
        """Wait before the next try, or raise `error` as final. Pauses grow, and are random to spread clients out."""
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**self._tries)
        # Pods that failed together should not come back together.
        pause = random.uniform(longest / 2, longest)  # noqa: S311 - spreads load, guards nothing
        # A store that names a time knows better, even if that is longer than our longest pause.
        pause = max(pause, error.retry_after_seconds)
        # Called for final errors as well: it slows the other connections down when the store throttles.
        self._trouble(error)
        # A try that could begin only after the budget or the deadline is not worth the wait.
        if not error.transient or now + pause > min(self._since + self._seconds, error.no_try_after):
            raise error
        self._tries += 1
        log.warning("%s. Next try in %.1f s", error, pause)
        self._pause(pause)

    def call(self, action: Callable[[], T]) -> T:
        """Return what `action` returns, tried again while its StoreError is transient and the budget lasts."""
        while True:
            try:
                result = action()
            except StoreError as error:
                self.wait(error)
            else:
                self.worked()
                return result


class Resuming(RawIOBase):
    """The bytes of one object from `start` up to `end`, resumed after transient failures. Checksums are not checked
    here.

    checksum: of the whole object, or None where the store gives none. Some stores give it only with the first bytes.
    """

    def __init__(
        self, store: Store, stored: StoredObject, retry: Retry, start: int = 0, end: int | None = None
    ) -> None:
        """Take the range to read, by default up to the object's end. The first read makes the first request."""
        self._store, self._stored, self._retry = store, stored, retry
        self._stream: RawIOBase | None = None
        self.checksum = stored.checksum
        # How the transfer of each answer was checked: see `evidence`.
        self.transports: set[str] = set()
        self._offset, self._end = start, stored.size_bytes if end is None else min(end, stored.size_bytes)

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill `buffer` with the next bytes, or 0 only at the end."""
        view = memoryview(buffer)[: max(0, self._end - self._offset)]
        count = self._retry.call(lambda: self._some(view)) if view else 0
        self._offset += count
        return count

    def _some(self, view: memoryview) -> int:
        try:
            # Opened here and not in the constructor, so that the request itself is tried again too.
            if self._stream is None:
                self._stream = self._store.read(self._stored, self._offset, self._end)
                self.transports.add(getattr(self._stream, "transport", ""))
                if not self._offset:
                    self.checksum = self.checksum or getattr(self._stream, "checksum", None)
            count = self._stream.readinto(view) or 0
        except StoreError:
            self._drop()
            # The bytes of this answer that came before the failure are covered by no transfer checksum.
            self.transports.add("")
            raise
        if not count:
            # A proxy may end an answer early and cleanly. Without this it would look like the object's end.
            self._drop()
            message = f"{self._stored.key} ended at byte {self._offset} of {self._end}"
            raise StoreError(message, hint="it was cut short. The next start tries again", transient=True)
        return count

    def _drop(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def close(self) -> None:
        """Give the connection back."""
        self._drop()
        super().close()


def blocks(stream: RawIOBase) -> Iterator[bytes]:
    """Yield the rest of `stream`, in blocks."""
    while block := stream.read(BLOCK_BYTES):
        yield block


def part(store: Store, stored: StoredObject, retry: Retry, start: int, count: int) -> bytes:
    """Return `count` bytes of `stored` from `start` on, fewer at its end. They are not checked.

    If the store's own transfer checksum shows damage, they are read once more.
    """

    def once() -> bytes:
        with Resuming(store, stored, retry, start, start + count) as stream:
            return stream.readall()

    def read() -> bytes:
        try:
            return once()
        except StreamDamagedError as error:
            log.warning("%s. Reading it once more", error)
            return once()

    # `fetch` watches the deadline for whole objects. For these few bytes only `ended` does.
    return store.ended(read, f"reading some bytes of {stored.key}") if isinstance(store, Watched) else read()
