"""The sets of one database -> one size a night, of sets whose sizes can be compared. Pure."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

from neo4j_restore.kinds import Kind
from neo4j_restore.sets import BackupSet
from neo4j_restore.spec import LATEST

# So many nights are kept.
NIGHTS: Final = 90


def nightly(sets: Iterable[BackupSet]) -> tuple[tuple[datetime, int], ...]:
    """Return times and sizes of the newest set of each night that has one, the oldest first.

    A night is a day in UTC; the newest NIGHTS are kept. Only sets of the newest one's kind count, as a dump has another
    size than an archive of the same data. A differential backup holds a part of the data, and is left out. A pointer is
    a copy, and counts where there is nothing else.
    """
    whole = sorted(_whole(sets), key=lambda each: each.time, reverse=True)
    told = [each for each in whole if each.stamp != LATEST] or whole
    nights: dict[date, BackupSet] = {}
    for each in told:
        if each.kind is told[0].kind:
            nights.setdefault(each.time.date(), each)
    newest = list(nights.values())[:NIGHTS]
    return tuple((each.time, each.size_bytes) for each in reversed(newest))


def _whole(sets: Iterable[BackupSet]) -> Iterator[BackupSet]:
    """Yield the sets that hold all data of their database. Of an artifact only its header tells."""
    for each in sets:
        if each.kind is not Kind.BACKUP or (each.header and each.header.full):
            yield each
