"""Threads that check and write the large blocks that one other thread fills.

While that thread waits for the network, the disk works.
"""

import mmap
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Final

from neo4j_restore.checksums import Hasher
from neo4j_restore.transfer.landing import Piece
from neo4j_restore.transfer.mailbox import Mailbox

# With larger blocks, the same number of them takes more memory. With smaller ones, each write costs more.
BLOCK_BYTES: Final = 512 * 1024

# Disks of clouds need several writes at once to be as fast as they can.
_THREADS: Final = 4

# Blocks that wait for the disk, or are being written. The filling thread waits when there are as many.
_MOST_WAITING: Final = 16


@dataclass(frozen=True, slots=True)
class _Full:
    """Bytes of a piece. hasher: of the attempt that they came with. A broken attempt may still have blocks here."""

    piece: Piece
    block: memoryview
    count: int
    offset: int
    hasher: Hasher | None
    is_last: bool


class Writers:
    """Writes pieces in blocks. One thread calls all methods, and fills the blocks.

    woken: a socket that has something to read once a piece was written, or could not be written.
    pending: how many pieces have come whole and are not written yet.
    """

    def __init__(self, most_pieces: int) -> None:
        """Take how many pieces may be filled at once. Memory and threads come with the first block."""
        self.pending = 0
        # A block more than can be filled and can wait, so the filling thread never waits for itself.
        self._unmade = most_pieces + _MOST_WAITING
        self._free: SimpleQueue[memoryview] = SimpleQueue()
        self._written: Mailbox[Piece | Exception] = Mailbox()
        self.woken = self._written.woken
        self._over = Event()
        self._threads: list[tuple[Thread, SimpleQueue[_Full | None]]] = []

    def room(self, piece: Piece) -> memoryview:
        """Return where the next bytes of a piece go. Waits for the disk while all blocks are in use."""
        if piece.block is None:
            piece.block, piece.filled = self._block(), 0
        return piece.block[piece.filled :]

    def filled(self, piece: Piece, count: int) -> None:
        """Take bytes that are now in the room of a piece, up to its end."""
        piece.filled += count
        piece.at += count
        if piece.block is not None and (piece.filled == len(piece.block) or piece.at == piece.end):
            self._hand_over(piece, piece.block)

    def add(self, piece: Piece, data: memoryview) -> None:
        """Take bytes that are elsewhere, up to the end of the piece."""
        while data:
            room = self.room(piece)
            count = min(len(room), len(data))
            room[:count] = data[:count]
            self.filled(piece, count)
            data = data[count:]

    def leave(self, piece: Piece) -> int:
        """Forget the bytes of a piece that are not handed over yet. Return how many."""
        if piece.block is None:
            return 0
        self._free.put(piece.block)
        piece.block, count = None, piece.filled
        piece.at -= count
        return count

    def written(self) -> Iterator[Piece]:
        """Yield the pieces that are whole now. Call it once `woken` has something to read.

        Raises what stopped a writer, mostly an OSError of the disk.
        """
        for piece in self._written.taken():
            if isinstance(piece, Exception):
                raise piece
            self.pending -= 1
            yield piece

    def close(self) -> None:
        """End the threads. Blocks that wait are not written. Afterwards nothing uses the files."""
        self._over.set()
        for thread, queue in self._threads:
            queue.put(None)
            thread.join()
        self._written.close()

    def _block(self) -> memoryview:
        with suppress(Empty):
            return self._free.get_nowait()
        if self._unmade:
            self._unmade -= 1
            # Memory that begins with a page: see `DirectFile`.
            return memoryview(mmap.mmap(-1, BLOCK_BYTES))
        return self._free.get()

    def _hand_over(self, piece: Piece, block: memoryview) -> None:
        is_last = piece.at == piece.end
        full = _Full(piece, block, piece.filled, piece.at - piece.filled, piece.hasher, is_last)
        piece.block = None
        self.pending += is_last
        self._queue(piece).put(full)

    def _queue(self, piece: Piece) -> "SimpleQueue[_Full | None]":
        """Return the queue of a piece. It is always the same one, so its bytes are checked in their order."""
        if not self._threads:
            for _ in range(_THREADS):
                queue: SimpleQueue[_Full | None] = SimpleQueue()
                thread = Thread(target=self._work, args=(queue,), name="write", daemon=True)
                thread.start()
                # Only once it runs: `close` joins all that are here.
                self._threads.append((thread, queue))
        return self._threads[hash(piece) % _THREADS][1]

    def _work(self, queue: "SimpleQueue[_Full | None]") -> None:
        while full := queue.get():
            try:
                if not self._over.is_set():
                    _write(full)
            except Exception as error:  # noqa: BLE001 - the other thread would wait for this piece forever
                self._over.set()
                self._written.put(error)
            else:
                if full.is_last:
                    self._written.put(full.piece)
            finally:
                self._free.put(full.block)


def _write(full: _Full) -> None:
    data = full.block[: full.count]
    if full.hasher:
        full.hasher.update(data)
    full.piece.landing.write(data, full.offset)
