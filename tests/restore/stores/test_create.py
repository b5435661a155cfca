"""One suite of the small write that each store has for the results of drills: create only, errors in our words."""

from contextlib import closing

import pytest
from tests.restore.stores.subjects import Subject, open_writing_with
from tests.support.gateway import Fault, Gateway

from neo4j_restore.errors import StoreError
from neo4j_restore.stores import WritableStore
from neo4j_restore.transfer.retry import Retry

TEN = b'{"a": 123}'


def content(store: WritableStore, prefix: str) -> dict[str, bytes]:
    """Return all objects below a prefix, with their bytes."""
    contents = {}
    for each in store.list(prefix):
        with store.read(store.stat(each)) as stream:
            contents[each.key.removeprefix(prefix)] = stream.readall()
    return contents


@pytest.mark.parametrize("name", ["drills/2026-01-31T02-00-00.000Z_a.b.json", "a b/c+d%20e=ä.json", "top.json"])
def test_an_object_is_there_with_its_bytes(subject: Subject, writable: WritableStore, name: str) -> None:
    writable.create(subject.prefix + name, TEN * 500)
    assert content(writable, subject.prefix) == {name: TEN * 500}


def test_an_object_that_is_there_is_never_replaced(subject: Subject, writable: WritableStore) -> None:
    writable.create(f"{subject.prefix}drills/a.json", TEN)
    if not subject.creates_only:
        return
    with pytest.raises(StoreError, match=r"drills/a\.json.* never replaced") as raised:
        writable.create(f"{subject.prefix}drills/a.json", b"other")
    assert (raised.value.exists, raised.value.transient) == (True, False)
    assert content(writable, subject.prefix) == {"drills/a.json": TEN}


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_store_that_is_busy_is_asked_again(
    status: int, remote: Subject, writable_behind: WritableStore, between: Gateway
) -> None:
    between.faults += [Fault(status, headers={"Retry_After": "7"})] * 2
    pauses: list[float] = []
    Retry(1000, pause=pauses.append).call(lambda: writable_behind.create(f"{remote.prefix}a.json", TEN))
    assert (len(pauses), min(pauses)) == (2, 7)
    assert content(writable_behind, remote.prefix) == {"a.json": TEN}


def test_an_answer_that_got_lost_is_told_at_the_next_try(
    remote: Subject, writable_behind: WritableStore, between: Gateway
) -> None:
    between.faults += [Fault(lost=True)]
    with pytest.raises(StoreError) as raised:
        writable_behind.create(f"{remote.prefix}a.json", TEN)
    assert raised.value.transient
    if remote.creates_only:
        with pytest.raises(StoreError) as raised:
            writable_behind.create(f"{remote.prefix}a.json", TEN)
        assert raised.value.exists
    assert content(writable_behind, remote.prefix) == {"a.json": TEN}


@pytest.mark.parametrize("body", [b"", b"<html>Sign in</html>", b"{}"])
def test_a_page_of_a_gateway_is_no_success(
    body: bytes, remote: Subject, writable_behind: WritableStore, between: Gateway
) -> None:
    for status in (200, 201):
        between.faults += [Fault(status, body=body)]
        with pytest.raises(StoreError):
            writable_behind.create(f"{remote.prefix}a.json", TEN)
    assert content(writable_behind, remote.prefix) == {}


def test_no_redirect_is_followed(remote: Subject, writable_behind: WritableStore, between: Gateway) -> None:
    between.faults += [Fault(307, headers={"Location": f"{between.host}/elsewhere"})]
    with pytest.raises(StoreError, match="307"):
        writable_behind.create(f"{remote.prefix}a.json", TEN)
    assert not [each for each in between.seen if "elsewhere" in each]


def test_what_never_comes_ends_by_the_deadline(remote: Subject, between: Gateway) -> None:
    between.faults.append(Fault(hangs=True))
    changes = {remote.host_variable: between.host, "DEADLINE_SECONDS": "0.5"}
    # On a busy machine the deadline can come while the store is opened.
    with (
        pytest.raises(StoreError, match=r"longer than 0\.5 s"),
        closing(open_writing_with({**remote.environment, **changes})) as store,
    ):
        store.create(f"{remote.prefix}a.json", TEN)
    between.faults.clear()


def test_a_bucket_that_is_not_there_is_an_error_that_trying_again_does_not_mend(subject: Subject) -> None:
    store = open_writing_with({**subject.environment, "BUCKET": subject.elsewhere})
    prefix = "" if subject.elsewhere.startswith(("gs:", "s3:")) else "nowhere/"
    with pytest.raises(StoreError, match="nowhere") as raised:
        store.create(f"{prefix}a.json", TEN)
    assert not raised.value.transient
    store.close()


RIGHTS = {"gs": "roles/storage.objectCreator", "s3": "s3:PutObject", "azb": "Storage Blob Data Contributor"}


def test_an_identity_that_may_not_write_is_told_the_right_to_give(
    remote: Subject, writable_behind: WritableStore, between: Gateway
) -> None:
    between.faults += [Fault(403)]
    with pytest.raises(StoreError, match="403") as raised:
        writable_behind.create(f"{remote.prefix}a.json", TEN)
    assert not raised.value.transient
    assert RIGHTS[remote.environment["BUCKET"].partition("://")[0]] in raised.value.hint


def test_a_stranger_may_not_write_and_no_secret_is_told(remote: Subject) -> None:
    if not remote.stranger:
        assert remote.host_variable == "STORAGE_EMULATOR_HOST"
        return
    owner = open_writing_with(remote.environment)
    store = open_writing_with({**remote.environment, **remote.stranger})
    with pytest.raises(StoreError, match="403") as raised:
        store.create(f"{remote.prefix}a.json", TEN)
    assert "hush" not in f"{raised.value} {raised.value.hint}"
    assert content(owner, remote.prefix) == {}
    owner.close()
    store.close()
