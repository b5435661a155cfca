"""TIMESTAMP: what it requests, which sets that picks, and its texts in receipts and in values files."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo4j_restore import timestamps
from neo4j_restore.spec import Invalid
from neo4j_restore.timestamps import Timestamp, latest, stamped, until

NIGHT = datetime(2026, 1, 31, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Set:
    """A set, as far as a timestamp looks at it."""

    stamp: str
    time: datetime = NIGHT


def test_a_time_is_read_in_its_zone() -> None:
    assert timestamps.parse_timestamp("2026-01-31T02:00:00+02:00") == until(datetime(2026, 1, 31, tzinfo=UTC))
    assert timestamps.parse_timestamp("2026-01-31t02:00:00.5z") == until(datetime(2026, 1, 31, 2, 0, 0, 500000, UTC))


@pytest.mark.parametrize("text", ["2026-02-31T02:00:00Z", "a/b", "../x", "*", "-x"])
def test_other_timestamps_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        timestamps.parse_timestamp(text)


def test_a_stamp_without_a_zone_is_taken_as_it_is() -> None:
    assert timestamps.parse_timestamp("2026-01-31-02:00:00") == stamped("2026-01-31-02:00:00")
    assert timestamps.parse_timestamp("") == timestamps.parse_timestamp("latest") == latest()


@pytest.mark.parametrize(
    ("timestamp", "kept", "written", "word"),
    [
        (latest(), "latest", "latest", "latest"),
        (stamped("2026-01-31"), "2026-01-31", "2026-01-31", "2026-01-31"),
        (until(NIGHT), "2026-01-31T02:00:00+00:00", "2026-01-31T02:00:00Z", ""),
        (
            until(NIGHT + timedelta(milliseconds=5)),
            "2026-01-31T02:00:00.005000+00:00",
            "2026-01-31T02:00:00.005000Z",
            "",
        ),
    ],
    ids=["latest", "stamp", "time", "fraction"],
)
def test_its_texts_never_change(timestamp: Timestamp, kept: str, written: str, word: str) -> None:
    """Receipts and hashes on volumes have the first, lock files the second, names of objects the third."""
    assert (str(timestamp), timestamp.text, timestamp.word) == (kept, written, word)


@given(st.datetimes(timezones=st.timezones()))
def test_the_text_of_a_time_means_the_time_again(moment: datetime) -> None:
    in_utc = until(moment.astimezone(UTC)) if 1 < moment.year < 9999 else until(NIGHT)
    assert timestamps.parse_timestamp(in_utc.text) == timestamps.parse_timestamp(str(in_utc)) == in_utc


def test_latest_picks_any_set() -> None:
    assert latest().picks(Set("latest"))
    assert latest().picks(Set("2026-01-31"))
    assert (latest().is_latest, latest().is_exact) == (True, False)


def test_a_stamp_picks_the_set_with_that_stamp_also_with_the_ending_of_an_artifact() -> None:
    night = stamped("2026-01-31")
    assert night.picks(Set("2026-01-31"))
    assert not night.picks(Set("2026-01-30"))
    assert stamped("2026-01-31.backup").picks(Set("2026-01-31"))
    assert (night.is_latest, night.is_exact) == (False, True)


def test_a_time_picks_sets_that_are_not_newer() -> None:
    at_night = until(NIGHT)
    assert at_night.picks(Set("2026-01-31", NIGHT))
    assert at_night.picks(Set("", NIGHT - timedelta(days=400)))
    assert not at_night.picks(Set("2026-01-31", NIGHT + timedelta(microseconds=1)))
    assert (at_night.is_latest, at_night.is_exact) == (False, False)
