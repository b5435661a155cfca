"""DEADLINE_SECONDS: by when all bytes have to be here, counted from the plan on; and what a wait for a store tells."""

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
    """A moment by which all bytes have to be here.

    seconds: how long that was when the clock started; 0: there is none. at: the moment, by `time.monotonic`.
    """

    seconds: float = 0.0
    at: float = math.inf

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """Return the one that many seconds from now; 0: none."""
        return cls(seconds, time.monotonic() + seconds if seconds else math.inf)

    def check(self, how_far: Callable[[], str]) -> None:
        """Raise StoreError when the moment has passed. how_far: tells what is being done, and how much is done."""
        if time.monotonic() >= self.at:
            message = f"the restore took longer than {self.seconds:g} s: {how_far()}"
            hint = "see why the store is so slow, or give the restore more time with DEADLINE_SECONDS"
            raise StoreError(message, hint=hint)


NEVER: Final = Deadline()


class Watch:
    """Waits for a store: a line each ten seconds tells how far it is, and the deadline ends it, whatever it waits for.

    Each step runs in a thread of its own. No timeout of a socket could do the same: a byte now and then resets it.
    """

    def __init__(self, deadline: Deadline, how_far: Callable[[], str]) -> None:
        """Take what to tell."""
        self._deadline, self._how_far = deadline, how_far
        self._start = self._told = time.monotonic()

    def step(self, action: Callable[[], T]) -> T:
        """Return what `action` returns, or raise what it raises; StoreError at the deadline, and `action` is left."""
        self._deadline.check(self._how_far)
        future: Future[T] = Future()
        Thread(target=_fulfil, args=(future, action), name="store", daemon=True).start()
        while not future.done():
            self._deadline.check(self._how_far)
            now = time.monotonic()
            if now >= self._told + _LINE_SECONDS:
                self._told = now
                log.info("%s, for %.0f s", self._how_far(), now - self._start)
            wait([future], max(0, min(self._told + _LINE_SECONDS, self._deadline.at) - now))
        return future.result()


def _fulfil(future: "Future[T]", action: Callable[[], T]) -> None:
    try:
        future.set_result(action())
    except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits
        future.set_exception(error)
