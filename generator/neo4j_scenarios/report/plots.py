"""Numbers -> points and lengths of SVG shapes. The page's template puts them into its elements."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from neo4j_scenarios.report.nights import NIGHTS
from neo4j_scenarios.report.rows import Row, State

# A sparkline's box. Each night is one unit wide.
WIDTH: Final = NIGHTS
HEIGHT: Final = 20

_BINS: Final = (
    ("under 1 h", 3600.0),
    ("1 to 6 h", 6 * 3600.0),
    ("6 to 12 h", 12 * 3600.0),
    ("12 to 24 h", 24 * 3600.0),
    ("1 to 2 d", 2 * 86400.0),
    ("2 to 7 d", 7 * 86400.0),
    ("7 to 30 d", 30 * 86400.0),
    ("over 30 d", float("inf")),
)


def sparkline(nights: Sequence[int | None]) -> str:
    """Return the path of an area whose height is each night's size. A night without a set is a gap.

    Steps are whole numbers, and equal neighbours are merged, because a page has thousands of these paths. The path is
    empty for fewer than two nights with a set.
    """
    sizes = [size for size in nights if size is not None]
    if len(sizes) < 2:
        return ""
    top = max(sizes) or 1
    # At least one: an empty set is a set too.
    heights = [None if size is None else max(round(HEIGHT * size / top), 1) for size in nights]
    return "".join(_steps(heights))


def _steps(heights: Sequence[int | None]) -> Iterator[str]:
    """Yield the parts of a path: a closed shape for each run of nights with a set."""
    at = level = 0
    for height, run in groupby(heights):
        width = len(list(run))
        if height is None:
            yield f"V{HEIGHT}z" if level else ""
            level = 0
        else:
            yield f"v{level - height}h{width}" if level else f"M{at} {HEIGHT}v-{height}h{width}"
            level = height
        at += width
    yield f"V{HEIGHT}z" if level else ""


@dataclass(frozen=True)
class Bar:
    """One bar of the overview: the number of databases with a latest set of this age, by state. 100 is full width."""

    label: str
    count: int
    parts: tuple[tuple[str, float, float], ...]


def ages(rows: Sequence[Row]) -> list[Bar]:
    """Return the overview's bars, the youngest first. A part is a state, its start, and its width."""
    states = (State.FINE, State.UNKNOWN, State.GROWN, State.SHRUNK, State.LATE, State.REFUSED)
    counts = [dict.fromkeys(states, 0) for _ in _BINS]
    for row in rows:
        if row.age_seconds is not None:
            at = next(at for at, (_, end) in enumerate(_BINS) if row.age_seconds < end)
            counts[at][row.state] += 1
    most = max((sum(count.values()) for count in counts), default=0) or 1
    return [_bar(label, count, most) for (label, _), count in zip(_BINS, counts, strict=True)]


def _bar(label: str, counts: dict[State, int], most: int) -> Bar:
    parts: list[tuple[str, float, float]] = []
    start = 0.0
    for state, count in counts.items():
        if count:
            width = 100 * count / most
            parts.append((state.name.lower(), round(start, 3), round(width, 3)))
            start += width
    return Bar(label, sum(counts.values()), tuple(parts))
