"""An identity that expires: fetched when it is first needed, and anew before it ends."""

import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from neo4j_restore.errors import StoreError

T = TypeVar("T")

# An answer that takes long must not end with what was signed at its beginning.
_EARLY_SECONDS: Final = 300.0


class Refreshing(Generic[T]):
    """What `fetch` returns, with the time at which it ends, in seconds since 1970; for several threads."""

    def __init__(self, fetch: Callable[[], tuple[T, float]], *, clock: Callable[[], float] = time.time) -> None:
        """Take how to fetch it; nothing is fetched yet."""
        self._fetch, self._clock = fetch, clock
        self._found: tuple[T, float] | None = None
        self._guard = threading.Lock()

    def now(self) -> T:
        """Return one that is valid. Raises StoreError, transient where a later try may get one."""
        with self._guard:
            if self._found is None or self._found[1] - _EARLY_SECONDS < self._clock():
                self._found = self._next()
            return self._found[0]

    def _next(self) -> tuple[T, float]:
        try:
            return self._fetch()
        except StoreError as error:
            # The old one serves while it lasts: who tells identities may be away for the moment.
            if error.transient and self._found and self._found[1] > self._clock():
                return self._found
            raise
