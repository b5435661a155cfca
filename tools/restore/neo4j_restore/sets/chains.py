"""Chains of Neo4j 5 backups: a full artifact, and the differential ones that continue where it ends.

All artifacts of a chain have one database id. A differential artifact begins with the transaction after the last one
of its predecessor, or with an earlier one. From 2026.02 on the first differential artifact may overlap its full one. It
is not documented whether neo4j-admin accepts differential artifacts that overlap each other, so such a chain is the
last resort. An empty differential artifact has 0 for both transactions, and is never needed.
Source: operations manual of 5 and 2026, "Inspect a backup". Pure functions over headers.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from neo4j_restore.sets.headers import Header


@dataclass(frozen=True)
class Artifact:
    """One backup artifact: its object's key and size, and the part of its header that makes chains.

    time: when it was made, in UTC, or None if its header does not say.
    """

    key: str
    database_id: str
    full: bool
    lowest: int
    highest: int
    size_bytes: int = 0
    time: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Return whether it has no transactions, so that nothing is lost without it."""
        return not self.full and self.lowest == self.highest == 0


def artifact(key: str, header: Header, size_bytes: int) -> Artifact:
    """Return the artifact of an object with this header."""
    lowest, highest = header.lowest_tx or 0, header.highest_tx or 0
    return Artifact(key, header.database_id or "", bool(header.full), lowest, highest, size_bytes, header.time)


class Cost(NamedTuple):
    """The cost of a chain. Lower is better.

    overlaps: how many of its links overlap in a way that neo4j-admin may not accept. bytes: to download.
    links: how many artifacts.
    """

    overlaps: int
    bytes: int
    links: int


def chain(last: Artifact, candidates: Iterable[Artifact], *, overlaps: bool = True) -> tuple[Artifact, ...]:
    """Return the best chain that ends with `last`, the full artifact first. Empty if a part of it is missing."""
    return best((last,), candidates, overlaps=overlaps)


def best(ends: Collection[Artifact], candidates: Iterable[Artifact], *, overlaps: bool = True) -> tuple[Artifact, ...]:
    """Return the best chain that ends with one of `ends`, the full artifact first. Empty if there is no complete chain.

    The best chain has the fewest doubtful overlaps, then the fewest bytes, then the fewest artifacts.
    ends: at least one, of one database, all with the same last transaction.
    candidates: in any order, of any database, with `ends` or without them.
    overlaps: neo4j-admin is of 2026.02 or later, so it accepts a differential artifact that overlaps its full one.
    """
    last = max(ends, key=lambda each: each.highest)
    usable = {each for each in _of(last, candidates) if each.highest < last.highest} | set(ends)
    in_order = sorted(usable, key=lambda each: (each.highest, not each.full, each.key))
    search = _Search(doubt=0 if overlaps else 1)
    for _, group in groupby(in_order, key=lambda each: each.highest):
        # Artifacts with the same end never precede each other, so all of them get their way before any is added.
        search.add([(each, way) for each in group if (way := search.way_to(each))])
    return search.links(ends)


def furthest(candidates: Iterable[Artifact], database_id: str) -> tuple[Artifact, ...]:
    """Return the artifacts of a database that end with its last known transaction: all are the same state of its data.

    Empty if no artifact of the database has transactions.
    """
    with_data = [each for each in candidates if each.database_id == database_id and not each.is_empty]
    last = max((each.highest for each in with_data), default=0)
    return tuple(each for each in with_data if each.highest == last)


def _of(artifact: Artifact, candidates: Iterable[Artifact]) -> list[Artifact]:
    """Return the artifacts of the same database that have transactions."""
    return [each for each in candidates if each.database_id == artifact.database_id and not each.is_empty]


class _Way(NamedTuple):
    """The cheapest way to an artifact: its cost, and the artifact before it."""

    cost: Cost
    before: Artifact | None


class _Cheapest:
    """Ways in the order of their ends. Finds the cheapest one that ends at a transaction or later."""

    # A way stays only while it is cheaper than all that end later. So costs rise with the ends, and the first way that
    # ends late enough is the cheapest.

    def __init__(self) -> None:
        self._ends: list[int] = []
        self._ways: list[tuple[Cost, Artifact]] = []

    def add(self, artifact: Artifact, cost: Cost) -> None:
        while self._ways and self._ways[-1][0] >= cost:
            self._ends.pop()
            self._ways.pop()
        self._ends.append(artifact.highest)
        self._ways.append((cost, artifact))

    def since(self, transaction: int) -> tuple[Cost, Artifact] | None:
        at = bisect_left(self._ends, transaction)
        return self._ways[at] if at < len(self._ways) else None


@dataclass
class _Search:
    """Finds the cheapest way to each artifact. They are added in the order of their ends: n log n for n artifacts.

    doubt: the doubtful overlaps to count for a differential artifact that overlaps its full one.
    """

    doubt: int
    ways: dict[Artifact, _Way] = field(default_factory=dict)
    _by_end: dict[int, tuple[Cost, Artifact]] = field(default_factory=dict)
    _full: _Cheapest = field(default_factory=_Cheapest)
    _differential: _Cheapest = field(default_factory=_Cheapest)

    def way_to(self, artifact: Artifact) -> _Way | None:
        """Return the cheapest way to `artifact` through the artifacts that were added, or None."""
        if artifact.full:
            return _Way(Cost(0, artifact.size_bytes, 1), None)
        predecessors = (
            (0, self._by_end.get(artifact.lowest - 1)),
            (self.doubt, self._full.since(artifact.lowest)),
            (1, self._differential.since(artifact.lowest)),
        )
        ways = [
            _Way(Cost(each.overlaps + doubt, each.bytes + artifact.size_bytes, each.links + 1), before)
            for doubt, predecessor in predecessors
            if predecessor
            for each, before in [predecessor]
        ]
        return min(ways, key=lambda way: way.cost, default=None)

    def add(self, ways: Iterable[tuple[Artifact, _Way]]) -> None:
        """Add artifacts with a common end, and the cheapest ways to them."""
        for artifact, way in ways:
            self.ways[artifact] = way
            (self._full if artifact.full else self._differential).add(artifact, way.cost)
            if artifact.highest not in self._by_end or way.cost < self._by_end[artifact.highest][0]:
                self._by_end[artifact.highest] = (way.cost, artifact)

    def links(self, ends: Iterable[Artifact]) -> tuple[Artifact, ...]:
        """Return the cheapest chain that ends with one of `ends`. Of equal ones the first end counts."""
        reached = [each for each in ends if each in self.ways]
        if not reached:
            return ()
        links = [min(reached, key=lambda each: self.ways[each].cost)]
        while before := self.ways[links[-1]].before:
            links.append(before)
        return tuple(reversed(links))


def gap(last: Artifact, candidates: Iterable[Artifact], name: Callable[[str], str] = str) -> str:
    """Return in words what the chain that ends with `last` lacks: a range of transactions, or its full artifact.

    name: makes the name of an object for the message from its key.
    """
    with_data = _of(last, candidates)
    first = last
    while before := [each for each in with_data if first.lowest - 1 <= each.highest < first.highest]:
        first = min(before, key=lambda each: (each.lowest, each.key))
    ends = [each.highest for each in with_data if each.highest < first.lowest]
    lost = f"transactions {max(ends) + 1} to {first.lowest - 1} are" if ends else "the full backup is"
    return f"{lost} missing before {name(first.key)}, which begins with transaction {first.lowest}"
