"""The history of one database -> the nights that the page draws, and the usual size of a set. Pure."""

from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Final

# The number of nights that are drawn, up to the night of the report.
NIGHTS: Final = 90

# The usual size is the median of `_USUAL` nights before the last set. With fewer than `_LEAST` nights it is not known.
_USUAL: Final = 14
_LEAST: Final = 3

Trend = Sequence[tuple[datetime, int]]


def nights(trend: Trend, now: datetime) -> list[int | None]:
    """Return the size of the set of each of the last NIGHTS, the oldest first. It is None for a night without a set."""
    # Day numbers are faster than dates: a large report draws a million nights.
    sizes = {time.toordinal(): size for time, size in trend}
    tonight = now.toordinal()
    return [sizes.get(day) for day in range(tonight - NIGHTS + 1, tonight + 1)]


def usual(trend: Trend) -> float | None:
    """Return the usual size of a set in bytes, or None if there are too few nights.

    It is a median, so one unusual night does not change it. After a week, a lasting change is the usual size.
    """
    before = [size for _, size in trend[-1 - _USUAL : -1]]
    return median(before) if len(before) >= _LEAST else None
