"""One suite that every store passes: the listing, the bytes, and errors in our words."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from tests.stores import Bucket

from neo4j_restore.errors import StoreError
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.stores.gcs import GoogleStore
from neo4j_restore.stores.local import LocalStore


class Subject(Protocol):
    """A store under test: `prefix` is where its objects go, `put` writes one."""

    store: Store
    prefix: str

    def put(self, key: str, data: bytes) -> None: ...


class Google:
    """The emulated Google Cloud Storage."""

    def __init__(self, bucket: Bucket) -> None:
        self.store: Store = GoogleStore(bucket.name, None, bucket.host)
        self.prefix, self._bucket = "p/", bucket

    def put(self, key: str, data: bytes) -> None:
        self._bucket.put(key, data)


class Local:
    """A folder."""

    def __init__(self, folder: Path) -> None:
        self.store: Store = LocalStore()
        self.prefix = f"{folder}/".lstrip("/")
        folder.mkdir()

    def put(self, key: str, data: bytes) -> None:
        path = Path("/", key)
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.new")
        new.write_bytes(data)
        new.replace(path)
        later = path.stat().st_mtime_ns + 1_000_000
        os.utime(path, ns=(later, later))


@pytest.fixture(params=["gs", "file"])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Subject]:
    made: Subject = Google(request.getfixturevalue("bucket")) if request.param == "gs" else Local(tmp_path / "store")
    yield made
    made.store.close()


def put(subject: Subject, name: str, data: bytes = b"data") -> StoredObject:
    subject.put(subject.prefix + name, data)
    (found,) = [each for each in subject.store.list(subject.prefix) if each.key == subject.prefix + name]
    return found


def test_the_listing_tells_key_size_and_time(subject: Subject) -> None:
    found = put(subject, "neo4j.dump", b"12345")
    assert (found.key, found.size_bytes) == (f"{subject.prefix}neo4j.dump", 5)
    assert abs(found.updated - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_prefix_may_end_inside_a_name(subject: Subject) -> None:
    for name in ("neo4j.dump", "neo4j/neostore", "system.dump"):
        put(subject, name)
    found = subject.store.list(f"{subject.prefix}neo4j")
    assert sorted(each.key for each in found) == [f"{subject.prefix}neo4j.dump", f"{subject.prefix}neo4j/neostore"]


def test_more_than_a_thousand_objects_are_all_listed(subject: Subject) -> None:
    for number in range(1005):
        subject.put(f"{subject.prefix}neo4j/{number}", b"")
    assert len(list(subject.store.list(subject.prefix))) == 1005


@pytest.mark.parametrize("name", ["neo4j-2026-01-31T02:00:00.tar.gz", "a b/c+d%20e", "ä/#?&=", "deep/er/and/deeper"])
def test_odd_characters_in_keys_are_kept(subject: Subject, name: str) -> None:
    with subject.store.read(put(subject, name, b"odd")) as stream:
        assert stream.readall() == b"odd"


@pytest.mark.parametrize(("start", "rest"), [(0, b"0123456789"), (4, b"456789"), (9, b"9")])
def test_reading_starts_at_any_offset(subject: Subject, start: int, rest: bytes) -> None:
    with subject.store.read(put(subject, "neo4j.dump", b"0123456789"), start) as stream:
        assert stream.readall() == rest


@pytest.mark.parametrize(("start", "end", "part"), [(0, 4, b"0123"), (4, 9, b"45678"), (0, 10, b"0123456789")])
def test_reading_ends_where_it_is_told(subject: Subject, start: int, end: int, part: bytes) -> None:
    with subject.store.read(put(subject, "neo4j.dump", b"0123456789"), start, end) as stream:
        assert stream.readall() == part


def test_an_empty_object_has_no_bytes(subject: Subject) -> None:
    with subject.store.read(put(subject, "empty", b"")) as stream:
        assert stream.readall() == b""


def test_a_replaced_object_is_not_read_in_place_of_the_listed_one(subject: Subject) -> None:
    listed = put(subject, "neo4j-latest.dump", b"first")
    assert put(subject, "neo4j-latest.dump", b"other").generation != listed.generation
    with pytest.raises(StoreError) as raised:
        subject.store.read(listed).readall()
    assert not raised.value.transient
    assert "neo4j-latest.dump" in str(raised.value)


def test_nothing_there_is_an_error_that_trying_again_does_not_mend(subject: Subject) -> None:
    gone = StoredObject(f"{subject.prefix}gone", 1, datetime.now(UTC), "1")
    with pytest.raises(StoreError, match="gone") as raised:
        subject.store.read(gone)
    assert not raised.value.transient
