"""A thread that reads ahead: the same bytes, errors in their place, a bound on what waits, and an end in every case."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.patience import until

from neo4j_restore.streams.pipeline import Ahead, Pump, Stream


class Blocks(Stream):
    """Gives `blocks`, then ends, or raises `error`. Counts what was taken."""

    def __init__(self, blocks: list[bytes], error: BaseException | None = None) -> None:
        self._blocks, self._error, self.taken = list(blocks), error, 0

    def some(self, size: int) -> bytes:
        if self._blocks:
            self.taken += 1
            return self._blocks.pop(0)
        if self._error:
            raise self._error
        return b""


class Endless(Blocks):
    """Gives the same block again and again."""

    def __init__(self) -> None:
        super().__init__([])

    def some(self, size: int) -> bytes:
        self.taken += 1
        return bytes(1000)


def threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "ahead"]


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=60), st.integers(1, 400), st.booleans())
def test_the_bytes_are_the_sources_in_reads_of_any_size(blocks: list[bytes], size: int, into: bool) -> None:
    with Ahead(Blocks(blocks)) as stream:
        data, buffer = b"", bytearray(size)
        while part := bytes(buffer[: stream.readinto(buffer)]) if into else stream.read(size):
            assert len(part) <= size
            data += part
        assert data == b"".join(blocks)
        assert (stream.read(1), stream.read(1)) == (b"", b"")


def test_an_error_comes_behind_the_bytes_before_it_and_stays() -> None:
    with Ahead(Blocks([b"one", b"two"], error=ValueError("bad"))) as stream:
        assert [stream.read(9), stream.read(9)] == [b"one", b"two"]
        for _ in range(2):
            with pytest.raises(ValueError, match="bad"):
                stream.read(9)


def test_no_more_than_a_bounded_number_of_blocks_waits() -> None:
    source = Endless()
    with Ahead(source) as stream:
        stream.read(1)
        until(lambda: source.taken == 18)
        assert stream.read(10_000)
        assert source.taken == 18
        stream.read(10_000)
        until(lambda: source.taken == 19)


@pytest.mark.parametrize("reads", [0, 1, 100])
def test_closed_early_it_ends_its_thread_and_closes_all_sources(reads: int) -> None:
    source = Endless()
    stream = Ahead(Ahead(source))
    for _ in range(reads):
        stream.read(10)
    stream.close()
    until(lambda: source.closed and not threads())


def test_at_its_end_the_thread_is_gone_without_being_closed() -> None:
    source = Blocks([b"one"])
    stream = Ahead(source)
    assert stream.readall() == b"one"
    until(lambda: source.closed and not threads())
    stream.close()


class Torn(Blocks):
    """Can't be closed without an error."""

    def close(self) -> None:
        message = "torn"
        raise OSError(message)


def test_an_error_of_closing_reaches_the_reader_behind_all_bytes() -> None:
    stream = Ahead(Torn([b"one"]))
    assert stream.read(9) == b"one"
    with pytest.raises(OSError, match="torn"):
        stream.read(9)


def test_an_error_of_reading_counts_more_than_one_of_closing() -> None:
    stream = Ahead(Torn([], error=ValueError("bad")))
    with pytest.raises(ValueError, match="bad"):
        stream.read(9)


class Stubborn(Pump):
    """Goes on handing blocks over after the reader has left, as a library does that hides the first error."""

    refused = 0

    def work(self) -> None:
        while self.refused < 3:
            try:
                self.put(b"more")
            except BrokenPipeError:
                self.refused += 1


@pytest.mark.parametrize("reads", [1, 40])
def test_a_thread_that_goes_on_after_its_reader_has_left_is_refused_and_never_waits(reads: int) -> None:
    source = Blocks([])
    stream = Stubborn(source, "ahead")
    assert [stream.read(4) for _ in range(reads)] == [b"more"] * reads
    stream.close()
    until(lambda: source.closed and not threads())
    assert stream.refused == 3
