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
from neo4j_scenarios.report import plots
from neo4j_scenarios.report.rows import Drift, Row, State

# The first words of a report; a comment may stand before the doctype.
MARK: Final = "<!-- Written by neo4j-scenarios report -->"


@dataclass(frozen=True)
class Tile:
    """A count at the top that filters the table: rows whose state or drift is `key`; all of them for an empty one."""

    key: str
    label: str
    count: int


def page(title: str, rows: Sequence[Row], now: datetime, throughput: float | None = None) -> str:
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
            throughput=throughput,
            clusters=len({row.facts.cluster for row in rows}),
            total=sum(row.facts.latest.size_bytes for row in rows if row.facts.latest),
            style=style,
            script=script,
            policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none'",
        )
    )


def _tiles(rows: Sequence[Row]) -> list[Tile]:
    states = Counter(row.state for row in rows)
    drifts = Counter(row.drift for row in rows)
    undrilled = sum(row.facts.drill is None for row in rows)
    found = [Tile(state.name.lower(), state.value, states[state]) for state in State]
    found += [Tile(drift.name.lower(), f"pin {drift.value}", drifts[drift]) for drift in (Drift.GONE, Drift.REPLACED)]
    found += [Tile("behind", "pin behind", drifts[Drift.BEHIND]), Tile("undrilled", "never drilled", undrilled)]
    return [Tile("", "all", len(rows)), *(tile for tile in found if tile.count)]


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
    environment.filters |= {"duration": say_duration, "size": say_size}
    environment.globals |= {"sparkline": plots.sparkline, "width": plots.WIDTH, "height": plots.HEIGHT}
    return environment
