"""Objects over one connection or many: the same verified bytes in the same order, within a bound, or an error."""

import hashlib
import io
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import google_crc32c
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.patience import HANGS_AFTER_SECONDS, until

from neo4j_restore import spec
from neo4j_restore.checksums import Checksum
from neo4j_restore.deadline import Deadline
from neo4j_restore.errors import BackupDamagedError, StoreError
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.stores import StoredObject
from neo4j_restore.transfer import fetch
from neo4j_restore.transfer.download import download, downloads
from neo4j_restore.transfer.fetch import Fetch
from neo4j_restore.transfer.options import DownloadOptions
from neo4j_restore.transfer.progress import Progress
from neo4j_restore.transfer.ranges import Range, Ranges, Sizes

DATA = Random(1).randbytes(300_000)  # noqa: S311 - filler


def stored(data: bytes = DATA, key: str = "neo4j.dump", digest: bytes | None = None) -> StoredObject:
    crc32c = google_crc32c.Checksum(data).digest() if digest is None else digest
    checksum = Checksum("crc32c", crc32c) if crc32c else None
    return StoredObject(key, len(data), datetime.now(UTC), "1", checksum)


class Body(io.RawIOBase):
    """An answer that tells the object's checksum, if there is one. A slow one gives a little at a time."""

    def __init__(self, data: bytes, checksum: Checksum | None, *, slow: bool) -> None:
        self._stream, self.checksum, self._slow = io.BytesIO(data), checksum, slow

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._slow:
            threading.Event().wait(0.002)
        return self._stream.readinto(memoryview(buffer)[: 1000 if self._slow else None])


class Memory:
    """A store of these objects. `before` is called before each answer, with the key and the offset."""

    def __init__(self, objects: dict[str, bytes], before: Callable[[str, int], object] = lambda *_: None) -> None:
        self._objects, self._before = objects, before
        self.asked: list[tuple[str, int]] = []
        self.tells: Checksum | None = None
        self.slow = False
        self.now = self.most = 0
        self._lock = threading.Lock()

    def list(self, prefix: str) -> Iterator[StoredObject]:
        raise AssertionError(prefix)

    def stat(self, stored: StoredObject) -> StoredObject:
        return replace(stored, checksum=self.tells)

    def plain_get(self, stored: StoredObject, start: int, end: int) -> None:
        return None

    def read(self, stored: StoredObject, start: int = 0, end: int | None = None) -> io.RawIOBase:
        with self._lock:
            self.asked.append((stored.key, start))
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            self._before(stored.key, start)
        finally:
            with self._lock:
                self.now -= 1
        whole = (start, end) == (0, stored.size_bytes)
        return Body(self._objects[stored.key][start:end], self.tells if whole else None, slow=self.slow)

    def close(self) -> None:
        """Nothing is held."""


def progress(*objects: StoredObject) -> Progress:
    return Progress("neo4j", sum(each.size_bytes for each in objects))


def all_of(store: Memory, objects: Sequence[StoredObject], terms: DownloadOptions) -> dict[str, bytes]:
    with closing(Fetch(store, objects, terms, progress(*objects))) as fetching:
        return {each.key: stream.readall() for each, stream in downloads(fetching)}


def threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "fetch"]


@settings(deadline=None)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=40), st.integers(1, 32))
def test_many_objects_come_whole_and_in_their_order(sizes: list[int], connections: int) -> None:
    objects = {str(number): DATA[number : number + size] for number, size in enumerate(sizes)}
    listed = [stored(data, key) for key, data in objects.items()]
    store = Memory(objects)
    assert list(all_of(store, listed, DownloadOptions(60, connections)).items()) == list(objects.items())
    assert store.most <= connections


def test_a_starved_reader_gets_parts_over_more_connections_and_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetch, "_JUDGE_SECONDS", 0.01)
    store, sizes = Memory({"neo4j.dump": DATA}), Sizes(range_bytes=20_000, first_bytes=5000)
    store.slow = True
    with closing(download(store, stored(), DownloadOptions(60, 4, sizes=sizes), progress(stored()))) as stream:
        assert stream.readall() == DATA
    starts = [start for _, start in store.asked]
    assert len(starts) == len(set(starts)) > 2


@pytest.mark.parametrize(("large_bytes", "begun"), [(len(DATA), [0, 20_000]), (len(DATA) + 1, [0])])
def test_only_a_large_object_begins_over_two_connections(large_bytes: int, begun: list[int]) -> None:
    sizes = Sizes(range_bytes=20_000, large_bytes=large_bytes)
    store = Memory({"neo4j.dump": DATA})
    with closing(download(store, stored(), DownloadOptions(60, 4, sizes=sizes), progress(stored()))) as stream:
        assert stream.readall() == DATA
    assert [start for _, start in store.asked][: len(begun)] == begun
    assert (len(store.asked) == 1) == (begun == [0])


def test_a_large_object_over_one_connection_where_no_more_are_allowed() -> None:
    store, sizes = Memory({"neo4j.dump": DATA}), Sizes(range_bytes=20_000, large_bytes=1)
    with closing(download(store, stored(), DownloadOptions(60, 1, sizes=sizes), progress(stored()))) as stream:
        assert stream.readall() == DATA
    assert store.asked == [("neo4j.dump", 0)]


def test_parts_of_an_object_whose_checksum_only_a_look_tells_are_verified() -> None:
    plain, store, sizes = stored(digest=b""), Memory({"neo4j.dump": DATA}), Sizes(range_bytes=20_000)
    store.tells = Checksum("crc32c", bytes(4))
    with closing(download(store, plain, DownloadOptions(60, 4, sizes=sizes), progress(plain))) as stream:
        stream.fetch.concurrency.limit = 4
        with pytest.raises(BackupDamagedError, match="the store has crc32c:AAAAAA=="):
            stream.readall()
    assert len(store.asked) > 2


