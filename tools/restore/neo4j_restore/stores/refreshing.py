"""An identity that expires: fetched when it is first needed, and again before it ends."""

import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from neo4j_restore.errors import StoreError

T = TypeVar("T")

# A request that takes long must not outlive the identity it was signed with at its start.
_EARLY_SECONDS: Final = 300.0


class Refreshing(Generic[T]):
    """The result of `fetch`, with the time at which it expires, in seconds since 1970. Several threads may use it."""

    def __init__(self, fetch: Callable[[], tuple[T, float]], *, clock: Callable[[], float] = time.time) -> None:
        """Take the function that fetches it. Nothing is fetched yet."""
        self._fetch, self._clock = fetch, clock
        self._current: tuple[T, float] | None = None
        # Guards `_current`. It is held during a fetch, so that one thread fetches and the others wait for its result.
        self._guard = threading.Lock()

    def now(self) -> T:
        """Return one that is valid. Raises StoreError, transient where a later try may succeed."""
        with self._guard:
            if self._current is None or self._current[1] - _EARLY_SECONDS < self._clock():
                self._current = self._next()
            return self._current[0]

    def _next(self) -> tuple[T, float]:
        try:
            return self._fetch()
        except StoreError as error:
            # The old one is used while it lasts, because the endpoint may be away only for a moment.
            if error.transient and self._current and self._current[1] > self._clock():
                return self._current
            raise
