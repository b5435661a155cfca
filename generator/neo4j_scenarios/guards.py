"""Guards of a lock: a set that is too old, too small, or much smaller than the one before is not pinned unseen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from neo4j_restore.spec import parse_timestamp
from neo4j_scenarios.amounts import say_duration, say_size
from neo4j_scenarios.errors import Problem
from neo4j_scenarios.pin import Pin


@dataclass(frozen=True)
class Guards:
    """What a set must be; None: it may be anything.

    max_age_seconds: how old. min_size_bytes: how large. max_shrink: by which part of one smaller than the one pinned.
    within_seconds: how long before the time that the cluster asks for, where it asks for one.
    """

    max_age_seconds: float | None = None
    min_size_bytes: int | None = None
    max_shrink: float | None = None
    within_seconds: float | None = None


def violated(
    guards: Guards, cluster: str, database: str, pins: tuple[Pin | None, Pin], now: datetime
) -> Iterator[Problem]:
    """Yield a problem for each guard that a set does not pass. pins: the one before, if any, and the set. now: UTC."""
    before, after = pins
    age = (now - datetime.fromisoformat(after.time)).total_seconds()
    if guards.max_age_seconds is not None and age > guards.max_age_seconds:
        ages = f"{say_duration(age)} old, and --max-age is {say_duration(guards.max_age_seconds)}"
        what = f"the set of {after.time} is {ages}"
        yield _problem(cluster, database, what, "see why no newer backup is in the bucket, or give a longer --max-age")
    if guards.min_size_bytes is not None and after.size_bytes < guards.min_size_bytes:
        what = f"{after.object} has {say_size(after.size_bytes)}, and --min-size is {say_size(guards.min_size_bytes)}"
        yield _problem(cluster, database, what, "see whether the backup is whole, or give a smaller --min-size")
    if guards.max_shrink is not None and before and after.size_bytes < before.size_bytes * (1 - guards.max_shrink):
        shrunk = 1 - after.size_bytes / before.size_bytes
        sizes = f"{say_size(after.size_bytes)} after {say_size(before.size_bytes)}"
        what = f"the set shrank by {shrunk:.0%}, to {sizes}, and --max-shrink is {guards.max_shrink:.0%}"
        yield _problem(cluster, database, what, "see whether data is missing; if not, give a larger --max-shrink")


def too_far(guards: Guards, cluster: str, database: str, pin: Pin, asked: str) -> Iterator[Problem]:
    """Yield a problem for a set further from the time asked than `--within` allows. asked: a TIMESTAMP of any form."""
    moment = parse_timestamp(asked)
    if guards.within_seconds is None or not isinstance(moment, datetime):
        return
    before = (moment - datetime.fromisoformat(pin.time)).total_seconds()
    if before > guards.within_seconds:
        what = (
            f"the set of {pin.time} is {say_duration(before)} before {asked}, the time asked for, and --within is "
            f"{say_duration(guards.within_seconds)}: what was written between them would be lost"
        )
        yield _problem(cluster, database, what, "name the set's own stamp as timestamp, or give a longer --within")


def _problem(cluster: str, database: str, what: str, hint: str) -> Problem:
    return Problem(f"{cluster}: {database}", what, hint, (cluster,))
