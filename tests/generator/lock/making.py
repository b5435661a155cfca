"""Pins, entries and answers, made by hand and by Hypothesis."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st
from tests.generator.survey.asking import NEO4J

from neo4j_scenarios.errors import Problem
from neo4j_scenarios.fleet.lockfile import Entry
from neo4j_scenarios.lock.decide import Wanted
from neo4j_scenarios.pin import Pin
from neo4j_scenarios.survey import Answer

NOW = datetime(2026, 8, 23, tzinfo=UTC)

ASKED = {"bucket": "gs://backups/p", "database": "neo4j"}


def make_pin(stamp: str = "2026-08-22", **changes: Any) -> Pin:
    """Return the dump of a day."""
    pin: dict[str, Any] = {"object": f"gs://backups/p/neo4j-{stamp}.dump", "generation": "1", "checksum": "md5:AAAA"}
    pin |= {"size_bytes": 1000, "time": f"{stamp}T02:00:00Z", "stamp": stamp, "kind": "dump"}
    return Pin(**pin | changes)


def make_entry(stamp: str = "2026-08-22", **changes: Any) -> Entry:
    """Return an entry that pins this dump."""
    return Entry(ASKED, stamp, {"neo4j": make_pin(stamp, **changes)})


def make_answer(stamp: str = "2026-08-22", held: Pin | None = None, problem: Problem | None = None) -> Answer:
    """Return what a bucket says whose latest set is of this day."""
    return Answer({NEO4J: make_pin(stamp)}, stamp, problem, held={NEO4J: held} if held else {})


def make_wanted(name: str = "eu-1", answer: Answer | Problem | None = None, **asked: str) -> Wanted:
    """Return a cluster that is to be pinned."""
    return Wanted(name, ASKED | asked, answer or make_answer())


days = st.dates(date(2026, 1, 1), date(2026, 8, 22)).map("{:%Y-%m-%d}".format)
names = st.from_regex(r"[a-z][a-z0-9-]{0,8}[a-z0-9]", fullmatch=True)
words = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=12)

pins = st.builds(Pin, words, words, words, st.integers(0, 2**50), words, words, words)
entries = st.builds(Entry, st.dictionaries(names, words), words, st.dictionaries(names, pins, min_size=1))
locks = st.dictionaries(names, entries, max_size=4)