def test_a_reader_that_found_no_room_goes_on_once_its_part_is_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    without_room: list[str] = []

    class Watched(Ranges):
        def has_room(self, span: Range) -> bool:
            has_room = super().has_room(span)
            without_room.extend([] if has_room else [span.stored.key])
            return has_room

    monkeypatch.setattr(fetch, "Ranges", Watched)

    objects = {"1": b"one", "2": b"two", "3": b"three"}
    ready: dict[str, Callable[[], bool]] = {
        "1": lambda: "2" in without_room,
        "2": lambda: fetching._ranges.waiting_bytes > 0,
        "3": lambda: True,
    }
    store = Memory(objects, lambda key, _: until(ready[key]))
    listed = [stored(data, key) for key, data in objects.items()]
    terms = DownloadOptions(60, 3, Deadline.after(20), sizes=Sizes(most_waiting_bytes=1))
    with closing(Fetch(store, listed, terms, progress(*listed))) as fetching:
        streams = [stream for _, stream in downloads(fetching)]
        assert streams[0].read(3) == b"one"
        # Taking it woke the second reader, which still finds no room: the third object fills it.
        until(lambda: without_room.count("2") > 1)
        assert [stream.readall() for stream in streams] == [b"", b"two", b"three"]


def test_an_unstarved_reader_asks_once() -> None:
    store = Memory({"neo4j.dump": DATA})
    assert download(store, stored(), DownloadOptions(60, 4), progress(stored())).readall() == DATA
    assert store.asked == [("neo4j.dump", 0)]


def test_another_checksum_than_the_stores_is_damage() -> None:
    wrong = stored(digest=bytes(4))
    with pytest.raises(BackupDamagedError, match="the store has crc32c:AAAAAA=="):
        download(Memory({wrong.key: DATA}), wrong, DownloadOptions(60), progress(wrong)).readall()


@pytest.mark.parametrize("digest", [b"", bytes(16)], ids=["right", "wrong"])
def test_a_guessed_checksum_confirms_and_never_condemns(digest: bytes) -> None:
    md5 = digest or hashlib.md5(DATA, usedforsecurity=False).digest()
    plain, store, terms = stored(digest=b""), Memory({"neo4j.dump": DATA}), DownloadOptions(60)
    store.tells = Checksum("md5", md5, guessed=True)
    assert download(store, plain, terms, progress(plain)).readall() == DATA
    database = spec.DatabaseName("neo4j")
    verdict = terms.evidence.verdict(BackupSet(database, Kind.DUMP, plain.key, "", plain.updated, (plain,)))
    assert verdict.ways == (() if digest else ("store:md5",))
    assert bool(verdict.doubt) is bool(digest)


def test_a_checksum_told_by_the_answer_alone_counts() -> None:
    plain, store = stored(digest=b""), Memory({"neo4j.dump": DATA})
    assert download(store, plain, DownloadOptions(60), progress(plain)).readall() == DATA
    store.tells = Checksum("crc32c", bytes(4))
    with pytest.raises(BackupDamagedError):
        download(store, plain, DownloadOptions(60), progress(plain)).readall()


def test_the_first_error_ends_all_and_the_threads() -> None:
    objects = {str(number): DATA[:100] for number in range(200)}
    failed = threading.Event()

    def fails(key: str, _: int) -> None:
        if key == "20":
            message = "gone"
            raise StoreError(message, hint="")
        if int(key) > 20:
            failed.wait(HANGS_AFTER_SECONDS)

    store = Memory(objects, fails)
    with pytest.raises(StoreError, match="gone"):
        all_of(store, [stored(data, key) for key, data in objects.items()], DownloadOptions(60, 8))
    failed.set()
    until(lambda: not threads())
    assert len(store.asked) < 200


def test_closed_early_the_threads_end_though_the_store_is_slow() -> None:
    slow = threading.Event()
    store = Memory({"neo4j.dump": DATA}, lambda *_: slow.wait(60))
    stream = download(store, stored(), DownloadOptions(60), progress(stored()))
    reader = threading.Thread(target=lambda: stream.read(1), daemon=True)
    reader.start()
    until(lambda: bool(threads()))
    stream.close()
    slow.set()
    until(lambda: not threads())


def test_a_download_past_its_deadline_is_told_with_how_far_it_came() -> None:
    slow = threading.Event()
    store = Memory({"neo4j.dump": DATA}, lambda *_: slow.wait(60))
    terms = DownloadOptions(60, 1, Deadline(7, time.monotonic()))
    with (
        closing(download(store, stored(), terms, progress(stored()))) as stream,
        pytest.raises(StoreError, match="longer than 7 s: 0 of 300000 bytes") as raised,
    ):
        stream.read(1)
    slow.set()
    assert "DEADLINE_SECONDS" in raised.value.hint


def test_a_throttling_store_is_read_with_fewer_connections() -> None:
    refused: list[int] = []

    def busy(_: str, __: int) -> None:
        if len(refused) < 3:
            refused.append(1)
            message = "429"
            error = StoreError(message, hint="", transient=True)
            error.throttled = True
            raise error

    objects = {str(number): DATA[:100] for number in range(100)}
    listed = [stored(data, key) for key, data in objects.items()]
    with closing(Fetch(Memory(objects, busy), listed, DownloadOptions(60, 32), progress(*listed))) as fetching:
        assert {each.key: stream.readall() for each, stream in downloads(fetching)} == objects
        assert fetching.concurrency.ceiling < 32
