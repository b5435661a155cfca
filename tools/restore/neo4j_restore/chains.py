"""Chains of Neo4j 5 backups: a full artifact, and the differential ones that go on where the one before them ended.

All are of one database id; the lowest transaction of each is the highest of the one before it, plus 1. From 2026.02 on
the first differential one may overlap its full one. A differential one without transactions says 0 for both.
Source: operations manual of 5, "Inspect a backup". Pure functions over what headers say.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from neo4j_restore.headers import Header


@dataclass(frozen=True)
class Artifact:
    """A backup artifact: its object's key, and what of its header chains are made by."""

    key: str
    database_id: str
    full: bool
    lowest: int
    highest: int

    @property
    def is_empty(self) -> bool:
        """Tell whether it has no transactions: nothing is lost without it."""
        return not self.full and self.lowest == self.highest == 0


def artifact(key: str, header: Header) -> Artifact:
    """Return what chains are made by of an artifact's header."""
    return Artifact(key, header.database_id or "", bool(header.full), header.lowest_tx or 0, header.highest_tx or 0)


def chain(last: Artifact, known: Iterable[Artifact]) -> tuple[Artifact, ...]:
    """Return the chain that ends with `last`, the full one first; empty where `known` lacks a part of it.

    known: in any order, of any database, `last` among them or not.
    """
    before: dict[Artifact, Artifact | None] = {}
    own = {each for each in known if each.database_id == last.database_id} | {last}
    # By their ends, so that what goes before one comes before it; of two, a full one is the shorter way.
    for each in sorted(own, key=lambda one: (one.highest, one.full, one.key)):
        if each.full:
            before[each] = None
        elif found := _before(each, reversed(before)):
            before[each] = found
    links = [last] if last in before else []
    while links and (earlier := before[links[-1]]):
        links.append(earlier)
    return tuple(reversed(links))


def _before(following: Artifact, known: Iterable[Artifact]) -> Artifact | None:
    """Return the first of `known` that ends where `following` begins; else a full one that it overlaps."""
    overlapped = None
    for one in known:
        if one.highest + 1 == following.lowest:
            return one
        if one.full and following.lowest <= one.highest < following.highest:
            overlapped = overlapped or one
    return overlapped


def gap(last: Artifact, known: Iterable[Artifact], name: Callable[[str], str] = str) -> str:
    """Return in words what the chain that ends with `last` lacks: a range of transactions, or its full artifact.

    name: what to call the object of a key.
    """
    own = [each for each in known if each.database_id == last.database_id and not each.is_empty]
    first, seen = last, {last}
    while found := _before(first, (one for one in own if one not in seen)):
        first = found
        seen.add(found)
    ends = [each.highest for each in own if each.highest < first.lowest]
    lost = f"transactions {max(ends) + 1} to {first.lowest - 1} are" if ends else "the full backup is"
    return f"{lost} missing before {name(first.key)}, which begins with transaction {first.lowest}"
