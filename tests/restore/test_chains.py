"""Chains of backups: which artifacts belong together, and what is missing where they do not."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo4j_restore.chains import Artifact, chain, gap


def full(highest: int, key: str = "", database: str = "a") -> Artifact:
    return Artifact(key or f"full-{highest}", database, full=True, lowest=1, highest=highest)


def diff(lowest: int, highest: int, database: str = "a") -> Artifact:
    return Artifact(f"diff-{lowest}-{highest}", database, full=False, lowest=lowest, highest=highest)


FULL, ONE, TWO = full(100), diff(101, 150), diff(151, 300)


@given(st.permutations([FULL, ONE, TWO, full(120), diff(301, 400), diff(101, 150, "b"), diff(0, 0)]))
def test_a_chain_goes_back_to_its_full_artifact_in_any_order(known: list[Artifact]) -> None:
    assert chain(TWO, known) == (FULL, ONE, TWO)


def test_a_full_artifact_is_a_chain_by_itself() -> None:
    assert chain(FULL, []) == (FULL,)


def test_of_two_ways_the_shorter_is_taken() -> None:
    later = full(150)
    assert chain(TWO, [FULL, ONE, later]) == (later, TWO)


def test_the_first_differential_may_overlap_its_full_one() -> None:
    overlapping = diff(90, 150)
    assert chain(TWO, [FULL, overlapping]) == (FULL, overlapping, TWO)
    assert chain(TWO, [FULL, diff(101, 140), diff(130, 150)]) == ()


@pytest.mark.parametrize(
    ("last", "known", "said"),
    [
        (TWO, [FULL], "transactions 101 to 150 are missing before diff-151-300"),
        (TWO, [ONE], "the full backup is missing before diff-101-150"),
        (TWO, [FULL, diff(121, 150)], "transactions 101 to 120 are missing before diff-121-150"),
        (ONE, [full(100, database="b")], "the full backup is missing before diff-101-150"),
        (diff(5, 4), [diff(5, 4, "b")], "the full backup is missing"),
    ],
)
def test_a_gap_is_named(last: Artifact, known: list[Artifact], said: str) -> None:
    assert chain(last, known) == ()
    assert said in gap(last, known)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.booleans())), st.integers(0, 20))
def test_any_headers_make_a_chain_without_gaps_or_none(numbers: list[tuple[int, int, bool]], pick: int) -> None:
    known = [Artifact(f"{at}", "a", whole, low, high) for at, (low, high, whole) in enumerate(numbers)]
    last = known[pick % len(known)] if known else TWO
    links = chain(last, known)
    if links:
        assert (links[0].full, links[-1]) == (True, last)
        for before, after in pairwise(links):
            assert after.lowest <= before.highest + 1
    else:
        assert "missing" in gap(last, known)
