"""Chains of backups: which artifacts belong together, which of several chains is taken, and what a gap lacks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neo4j_restore.sets.chains import Artifact, best, chain, furthest, gap


def full(highest: int, key: str = "", database: str = "a", size: int = 100) -> Artifact:
    return Artifact(key or f"full-{highest}", database, full=True, lowest=1, highest=highest, size_bytes=size)


def diff(lowest: int, highest: int, database: str = "a", size: int = 10) -> Artifact:
    return Artifact(f"diff-{lowest}-{highest}", database, full=False, lowest=lowest, highest=highest, size_bytes=size)


FULL, ONE, TWO = full(100), diff(101, 150), diff(151, 300)


@given(st.permutations([FULL, ONE, TWO, full(120, size=500), diff(301, 400), diff(101, 150, "b"), diff(0, 0)]))
def test_a_chain_goes_back_to_its_full_artifact_in_any_order(known: list[Artifact]) -> None:
    assert chain(TWO, known) == (FULL, ONE, TWO)


def test_a_full_artifact_is_a_chain_by_itself() -> None:
    assert chain(FULL, []) == (FULL,)


def test_of_several_chains_the_one_with_the_fewest_bytes_is_taken() -> None:
    days = [diff(low, low + 49, size=40) for low in (101, 151, 201, 251)]
    later = full(250, size=120)
    assert chain(days[-1], [FULL, *days, later]) == (later, days[-1])
    assert chain(days[-1], [FULL, *days, replace(later, size_bytes=1000)]) == (FULL, *days)


def test_of_several_ends_the_one_with_the_fewest_bytes_is_taken() -> None:
    at_the_end = full(300, size=900)
    assert best((TWO, at_the_end), [FULL, ONE]) == (FULL, ONE, TWO)
    assert best((TWO, at_the_end), [FULL]) == (at_the_end,)


def test_the_first_differential_may_overlap_its_full_one_from_2026_02_on() -> None:
    overlapping, larger = diff(90, 150), replace(ONE, size_bytes=500)
    assert chain(TWO, [FULL, overlapping, larger]) == (FULL, overlapping, TWO)
    assert chain(TWO, [FULL, overlapping, larger], overlaps=False) == (FULL, larger, TWO)


def test_differentials_that_overlap_each_other_are_the_last_resort() -> None:
    parts = [FULL, diff(101, 140), diff(130, 150)]
    assert chain(TWO, parts) == (*parts, TWO)
    assert chain(TWO, [*parts, replace(ONE, size_bytes=10_000)])[1].size_bytes == 10_000


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


def test_the_furthest_artifacts_are_those_with_the_last_transaction_of_the_database() -> None:
    at_the_end = full(300)
    known = [FULL, ONE, TWO, at_the_end, diff(0, 0), diff(301, 900, "b")]
    assert set(furthest(known, "a")) == {TWO, at_the_end}
    assert furthest([diff(0, 0)], "a") == ()


# Transactions are few, so that artifacts often meet; a full one may have any end, a differential one any range.
ARTIFACTS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 9), st.integers(0, 9), st.sampled_from("ab"), st.integers(1, 9)), max_size=8
)


def artifacts(drawn: Sequence[tuple[bool, int, int, str, int]]) -> list[Artifact]:
    return [
        Artifact(f"{number}", database, whole, 1 if whole else low, high, size)
        for number, (whole, low, high, database, size) in enumerate(drawn)
    ]


def all_chains(last: Artifact, known: Sequence[Artifact]) -> Iterator[tuple[Artifact, ...]]:
    """Yield every chain that ends with `last`: the oracle, which tries all ways back."""
    if last.full:
        yield (last,)
        return
    for each in known:
        if each.database_id == last.database_id and last.lowest - 1 <= each.highest < last.highest:
            yield from ((*links, last) for links in all_chains(each, known))


def cost_of(links: tuple[Artifact, ...], *, overlaps: bool) -> tuple[int, int, int]:
    doubtful = [after.lowest <= before.highest and not (before.full and overlaps) for before, after in pairwise(links)]
    return sum(doubtful), sum(each.size_bytes for each in links), len(links)


@given(ARTIFACTS, st.integers(0, 7), st.booleans(), st.randoms())
def test_the_chain_is_the_cheapest_of_all_that_there_are(
    drawn: list[tuple[bool, int, int, str, int]], pick: int, overlaps: bool, order: Random
) -> None:
    known = [each for each in artifacts(drawn) if not each.is_empty]
    last = known[pick % len(known)] if known else TWO
    possible = list(all_chains(last, known))
    order.shuffle(known)
    links = chain(last, known, overlaps=overlaps)
    if possible:
        assert links in possible
        assert cost_of(links, overlaps=overlaps) == min(cost_of(each, overlaps=overlaps) for each in possible)
    else:
        assert links == ()
        assert "missing before" in gap(last, known)


@given(ARTIFACTS, st.booleans(), st.randoms())
def test_the_best_chain_of_the_furthest_ones_is_the_cheapest(
    drawn: list[tuple[bool, int, int, str, int]], overlaps: bool, order: Random
) -> None:
    known = artifacts(drawn)
    ends = furthest(known, "a")
    real = [each for each in known if not each.is_empty]
    possible = [links for each in ends for links in all_chains(each, real)]
    order.shuffle(known)
    links = best(ends, known, overlaps=overlaps) if ends else ()
    assert [cost_of(links, overlaps=overlaps)] * bool(possible) == sorted(
        cost_of(each, overlaps=overlaps) for each in possible
    )[:1]
    assert bool(links) == bool(possible)


def test_a_chain_of_ten_thousand_artifacts_is_found() -> None:
    many = [diff(low, low + 1, size=1) for low in range(2, 20_000, 2)]
    fulls = [full(highest, size=highest) for highest in range(1, 20_000, 100)]
    links = chain(many[-1], [*many, *fulls])
    assert (links[0].highest, len(links)) == (1, 10_000)
