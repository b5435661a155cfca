"""The sets of one database -> one size per night, of sets whose sizes can be compared. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.spec import LATEST

# The most nights that are kept.
NIGHTS: Final = 90


def nightly(sets: Iterable[BackupSet]) -> tuple[tuple[datetime, int], ...]:
    """Return the time and size of the newest set of each night, the oldest night first.

    A night is a day in UTC. A night without a set is left out, and only the newest NIGHTS are kept. Only sets of the
    newest set's kind count, because a dump and an archive of the same data differ in size. A differential backup is
    left out, because it holds only a part of the data. A pointer is a copy, and only counts if there are no other sets.
    """
    whole = sorted(_whole(sets), key=lambda each: each.time, reverse=True)
    stamped = [each for each in whole if each.stamp != LATEST] or whole
    nights: dict[date, BackupSet] = {}
    for backup in stamped:
        if backup.kind is stamped[0].kind:
            nights.setdefault(backup.time.date(), backup)
    newest = list(nights.values())[:NIGHTS]
    return tuple((each.time, each.size_bytes) for each in reversed(newest))


def _whole(sets: Iterable[BackupSet]) -> Iterator[BackupSet]:
    """Yield the sets that hold all data of their database. For an artifact, only its header shows that."""
    for backup in sets:
        if backup.kind is not Kind.BACKUP or (backup.header and backup.header.full):
            yield backup
