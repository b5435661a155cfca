"""Which backup artifact is taken, and with which others: by headers, whatever names and clocks say."""

import pytest
from tests.restore.planning.artifact_store import (
    FULL,
    NEO4J,
    ONE,
    TWO,
    Memory,
    content,
    key_at,
    reader_of,
    sets_of,
    taken,
)

from neo4j_restore.errors import BackupNotFoundError, ConfigurationError, StoreError
from neo4j_restore.planning import artifacts
from neo4j_restore.sets import catalog


def test_an_exact_stamp_is_that_object_and_its_chain() -> None:
    store = Memory({key_at(0): FULL, key_at(1): ONE, key_at(2): TWO, key_at(3): content(1, 150, 3, full=True)})
    assert taken(store, "2026-01-01T01-00-00") == [key_at(0), key_at(1)]


def test_a_full_artifact_that_is_named_exactly_costs_one_header() -> None:
    store = Memory({key_at(0): FULL, key_at(1): ONE, key_at(2): TWO})
    assert taken(store, "2026-01-01T00-00-00") == [key_at(0)]
    assert {key for key, _ in store.reads} == {key_at(0)}


def test_the_chain_with_the_fewest_bytes_is_taken() -> None:
    days = {key_at(hour): content(hour * 50 + 51, hour * 50 + 100, hour, pad=60_000) for hour in (1, 2, 3, 4)}
    later = {key_at(3.5): content(1, 260, 3.5, full=True, pad=90_000)}
    whole = {key_at(0): FULL, **days, **later}
    assert taken(Memory(whole)) == [key_at(3.5), key_at(4)]
    # The full one and the last differential one overlap, which older versions do not know.
    assert taken(Memory(whole), overlaps=False) == [key_at(0), *days]


def test_empty_differentials_are_left_out() -> None:
    store = Memory({key_at(0): FULL, key_at(1): ONE, key_at(2): content(0, 0, 2)})
    assert taken(store) == taken(store, "2026-01-01T02-00-00") == [key_at(0), key_at(1)]


def test_an_empty_differential_alone_is_a_gap() -> None:
    store = Memory({key_at(2): content(0, 0, 2)})
    with pytest.raises(BackupNotFoundError, match="the full backup is missing"):
        taken(store)


def test_a_gap_tells_of_artifacts_that_cannot_be_read() -> None:
    store = Memory({key_at(0): FULL, key_at(1): b"", key_at(2): TWO})
    with pytest.raises(BackupNotFoundError, match="The headers of 1 artifacts can't be read, for example"):
        taken(store)


def test_what_vanished_since_the_listing_is_told_where_it_is_needed() -> None:
    store = Memory({key_at(0): FULL, key_at(1): ONE, key_at(2): TWO})
    by_name = catalog.find_sets(list(store.list("")), "", NEO4J)
    del store.objects[key_at(1)]
    reader = reader_of(store)
    sets = reader.dated(by_name)
    with pytest.raises(StoreError) as raised:
        reader.chained(sets[0], sets, overlaps=True)
    assert raised.value.gone


def test_headers_are_read_once_and_a_few_kib_of_each() -> None:
    store = Memory({key_at(hour): content(1, hour + 1, hour, full=True, pad=500_000) for hour in range(50)})
    reader = reader_of(store)
    sets = catalog.find_sets(store.list(""), "", NEO4J)
    assert reader.dated(reader.dated(sets))[0].key == key_at(49)
    assert len(store.reads) == 50
    assert max(count for _, count in store.reads) <= 4096


def test_more_artifacts_than_can_be_looked_at_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artifacts, "MOST_ARTIFACTS", 2)
    with pytest.raises(ConfigurationError, match="has 3 backup artifacts of neo4j, expected at most 2"):
        sets_of(Memory({key_at(0): FULL, key_at(1): ONE, key_at(2): TWO}))
