"""Threads that write the blocks that another thread fills: all bytes, in the order of each piece, and errors."""

import os
import select
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from neo4j_restore.checksums import Checksum
from neo4j_restore.stores import StoredObject
from neo4j_restore.transfer import landing, writers
from neo4j_restore.transfer.landing import Landing, Piece
from neo4j_restore.transfer.writers import Writers

SIZE = 1_000_003


@pytest.fixture(autouse=True)
def sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "PIECE_BYTES", 81_920)
    monkeypatch.setattr(landing, "IN_BLOCKS_BYTES", 81_920)
    monkeypatch.setattr(writers, "BLOCK_BYTES", 16_384)


def checksum_of(data: bytes) -> Checksum:
    empty = Checksum("crc32c", b"").start()
    empty.update(data)
    return Checksum("crc32c", empty.digest())


def landing_of(data: bytes, path: Path) -> Landing:
    return Landing(StoredObject("neostore", len(data), datetime.now(UTC), "1", checksum_of(data)), path)


def fill(to: Writers, piece: Piece, data: bytes, step: int) -> None:
    """Fill blocks with bytes of a piece, at most `step` at once."""
    while data:
        room = to.room(piece)
        count = min(step, len(room), len(data))
        room[:count] = data[:count]
        to.filled(piece, count)
        data = data[count:]


def test_bytes_that_lie_elsewhere_are_taken(tmp_path: Path) -> None:
    data = os.urandom(100_000)
    landed, to = landing_of(data, tmp_path / "file"), Writers(1)
    (piece,) = landed.pieces()
    landed.begin(piece, None)
    to.add(piece, memoryview(data[:3]))
    to.add(piece, memoryview(data[3:60_000]))
    fill(to, piece, data[60_000:], 9000)
    assert [landed.end(each) for each in end(to)] == [True]
    to.close()
    assert (tmp_path / "file").read_bytes() == data


def end(to: Writers) -> list[Piece]:
    """Return the pieces as they are written."""
    done: list[Piece] = []
    while to.pending:
        select.select([to.woken], [], [])
        done += to.written()
    return done


@pytest.mark.parametrize("step", [1000, 16_384, 100_000])
def test_pieces_that_are_filled_in_turn_make_the_file(step: int, tmp_path: Path) -> None:
    data = os.urandom(SIZE)
    landed, to = landing_of(data, tmp_path / "file"), Writers(2)
    pieces = landed.pieces()
    assert len(pieces) > 4
    for first, second in zip(pieces[::2], pieces[1::2] + [None] * (len(pieces) % 2), strict=True):
        for piece in (first, second):
            if piece:
                landed.begin(piece, None)
                fill(to, piece, data[piece.start : piece.end], step)
    results = [landed.end(piece) for piece in end(to)]
    to.close()
    assert results == [None] * (len(pieces) - 1) + [True]
    assert (tmp_path / "file").read_bytes() == data


def test_an_attempt_that_broke_goes_on_at_the_last_whole_block(tmp_path: Path) -> None:
    data = os.urandom(150_000)
    landed, to = landing_of(data, tmp_path / "file"), Writers(1)
    (piece,) = landed.pieces()
    for _ in range(4):
        landed.begin(piece, None)
        began = piece.at
        fill(to, piece, data[began : began + 25_000], 5000)
        assert to.leave(piece) == 25_000 - 16_384
        assert piece.at == began + 16_384
    landed.begin(piece, None)
    fill(to, piece, data[piece.at :], 7000)
    assert [landed.end(each) for each in end(to)] == [True]
    to.close()
    assert (tmp_path / "file").read_bytes() == data


def test_an_error_of_the_disk_is_raised_where_the_blocks_come_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data = os.urandom(SIZE)
    landed, to = landing_of(data, tmp_path / "file"), Writers(1)

    def full(*_: object) -> int:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "pwrite", full)
    for piece in landed.pieces():
        landed.begin(piece, None)
        # More blocks than there are, so that this waits for the writers: they have to give them back.
        fill(to, piece, data[piece.start : piece.end], 16_384)
    select.select([to.woken], [], [])
    with pytest.raises(OSError, match="No space left"):
        list(to.written())
    to.close()
    landed.remove()
    assert not (tmp_path / "file").exists()


def test_a_writer_that_runs_out_of_memory_is_heard_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = os.urandom(100_000)
    landed, to = landing_of(data, tmp_path / "file"), Writers(1)

    def full(*_: object) -> int:
        raise MemoryError

    monkeypatch.setattr(os, "pwrite", full)
    (piece,) = landed.pieces()
    landed.begin(piece, None)
    fill(to, piece, data, 16_384)
    select.select([to.woken], [], [])
    with pytest.raises(MemoryError):
        list(to.written())
    to.close()


def test_it_ends_where_the_container_has_room_for_some_threads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = os.urandom(100_000)
    landed, to = landing_of(data, tmp_path / "file"), Writers(1)
    start = threading.Thread.start
    started: list[threading.Thread] = []

    def limited(thread: threading.Thread) -> None:
        if len(started) == 2:
            message = "can't start new thread"
            raise RuntimeError(message)
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    (piece,) = landed.pieces()
    landed.begin(piece, None)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        fill(to, piece, data, 16_384)
    to.close()
    landed.remove()
    assert not any(thread.is_alive() for thread in started)
    assert not (tmp_path / "file").exists()


def test_after_its_end_nothing_is_written(tmp_path: Path) -> None:
    data = os.urandom(SIZE)
    landed, to = landing_of(data, tmp_path / "file"), Writers(20)
    for piece in landed.pieces():
        landed.begin(piece, None)
        fill(to, piece, data[piece.start : piece.end], 16_384)
    to.close()
    landed.remove()
    assert list(tmp_path.iterdir()) == []
