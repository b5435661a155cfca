"""One suite that every store passes: the listing, the bytes, and errors in our words."""

import gzip
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from tests.restore.stores.subjects import Subject, downloaded, open_with
from tests.support.gateway import Fault, Gateway

from neo4j_restore.errors import StoreError
from neo4j_restore.stores import Store, StoredObject, parsing
from neo4j_restore.transfer.retry import Retry, part

TEN = b"0123456789"


def put(subject: Subject, store: Store, name: str, data: bytes = b"data") -> StoredObject:
    """Store an object, and return what the listing tells of it."""
    subject.put(subject.prefix + name, data)
    (stored,) = [each for each in store.list(subject.prefix) if each.key == subject.prefix + name]
    return stored


def read(store: Store, stored: StoredObject, start: int = 0, end: int | None = None) -> bytes:
    with store.read(stored, start, end) as stream:
        return stream.readall()


def test_the_listing_tells_key_size_and_time(subject: Subject, store: Store) -> None:
    stored = put(subject, store, "neo4j.dump", b"12345")
    assert (stored.key, stored.size_bytes, stored.thaw) == (f"{subject.prefix}neo4j.dump", 5, "")
    assert abs(stored.updated - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_prefix_may_end_inside_a_name(subject: Subject, store: Store) -> None:
    for name in ("neo4j.dump", "neo4j/neostore", "system.dump"):
        put(subject, store, name)
    listed = store.list(f"{subject.prefix}neo4j")
    assert sorted(each.key for each in listed) == [f"{subject.prefix}neo4j.dump", f"{subject.prefix}neo4j/neostore"]


def test_nothing_below_a_prefix_is_an_empty_listing(subject: Subject, store: Store) -> None:
    put(subject, store, "neo4j.dump")
    assert list(store.list(f"{subject.prefix}other")) == []


def test_more_than_a_thousand_objects_are_all_listed(subject: Subject, store: Store) -> None:
    for number in range(1005):
        subject.put(f"{subject.prefix}neo4j/{number}", b"")
    keys = [each.key for each in store.list(subject.prefix)]
    assert sorted(keys) == sorted(f"{subject.prefix}neo4j/{number}" for number in range(1005))


@pytest.mark.parametrize(
    "name",
    ["neo4j-2026-01-31T02:00:00.tar.gz", "a b/c+d%20e", "ä/#?&=", "~*'();!$,@", 'quo"te<&>', "deep/er/and/deeper"],
)
def test_odd_characters_in_keys_are_kept(subject: Subject, store: Store, name: str) -> None:
    stored = put(subject, store, name, b"odd")
    assert downloaded(store, store.stat(stored)) == b"odd"


@pytest.mark.parametrize(("start", "rest"), [(0, TEN), (4, b"456789"), (9, b"9")])
def test_reading_starts_at_any_offset(subject: Subject, store: Store, start: int, rest: bytes) -> None:
    assert read(store, put(subject, store, "neo4j.dump", TEN), start) == rest


@pytest.mark.parametrize(("start", "end", "part"), [(0, 4, b"0123"), (4, 9, b"45678"), (0, 10, TEN)])
def test_reading_ends_where_it_is_told(subject: Subject, store: Store, start: int, end: int, part: bytes) -> None:
    assert read(store, put(subject, store, "neo4j.dump", TEN), start, end) == part


def test_an_empty_object_has_no_bytes(subject: Subject, store: Store) -> None:
    stored = store.stat(put(subject, store, "empty", b""))
    assert (read(store, stored), downloaded(store, stored)) == (b"", b"")


def test_a_replaced_object_is_not_read_in_place_of_the_listed_one(subject: Subject, store: Store) -> None:
    listed = put(subject, store, "neo4j-latest.dump", b"first")
    assert put(subject, store, "neo4j-latest.dump", b"other").generation != listed.generation
    for start in (0, 2) if subject.pins_ranges else (0,):
        with pytest.raises(StoreError, match=r"neo4j-latest\.dump") as raised:
            read(store, listed, start)
        assert not raised.value.transient


def test_an_object_replaced_while_it_is_read_is_never_mixed(subject: Subject, store: Store) -> None:
    first, other = b"a" * subject.large_bytes, b"b" * subject.large_bytes
    listed = put(subject, store, "neo4j-latest.dump", first)
    with store.read(listed) as stream:
        begun = stream.read(1000)
        subject.put(listed.key, other)
        with pytest.raises(StoreError):
            read(store, listed, len(begun) if subject.pins_ranges else 0)
        assert begun + stream.readall() == first


def test_nothing_there_is_an_error_that_trying_again_does_not_mend(subject: Subject, store: Store) -> None:
    gone = StoredObject(f"{subject.prefix}gone", 1, datetime.now(UTC), '"d41d8cd98f00b204e9800998ecf8427e"')
    with pytest.raises(StoreError, match="gone") as raised:
        store.read(gone)
    assert not raised.value.transient


def test_a_bucket_that_is_not_there_is_told_as_such(subject: Subject) -> None:
    store = open_with({**subject.environment, "BUCKET": subject.elsewhere})
    # Where the bucket is a part of the key, as for a folder.
    prefix = "" if subject.elsewhere.startswith(("gs:", "s3:")) else "nowhere/"
    with pytest.raises(StoreError, match="no such") as raised:
        list(store.list(prefix))
    assert (raised.value.transient, "nowhere" in str(raised.value)) == (False, True)
    store.close()


def test_a_checksum_that_is_told_is_that_of_the_bytes(subject: Subject, store: Store) -> None:
    stored = store.stat(put(subject, store, "neo4j.dump", TEN * 1000))
    assert (stored.checksum is None) is (subject.host_variable == "")
    if stored.checksum:
        running = stored.checksum.start()
        running.update(TEN * 1000)
        assert running.digest() == stored.checksum.digest
    assert downloaded(store, stored) == TEN * 1000


def test_what_is_read_whole_without_a_look_tells_its_checksum_too(remote: Subject) -> None:
    store = open_with(remote.environment)
    listed = put(remote, store, "neo4j/neostore", TEN)
    with store.read(listed) as stream:
        checksum = getattr(stream, "checksum", None) or listed.checksum
    assert checksum == store.stat(listed).checksum
    assert checksum is not None
    store.close()


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_store_that_is_busy_is_asked_again(status: int, remote: Subject, behind: Store, between: Gateway) -> None:
    listed = put(remote, behind, "neo4j.dump", TEN)
    between.faults += [Fault(status, headers={"Retry_After": "7"})] * 3
    pauses: list[float] = []
    retry = Retry(1000, pause=pauses.append)
    assert retry.call(lambda: [each.key for each in behind.list(remote.prefix)]) == [listed.key]
    assert len(pauses) == 3
    between.faults += [Fault(status)] * 2
    assert downloaded(behind, listed) == TEN


def test_a_store_that_says_when_to_come_again_is_believed(remote: Subject, behind: Store, between: Gateway) -> None:
    between.faults += [Fault(503, headers={"Retry_After": "7"})]
    with pytest.raises(StoreError) as raised:
        list(behind.list(remote.prefix))
    assert (raised.value.transient, raised.value.throttled, raised.value.retry_after_seconds) == (True, True, 7)


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("count", [0, 5, 9])
def test_an_answer_cut_short_is_an_error_and_is_resumed(
    count: int, reset: bool, remote: Subject, behind: Store, between: Gateway
) -> None:
    listed = put(remote, behind, "neo4j.dump", TEN)
    between.faults += [Fault(count=count, reset=reset)]
    with pytest.raises(StoreError) as raised:
        read(behind, listed)
    assert raised.value.transient
    between.faults += [Fault(count=count, reset=reset)]
    assert downloaded(behind, listed) == TEN


@pytest.mark.parametrize("body", [b"", b"<html>Sign in</html>", b"{}", b"<?xml version='1.0'?><a/>"])
def test_a_page_of_a_gateway_is_neither_a_listing_nor_an_object(
    body: bytes, remote: Subject, behind: Store, between: Gateway
) -> None:
    listed = put(remote, behind, "neo4j.dump", TEN)
    for ask in (lambda: list(behind.list(remote.prefix)), lambda: read(behind, listed)):
        between.faults += [Fault(200, body=body)]
        with pytest.raises(StoreError):
            ask()


DEEP = 50_000
TOO_MUCH = 100_000_000
ODD_LISTINGS = {
    "of too many bytes": (b" " * (parsing.PAGE_BYTES + 1), ""),
    "of a gzip that grows": (gzip.compress(bytes(TOO_MUCH)), "gzip"),
    "in a gzip that is none": (b"<a/>", "gzip"),
    "in an unknown encoding": (b"<a/>", "br"),
    "deep in JSON": (b"[" * DEEP, ""),
    "deep in XML": (b"<a>" * DEEP + b"</a>" * DEEP, ""),
    "with a DOCTYPE": ("<!DOCTYPE a [<!ENTITY b 'b'>]><a>&b;</a>".encode("utf-16"), ""),
}


@pytest.mark.parametrize(("body", "encoding"), ODD_LISTINGS.values(), ids=ODD_LISTINGS)
def test_a_listing_that_no_store_sends_is_told_and_asked_for_again(
    body: bytes, encoding: str, remote: Subject, behind: Store, between: Gateway
) -> None:
    put(remote, behind, "neo4j.dump", TEN)
    between.faults += [
        Fault(200, body=body, headers={"Content_Type": "application/json", "Content_Encoding": encoding})
    ]
    with pytest.raises(StoreError, match="not understood") as raised:
        list(behind.list(remote.prefix))
    assert (raised.value.transient, len(str(raised.value)) < 500) == (True, True)
    assert len(list(behind.list(remote.prefix))) == 1


def test_a_listing_that_a_gateway_compressed_is_read(remote: Subject, behind: Store, between: Gateway) -> None:
    listed = put(remote, behind, "neo4j.dump", TEN)
    between.compresses = True
    assert [each.key for each in behind.list(remote.prefix)] == [listed.key]


@pytest.mark.parametrize("status", [403, 503])
def test_an_error_keeps_its_status_however_long_its_text_is(
    status: int, remote: Subject, behind: Store, between: Gateway
) -> None:
    listed = put(remote, behind, "neo4j.dump", TEN)
    for ask in (lambda: list(behind.list(remote.prefix)), lambda: behind.read(listed)):
        # Some ask once more for less.
        between.faults += [Fault(status, body=b"<" * TOO_MUCH)] * 2
        with pytest.raises(StoreError, match=str(status)) as raised:
            ask()
        between.faults.clear()
        assert (raised.value.transient, len(str(raised.value)) < 500) == (status == 503, True)


def test_what_never_comes_ends_by_the_deadline(remote: Subject, behind: Store, between: Gateway) -> None:
    listed = put(remote, behind, "neo4j.dump", TEN)
    asks: list[Callable[[Store], object]] = [
        lambda store: list(store.list(remote.prefix)),
        lambda store: part(store, listed, Retry(60), 0, 4),
    ]
    for ask in asks:
        between.faults.append(Fault(hangs=True))
        changes = {remote.host_variable: between.host, "DEADLINE_SECONDS": "0.5"}
        # On a busy machine the deadline can come while the store is opened.
        with (
            pytest.raises(StoreError, match=r"longer than 0\.5 s") as raised,
            closing(open_with({**remote.environment, **changes})) as store,
        ):
            ask(store)
        assert (raised.value.transient, "DEADLINE_SECONDS" in raised.value.hint) == (False, True)
        between.faults.clear()


def test_no_redirect_is_followed(remote: Subject, behind: Store, between: Gateway) -> None:
    listed = put(remote, behind, "neo4j.dump", TEN)
    for ask in (lambda: list(behind.list(remote.prefix)), lambda: behind.read(listed)):
        between.faults += [Fault(307, headers={"Location": f"{between.host}/elsewhere"})]
        with pytest.raises(StoreError, match="307"):
            ask()
    assert not [each for each in between.seen if "elsewhere" in each]


def test_a_store_that_does_not_answer_is_told_and_asked_again(remote: Subject) -> None:
    store = open_with({**remote.environment, remote.host_variable: "http://127.0.0.1:9"})
    with pytest.raises(StoreError, match="unreachable") as raised:
        list(store.list(remote.prefix))
    assert (raised.value.transient, remote.environment["BUCKET"] in str(raised.value)) == (True, True)
    store.close()


def test_an_identity_that_may_not_is_told_with_what_it_lacks(remote: Subject) -> None:
    if not remote.stranger:
        assert remote.host_variable == "STORAGE_EMULATOR_HOST"
        return
    owner = open_with(remote.environment)
    listed = put(remote, owner, "neo4j.dump", TEN)
    store = open_with({**remote.environment, **remote.stranger})
    for ask in (lambda: list(store.list(remote.prefix)), lambda: store.stat(listed), lambda: store.read(listed)):
        with pytest.raises(StoreError, match="403") as raised:
            ask()
        assert not raised.value.transient
        assert "hush" not in f"{raised.value} {raised.value.hint}"
    owner.close()
    store.close()
