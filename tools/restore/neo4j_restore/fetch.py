"""The verified bytes of objects, in their order, read ahead by as many connections as pay off.

Threads read: an object whole over one connection, or, once that is slower than whoever takes the bytes, in parts over
several. One thread takes: it alone checks, counts and writes, so what happens on the volume has one order.
What has come and was not taken yet is 32 MiB at most, and for a single connection 4 MiB.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from threading import Condition, Event, Lock, Thread

from neo4j_restore import evidence
from neo4j_restore.checksums import Checksum, Running
from neo4j_restore.deadline import NEVER, Deadline
from neo4j_restore.errors import StoreError, StreamDamagedError
from neo4j_restore.evidence import Evidence
from neo4j_restore.pace import Pace
from neo4j_restore.pipeline import BLOCK_BYTES, Blocks
from neo4j_restore.progress import Progress
from neo4j_restore.settings import Settings
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.transfer import Resuming, Retry

_PART_BYTES = 8 * 1024 * 1024

_HELD_BYTES = 32 * 1024 * 1024

# Of the part that is being taken: more would leave the processor's cache before it is checked and inflated.
_NEAR_BYTES = 4 * 1024 * 1024

_LOOK_SECONDS = 0.25

_SMALL_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Terms:
    """How a store is to be read.

    retry_seconds: how long one trouble may last. connections: at once, at most.
    deadline: by when all bytes have to be here.
    name: what to call the object of a key in messages. evidence: takes how the bytes of each object were verified.
    """

    retry_seconds: float
    connections: int = 1
    deadline: Deadline = NEVER
    name: Callable[[str], str] = str
    evidence: Evidence = field(default_factory=Evidence, compare=False)


def terms(settings: Settings, deadline: Deadline) -> Terms:
    """Return the terms that `settings` ask for."""
    return Terms(settings.retry_seconds, settings.connections, deadline, settings.bucket.of)


@dataclass(eq=False)
class _Part:
    """Bytes of an object from `start` up to `end`, of which those before `came` have come, and `blocks` wait."""

    stored: StoredObject
    start: int
    end: int
    came: int
    blocks: deque[bytes] = field(default_factory=deque)
    waiting_bytes: int = 0


class Fetch:
    """Reads `objects`; `streams` gives each as a stream of verified bytes, to be read to its end before the next."""

    def __init__(
        self, store: Store, objects: Sequence[StoredObject], terms: Terms, progress: Progress, start: int = 0
    ) -> None:
        """Take what is to be read, of each object from `start` on; nothing is asked for yet."""
        self._store, self._objects, self._terms, self._progress = store, objects, terms, progress
        self.pace, self.name, self.evidence = Pace(terms.connections), terms.name, terms.evidence
        # What nobody reads yet, and what is read or has come, both in order.
        self._todo = deque(_Part(each, start, each.size_bytes, start) for each in objects)
        self._parts: deque[_Part] = deque()
        self._checksums: dict[str, Checksum] = {}
        self._transports: dict[str, set[str]] = {}
        self._lock = Lock()
        self._come, self._room = Condition(self._lock), Condition(self._lock)
        self._working = self._blocked = self._held = 0
        self._left = Event()
        self._error: BaseException | None = None
        # Nothing is judged before the first bytes: an identity may have to be found, and a connection made.
        self._seen = _Seen(math.inf)

    def streams(self) -> Iterator[tuple[StoredObject, "Download"]]:
        """Yield each object and its bytes. Raises StoreError; BackupDamagedError where bytes are not the store's."""
        for stored in self._objects:
            yield stored, Download(self, stored, self._progress)

    def block(self, stored: StoredObject) -> bytes:
        """Return what comes next of `stored`, the object that is being read; nothing at its end. For `Download`."""
        with self._lock:
            while True:
                self._staff()
                part = self._parts[0] if self._parts else None
                if part and part.blocks:
                    return self._take(part)
                if part and part.came == part.end:
                    self._parts.popleft()
                    if part.end == stored.size_bytes:
                        return b""
                    continue
                self._wait()

    def told(self, stored: StoredObject) -> Checksum | None:
        """Return the checksum of `stored`, by its listing or by the answer that had its first bytes, if by any."""
        return stored.checksum or self._checksums.get(stored.key)

    def transport(self, stored: StoredObject) -> str:
        """Return how the transfer of all that came of `stored` was checked; empty where some of it was not."""
        found = self._transports.get(stored.key, set())
        return next(iter(found)) if len(found) == 1 else ""

    def _take(self, part: _Part) -> bytes:
        if self._seen.since == math.inf:
            self._seen = _Seen(time.monotonic())
        block = part.blocks.popleft()
        part.waiting_bytes -= len(block)
        self._held -= len(block)
        if self._blocked:
            self._room.notify_all()
        return block

    def _wait(self) -> None:
        """Wait until the first part has more, or it is time to look at the pace."""
        if self._error:
            raise self._error
        self._terms.deadline.check(lambda: f"{self._progress} had come")
        began = time.monotonic()
        self._come.wait(_LOOK_SECONDS)
        self._seen.waited += time.monotonic() - began

    def _staff(self) -> None:
        """See that as many threads read as the pace allows, and that there are parts for them."""
        now = time.monotonic()
        if now - self._seen.since >= _LOOK_SECONDS:
            limit = self.pace.limit
            self.pace.look(now, now - self._seen.since, self._seen.waited, self._seen.bytes)
            self._seen = _Seen(now)
            if limit < self.pace.limit:
                self._cut()
        while self._is_wanted():
            self._working += 1
            Thread(target=self._work, args=(self._next(),), name="fetch", daemon=True).start()

    def _is_wanted(self) -> bool:
        """Tell whether one more thread should begin with the next part."""
        if not self._todo or self._error or self._left.is_set() or self._held >= _HELD_BYTES:
            return False
        part = self._todo[0]
        return self._working < (self.pace.ceiling if part.end - part.start < _SMALL_BYTES else self.pace.limit)

    def _cut(self) -> None:
        """End what is being read after a part's length, so that others can read what follows."""
        if self._parts:
            part, unit = self._parts[-1], _PART_BYTES // 2
            # At a multiple of half a part: Azure tells checksums of 4 MiB, and one that is cut can't be compared.
            units = -(-(part.came - part.start) // unit)
            self._shorten(part, part.start + units * unit + _PART_BYTES)

    def _shorten(self, part: _Part, end: int) -> None:
        """End `part`, the last one, at `end`, and leave the rest to do, unless that is next to nothing."""
        if part.end > end + _PART_BYTES // 2:
            self._todo.appendleft(_Part(part.stored, end, part.end, end))
            part.end = end

    def _next(self) -> _Part:
        part = self._todo.popleft()
        if self.pace.limit > 1:
            self._shorten(part, part.start + _PART_BYTES)
        self._parts.append(part)
        return part

    def _work(self, part: _Part | None) -> None:
        """Read part after part: a thread's whole life."""
        buffer = memoryview(bytearray(BLOCK_BYTES))
        try:
            while part:
                self._read(part, buffer)
                part = self._another()
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that takes the bytes
            with self._lock:
                self._error = self._error or error
                self._working -= 1
                self._come.notify_all()
                self._room.notify_all()

    def _another(self) -> _Part | None:
        with self._lock:
            self._working -= 1
            if not self._is_wanted():
                return None
            self._working += 1
            return self._next()

    def _read(self, part: _Part, buffer: memoryview) -> None:
        retry = Retry(self._terms.retry_seconds, pause=self._pause, trouble=self._trouble)
        if part.start == 0 and part.end < part.stored.size_bytes and not part.stored.checksum:
            # Some stores tell it with a whole answer alone, and for the asking.
            self._tell(part, retry.call(lambda: self._store.look(part.stored)).checksum)
        with Resuming(self._store, part.stored, retry, part.start, part.end) as stream:
            while count := stream.readinto(buffer):
                self._tell(part, stream.checksum)
                self._transports.setdefault(part.stored.key, set()).update(stream.transports)
                if not self._give(part, bytes(buffer[:count])):
                    break

    def _tell(self, part: _Part, checksum: Checksum | None) -> None:
        if checksum:
            self._checksums[part.stored.key] = checksum

    def _give(self, part: _Part, block: bytes) -> bool:
        """Hand a block over, once there is room; tell whether more of the part is wanted."""
        with self._lock:
            self._blocked += 1
            while not self._has_room(part) and not self._error and not self._left.is_set():
                self._room.wait()
            self._blocked -= 1
            block = block[: part.end - part.came]
            if block:
                part.blocks.append(block)
            part.came += len(block)
            part.waiting_bytes += len(block)
            self._held += len(block)
            self._seen.bytes += len(block)
            if part is self._parts[0]:
                self._come.notify()
            return part.came < part.end and not self._error and not self._left.is_set()

    def _has_room(self, part: _Part) -> bool:
        """Tell whether a part may have one more block: the first one always may, for all wait for its end."""
        if part is self._parts[0]:
            return part.waiting_bytes < _NEAR_BYTES
        return self._held < _HELD_BYTES

    def _pause(self, seconds: float) -> None:
        self._left.wait(seconds)

    def _trouble(self, error: StoreError) -> None:
        if error.throttled:
            with self._lock:
                self.pace.throttled(time.monotonic())

    def close(self) -> None:
        """End the threads. One that waits for a silent store ends when it gives that up, and writes nowhere."""
        self._left.set()
        with self._lock:
            self._room.notify_all()


@dataclass
class _Seen:
    """What happened since the last look at the pace."""

    since: float
    waited: float = 0.0
    bytes: int = 0


class Download(Blocks):
    """The verified bytes of one object, as a stream.

    Whoever reads to the end has bytes of the listed size whose checksum is the store's; else BackupDamagedError
    is raised there. Bytes that don't give a guessed checksum are noted as such, for they may be right.
    """

    def __init__(self, fetch: Fetch, stored: StoredObject, progress: Progress, running: Running | None = None) -> None:
        """Take what is to be read. running: has taken what goes before it, unless it is read from its start."""
        self.fetch, self._stored, self._progress = fetch, stored, progress
        self._begun = self._over = False
        self._expected: Checksum | None = None
        self._running = running

    def block(self) -> bytes:
        """Return what comes next; nothing once all of it has come and was found right."""
        block = b"" if self._over else self.fetch.block(self._stored)
        if not self._begun:
            self._begun, self._expected = True, self.fetch.told(self._stored)
            if self._expected and not self._running:
                self._running = self._expected.start()
        if not block:
            self._over = True
            self._verify()
            return b""
        if self._running:
            self._running.update(block)
        self._progress.add(len(block))
        return block

    def _verify(self) -> None:
        if transport := self.fetch.transport(self._stored):
            self.fetch.evidence.verified(self._stored.key, f"transport:{transport}")
        expected = self._expected
        if not expected or not self._running:
            return
        found = replace(expected, digest=self._running.digest())
        if found == expected:
            self.fetch.evidence.verified(self._stored.key, evidence.of_store(expected))
        elif expected.guessed:
            self.fetch.evidence.doubted(self._stored.key, expected)
        else:
            name = self.fetch.name(self._stored.key)
            message = f"{name} is damaged: its checksum is {found}, the store has {expected}"
            raise StreamDamagedError(message)


class _Only(Download):
    """A download whose end is that of its threads as well."""

    def close(self) -> None:
        """End the threads."""
        self.fetch.close()
        super().close()


def download(
    store: Store,
    stored: StoredObject,
    terms: Terms,
    progress: Progress,
    *,
    start: int = 0,
    running: Running | None = None,
) -> Download:
    """Return the verified bytes of one object; the first request is made by the first read.

    start: where to begin; `running` has taken what is before it, as a reckoning of the object's checksum.
    """
    return _Only(Fetch(store, (stored,), terms, progress, start), stored, progress, running)
