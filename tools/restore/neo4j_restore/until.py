"""RESTORE_UNTIL: the point inside a chain of backups at which a restore ends.

Standard library only.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from neo4j_restore.rules import Invalid
from neo4j_restore.timestamps import parse_time, rfc3339

# Neo4j's transaction ids are positive numbers of 64 bits. The first one creates the store.
_TRANSACTION = re.compile(r"[1-9][0-9]{0,18}")
_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Until:
    """The first transaction that is not restored, or the time in UTC from which on none is. One of the two is set."""

    transaction: int = 0
    moment: datetime | None = None

    def __str__(self) -> str:
        """Return the text for RESTORE_UNTIL. Receipts have it too."""
        return rfc3339(self.moment) if self.moment else str(self.transaction)

    @property
    def argument(self) -> str:
        """The text for `--restore-until` of neo4j-admin, which has times in UTC without a zone.

        Source: operations manual of 5, "Restore a database backup".
        """
        return f"{self.moment:%Y-%m-%d %H:%M:%S}" if self.moment else str(self.transaction)

    def is_reached(self, highest: int, time: datetime | None) -> bool:
        """Tell whether a backup that was made at `time`, with `highest` as its last transaction, has this point."""
        return highest >= self.transaction if self.moment is None else time is not None and time >= self.moment

    def is_behind(self, highest: int, time: datetime | None) -> bool:
        """Tell whether all of such a backup is from before this point."""
        return highest < self.transaction if self.moment is None else time is not None and time <= self.moment


def parse_until(text: str) -> Until:
    """Return what RESTORE_UNTIL means: a transaction id, or an RFC 3339 time with its zone. Raises Invalid."""
    if _TRANSACTION.fullmatch(text):
        if int(text) > _LARGEST:
            message = f"{text!r} is not a transaction id: the largest is {_LARGEST}"
            raise Invalid(message)
        return Until(transaction=int(text))
    try:
        moment = parse_time(text)
    except Invalid:
        message = f"{text!r} is neither a transaction id nor a time with its zone, such as 2026-01-31T02:00:00Z"
        raise Invalid(message) from None
    if moment.microsecond:
        message = f"{text!r} has a fraction of a second, but neo4j-admin takes whole seconds"
        raise Invalid(message)
    return Until(moment=moment.astimezone(UTC))
