"""Shapes of numbers."""

from hypothesis import given
from hypothesis import strategies as st
from tests.generator.report.facts import NOW, a_fleet, make_facts

from neo4j_scenarios.report import plots
from neo4j_scenarios.report.rows import rows


@given(st.lists(st.integers(0, 2**50), min_size=2, max_size=30))
def test_a_line_stays_in_its_box_and_goes_from_left_to_right(sizes: list[int]) -> None:
    points = [tuple(map(float, each.split(","))) for each in plots.sparkline(sizes).split()]
    assert len(points) == len(sizes)
    assert all(0 <= x <= plots.WIDTH and 0 <= y <= plots.HEIGHT for x, y in points)
    assert points == sorted(points)


def test_one_size_is_no_trend() -> None:
    assert plots.sparkline([7]) == plots.sparkline([]) == ""


def test_every_database_with_a_set_is_in_one_bar() -> None:
    found = rows(a_fleet(500), NOW)
    bars = plots.ages(found)
    assert sum(bar.count for bar in bars) == sum(row.age_seconds is not None for row in found)
    assert max(sum(wide for _, _, wide in bar.parts) for bar in bars) > 99.9


def test_a_set_from_the_future_is_young() -> None:
    (row,) = rows([make_facts()], NOW.replace(year=2020))
    assert plots.ages([row])[0].count == 1


def test_no_database_is_no_bar() -> None:
    assert {bar.count for bar in plots.ages([])} == {0}
