"""Proof of a staged store before the swap: neo4j-admin reads it, and it is what the set said that it is.

`mismatch` is pure. A proof that can't be had is a warning, and never fails a restore.
"""

from logging import getLogger
from pathlib import Path

from neo4j_restore.admin.admin import Admin
from neo4j_restore.admin.storeinfo import StoreInfo
from neo4j_restore.errors import ANOTHER_SET, BackupDamagedError, RestoreError
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.headers import StoreFormat
from neo4j_restore.volume.paths import folders_of

log = getLogger(__name__)


def prove(program: Admin, chosen: BackupSet, staged: Path, conf: Path, lock: int) -> StoreInfo | None:
    """Return what neo4j-admin says of the staged store of `chosen`, or None, with a warning, if it does not say it.

    staged: the data folder that the store was restored into. conf: names that folder. lock: see `Stage`.
    Raises BackupDamagedError for a store that it can't read, or that is not the one that the set promised.
    """
    name, store = chosen.database, staged / folders_of(chosen.database)[0]
    try:
        info = program.info(store, name, conf, lock, chosen.url)
    except BackupDamagedError:
        raise
    except RestoreError as error:
        log.warning("%s: not proved, because neo4j-admin does not say what the staged store is: %s", name, error)
        return None
    if difference := mismatch(chosen, info):
        message = f"{chosen.url} is not what it says it is: {difference}"
        raise BackupDamagedError(message, hint=ANOTHER_SET)
    log.info("%s: neo4j-admin reads the staged store: %s", name, info)
    if info.superseded:
        log.warning(
            "%s: its store format %s was replaced in Neo4j %s. Neo4j may ask for a migration before it opens it",
            *(name, info.store_format, info.superseded),
        )
    return info


def mismatch(chosen: BackupSet, info: StoreInfo) -> str:
    """Return how the store differs from what the set says of itself, or an empty text.

    chosen: as inspected. A fact that one of the two does not have is not compared.
    """
    if info.database is not None and info.database.lower() != chosen.database:
        return f"the restored store is of the database {info.database}, expected {chosen.database}"
    return _format(chosen, info) or _transaction(chosen, info)


def _format(chosen: BackupSet, info: StoreInfo) -> str:
    expected = _promised_format(chosen)
    if not expected or _is_same(expected, info):
        return ""
    return f"the restored store has the format {info.store_format}, expected {expected}"


def _promised_format(chosen: BackupSet) -> str:
    """Return the store format by the set's header or its store files, or an empty text."""
    header, store = chosen.header, chosen.inside.store if chosen.inside else None
    if header and (header.store_version or header.store_format):
        return header.store_version or header.store_format or ""
    return store.text.replace(" ", "-") if store else ""


def _is_same(expected: str, info: StoreInfo) -> bool:
    if expected in set(StoreFormat):
        # Only the family is known, for example by the names of the files in a dump.
        return (expected == StoreFormat.BLOCK) == info.is_block
    # Without the version at the end. It may rise when a transaction log is applied.
    return expected.split("-")[:2] == info.store_format.split("-")[:2]


def _transaction(chosen: BackupSet, info: StoreInfo) -> str:
    """Return how the last transaction differs from the one in the header of an artifact."""
    highest, last = chosen.header.highest_tx if chosen.header else None, info.last_transaction
    if chosen.until and last is not None and last <= (highest or last):
        # It ended before the last transaction of its chain, as requested.
        first = chosen.until.transaction
        return (
            f"the last transaction of the restored store is {last}, expected one before {first}"
            if (first and last >= first)
            else ""
        )
    # An empty differential artifact has 0. A store that needs a recovery does not know its last transaction yet.
    if not highest or last is None or info.recovery_needed or highest == last:
        return ""
    # From 5.26 on the header has the last index in the transaction log. In record formats it equals the transaction,
    # also after a migration (seen with 5.26.30 and 2026.08.1). In the block format it may be higher.
    if info.is_block and last < highest:
        return ""
    return f"the last transaction of the restored store is {last}, expected {highest}"
