"""Tries again until a deadline, with waits that grow and are spread."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from logging import getLogger
from typing import Final, Protocol, TypeVar

from neo4j_restore.errors import ServerError

log = getLogger(__name__)

T = TypeVar("T")

# From a quarter of a second, doubled up to five.
_FIRST_SECONDS: Final = 0.25
_MOST_SECONDS: Final = 5.0


class Clock(Protocol):
    """Seconds that pass, and a way to wait."""

    def monotonic(self) -> float:
        """Return the seconds since some moment."""

    def sleep(self, seconds: float, /) -> None:
        """Wait."""


@dataclass(frozen=True)
class Patience:
    """Tries again until the deadline. at: the moment, by the clock. variable: the one that sets the seconds."""

    clock: Clock
    at: float
    seconds: float
    variable: str = "FINALIZE_SECONDS"

    def until(self, attempt: Callable[[], T]) -> T:
        """Return what `attempt` returns. While it raises a passing ServerError, it is called again."""
        for number in count():
            try:
                return attempt()
            except ServerError as error:
                if not error.transient:
                    raise
                if not number:
                    log.info("waiting for the server, up to %g s: %s", self.seconds, error)
                if not self.wait(number):
                    message = f"no answer within {self.seconds:g} s ({self.variable}): {error}"
                    raise ServerError(message, hint=error.hint) from error
        raise AssertionError

    def wait(self, number: int) -> bool:
        """Wait a moment, longer with each number. Return False if the deadline has come."""
        seconds_left = self.at - self.clock.monotonic()
        if seconds_left <= 0:
            return False
        pause = min(_FIRST_SECONDS * 2 ** min(number, 10), _MOST_SECONDS)
        self.clock.sleep(min(seconds_left, pause * random.uniform(0.5, 1)))  # noqa: S311 - spreads load, guards nothing
        return True
