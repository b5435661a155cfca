"""Decides the new lock from the old one and from the answers of the buckets. Pure.

`lock` keeps a pin whose set is still in the bucket. It makes a pin for a cluster that has none, or one for other
inputs. It moves a pin to a newer set only if the inputs name that set, or with `--move`. `update` chooses all anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from neo4j_restore.spec import LATEST
from neo4j_scenarios.amounts import say_size
from neo4j_scenarios.errors import Problem
from neo4j_scenarios.fleet.lockfile import Entry, Lock
from neo4j_scenarios.inputs.asked import ASKED, TIMESTAMP, differs, meaning
from neo4j_scenarios.lock.guards import Guards, too_far, violated
from neo4j_scenarios.pin import Pin, same
from neo4j_scenarios.survey import Answer


@dataclass(frozen=True)
class Wanted:
    """A cluster to pin.

    asked: the inputs that choose its sets. answer: the bucket's answer, or the problem with the bucket.
    """

    name: str
    asked: Mapping[str, str]
    answer: Answer | Problem


@dataclass(frozen=True)
class Change:
    """A pin that is new (no `before`), moved, or removed (no `after`)."""

    cluster: str
    database: str
    before: Pin | None
    after: Pin | None

    def __str__(self) -> str:
        """Return the change in the form that the summary of a pull request uses."""
        before, after = (_day(pin, self.before, self.after) for pin in (self.before, self.after))
        if self.after is None:
            return f"{self.database} {before} is no longer pinned"
        moved = f"{before} -> {after}" if self.before else after
        return f"{self.database} {moved}, {say_size(self.after.size_bytes)}"


def _day(pin: Pin | None, *others: Pin | None) -> str:
    """Return the day of a set, with the time if another set is of the same day."""
    if pin is None:
        return ""
    days = [other.time[:10] for other in others if other]
    return pin.time[:10] if days.count(pin.time[:10]) == 1 else f"{pin.time[:10]} {pin.time[11:19]}"


@dataclass(frozen=True)
class Outcome:
    """The new lock, its changes and the problems. Clusters with problems keep their old pins."""

    lock: Lock
    changes: Sequence[Change]
    problems: Sequence[Problem]


def decide(
    wanted: Sequence[Wanted], lock: Lock, names: frozenset[str], guards: Guards, now: datetime, *, move: bool
) -> Outcome:
    """Return the new lock.

    wanted: the selected clusters. names: of all clusters that may be in the lock. Other entries are removed. now: UTC.
    move: choose anew even if a pin is still valid.
    """
    after = {name: entry for name, entry in lock.items() if name in names}
    problems: list[Problem] = []
    for cluster in sorted(wanted, key=lambda each: each.name):
        entry = _entry(cluster, lock.get(cluster.name), guards, now, move=move)
        if isinstance(entry, Entry):
            after[cluster.name] = entry
        else:
            problems += entry
    return Outcome(after, list(_changes(lock, after)), problems)


def _entry(cluster: Wanted, old: Entry | None, guards: Guards, now: datetime, *, move: bool) -> Entry | list[Problem]:
    answer = cluster.answer
    if isinstance(answer, Problem):
        return [answer]
    if old and not move and _is_valid(old, cluster):
        entry, problems = _kept(cluster, old, answer)
    else:
        entry, problems = _chosen(cluster, answer)
        if old and not move:
            problems += _moved(cluster, old, entry)
    for database, pin in entry.databases.items():
        before = old.databases.get(database) if old else None
        problems += violated(guards, cluster.name, database, (before, pin), now)
        problems += too_far(guards, cluster.name, database, pin, cluster.asked.get(TIMESTAMP, ""))
    return problems or entry


def _is_valid(old: Entry, cluster: Wanted) -> bool:
    """Return whether the pins still match the cluster's inputs. Its databases may have changed."""
    was, now = meaning(old.asked), meaning(cluster.asked)
    return (was.place, was.timestamp) == (now.place, now.timestamp)


def _kept(cluster: Wanted, old: Entry, answer: Answer) -> tuple[Entry, list[Problem]]:
    """Return the old pins. A database without a pin gets the set of the same timestamp."""
    present = {str(database): pin for database, pin in answer.held.items()}
    problems, databases = list(_lost(cluster.name, old, present, meaning(cluster.asked).databases)), {}
    for database in sorted(meaning(cluster.asked).databases):
        pin = old.databases.get(database) or present.get(database)
        if pin:
            databases[database] = pin
        else:
            message = f"has no set for the timestamp {old.timestamp}, to which the other databases are pinned"
            hint = f"neo4j-scenarios lock --move --only {cluster.name}"
            problems.append(Problem(f"{cluster.name}: {database}", message, hint, (cluster.name,)))
    asked = old.asked if meaning(old.asked) == meaning(cluster.asked) else cluster.asked
    order = [database for database in old.databases if database in databases]
    return Entry(
        asked, old.timestamp, {name: databases[name] for name in [*order, *sorted(databases.keys() - order)]}, old.place
    ), problems


def _chosen(cluster: Wanted, answer: Answer) -> tuple[Entry, list[Problem]]:
    entry = Entry(cluster.asked, answer.timestamp, {str(name): pin for name, pin in answer.chosen.items()})
    if not answer.problem:
        return entry, []
    return entry, [Problem(cluster.name, answer.problem.what, answer.problem.hint, (cluster.name,))]


def _moved(cluster: Wanted, old: Entry, entry: Entry) -> Iterator[Problem]:
    """Yield a problem for each pin that would move to a newer set although the inputs do not name that set."""
    if meaning(cluster.asked).timestamp != LATEST:
        return
    for database, pin in entry.databases.items():
        before = old.databases.get(database)
        if before and pin.time > before.time:
            changed = [key for key in ASKED if differs(key, cluster.asked, old.asked)]
            message = (
                f"its {' and '.join(changed)} changed since it was pinned at {old.place}, so the pin would move from "
                f"{before.time} to {pin.time}"
            )
            hint = f"run neo4j-scenarios lock --move --only {cluster.name} if you mean it, or set a timestamp"
            yield Problem(f"{cluster.name}: {database}", message, hint, (cluster.name,))


def _lost(name: str, entry: Entry, present: Mapping[str, Pin], databases: frozenset[str]) -> Iterator[Problem]:
    """Yield a problem for each pinned set that the lock's timestamp no longer selects.

    present: the sets that it selects now. databases: those that the cluster still restores.
    """
    for database, pin in entry.databases.items():
        if database not in databases:
            continue
        now = present.get(database)
        if now is None or now.object != pin.object:
            message = f"{pin.object} is pinned at {entry.place}, but is no longer in the bucket"
        elif same(now, pin):
            continue
        else:
            message = f"{pin.object} has changed since it was pinned at {entry.place}: generation {now.generation}"
        yield Problem(f"{name}: {database}", message, f"neo4j-scenarios update --only {name}", (name,))


def _changes(before: Lock, after: Lock) -> Iterator[Change]:
    for name in sorted({*before, *after}):
        old, new = (lock[name].databases if name in lock else {} for lock in (before, after))
        for database in {**new, **old}:
            pins = old.get(database), new.get(database)
            if pins[0] != pins[1]:
                yield Change(name, database, *pins)
