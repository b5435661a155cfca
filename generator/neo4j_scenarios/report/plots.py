"""Numbers -> shapes of SVG: points and lengths alone, which the page's template puts into its elements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from neo4j_scenarios.report.rows import Row, State

# A sparkline's box.
WIDTH: Final = 96
HEIGHT: Final = 22
_MARGIN: Final = 3

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


def sparkline(sizes: Sequence[int]) -> str:
    """Return the points of a line through `sizes`, the oldest at the left, from zero at the bottom; or nothing."""
    if len(sizes) < 2:
        return ""
    top = max(sizes) or 1
    step = (WIDTH - 2 * _MARGIN) / (len(sizes) - 1)
    room = HEIGHT - 2 * _MARGIN
    points = ((_MARGIN + step * at, HEIGHT - _MARGIN - room * size / top) for at, size in enumerate(sizes))
    return " ".join(f"{x:.4g},{y:.4g}" for x, y in points)


@dataclass(frozen=True)
class Bar:
    """One bar of the overview: how many databases have a latest set of this age, by state; from 0 to 100 wide."""

    label: str
    count: int
    parts: tuple[tuple[str, float, float], ...]


def ages(rows: Sequence[Row]) -> list[Bar]:
    """Return the overview's bars, the youngest first. A part is a state, where it begins, and how wide it is."""
    states = (State.FINE, State.UNKNOWN, State.LATE)
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
