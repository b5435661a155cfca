"""Downloads over a store that fails in every way it can: whole and right in the end, or an error."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo4j_restore.errors import StoreError
from neo4j_restore.stores import StoredObject
from neo4j_restore.transfer.retry import Resuming, Retry, blocks, part

DATA = bytes(range(256)) * 40


def stored(data: bytes = DATA) -> StoredObject:
    return StoredObject("neo4j.dump", len(data), datetime.now(UTC), "1")


class Cut(io.RawIOBase):
    """Gives `data`, then ends, or fails."""

    def __init__(self, data: bytes, *, fails: bool) -> None:
        self._stream, self._fails = io.BytesIO(data), fails

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = self._stream.readinto(memoryview(buffer)[:100])
        if not count and self._fails:
            message = "reset"
            raise StoreError(message, hint="", transient=True)
        return count


class Flaky:
    """A store whose connections break after so many bytes each, or not at all for None. The others open and fail."""

    def __init__(self, lengths: list[int | None], *, fails: bool = True) -> None:
        self._lengths, self._fails = iter(lengths), fails
        self.starts: list[int] = []

    def list(self, prefix: str) -> Iterator[StoredObject]:
        raise AssertionError(prefix)

    def stat(self, stored: StoredObject) -> StoredObject:
        return stored

    def plain_get(self, stored: StoredObject, start: int, end: int) -> None:
        return None

    def read(self, stored: StoredObject, start: int = 0, end: int | None = None) -> io.RawIOBase:
        self.starts.append(start)
        length = next(self._lengths, 0)
        rest = DATA[start:end]
        return Cut(rest if length is None else rest[:length], fails=self._fails)

    def close(self) -> None:
        """Nothing is held."""


def retry(seconds: float = 1000) -> Retry:
    return Retry(seconds, pause=lambda _: None)


def download(store: Flaky, each: StoredObject, seconds: float = 1000) -> bytes:
    with Resuming(store, each, retry(seconds)) as stream:
        return stream.readall()


@given(st.lists(st.integers(1, 5000), max_size=8), st.booleans())
def test_a_broken_transfer_goes_on_where_it_stopped(lengths: list[int], fails: bool) -> None:
    store = Flaky([*lengths, None], fails=fails)
    assert download(store, stored()) == DATA
    assert store.starts == sorted(set(store.starts))


def test_a_store_that_stays_broken_is_given_up_after_the_budget() -> None:
    with pytest.raises(StoreError, match="reset"):
        download(Flaky([100]), stored(), seconds=0.1)


def test_what_cannot_succeed_is_not_tried_again() -> None:
    tries = []

    def denied() -> None:
        tries.append(1)
        message = "403"
        raise StoreError(message, hint="")

    with pytest.raises(StoreError):
        retry().call(denied)
    assert tries == [1]


def test_pauses_grow_and_are_never_in_step() -> None:
    pauses: list[float] = []
    one = Retry(1000, pause=pauses.append)
    for _ in range(8):
        one.wait(StoreError("busy", hint="", transient=True))
    assert pauses[0] < pauses[3] < pauses[-1] <= 15
    assert len(set(pauses)) == 8


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.lists(st.integers(1, 3000), max_size=4))
def test_a_range_is_resumed_and_ends_where_it_should(start: int, end: int, lengths: list[int]) -> None:
    with Resuming(Flaky([*lengths, None]), stored(), retry(), start, end) as stream:
        assert stream.readall() == DATA[start:end]


def test_a_store_that_asks_for_a_pause_gets_it_and_each_trouble_is_told() -> None:
    pauses: list[float] = []
    troubles: list[StoreError] = []
    one = Retry(1000, pause=pauses.append, trouble=troubles.append)
    busy = StoreError("busy", hint="", transient=True)
    busy.retry_after_seconds = 40
    one.wait(busy)
    assert (pauses, troubles) == ([40], [busy])


def test_blocks_and_parts_give_the_bytes() -> None:
    assert b"".join(blocks(Resuming(Flaky([None]), stored(), retry()))) == DATA
    assert part(Flaky([7, 7]), stored(), retry(), 0, 7) == DATA[:7]
    assert part(Flaky([None]), stored(), retry(), len(DATA) - 4, 100) == DATA[-4:]
    assert part(Flaky([]), stored(b""), retry(), 0, 100) == b""
