"""How many connections at once: as many as pay off, fewer as soon as the store asks for less.

Decided from what a reader saw in a short time: whether it had to wait for bytes, and how fast they came.
"""

# A reader that waits for less of its time has another limit than the network.
_STARVED = 0.2

# More connections that bring less than so much more are not worth their memory, and the store's.
_GAIN = 1.1

# How long it stays as it is: after more brought nothing, and after the store asked for less.
_REST_SECONDS = 5.0

# Refusals that come within so long are one.
_AT_ONCE_SECONDS = 1.0


class Pace:
    """The numbers of connections to use now: `limit` for large objects, `ceiling` for small ones, 1 to `most` both.

    A small object costs its answer's first byte and nothing else, so there many connections always pay off.
    """

    def __init__(self, most: int) -> None:
        """Begin with one connection, or with all that are allowed for small objects."""
        self.most = self.ceiling = most
        self.limit = 1
        self._before, self._before_rate, self._new = 0, 0.0, False
        self._not_before = self._refused = float("-inf")

    def look(self, now: float, seconds: float, waited: float, count: int) -> None:
        """Decide anew.

        now: a clock's seconds. seconds: since the last look. waited: of these, for bytes. count: what came in them.
        """
        self._recover(now)
        if self._new:
            # Connections had to be made first: what came meanwhile tells nothing.
            self._new = False
            return
        rate = count / seconds
        tried, self._before = self._before, 0
        if tried and rate < self._before_rate * _GAIN:
            self.limit, self._not_before = tried, now + _REST_SECONDS
        elif waited > seconds * _STARVED and now >= self._not_before and self.limit < self.ceiling:
            self._before, self._before_rate = self.limit, rate
            self.limit, self._new = min(self.ceiling, self.limit * 2), True

    def throttled(self, now: float) -> None:
        """Halve, once for all refusals that came together; it grows again later, while none comes."""
        if now - self._refused >= _AT_ONCE_SECONDS:
            self.ceiling, self._refused = max(1, self.ceiling // 2), now
        self.limit, self._before = min(self.limit, self.ceiling), 0

    def _recover(self, now: float) -> None:
        if self.ceiling < self.most and now - self._refused >= _REST_SECONDS:
            self.ceiling, self._refused = min(self.most, self.ceiling * 2), now
