"""Rows -> one HTML file that stands alone: its style and script are in it, and nothing else is ever asked for."""

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Final

import jinja2

from neo4j_scenarios.amounts import say_duration, say_size
from neo4j_scenarios.report import nights, plots
from neo4j_scenarios.report.breakdown import Part, breakdown, dimensions, labels_of, part
from neo4j_scenarios.report.findings import Bounds, Finding
from neo4j_scenarios.report.rows import STATES, Row, State

# The first words of a report; a comment may stand before the doctype.
MARK: Final = "<!-- Written by neo4j-scenarios report -->"


_BOUNDS: Final = Bounds()

# The key of the rows of which nothing is to be said.
_FINE: Final = "fine"

_LABELS: Final = {
    Finding.UNREADABLE.value: "unreadable",
    Finding.MISSING.value: "no set",
    Finding.REFUSED.value: "refused",
    Finding.LATE.value: "late",
    Finding.SHRUNK.value: "shrunk",
    Finding.GROWN.value: "grown",
    Finding.NO_RPO.value: "no RPO",
    _FINE: "within RPO",
    Finding.PIN_GONE.value: "pin gone",
    Finding.PIN_REPLACED.value: "pin replaced",
    Finding.PIN_BEHIND.value: "pin behind",
    Finding.NEVER_DRILLED.value: "never drilled",
}

# So many values of a label are shown; a label that names each cluster has thousands.
_MOST_PARTS: Final = 30


@dataclass(frozen=True)
class Tile:
    """A count at the top that filters the table: rows that belong to `key`; all of them for an empty one."""

    key: str
    label: str
    count: int


@dataclass(frozen=True)
class Breakdown:
    """The counts for each value of a label, the worst first; `more` are left out."""

    name: str
    parts: Sequence[Part]
    more: int


def page(
    title: str,
    rows: Sequence[Row],
    now: datetime,
    throughput: float | None = None,
    bounds: Bounds = _BOUNDS,
) -> str:
    """Return the page: the same bytes for the same rows. title: of the fleet. now: UTC, when the buckets were read."""
    style, script = _asset("report.css"), _asset("report.js")
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            mark=MARK,
            title=title,
            now=now.astimezone(UTC),
            rows=rows,
            tiles=_tiles(rows),
            bars=plots.ages(rows),
            breakdowns=_breakdowns(rows),
            whole=part("", rows),
            states=list(State),
            nights=lambda row: nights.nights(row.facts.trend, now),
            throughput=throughput,
            bounds=bounds,
            clusters=len({row.facts.cluster for row in rows}),
            total=sum(row.facts.latest.size_bytes for row in rows if row.facts.latest),
            style=style,
            script=script,
            policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'",
        )
    )


def _tiles(rows: Sequence[Row]) -> list[Tile]:
    counts = Counter(key for row in rows for key in _keys(row))
    found = [Tile(key, label, counts[key]) for key, label in _LABELS.items() if counts[key]]
    return [Tile("", "all", len(rows)), *found]


def _keys(row: Row) -> list[str]:
    """Return the keys of the tiles that a row belongs to."""
    return [*(each.value for each in row.findings), *([_FINE] if row.state is State.FINE else [])]


def _also(row: Row) -> list[str]:
    """Return what holds of a row's sets beside its state, such as `shrunk` of one that is late."""
    return [STATES[each].value for each in row.findings if each in STATES and STATES[each] is not row.state]


def _breakdowns(rows: Sequence[Row]) -> list[Breakdown]:
    found = []
    for name in dimensions(rows):
        parts = breakdown(rows, name)
        found.append(Breakdown(name, parts[:_MOST_PARTS], max(len(parts) - _MOST_PARTS, 0)))
    return found


def _times(ratio: float) -> str:
    """Return an age against its RPO, to two digits."""
    return f"{ratio:.{0 if ratio >= 9.95 else 1}f} \N{MULTIPLICATION SIGN}"


@cache
def _asset(name: str) -> str:
    return files("neo4j_scenarios").joinpath("templates", "report", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return what a content security policy calls an inline text that it allows."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("neo4j_scenarios", "templates/report"),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"duration": say_duration, "size": say_size, "times": _times}
    environment.globals |= {"sparkline": plots.sparkline, "width": plots.WIDTH, "height": plots.HEIGHT}
    environment.globals |= {"labels_of": labels_of, "keys": _keys, "also": _also}
    return environment
