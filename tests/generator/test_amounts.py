"""Durations, sizes and shares, read and said."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo4j_restore.spec import Invalid
from neo4j_scenarios import amounts

DAY = 86400


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("45s", 45),
        ("90m", 5400),
        ("90min", 5400),
        ("24h", DAY),
        ("7d", 7 * DAY),
        ("2w", 14 * DAY),
        ("1d12h", 1.5 * DAY),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert amounts.parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "size"),
    [("1024", 1024), ("1KiB", 1024), ("1 KiB", 1024), ("2G", 2 * 1024**3), ("1.5MiB", 1572864), ("500MB", 500_000_000)],
)
def test_sizes(text: str, size: int) -> None:
    assert amounts.parse_size(text) == size


def test_rates_and_shares() -> None:
    assert amounts.parse_rate("200MiB/s") == 200 * 1024**2
    assert amounts.parse_share("20%") == 0.2


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        *((amounts.parse_duration, text) for text in ("", "24", "h", "1d 2h", "-1d", "1y", "1e9d")),
        *((amounts.parse_size, text) for text in ("", "GiB", "-1", "1 GiBs", "1i", "0x10")),
        *((amounts.parse_rate, text) for text in ("", "200MiB", "/s", "0/s", "1MiB/min")),
        *((amounts.parse_share, text) for text in ("", "20", "101%", "-1%")),
    ],
)
def test_what_is_no_amount_is_refused_with_an_example(parse: Callable[[str], float], text: str) -> None:
    with pytest.raises(Invalid, match="such as "):
        parse(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (119, "119 s"), (60, "1 min"), (121, "2 min"), (3600, "1 h"), (5400, "90 min"), (DAY, "1 d"),
     (1.5 * DAY, "36 h"), (21 * DAY + 5, "21 d")],
)  # fmt: skip
def test_durations_are_said_in_one_unit(seconds: float, text: str) -> None:
    assert amounts.say_duration(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1023, "1.0 KiB"), (41 * 1024**3, "41 GiB"), (1.42 * 1024**4, "1.4 TiB")],
)
def test_sizes_are_said_in_three_digits(size: float, text: str) -> None:
    assert amounts.say_size(size) == text


@given(st.integers(0, 2**60))
def test_what_is_said_is_near_what_it_is(size: int) -> None:
    assert amounts.parse_size(amounts.say_size(size)) == pytest.approx(size, rel=0.06)
