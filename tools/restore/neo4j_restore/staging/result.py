"""Checks a database that was staged: whether it is complete, and whether anything verified its bytes."""

from logging import getLogger
from pathlib import Path

from neo4j_restore.admin import endings
from neo4j_restore.buckets import BucketUrl
from neo4j_restore.errors import ANOTHER_SET, BackupDamagedError
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.transfer.evidence import Evidence, expected
from neo4j_restore.volume import state
from neo4j_restore.volume.paths import folders_of
from neo4j_restore.volume.state import Found, has_logs, missing_stores

log = getLogger(__name__)


def check_database(staged: Path, chosen: BackupSet, name: str, last_words: str) -> None:
    """Raise BackupDamagedError unless neo4j-admin has made a complete database in the data folder `staged`.

    name: the set's. last_words: neo4j-admin's last output.
    """
    # neo4j-admin may end with 0 and leave nothing, or a database that no server would start.
    if state.find(staged, chosen.target) is Found.ABSENT:
        raise endings.made_nothing(name, last_words)
    missing = missing_stores(staged / folders_of(chosen.target)[0])
    if not has_logs(staged, chosen.target):
        missing = [*missing, "neostore.transaction.db"]
    if state.find(staged, chosen.target) is not Found.DATABASE or missing:
        lacks = f": it lacks {', '.join(missing)}" if missing else ""
        message = f"neo4j-admin made an incomplete database of {name}{lacks}. Its last words: {last_words}"
        raise BackupDamagedError(message, hint=ANOTHER_SET)


def check_verified(chosen: BackupSet, evidence: Evidence, bucket: BucketUrl, *, require: bool) -> None:
    """Warn of a set that nothing has verified, unless the plan has warned. require: raise an error instead."""
    for key, name in chosen.formats.items():
        # It was unpacked to its end without an error, so its own checksum matched.
        evidence.verified(key, f"format:{name}")
    verdict = evidence.verdict(chosen)
    if verdict.unverified and require:
        raise verdict.refusal(bucket)
    doubts = evidence.doubts(chosen)
    if doubts and not verdict.unverified:
        ways = ", ".join(verdict.ways)
        log.info("%s: %s does not fit the bytes, but %s verified them", chosen.target, doubts[0], ways)
    before = expected(chosen, bucket.scheme)
    if verdict.unverified and not before.warning(bucket):
        log.warning("%s: %s", chosen.target, verdict.warning(bucket))
