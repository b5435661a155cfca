"""The order of pieces: large and small ones side by side, and both end together."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo4j_restore.stores import StoredObject
from neo4j_restore.transfer.landing import PIECE_BYTES, Landing, Piece
from neo4j_restore.transfer.pieces import Pieces

NOW = datetime.now(UTC)


def pieces(large: int, small: int) -> list[Piece]:
    sizes = [PIECE_BYTES] * large + [5000] * small
    landings = [Landing(StoredObject(str(each), size, NOW, "1", None), Path()) for each, size in enumerate(sizes)]
    return [piece for landing in landings for piece in landing.pieces()]


def taken(order: Pieces) -> list[Piece]:
    """Take all."""
    given_out = []
    while piece := order.take():
        given_out.append(piece)
    return given_out


@given(st.integers(0, 40), st.integers(0, 200))
def test_each_piece_comes_once_and_those_of_a_kind_in_their_order(large: int, small: int) -> None:
    whole = pieces(large, small)
    given_out = taken(Pieces(whole))
    for kind in (True, False):
        assert [each for each in given_out if each.is_large is kind] == [
            each for each in whole if each.is_large is kind
        ]


@pytest.mark.parametrize(("large", "small"), [(10, 1000), (100, 100), (100, 10), (1, 5)])
def test_both_kinds_are_handed_out_in_the_same_proportion(large: int, small: int) -> None:
    given_out = taken(Pieces(pieces(large, small)))
    assert given_out[0].is_large
    for count in range(1, len(given_out)):
        large_part = sum(each.is_large for each in given_out[:count]) / large
        small_part = sum(not each.is_large for each in given_out[:count]) / small
        assert abs(large_part - small_part) <= 1 / large + 1 / small


def test_a_piece_that_is_put_back_is_the_next_of_its_kind() -> None:
    order = Pieces(pieces(2, 3))
    given_out = [order.take() for _ in range(3)]
    large, small = given_out[:2]
    assert large
    assert small
    assert (large.is_large, small.is_large) == (True, False)
    for piece in (large, small):
        order.put_back(piece)
    again = taken(order)
    assert next(each for each in again if each.is_large) is large
    assert next(each for each in again if not each.is_large) is small


def test_none_is_left_after_clear() -> None:
    order = Pieces(pieces(2, 2))
    order.clear()
    assert not order
    assert order.take() is None
