"""The guards of a lock: a set that is too old, too small, or much smaller than the previous one is not pinned."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from neo4j_restore import spec
from neo4j_scenarios.amounts import say_duration, say_size
from neo4j_scenarios.errors import Problem
from neo4j_scenarios.pin import Pin


@dataclass(frozen=True)
class Guards:
    """The limits that a set must keep. None means no limit.

    max_age_seconds: how old it may be.
    min_size_bytes: how large it must be.
    max_shrink: by which fraction it may be smaller than the pinned set.
    within_seconds: how long before the cluster's TIMESTAMP it may have been made, if TIMESTAMP is a time.
    """

    max_age_seconds: float | None = None
    min_size_bytes: int | None = None
    max_shrink: float | None = None
    within_seconds: float | None = None


def violated(
    guards: Guards, cluster: str, database: str, pins: tuple[Pin | None, Pin], now: datetime
) -> Iterator[Problem]:
    """Yield a problem for each guard that a set violates. pins: the previous pin, if any, and the set. now: UTC."""
    before, after = pins
    age = (now - datetime.fromisoformat(after.time)).total_seconds()
    if guards.max_age_seconds is not None and age > guards.max_age_seconds:
        ages = f"{say_duration(age)} old, but --max-age is {say_duration(guards.max_age_seconds)}"
        message = f"the set of {after.time} is {ages}"
        yield _problem(
            cluster, database, message, "find out why the bucket has no newer backup, or give a longer --max-age"
        )
    if guards.min_size_bytes is not None and after.size_bytes < guards.min_size_bytes:
        message = (
            f"{after.object} has {say_size(after.size_bytes)}, but --min-size is {say_size(guards.min_size_bytes)}"
        )
        yield _problem(cluster, database, message, "check whether the backup is complete, or give a smaller --min-size")
    if guards.max_shrink is not None and before and after.size_bytes < before.size_bytes * (1 - guards.max_shrink):
        shrunk = 1 - after.size_bytes / before.size_bytes
        sizes = f"from {say_size(before.size_bytes)} to {say_size(after.size_bytes)}"
        message = f"the set shrank by {shrunk:.0%}, {sizes}, but --max-shrink is {guards.max_shrink:.0%}"
        yield _problem(cluster, database, message, "check whether data is missing. If not, give a larger --max-shrink")


def too_far(guards: Guards, cluster: str, database: str, pin: Pin, timestamp: str) -> Iterator[Problem]:
    """Yield a problem for a set that is further from the requested time than `--within` allows.

    timestamp: a TIMESTAMP of any form.
    """
    moment = spec.parse_timestamp(timestamp).moment
    if guards.within_seconds is None or moment is None:
        return
    before = (moment - datetime.fromisoformat(pin.time)).total_seconds()
    if before > guards.within_seconds:
        message = (
            f"the set of {pin.time} is {say_duration(before)} older than the requested time {timestamp}, "
            f"but --within is {say_duration(guards.within_seconds)}: data written in between would be lost"
        )
        yield _problem(cluster, database, message, "set timestamp to the set's own stamp, or give a longer --within")


def _problem(cluster: str, database: str, what: str, hint: str) -> Problem:
    return Problem(f"{cluster}: {database}", what, hint, (cluster,))
