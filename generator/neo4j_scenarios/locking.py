"""What the buckets say, and the lock as it is -> the lock as it is to be. Pure.

`lock` keeps what is pinned and still there, and pins what has no pin, or one for other inputs. It moves no pin to a
newer set unless the inputs name that set, or `--move` says so. `update` chooses anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from neo4j_restore.spec import LATEST
from neo4j_scenarios.amounts import say_size
from neo4j_scenarios.asked import ASKED, TIMESTAMP, differs, meaning
from neo4j_scenarios.errors import Problem
from neo4j_scenarios.guards import Guards, too_far, violated
from neo4j_scenarios.lockfile import Entry, Lock
from neo4j_scenarios.pin import Pin, same
from neo4j_scenarios.survey import Answer


@dataclass(frozen=True)
class Wanted:
    """One cluster that is to be pinned. found: the bucket's answer to its inputs, or why there is none."""

    name: str
    asked: Mapping[str, str]
    found: Answer | Problem


@dataclass(frozen=True)
class Change:
    """A pin that is new (no `before`), moved, or taken out (no `after`)."""

    cluster: str
    database: str
    before: Pin | None
    after: Pin | None

    def __str__(self) -> str:
        """Return it as the summary of a pull request has it."""
        before, after = (_day(pin, self.before, self.after) for pin in (self.before, self.after))
        if self.after is None:
            return f"{self.database} {before} is pinned no more"
        moved = f"{before} -> {after}" if self.before else after
        return f"{self.database} {moved}, {say_size(self.after.size_bytes)}"


def _day(pin: Pin | None, *others: Pin | None) -> str:
    """Return the day of a set, with the time where the day alone does not tell it from the others."""
    if pin is None:
        return ""
    days = [other.time[:10] for other in others if other]
    return pin.time[:10] if days.count(pin.time[:10]) == 1 else f"{pin.time[:10]} {pin.time[11:19]}"


@dataclass(frozen=True)
class Outcome:
    """The lock as it is to be, what changes, and what stands against it; clusters with problems keep what they had."""

    lock: Lock
    changes: Sequence[Change]
    problems: Sequence[Problem]


def decide(
    wanted: Sequence[Wanted], lock: Lock, known: frozenset[str], guards: Guards, now: datetime, *, move: bool
) -> Outcome:
    """Return what becomes of a lock.

    wanted: the clusters selected. known: all that are to be in a lock; others leave it. now: UTC. move: choose anew
    where a pin is good.
    """
    after = {name: entry for name, entry in lock.items() if name in known}
    problems: list[Problem] = []
    for cluster in sorted(wanted, key=lambda each: each.name):
        made = _entry(cluster, lock.get(cluster.name), guards, now, move=move)
        if isinstance(made, Entry):
            after[cluster.name] = made
        else:
            problems += made
    return Outcome(after, list(_changes(lock, after)), problems)


def _entry(cluster: Wanted, old: Entry | None, guards: Guards, now: datetime, *, move: bool) -> Entry | list[Problem]:
    found = cluster.found
    if isinstance(found, Problem):
        return [found]
    if old and not move and _is_good(old, cluster):
        entry, wrong = _kept(cluster, old, found)
    else:
        entry, wrong = _chosen(cluster, found)
        if old and not move:
            wrong += _moved(cluster, old, entry)
    for database, pin in entry.databases.items():
        before = old.databases.get(database) if old else None
        wrong += violated(guards, cluster.name, database, (before, pin), now)
        wrong += too_far(guards, cluster.name, database, pin, cluster.asked.get(TIMESTAMP, ""))
    return wrong or entry


def _is_good(old: Entry, cluster: Wanted) -> bool:
    """Return whether what is pinned is still what is meant, another database more or less aside."""
    was, now = meaning(old.asked), meaning(cluster.asked)
    return (was.place, was.timestamp) == (now.place, now.timestamp)


def _kept(cluster: Wanted, old: Entry, found: Answer) -> tuple[Entry, list[Problem]]:
    """Return the pins that are there, and for databases that came since the sets of the same timestamp."""
    held = {str(database): pin for database, pin in found.held.items()}
    wrong, databases = list(_lost(cluster.name, old, held, meaning(cluster.asked).databases)), {}
    for database in sorted(meaning(cluster.asked).databases):
        pin = old.databases.get(database) or held.get(database)
        if pin:
            databases[database] = pin
        else:
            what = f"has no set for the timestamp {old.timestamp}, which the other databases are pinned to"
            hint = f"neo4j-scenarios lock --move --only {cluster.name}"
            wrong.append(Problem(f"{cluster.name}: {database}", what, hint, (cluster.name,)))
    asked = old.asked if meaning(old.asked) == meaning(cluster.asked) else cluster.asked
    order = [database for database in old.databases if database in databases]
    return Entry(
        asked, old.timestamp, {name: databases[name] for name in [*order, *sorted(databases.keys() - order)]}, old.place
    ), wrong


def _chosen(cluster: Wanted, found: Answer) -> tuple[Entry, list[Problem]]:
    entry = Entry(cluster.asked, found.timestamp, {str(name): pin for name, pin in found.chosen.items()})
    if not found.problem:
        return entry, []
    return entry, [Problem(cluster.name, found.problem.what, found.problem.hint, (cluster.name,))]


def _moved(cluster: Wanted, old: Entry, entry: Entry) -> Iterator[Problem]:
    """Yield a problem for each pin that would move to a newer set which the inputs do not name."""
    if meaning(cluster.asked).timestamp != LATEST:
        return
    for database, pin in entry.databases.items():
        before = old.databases.get(database)
        if before and pin.time > before.time:
            changed = [key for key in ASKED if differs(key, cluster.asked, old.asked)]
            what = (
                f"its {' and '.join(changed)} changed since it was pinned at {old.place}, and the pin would move from "
                f"{before.time} to {pin.time}"
            )
            hint = f"if that is meant: neo4j-scenarios lock --move --only {cluster.name}; else give its timestamp"
            yield Problem(f"{cluster.name}: {database}", what, hint, (cluster.name,))


def _lost(name: str, entry: Entry, held: Mapping[str, Pin], wanted: frozenset[str]) -> Iterator[Problem]:
    """Yield a problem for each pinned set that is still wanted and that the lock's timestamp does not take any more."""
    for database, pin in entry.databases.items():
        if database not in wanted:
            continue
        now = held.get(database)
        if now is None or now.object != pin.object:
            what = f"{pin.object} is pinned at {entry.place}, and the bucket has it no more"
        elif same(now, pin):
            continue
        else:
            what = f"{pin.object} is not what was pinned at {entry.place}: generation {now.generation}"
        yield Problem(f"{name}: {database}", what, f"neo4j-scenarios update --only {name}", (name,))


def _changes(before: Lock, after: Lock) -> Iterator[Change]:
    for name in sorted({*before, *after}):
        old, new = (lock[name].databases if name in lock else {} for lock in (before, after))
        for database in {**new, **old}:
            pins = old.get(database), new.get(database)
            if pins[0] != pins[1]:
                yield Change(name, database, *pins)
