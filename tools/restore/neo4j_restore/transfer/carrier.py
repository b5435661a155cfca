"""Fetches many files at once, in one thread, over connections of its own.

A raw directory has thousands of small objects. For each, the threads of `fetch` cost more than the bytes do. Here
one thread waits for all connections, and each block goes from the socket to the checksum and the file.

This is the short way for answers that are as usual. It tries again only where a connection broke. Any other answer ends
it: the objects that are left go through `fetch`, which retries, slows down, resumes, and has the words for each error.
"""

import selectors
import ssl
import time
from collections.abc import Iterable
from logging import getLogger
from pathlib import Path
from typing import Final

from neo4j_restore.errors import StoreError
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.stores.errors import UnsendableError
from neo4j_restore.stores.parsing import OddAnswerError
from neo4j_restore.stores.plain import PlainGet, head_of
from neo4j_restore.streams.pipeline import BLOCK_BYTES
from neo4j_restore.transfer import evidence
from neo4j_restore.transfer.dialling import Dialler
from neo4j_restore.transfer.landing import Landing, Piece
from neo4j_restore.transfer.line import Line, fill
from neo4j_restore.transfer.looking import look_at_large
from neo4j_restore.transfer.options import DownloadOptions
from neo4j_restore.transfer.pieces import Pieces
from neo4j_restore.transfer.progress import Progress
from neo4j_restore.transfer.writers import Writers

log = getLogger(__name__)

# With fewer connections, the way of `fetch` is as good.
_LEAST_CONNECTIONS: Final = 4

# Broken connections, until the rest is left to `fetch`.
_MOST_BROKEN: Final = 8

_LOOK_SECONDS: Final = 0.25


def carry(
    store: Store, files: Iterable[tuple[StoredObject, Path]], options: DownloadOptions, progress: Progress
) -> list[StoredObject]:
    """Write objects to files. Return those that are left, whose files are not there. Raises StoreError at the deadline.

    Files that are there match the checksum of their object, as far as the store has one.
    """
    landings = [Landing(stored, path) for stored, path in files]
    if options.connections < _LEAST_CONNECTIONS:
        return [each.stored for each in landings]
    look_at_large(store, landings, options.connections)
    pieces = Pieces(piece for landing in landings for piece in landing.pieces())
    carrier = _Carrier(store, pieces, options, progress)
    carrier.run()
    return [landing.stored for landing in landings if landing not in carrier.landed]


