"""Which range is read next: every byte once and in order, whatever the readers do, and a bound on what waits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from neo4j_restore.stores import StoredObject
from neo4j_restore.transfer.ranges import Range, Ranges, Sizes

# Small, so that a few bytes are many ranges.
SIZES = Sizes(range_bytes=8, most_waiting_bytes=24, first_bytes=6, small_bytes=3)


def stored(size: int, key: str = "neo4j.dump") -> StoredObject:
    return StoredObject(key, size, datetime(2026, 1, 31, tzinfo=UTC), "1")


def ranges(*sizes: int, start: int = 0) -> Ranges:
    return Ranges([stored(size, str(number)) for number, size in enumerate(sizes)], start, SIZES)


def bounds(span: Range) -> tuple[str, int, int]:
    return span.stored.key, span.start, span.end


def all_begun(queue: Ranges, *, whole: bool) -> Iterator[tuple[str, int, int]]:
    while queue.may_begin(0, 1, 1):
        yield bounds(queue.begin(whole=whole))


def test_a_single_connection_reads_each_object_whole() -> None:
    assert list(all_begun(ranges(100, 0, 5), whole=True)) == [("0", 0, 100), ("1", 0, 0), ("2", 0, 5)]


def test_several_connections_read_ranges_and_a_small_rest_is_not_a_range_of_its_own() -> None:
    assert list(all_begun(ranges(24, 12, 13), whole=False)) == [
        *(("0", start, start + 8) for start in (0, 8, 16)),
        ("1", 0, 12),
        ("2", 0, 8),
        ("2", 8, 13),
    ]


def test_a_download_goes_on_at_its_offset() -> None:
    assert list(all_begun(ranges(30, start=10), whole=False)) == [("0", 10, 18), ("0", 18, 30)]


def test_a_range_that_is_read_is_cut_at_a_multiple_of_half_a_range_behind_what_has_come() -> None:
    """Azure sends checksums of 4 MiB each, half a range: one whose bytes are cut can't be compared."""
    for came, end in ((0, 8), (1, 12), (4, 12), (5, 16), (9, 20)):
        queue = ranges(100)
        span = queue.begin(whole=True)
        queue.add(span, bytes(came))
        queue.cut()
        assert bounds(span) == ("0", 0, end)
        assert bounds(queue.begin(whole=True)) == ("0", end, 100)


def test_only_the_last_range_that_was_begun_is_cut_and_only_if_much_is_left() -> None:
    queue = ranges(100, 12)
    first, last = queue.begin(whole=True), queue.begin(whole=True)
    queue.cut()
    assert [bounds(first), bounds(last)] == [("0", 0, 100), ("1", 0, 12)]
    ranges().cut()


def test_bytes_beyond_the_end_of_a_range_that_was_cut_are_not_its_own() -> None:
    queue = ranges(100)
    span = queue.begin(whole=True)
    queue.add(span, b"abcd")
    queue.cut()
    assert (queue.add(span, b"efghijkl+beyond"), span.is_complete) == (8, True)
    assert [queue.take(), queue.take(), queue.take()] == [b"abcd", b"efghijkl", b""]
    left = queue.leave()
    assert left is span
    assert not left.ends_object


def test_a_small_object_may_have_more_readers_than_a_large_one() -> None:
    small, large = ranges(2), ranges(3)
    assert [small.may_begin(4, 1, 8), small.may_begin(8, 1, 8)] == [True, False]
    assert [large.may_begin(0, 1, 8), large.may_begin(1, 1, 8)] == [True, False]
    assert not ranges().may_begin(0, 1, 1)


def test_no_range_is_begun_while_too_much_waits() -> None:
    queue = ranges(100, 100)
    span = queue.begin(whole=True)
    queue.add(span, bytes(23))
    assert queue.may_begin(1, 8, 8)
    queue.add(span, bytes(1))
    assert not queue.may_begin(1, 8, 8)


def test_later_ranges_never_keep_the_first_one_out() -> None:
    queue = ranges(100, 100)
    first, later = queue.begin(whole=True), queue.begin(whole=True)
    queue.add(later, bytes(24))
    assert (queue.has_room(first), queue.has_room(later)) == (True, False)
    queue.add(first, bytes(6))
    assert not queue.has_room(first)
    # What is complete and taken makes room for the next: it is the first now.
    queue.take()
    queue.add(first, bytes(94))
    queue.take()
    assert queue.leave() is first
    assert queue.is_first(later)


@dataclass
class Reader:
    """A reader in the middle of a range: it hands over the bytes from `at` on."""

    span: Range
    at: int


class Transfer:
    """Readers and a consumer of some objects, which act one at a time, in any order."""

    def __init__(self, sizes: list[int]) -> None:
        self.content = [bytes((7 * number + at) % 256 for at in range(size)) for number, size in enumerate(sizes)]
        self.queue, self.came = ranges(*sizes), list[bytes]()
        self._readers: list[Reader] = []
        self._taken = b""

    def begin(self, number: int) -> None:
        if self.queue.may_begin(len(self._readers), 3, 4):
            span = self.queue.begin(whole=number % 2 == 0)
            # The reader of an empty object has no block to hand over, so it never asks for room.
            if not span.is_complete:
                self._readers.append(Reader(span, span.start))

    def cut(self, _: int) -> None:
        self.queue.cut()

    def read(self, number: int) -> None:
        readers = [each for each in self._readers if self.queue.has_room(each.span)]
        if readers:
            reader, size = readers[number % len(readers)], 1 + number % 9
            data = self.content[int(reader.span.stored.key)]
            # A reader learns of a cut only once it has handed its block over.
            reader.at += self.queue.add(reader.span, data[reader.at : reader.at + size])
            if reader.span.is_complete:
                self._readers.remove(reader)

    def take(self, _: int) -> None:
        if block := self.queue.take():
            self._taken += block
        elif (span := self.queue.leave()) and span.ends_object:
            self.came.append(self._taken)
            self._taken = b""


@example([0], [("begin", 0), ("take", 0), ("read", 0)])
@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=6),
    st.lists(st.tuples(st.sampled_from(["begin", "cut", "read", "take"]), st.integers(0, 40)), max_size=200),
)
def test_whatever_the_readers_do_each_byte_comes_once_in_order_and_a_bounded_number_waits(
    sizes: list[int], steps: list[tuple[str, int]]
) -> None:
    transfer = Transfer(sizes)
    # A block of up to 9 bytes may go beyond each of the two bounds.
    most = SIZES.most_waiting_bytes + SIZES.first_bytes + 18
    for act, number in steps:
        getattr(transfer, act)(number)
        assert 0 <= transfer.queue.waiting_bytes <= most
    # From anywhere it goes on to the end.
    while len(transfer.came) < len(sizes):
        transfer.begin(1)
        transfer.read(1)
        transfer.take(1)
    assert transfer.came == transfer.content
    assert transfer.queue.waiting_bytes == 0
