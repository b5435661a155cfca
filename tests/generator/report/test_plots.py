"""Shapes of numbers."""

import re

from hypothesis import given
from hypothesis import strategies as st
from tests.generator.report.facts import NOW, a_fleet, make_facts

from neo4j_scenarios.report import plots
from neo4j_scenarios.report.rows import rows


@given(st.lists(st.none() | st.integers(0, 2**50), min_size=90, max_size=90))
def test_an_area_is_as_wide_as_its_nights_and_as_high_as_their_sizes(sizes: list[int | None]) -> None:
    drawn = _drawn(plots.sparkline(sizes))
    known = [size for size in sizes if size is not None]
    if len(known) < 2:
        assert drawn == {}
        return
    assert set(drawn) == {at for at, size in enumerate(sizes) if size is not None}
    assert all(1 <= height <= plots.HEIGHT for height in drawn.values())
    assert drawn[sizes.index(max(known))] == (plots.HEIGHT if max(known) else 1)


def _drawn(path: str) -> dict[int, int]:
    """Return the height of the area above each night, by following the path."""
    heights: dict[int, int] = {}
    x = height = 0
    for command, text in re.findall(r"([MvhVz])([-0-9 ]*)", path):
        if command == "M":
            x, height = int(text.split()[0]), 0
        elif command == "v":
            height -= int(text)
        elif command == "h":
            heights |= dict.fromkeys(range(x, x + int(text)), height)
            x += int(text)
    return heights


def test_a_whole_quarter_of_one_size_is_one_step() -> None:
    assert plots.sparkline([7] * 90) == "M0 20v-20h90V20z"


def test_one_size_is_no_trend() -> None:
    assert plots.sparkline([7]) == plots.sparkline([None, 7]) == plots.sparkline([]) == ""


def test_every_database_with_a_set_is_in_one_bar() -> None:
    table = rows(a_fleet(500), NOW)
    bars = plots.ages(table)
    assert sum(bar.count for bar in bars) == sum(row.age_seconds is not None for row in table)
    assert max(sum(wide for _, _, wide in bar.parts) for bar in bars) > 99.9


def test_a_set_from_the_future_is_young() -> None:
    (row,) = rows([make_facts()], NOW.replace(year=2020))
    assert plots.ages([row])[0].count == 1


def test_no_database_is_no_bar() -> None:
    assert {bar.count for bar in plots.ages([])} == {0}