class _Carrier:
    """The connections. One thread uses all of it."""

    def __init__(self, store: Store, pieces: Pieces, options: DownloadOptions, progress: Progress) -> None:
        self._store, self._pieces, self._options, self._progress = store, pieces, options, progress
        self._lines: set[Line] = set()
        self._broken = 0
        self.landed: set[Landing] = set()
        self._begun: set[Landing] = set()
        self._buffer = memoryview(bytearray(BLOCK_BYTES))
        self._selector = selectors.DefaultSelector()
        self._dialler: Dialler[Line] = Dialler()
        self._writers = Writers(options.connections)

    def run(self) -> None:
        """Carry all that can be carried."""
        self._selector.register(self._dialler.woken, selectors.EVENT_READ, self._join)
        self._selector.register(self._writers.woken, selectors.EVENT_READ, self._end_written)
        looked = time.monotonic()
        try:
            self._more_lines()
            while self._lines or self._writers.pending:
                ready, began = self._selector.select(_LOOK_SECONDS), time.monotonic()
                for key, _ in ready:
                    if isinstance(key.data, Line):
                        self._serve(key.data)
                    else:
                        key.data()
                self._excuse(time.monotonic() - began)
                if time.monotonic() - looked >= _LOOK_SECONDS:
                    looked = time.monotonic()
                    self._look(looked)
        finally:
            self._end()

    def _excuse(self, seconds: float) -> None:
        """Take a long time in which this thread waited for the disk for no silence of the connections."""
        if seconds > _LOOK_SECONDS:
            for line in self._lines:
                line.seen += seconds

    def _more_lines(self) -> None:
        """Dial as many connections as are allowed, and as there are pieces for."""
        while len(self._lines) < self._options.connections and (new := self._next()):
            line = Line(*new)
            self._lines.add(line)
            self._dialler.dial(line, line.get.dial)

    def _join(self) -> None:
        """Take the connections that were made."""
        for line, made in self._dialler.joined():
            if isinstance(made, Exception):
                self._broke(line, made)
            else:
                made.setblocking(False)
                line.link = made
                self._selector.register(made, selectors.EVENT_READ, line)
                self._ask(line)

    def _next(self) -> tuple[Piece, PlainGet] | None:
        """Return the next piece with its request, or None where there is none."""
        while piece := self._pieces.take():
            if piece.landing.is_given_up:
                continue
            try:
                get = self._store.plain_get(piece.landing.stored, piece.at, piece.end)
            except (StoreError, UnsendableError) as error:
                self._stop(error)
                return None
            if get:
                self._begun.add(piece.landing)
                return piece, get
            self._give_up(piece.landing)
        return None

    def _ask(self, line: Line) -> None:
        line.head, line.closes, line.seen = b"", False, time.monotonic()
        try:
            text = line.get.text()
            # A fresh or idle socket has room for a request. If not, it is as good as broken.
            if line.link and line.link.send(text) == len(text):
                return
            self._broke(line, OSError("the request was not sent whole"))
        except OSError as error:
            self._broke(line, error)
        except UnsendableError as error:
            self._fail(line, error)

    def _serve(self, line: Line) -> None:
        """Take what has come over a connection."""
        connection = line.link
        while connection and line.link is connection:
            try:
                room = self._room(line)
                count = fill(connection, room)
            except OSError as error:
                self._broke(line, error)
                return
            if count is None:
                return
            if not count:
                self._broke(line, OSError("the connection ended"))
                return
            line.seen = time.monotonic()
            try:
                self._take(line, room[:count])
            except (OddAnswerError, StoreError) as error:
                self._fail(line, error)
                return
            # What TLS has decrypted already wakes no selector.
            if not isinstance(connection, ssl.SSLSocket) or not connection.pending():
                return

    def _room(self, line: Line) -> memoryview:
        """Return where the next bytes of a connection go."""
        is_in_block = line.head is None and line.piece.is_in_blocks
        return self._writers.room(line.piece) if is_in_block else self._buffer

    def _take(self, line: Line, data: memoryview) -> None:
        """Take the next bytes of an answer. Raises OddAnswerError and StoreError for one that is not as usual."""
        piece, is_in_room = line.piece, line.head is None
        if line.head is not None:
            line.head += bytes(data)
            head = head_of(line.head)
            if not head:
                return
            checksum = line.get.check(head.status, head.headers)
            if head.size_bytes != piece.end - piece.at:
                message = "expected as many bytes as were requested"
                raise OddAnswerError(message)
            piece.landing.begin(piece, checksum)
            line.head, line.closes, data = None, head.closes, memoryview(head.rest)
        if len(data) > piece.end - piece.at:
            message = "expected the end of the answer after its length"
            raise OddAnswerError(message)
        if data:
            self._progress.add(len(data))
            piece.landing.came_bytes += len(data)
            self._keep(piece, data, is_in_room=is_in_room)
        if piece.at == piece.end:
            self._came(line)

    def _keep(self, piece: Piece, data: memoryview, *, is_in_room: bool) -> None:
        """Write the next bytes of a piece, or leave it to the writers. is_in_room: they are in the piece's block."""
        if not piece.is_in_blocks:
            if piece.hasher:
                piece.hasher.update(data)
            piece.landing.write(data, piece.at)
            piece.at += len(data)
            return
        if is_in_room:
            self._writers.filled(piece, len(data))
        else:
            self._writers.add(piece, data)

    def _came(self, line: Line) -> None:
        """Take a piece that has come whole, and begin with the next one over the same connection."""
        if not line.piece.is_in_blocks:
            self._landed(line.piece)
        line.is_used = True
        new = None if line.closes else self._next()
        if new:
            line.piece, line.get = new
            self._ask(line)
        else:
            self._drop(line)
            self._more_lines()

    def _end_written(self) -> None:
        for piece in self._writers.written():
            self._landed(piece)

    def _landed(self, piece: Piece) -> None:
        """End a piece that is written."""
        landing = piece.landing
        matches = landing.end(piece)
        if matches:
            self._begun.discard(landing)
            self.landed.add(landing)
            if landing.expected:
                self._options.evidence.verified(landing.stored.key, evidence.of_store(landing.expected))
        elif matches is False:
            # Once more by `fetch`, which judges the checksum.
            self._give_up(landing)

    def _broke(self, line: Line, error: Exception) -> None:
        """Fetch the piece of a broken connection once more, over a new one."""
        self._drop(line)
        self._take_back(line)
        # A connection that was idle may have been closed by the store. That is usual.
        if not (line.is_used and line.head == b""):
            self._broken += 1
        if self._broken > _MOST_BROKEN:
            self._give_up(line.piece.landing)
            self._stop(error)
        else:
            log.debug("%s: a connection broke (%s)", line.piece.landing.stored.key, type(error).__name__)
            self._pieces.put_back(line.piece)
            self._more_lines()

    def _fail(self, line: Line, error: Exception) -> None:
        """Leave an object to `fetch` after an answer that is not as usual, and all others that are not begun."""
        self._drop(line)
        self._take_back(line)
        self._give_up(line.piece.landing)
        self._stop(error)

    def _take_back(self, line: Line) -> None:
        """Forget what came of a piece and is not with the writers. The next request asks for the rest."""
        piece = line.piece
        if piece.is_in_blocks:
            count = self._writers.leave(piece)
        else:
            piece.at, count = piece.start, piece.at - piece.start
        piece.landing.came_bytes -= count
        self._progress.take_back(count)

    def _give_up(self, landing: Landing) -> None:
        landing.is_given_up = True

    def _stop(self, error: Exception) -> None:
        """Begin with no further piece."""
        if self._pieces:
            log.debug("the rest is fetched in the other way, because of: %s", error)
        self._pieces.clear()

    def _drop(self, line: Line) -> None:
        self._lines.discard(line)
        if line.link:
            self._selector.unregister(line.link)
            line.link.close()
            line.link = None

    def _look(self, now: float) -> None:
        """Watch the deadline, and connections that are silent."""
        self._options.deadline.check(lambda: f"{self._progress} had come")
        for line in list(self._lines):
            # Dialling has a bound of its own.
            if line.link and now - line.seen > line.get.stall_seconds:
                self._broke(line, TimeoutError("the connection is silent"))

    def _end(self) -> None:
        for line in list(self._lines):
            self._drop(line)
        self._selector.close()
        self._dialler.close()
        # Before files are closed: a writer must not write to another file that got the same descriptor.
        self._writers.close()
        for landing in self._begun:
            self._progress.take_back(landing.came_bytes)
            landing.remove()
