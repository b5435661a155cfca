"""DEADLINE_SECONDS: the moment by which all bytes must have come, counted from the plan. Waits that log progress."""

import math
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from logging import getLogger
from threading import Thread
from typing import Final, TypeVar

from neo4j_restore.errors import StoreError

log = getLogger(__name__)

T = TypeVar("T")

_LINE_SECONDS: Final = 10.0


@dataclass(frozen=True)
class Deadline:
    """The moment by which all bytes must have come.

    seconds: the time allowed when the clock started, or 0 for no deadline. at: the moment, by `time.monotonic`.
    """

    seconds: float = 0.0
    at: float = math.inf

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """Return the deadline `seconds` from now, or 0 for none."""
        return cls(seconds, time.monotonic() + seconds if seconds else math.inf)

    def check(self, how_far: Callable[[], str]) -> None:
        """Raise StoreError if the moment has passed. how_far: returns what is being done, and how much is done."""
        if time.monotonic() >= self.at:
            message = f"the restore took longer than {self.seconds:g} s: {how_far()}"
            hint = "find out why the store is so slow, or raise DEADLINE_SECONDS"
            raise StoreError(message, hint=hint)


NEVER: Final = Deadline()


class Watch:
    """Waits for a store. It logs a line each ten seconds, and the deadline ends the wait in any case.

    Each step runs in a thread of its own. A socket's timeout could not do the same: each byte that arrives resets it.
    """

    def __init__(self, deadline: Deadline, how_far: Callable[[], str]) -> None:
        """Take the deadline. how_far: returns what is being done, and how much is done, for the log and the error."""
        self._deadline, self._how_far = deadline, how_far
        self._start = self._last_line = time.monotonic()

    def step(self, action: Callable[[], T]) -> T:
        """Return what `action` returns, or raise what it raises.

        At the deadline this raises StoreError and leaves `action` behind.
        """
        self._deadline.check(self._how_far)
        future: Future[T] = Future()
        # A daemon: at the deadline it is left behind, and must not keep the process alive.
        Thread(target=_fulfil, args=(future, action), name="store", daemon=True).start()
        while not future.done():
            self._deadline.check(self._how_far)
            now = time.monotonic()
            if now >= self._last_line + _LINE_SECONDS:
                self._last_line = now
                log.info("%s, for %.0f s", self._how_far(), now - self._start)
            wait([future], max(0, min(self._last_line + _LINE_SECONDS, self._deadline.at) - now))
        return future.result()


def _fulfil(future: "Future[T]", action: Callable[[], T]) -> None:
    try:
        future.set_result(action())
    except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits
        future.set_exception(error)
