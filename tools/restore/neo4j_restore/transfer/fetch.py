"""The verified bytes of objects, in order, read ahead over as many connections as pay off.

Reader threads fetch. They read an object whole over one connection. Once the network is slower than the consumer, they
read it in ranges over several. One consumer, the thread that calls `block`, alone checks, counts and writes. So the
changes on the volume have one order. Bytes that have come and wait for the consumer are 32 MiB at most, and for a
single connection 4 MiB.

`Fetch._lock` guards `_todo`, `_ranges` and the ranges in them, `_seen`, `_error`, `pace` and the three counts. Methods
that start with "Under the lock" are called with it held. No request is made and no bytes are checked under it.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from threading import Condition, Event, Lock, Thread

from neo4j_restore.checksums import Checksum, Hasher
from neo4j_restore.deadline import NEVER, Deadline
from neo4j_restore.errors import StoreError, StreamDamagedError
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.streams.pipeline import BLOCK_BYTES, Blocks
from neo4j_restore.transfer import evidence
from neo4j_restore.transfer.evidence import Evidence
from neo4j_restore.transfer.pace import Pace
from neo4j_restore.transfer.progress import Progress
from neo4j_restore.transfer.retry import Resuming, Retry

_RANGE_BYTES = 8 * 1024 * 1024

# All bytes that have come and wait. Each block that a reader hands over beyond this waits until the consumer takes one.
_MOST_WAITING_BYTES = 32 * 1024 * 1024

# The same, of the first range alone. More would leave the processor's cache before it is checked and inflated.
_FIRST_RANGE_BYTES = 4 * 1024 * 1024

# How often the consumer judges the pace, and looks at the deadline while it waits.
_JUDGE_SECONDS = 0.25

# Below this, a connection mostly waits for the first byte of an answer: see `Pace.ceiling`.
_SMALL_BYTES = 1024 * 1024


@dataclass(frozen=True)
class DownloadOptions:
    """How to read from a store.

    retry_seconds: how long one trouble may last. connections: the most at once.
    deadline: when all bytes must have come.
    name: returns what messages call the object of a key. evidence: records how the bytes of each object were verified.
    """

    retry_seconds: float
    connections: int = 1
    deadline: Deadline = NEVER
    name: Callable[[str], str] = str
    evidence: Evidence = field(default_factory=Evidence, compare=False)


@dataclass(eq=False)
class _Range:
    """The bytes of an object from `start` up to `end`. Those before `came` have come, and `blocks` of them wait."""

    stored: StoredObject
    start: int
    end: int
    came: int
    blocks: deque[bytes] = field(default_factory=deque)
    waiting_bytes: int = 0


class Fetch:
    """Reads `objects`. `streams` yields each as a stream of verified bytes. Read one to its end before the next."""

    def __init__(
        self,
        store: Store,
        objects: Sequence[StoredObject],
        options: DownloadOptions,
        progress: Progress,
        start: int = 0,
    ) -> None:
        """Take what to read: of each object the bytes from `start` on. No request is made yet."""
        self._store, self._objects, self._options, self._progress = store, objects, options, progress
        self.pace, self.name, self.evidence = Pace(options.connections), options.name, options.evidence
        # `_todo`: ranges that no thread has begun. `_ranges`: ranges that are being read or have come. Both in the
        # consumer's order.
        self._todo = deque(_Range(each, start, each.size_bytes, start) for each in objects)
        self._ranges: deque[_Range] = deque()
        # Written without the lock, but before the block is handed over under it. So the consumer of a block sees what
        # came with it. Several threads may write one object's entry: single operations on dicts and sets are atomic.
        self._checksums: dict[str, Checksum] = {}
        self._transports: dict[str, set[str]] = {}
        self._lock = Lock()
        # `_come`: the first range got a block, or a reader failed. `_room`: a reader that waits may have room.
        self._come, self._room = Condition(self._lock), Condition(self._lock)
        self._readers = self._waiting_readers = self._waiting_bytes = 0
        self._left = Event()
        self._error: BaseException | None = None
        # `math.inf` until the consumer has its first block: before that, an identity may have to be fetched and a
        # connection made. That time says nothing about the pace.
        self._seen = _Seen(math.inf)

    def streams(self) -> Iterator[tuple[StoredObject, "Download"]]:
        """Yield each object and its bytes. Raises StoreError, and StreamDamagedError for bytes that the store did not
        keep.
        """
        for stored in self._objects:
            yield stored, Download(self, stored, self._progress)

    def block(self, stored: StoredObject) -> bytes:
        """Return the next bytes of `stored`, the object that is being read, empty at its end. For `Download`."""
        with self._lock:
            while True:
                self._staff()
                span = self._ranges[0] if self._ranges else None
                if span and span.blocks:
                    return self._take(span)
                if span and span.came == span.end:
                    self._ranges.popleft()
                    # The next range is now the first. Its reader may wait for room that only the first range has.
                    self._room.notify_all()
                    # The object may go on in the next range. Only the range at its end ends it.
                    if span.end == stored.size_bytes:
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

    def _take(self, span: _Range) -> bytes:
        """Under the lock: return the first waiting block of `span`."""
        if self._seen.since == math.inf:
            self._seen = _Seen(time.monotonic())
        block = span.blocks.popleft()
        span.waiting_bytes -= len(block)
        self._waiting_bytes -= len(block)
        # To all: they wait for different ranges, and which of them has room depends on its range.
        if self._waiting_readers:
            self._room.notify_all()
        return block

    def _wait(self) -> None:
        """Under the lock: wait until the first range has more, or until it is time to judge the pace."""
        if self._error:
            raise self._error
        self._options.deadline.check(lambda: f"{self._progress} had come")
        began = time.monotonic()
        self._come.wait(_JUDGE_SECONDS)
        self._seen.waited += time.monotonic() - began

    def _staff(self) -> None:
        """Under the lock: start as many threads as the pace allows and there are ranges for."""
        now = time.monotonic()
        if now - self._seen.since >= _JUDGE_SECONDS:
            limit = self.pace.limit
            self.pace.judge(now, now - self._seen.since, self._seen.waited, self._seen.bytes)
            self._seen = _Seen(now)
            if limit < self.pace.limit:
                self._cut()
        while self._is_wanted():
            self._readers += 1
            Thread(target=self._work, args=(self._next(),), name="fetch", daemon=True).start()

    def _is_wanted(self) -> bool:
        """Under the lock: tell whether one more thread should begin with the next range."""
        if not self._todo or self._error or self._left.is_set() or self._waiting_bytes >= _MOST_WAITING_BYTES:
            return False
        span = self._todo[0]
        return self._readers < (self.pace.ceiling if span.end - span.start < _SMALL_BYTES else self.pace.limit)

    def _cut(self) -> None:
        """Under the lock: end the last range that is being read early, so that other threads can read the rest."""
        if self._ranges:
            span, unit = self._ranges[-1], _RANGE_BYTES // 2
            # At a multiple of 4 MiB, half a range: Azure sends checksums of 4 MiB each. One whose bytes are cut can't
            # be compared.
            units = -(-(span.came - span.start) // unit)
            self._shorten(span, span.start + units * unit + _RANGE_BYTES)

    def _shorten(self, span: _Range, end: int) -> None:
        """Under the lock: end `span` at `end`, and put the rest back to do, unless the rest is small."""
        if span.end > end + _RANGE_BYTES // 2:
            # In front, to keep the order: `span` is the last one that was begun, so its rest is the next to begin.
            self._todo.appendleft(_Range(span.stored, end, span.end, end))
            span.end = end

    def _next(self) -> _Range:
        """Under the lock: begin with the next range. With one connection the range is the whole object."""
        span = self._todo.popleft()
        if self.pace.limit > 1:
            self._shorten(span, span.start + _RANGE_BYTES)
        self._ranges.append(span)
        return span

    def _work(self, span: _Range | None) -> None:
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

    def _another(self) -> _Range | None:
        """End one range and return the next, or None where this thread is not needed any more."""
        with self._lock:
            self._readers -= 1
            if not self._is_wanted():
                return None
            self._readers += 1
            return self._next()

    def _read(self, span: _Range, buffer: memoryview) -> None:
        retry = Retry(self._options.retry_seconds, pause=self._pause, trouble=self._trouble)
        if span.start == 0 and span.end < span.stored.size_bytes and not span.stored.checksum:
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

    def _tell(self, span: _Range, checksum: Checksum | None) -> None:
        if checksum:
            self._checksums[span.stored.key] = checksum

    def _give(self, span: _Range, block: bytes) -> bool:
        """Hand a block over once there is room, and tell whether the range needs more."""
        with self._lock:
            self._waiting_readers += 1
            while not self._has_room(span) and not self._error and not self._left.is_set():
                self._room.wait()
            self._waiting_readers -= 1
            # `_cut` may have ended the range earlier while this block came. What is beyond belongs to another range.
            block = block[: span.end - span.came]
            if block:
                span.blocks.append(block)
            span.came += len(block)
            span.waiting_bytes += len(block)
            self._waiting_bytes += len(block)
            self._seen.bytes += len(block)
            # The consumer waits for the first range alone, so no other block wakes it.
            if span is self._ranges[0]:
                self._come.notify()
            return span.came < span.end and not self._error and not self._left.is_set()

    def _has_room(self, span: _Range) -> bool:
        """Under the lock: tell whether `span` may have one more block.

        The first range has room of its own. The consumer waits for it, so later ranges must never keep it out.
        """
        if span is self._ranges[0]:
            return span.waiting_bytes < _FIRST_RANGE_BYTES
        return self._waiting_bytes < _MOST_WAITING_BYTES

    def _pause(self, seconds: float) -> None:
        # Not `sleep`: `close` ends the pause.
        self._left.wait(seconds)

    def _trouble(self, error: StoreError) -> None:
        if error.throttled:
            with self._lock:
                self.pace.throttled(time.monotonic())

    def close(self) -> None:
        """End the threads. One that waits for a silent store ends when its request times out, and writes nothing."""
        self._left.set()
        with self._lock:
            self._room.notify_all()


@dataclass
class _Seen:
    """What the consumer saw since the pace was last judged.

    since: by `time.monotonic`. waited: the seconds in which it had nothing to do. bytes: that came in this time.
    """

    since: float
    waited: float = 0.0
    bytes: int = 0


class Download(Blocks):
    """The verified bytes of one object, as a stream.

    Whoever reads it to the end has bytes of the listed size, with the store's checksum. Otherwise the read raises
    StreamDamagedError. If the bytes do not match a guessed checksum, that is recorded only, because they may be right.
    """

    def __init__(self, fetch: Fetch, stored: StoredObject, progress: Progress, hasher: Hasher | None = None) -> None:
        """Take what to read. hasher: has taken the bytes before `start`, or None where there are none."""
        self.fetch, self._stored, self._progress = fetch, stored, progress
        self._begun = self._over = False
        self._expected: Checksum | None = None
        self._hasher = hasher

    def block(self) -> bytes:
        """Return the next bytes, empty once all have come and were verified."""
        block = b"" if self._over else self.fetch.block(self._stored)
        # Some stores send the checksum only with the first bytes, so it is known here at the earliest.
        if not self._begun:
            self._begun, self._expected = True, self.fetch.checksum_of(self._stored)
            if self._expected and not self._hasher:
                self._hasher = self._expected.start()
        if not block:
            self._over = True
            self._verify()
            return b""
        if self._hasher:
            self._hasher.update(block)
        self._progress.add(len(block))
        return block

    def _verify(self) -> None:
        if transport := self.fetch.transport(self._stored):
            self.fetch.evidence.verified(self._stored.key, f"transport:{transport}")
        expected = self._expected
        if not expected or not self._hasher:
            return
        checksum = replace(expected, digest=self._hasher.digest())
        if checksum == expected:
            self.fetch.evidence.verified(self._stored.key, evidence.of_store(expected))
        elif expected.guessed:
            self.fetch.evidence.doubted(self._stored.key, expected)
        else:
            name = self.fetch.name(self._stored.key)
            message = f"{name} is damaged: its checksum is {checksum}, the store has {expected}"
            raise StreamDamagedError(message)


class _Only(Download):
    """A download of one object. Closing it ends its threads."""

    def close(self) -> None:
        """End the threads."""
        self.fetch.close()
        super().close()


def download(
    store: Store,
    stored: StoredObject,
    options: DownloadOptions,
    progress: Progress,
    *,
    start: int = 0,
    hasher: Hasher | None = None,
) -> Download:
    """Return the verified bytes of one object. The first read makes the first request.

    start: the offset to begin at. hasher: the object's checksum under way, which has taken the bytes before `start`.
    """
    return _Only(Fetch(store, (stored,), options, progress, start), stored, progress, hasher)
