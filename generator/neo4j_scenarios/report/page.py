"""Rows -> one self-contained HTML file. Its style and script are in it, and it loads nothing else."""

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

# The first words of a report. HTML allows a comment before the doctype.
MARK: Final = "<!-- Written by neo4j-scenarios report -->"


_BOUNDS: Final = Bounds()

# The key of rows without a finding about their sets.
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

# The most values of a label that are shown. A label with the cluster's name has thousands.
_MOST_PARTS: Final = 30


@dataclass(frozen=True)
class Tile:
    """A count at the top that filters the table by `key`. An empty key shows all rows."""

    key: str
    label: str
    count: int


@dataclass(frozen=True)
class Breakdown:
    """The counts for each value of a label, the worst first. more: the number of values that are left out."""

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
    """Return the page: the same bytes for the same rows. title: the fleet's. now: UTC, when the buckets were read."""
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
    tiles = [Tile(key, label, counts[key]) for key, label in _LABELS.items() if counts[key]]
    return [Tile("", "all", len(rows)), *tiles]


def _keys(row: Row) -> list[str]:
    """Return the keys of the tiles that a row belongs to."""
    return [*(each.value for each in row.findings), *([_FINE] if row.state is State.FINE else [])]


def _also(row: Row) -> list[str]:
    """Return the other states that a row's findings give, such as `shrunk` for a database that is late."""
    return [STATES[each].value for each in row.findings if each in STATES and STATES[each] is not row.state]


def _breakdowns(rows: Sequence[Row]) -> list[Breakdown]:
    breakdowns = []
    for name in dimensions(rows):
        parts = breakdown(rows, name)
        breakdowns.append(Breakdown(name, parts[:_MOST_PARTS], max(len(parts) - _MOST_PARTS, 0)))
    return breakdowns


def _times(ratio: float) -> str:
    """Return the ratio of an age to its RPO, to two digits."""
    return f"{ratio:.{0 if ratio >= 9.95 else 1}f} \N{MULTIPLICATION SIGN}"


@cache
def _asset(name: str) -> str:
    return files("neo4j_scenarios").joinpath("templates", "report", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return the source expression with which a content security policy allows an inline text."""
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
