"""What the nights before tell of a size."""

from datetime import timedelta

import pytest
from tests.generator.report.facts import NOW, make_trend

from neo4j_scenarios.report import nights


def test_a_night_without_a_set_is_a_gap_and_the_last_one_is_tonight() -> None:
    sizes = nights.nights([(NOW - timedelta(days=2), 5), (NOW, 7)], NOW)
    assert (len(sizes), sizes[-3:]) == (90, [5, None, 7])
    assert set(sizes[:-3]) == {None}


def test_what_is_older_than_the_nights_is_left_out() -> None:
    assert set(nights.nights([(NOW - timedelta(days=90), 5)], NOW)) == {None}
    assert nights.nights([(NOW - timedelta(days=89), 5)], NOW)[0] == 5


@pytest.mark.parametrize(
    ("sizes", "usual"),
    [
        ((), None),
        ((10,), None),
        ((10, 10, 5), None),
        ((10, 10, 10, 5), 10),
        ((10, 1, 10, 10, 5), 10),
        ((*[100] * 20, *[10] * 14, 50), 10),
    ],
)
def test_the_usual_size_is_the_median_of_the_fortnight_before(sizes: tuple[int, ...], usual: float | None) -> None:
    assert nights.usual(make_trend(*sizes)) == usual
