"""The proof of a staged store: what it is must be what its set says of itself."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from neo4j_restore.admin.storeinfo import StoreInfo
from neo4j_restore.databases import DatabaseName
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.headers import Header, StoreFormat
from neo4j_restore.sets.inside import BLOCK, Inside, StoreVersion
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.staging import proof
from neo4j_restore.until import Until

INFO = StoreInfo("record-aligned-1.1", "5.0.0", None, "neo4j", 150, recovery_needed=False)
BLOCKS = replace(INFO, store_format="block-block-1.1")
OF_4 = replace(INFO, store_format="AF4.3.0")
HEADER = Header(store_format=StoreFormat.RECORD, store_version="record-aligned-1.1", lowest_tx=1, highest_tx=150)
OF_BLOCKS = replace(HEADER, store_format=StoreFormat.BLOCK, store_version="block-block-1.1")
BARE = BackupSet(DatabaseName("neo4j"), Kind.DUMP, "neo4j.dump", "", datetime(2026, 1, 31, tzinfo=UTC), ())


def by(header: Header | None = None, store: StoreVersion | None = None) -> BackupSet:
    """Return a set that says this of itself."""
    return replace(BARE, header=header, inside=Inside(store=store))


SAME = {
    "a set that says nothing": (BARE, INFO),
    "an artifact": (by(HEADER), INFO),
    "a minor version that rose": (by(HEADER), replace(INFO, store_format="record-aligned-1.2")),
    "a dump's family": (by(Header(store_format=StoreFormat.RECORD)), OF_4),
    "a dump in the block format": (by(Header(store_format=StoreFormat.BLOCK)), BLOCKS),
    "store files of 4.4": (by(store=StoreVersion(4, "AF4.3.0")), OF_4),
    "store files of 5": (by(store=StoreVersion(5, "record aligned 1.1")), INFO),
    "store files in the block format": (by(store=BLOCK), BLOCKS),
    "an empty differential artifact": (by(replace(HEADER, lowest_tx=0, highest_tx=0)), INFO),
    "a store to be recovered": (by(HEADER), replace(INFO, last_transaction=1, recovery_needed=True)),
    "a version that does not say it": (by(HEADER), StoreInfo("record-aligned-1.1")),
    "a database with a new name": (
        replace(BARE, renamed_to=DatabaseName("staging")),
        replace(INFO, database="staging"),
    ),
    "an earlier end, as requested": (
        replace(by(HEADER), until=Until(transaction=120)),
        replace(INFO, last_transaction=119),
    ),
    "a log with more entries than transactions": (by(OF_BLOCKS), replace(BLOCKS, last_transaction=140)),
}


@pytest.mark.parametrize(("chosen", "info"), SAME.values(), ids=SAME)
def test_a_store_that_its_set_promised_is_taken(chosen: BackupSet, info: StoreInfo) -> None:
    assert proof.mismatch(chosen, info) == ""


OTHER = {
    "the old name after a rename": (
        replace(BARE, renamed_to=DatabaseName("staging")),
        INFO,
        "the database neo4j, expected staging",
    ),
    "another database": (BARE, replace(INFO, database="movies"), "the database movies, expected neo4j"),
    "another family": (by(HEADER), BLOCKS, "the format block-block-1.1, expected record-aligned-1.1"),
    "another format": (
        by(HEADER),
        replace(INFO, store_format="record-standard-1.1"),
        "the format record-standard-1.1, expected record-aligned-1.1",
    ),
    "a dump of another family": (by(Header(store_format=StoreFormat.RECORD)), BLOCKS, "expected record"),
    "a dump that should have blocks": (by(Header(store_format=StoreFormat.BLOCK)), INFO, "expected block"),
    "other store files": (by(store=StoreVersion(4, "SF4.3.0")), OF_4, "the format AF4.3.0, expected SF4.3.0"),
    "fewer transactions": (by(HEADER), replace(INFO, last_transaction=149), "is 149, expected 150"),
    "transactions after RESTORE_UNTIL": (
        replace(by(HEADER), until=Until(transaction=120)),
        replace(INFO, last_transaction=120),
        "is 120, expected one before 120",
    ),
    "more than the log has, after RESTORE_UNTIL": (
        replace(by(HEADER), until=Until(transaction=120)),
        replace(INFO, last_transaction=151),
        "is 151, expected one before 120",
    ),
}


@pytest.mark.parametrize(("chosen", "info", "difference"), OTHER.values(), ids=OTHER)
def test_a_store_that_differs_is_told_with_both(chosen: BackupSet, info: StoreInfo, difference: str) -> None:
    assert difference in proof.mismatch(chosen, info)


@pytest.mark.parametrize(("header", "info"), [(HEADER, INFO), (OF_BLOCKS, BLOCKS)], ids=["records", "blocks"])
def test_a_store_with_more_than_its_set_promised_is_taken_with_a_warning(header: Header, info: StoreInfo) -> None:
    more = replace(info, last_transaction=151)
    assert proof.mismatch(by(header), more) == ""
    assert "is 151, but the header of its set ends at 150" in proof.surplus(by(header), more)


@pytest.mark.parametrize(("chosen", "info"), SAME.values(), ids=SAME)
def test_a_store_that_its_set_promised_gives_no_warning(chosen: BackupSet, info: StoreInfo) -> None:
    assert proof.surplus(chosen, info) == ""
