"""What TIMESTAMP selects: the latest set, the set with a stamp, or the newest set at or before a time.

Standard library only.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from neo4j_restore.rules import Invalid

# In the place of a stamp it names a pointer, which the next backup replaces.
LATEST: Final = "latest"

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")

# The text between a database's name and the object's extension. No slashes, and no special characters of shells or
# globs.
_STAMP = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.+-]{0,99}")


class Dated(Protocol):
    """A set, as far as a timestamp needs it. stamp: as in its name, or empty. time: UTC."""

    @property
    def stamp(self) -> str:
        """The stamp in its name, or an empty text."""
        ...

    @property
    def time(self) -> datetime:
        """When it was made, in UTC."""
        ...


@dataclass(frozen=True)
class Timestamp:
    """Which set is requested: see `latest`, `stamped` and `until`. At most one of the two fields is set.

    stamp: the text in the name of the set, or empty. moment: the set is not newer than this time in UTC, or None.
    """

    stamp: str = ""
    moment: datetime | None = None

    def __str__(self) -> str:
        """Return the text that receipts have. Default names of requests are hashes of it, so it must never change."""
        return self.moment.isoformat() if self.moment else self.stamp or LATEST

    @property
    def text(self) -> str:
        """The text for TIMESTAMP: `latest`, the stamp, or the time with `Z`."""
        return rfc3339(self.moment) if self.moment else str(self)

    @property
    def is_latest(self) -> bool:
        """Whether the latest set is requested, whatever it is."""
        return not self.stamp and self.moment is None

    @property
    def word(self) -> str:
        """The word in the name of the requested set: its stamp, or `latest`. Empty if a time is requested."""
        return "" if self.moment else str(self)

    @property
    def is_exact(self) -> bool:
        """Whether one set is requested by its stamp."""
        return bool(self.stamp)

    def allows(self, time: datetime) -> bool:
        """Tell whether a set of this time, in UTC, is not newer than the requested time."""
        return self.moment is None or time <= self.moment

    def picks(self, backup: Dated) -> bool:
        """Tell whether a set fits, by the stamp in its name if a stamp is requested, else by its time."""
        # Whoever copies the stamp from the name of an artifact may copy its ending too.
        fits = not self.stamp or self.stamp in {backup.stamp, f"{backup.stamp}.backup"}
        return fits and self.allows(backup.time)


def latest() -> Timestamp:
    """Return the timestamp that requests the latest set, whatever it is."""
    return Timestamp()


def stamped(stamp: str) -> Timestamp:
    """Return the timestamp that requests the set with this stamp."""
    return Timestamp(stamp=stamp)


def until(moment: datetime) -> Timestamp:
    """Return the timestamp that requests the newest set at or before `moment`, a time in UTC."""
    return Timestamp(moment=moment)


def parse_timestamp(text: str) -> Timestamp:
    """Return what TIMESTAMP requests: `latest`, an RFC 3339 time with its zone, or a stamp. Raises Invalid.

    An empty text means `latest`.
    """
    if text in {"", LATEST}:
        return latest()
    if _RFC3339.fullmatch(text):
        return until(_moment(text))
    if not _STAMP.fullmatch(text):
        message = f"{text!r} is neither '{LATEST}', nor a stamp, nor a time such as 2026-01-31T02:00:00Z"
        raise Invalid(message)
    return stamped(text)


def parse_time(text: str) -> datetime:
    """Return an RFC 3339 time with its zone, in UTC. Raises Invalid."""
    moment = parse_timestamp(text).moment
    if moment is None:
        message = f"{text!r} is not a time with its zone, such as 2026-01-31T02:00:00Z"
        raise Invalid(message)
    return moment


def rfc3339(moment: datetime) -> str:
    """Return a time as RFC 3339 in UTC, with `Z`. It has a fraction of a second only where `moment` has one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"{text!r} is not a time: {error}"
        raise Invalid(message) from error
