"""The bytes of objects, in order, read ahead over as many connections as pay off.

Reader threads fetch. They read an object whole over one connection. Where the network is slower than the consumer, they
read it in ranges over several. A large object begins in ranges over two, until it is known which of both is slower. One
consumer, the thread that calls `block`, alone checks, counts and writes. So the changes on the volume have one order.
Bytes that have come and wait for the consumer are 32 MiB at most, and for a single connection 4 MiB.

`Fetch._lock` guards `_ranges` with all that it holds, `_seen`, `_error`, `concurrency` and the two counts of readers.
Methods that start with "Under the lock" are called with it held. No request is made and no bytes are checked under it.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Condition, Event, Lock, Thread

from neo4j_restore.checksums import Checksum
from neo4j_restore.errors import StoreError
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.streams.pipeline import BLOCK_BYTES
from neo4j_restore.transfer.concurrency import Concurrency
from neo4j_restore.transfer.options import DownloadOptions
from neo4j_restore.transfer.progress import Progress
from neo4j_restore.transfer.ranges import Range, Ranges
from neo4j_restore.transfer.retry import Resuming, Retry

# How often the consumer judges the concurrency, and looks at the deadline while it waits.
_JUDGE_SECONDS = 0.25


@dataclass
class _Seen:
    """What the consumer saw since the concurrency was last judged.

    since: by `time.monotonic`. waited: the seconds in which it had nothing to do. bytes: that came in this time.
    """

    since: float
    waited: float = 0.0
    bytes: int = 0


class Fetch:
    """Reads `objects`, each to its end before the next. `download` has the streams that check what comes."""

    def __init__(
        self,
        store: Store,
        objects: Sequence[StoredObject],
        options: DownloadOptions,
        progress: Progress,
        start: int = 0,
    ) -> None:
        """Take what to read: of each object the bytes from `start` on. No request is made yet."""
        self.objects, self.progress, self.options = objects, progress, options
        is_large = any(each.size_bytes - start >= options.sizes.large_bytes for each in objects[:1])
        self.concurrency = Concurrency(options.connections, guesses=is_large)
        self._store, self._ranges = store, Ranges(objects, start, options.sizes)
        # Written without the lock, but before the block is handed over under it. So the consumer of a block sees what
        # came with it. Several threads may write one object's entry: single operations on dicts and sets are atomic.
        self._checksums: dict[str, Checksum] = {}
        self._transports: dict[str, set[str]] = {}
        self._lock = Lock()
        # `_come`: the first range got a block, or a reader failed. `_room`: a reader that waits may have room.
        self._come, self._room = Condition(self._lock), Condition(self._lock)
        self._readers = self._waiting_readers = 0
        # Set once, read with and without the lock.
        self._left = Event()
        self._error: BaseException | None = None
        # `math.inf` until the consumer has its first block: before that, an identity may have to be fetched and a
        # connection made. That time says nothing about the concurrency.
        self._seen = _Seen(math.inf)

    def block(self) -> bytes:
        """Return the next bytes of the object that is being read, empty at its end. For `Download`."""
        with self._lock:
            while True:
                self._staff()
                if block := self._ranges.take():
                    self._took()
                    return block
                if span := self._ranges.leave():
                    # The next range is now the first. Its reader may wait for room that only the first range has.
                    self._room.notify_all()
                    # The object may go on in the next range.
                    if span.ends_object:
                        return b""
                    continue
                self._wait()

    def checksum_of(self, stored: StoredObject) -> Checksum | None:
        """Return the checksum of `stored` from its listing, or from the answer with its first bytes, else None."""
        return stored.checksum or self._checksums.get(stored.key)

    def transport(self, stored: StoredObject) -> str:
        """Return how the transfer of all bytes of `stored` was checked, empty where some bytes were not."""
        transports = self._transports.get(stored.key, set())
        return next(iter(transports)) if len(transports) == 1 else ""

    def _took(self) -> None:
        """Under the lock: a block was taken, so there is room for another one."""
        if self._seen.since == math.inf:
            self._seen = _Seen(time.monotonic())
        # To all: they wait for different ranges, and which of them has room depends on its range.
        if self._waiting_readers:
            self._room.notify_all()

    def _wait(self) -> None:
        """Under the lock: wait until the first range has more, or until it is time to judge the concurrency."""
        if self._error:
            raise self._error
        self.options.deadline.check(lambda: f"{self.progress} had come")
        began = time.monotonic()
        self._come.wait(_JUDGE_SECONDS)
        self._seen.waited += time.monotonic() - began

    def _staff(self) -> None:
        """Under the lock: start as many threads as the concurrency allows and there are ranges for."""
        now = time.monotonic()
        if now - self._seen.since >= _JUDGE_SECONDS:
            limit = self.concurrency.limit
            self.concurrency.judge(now, now - self._seen.since, self._seen.waited, self._seen.bytes)
            self._seen = _Seen(now)
            if limit < self.concurrency.limit:
                self._ranges.cut()
        while self._is_wanted():
            self._readers += 1
            Thread(target=self._work, args=(self._next(),), name="fetch", daemon=True).start()

    def _is_wanted(self) -> bool:
        """Under the lock: tell whether one more thread should begin with the next range."""
        if self._error or self._left.is_set():
            return False
        return self._ranges.may_begin(self._readers, self.concurrency.limit, self.concurrency.ceiling)

    def _next(self) -> Range:
        """Under the lock: begin with the next range."""
        return self._ranges.begin(whole=self.concurrency.limit == 1)

    def _work(self, span: Range | None) -> None:
        """Read range after range. This is a thread's whole life."""
        buffer = memoryview(bytearray(BLOCK_BYTES))
        try:
            while span:
                self._read(span, buffer)
                span = self._another()
        except BaseException as error:  # noqa: BLE001 - it is raised in the consumer's thread
            with self._lock:
                self._error = self._error or error
                self._readers -= 1
                self._come.notify_all()
                self._room.notify_all()

    def _another(self) -> Range | None:
        """End one range and return the next, or None where this thread is not needed any more."""
        with self._lock:
            self._readers -= 1
            if not self._is_wanted():
                return None
            self._readers += 1
            return self._next()

    def _read(self, span: Range, buffer: memoryview) -> None:
        retry = Retry(self.options.retry_seconds, pause=self._pause, trouble=self._trouble)
        # `span.end` is read without the lock here. The consumer may make it smaller, and `_give` then ends the range.
        if span.start == 0 and not span.ends_object and not span.stored.checksum:
            # Some stores send the checksum only with an answer that has the whole object. This reads a range, so a HEAD
            # asks for it.
            self._tell(span, retry.call(lambda: self._store.stat(span.stored)).checksum)
        with Resuming(self._store, span.stored, retry, span.start, span.end) as stream:
            while count := stream.readinto(buffer):
                self._tell(span, stream.checksum)
                self._transports.setdefault(span.stored.key, set()).update(stream.transports)
                # A copy: `buffer` is filled again while this block waits.
                if not self._give(span, bytes(buffer[:count])):
                    break

    def _tell(self, span: Range, checksum: Checksum | None) -> None:
        if checksum:
            self._checksums[span.stored.key] = checksum

    def _give(self, span: Range, block: bytes) -> bool:
        """Hand a block over once there is room, and tell whether the range needs more."""
        with self._lock:
            self._waiting_readers += 1
            while not self._ranges.has_room(span) and not self._error and not self._left.is_set():
                self._room.wait()
            self._waiting_readers -= 1
            self._seen.bytes += self._ranges.add(span, block)
            # The consumer waits for the first range alone, so no other block wakes it.
            if self._ranges.is_first(span):
                self._come.notify()
            return not span.is_complete and not self._error and not self._left.is_set()

    def _pause(self, seconds: float) -> None:
        # Not `sleep`: `close` ends the pause.
        self._left.wait(seconds)

    def _trouble(self, error: StoreError) -> None:
        if error.throttled:
            with self._lock:
                self.concurrency.throttled(time.monotonic())

    def close(self) -> None:
        """End the threads. One that waits for a silent store ends when its request times out, and writes nothing."""
        self._left.set()
        with self._lock:
            self._room.notify_all()
