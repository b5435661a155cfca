"""The history of one database -> what the page draws of it, and which size is usual. Pure."""

from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Final

# So many nights are drawn, up to the one of the report.
NIGHTS: Final = 90

# The usual size is the median of so many nights before the last set. With fewer than LEAST nobody can tell.
_USUAL: Final = 14
_LEAST: Final = 3

Trend = Sequence[tuple[datetime, int]]


def nights(trend: Trend, now: datetime) -> list[int | None]:
    """Return the size of the set of each of the last NIGHTS, the oldest first; None for a night without a set."""
    # Numbers of days, as a report draws a million nights.
    sizes = {time.toordinal(): size for time, size in trend}
    tonight = now.toordinal()
    return [sizes.get(day) for day in range(tonight - NIGHTS + 1, tonight + 1)]


def usual(trend: Trend) -> float | None:
    """Return the usual size of a set in bytes; None where too few nights tell it.

    A median is not moved by one odd night. A lasting change is the usual size after a week of nights.
    """
    before = [size for _, size in trend[-1 - _USUAL : -1]]
    return median(before) if len(before) >= _LEAST else None
