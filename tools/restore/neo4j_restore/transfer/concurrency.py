"""How many connections to use at once: as many as pay off, and fewer as soon as the store asks for less.

It decides from what the consumer saw in a short time: whether it had to wait for bytes, and how fast they came.
"""

# More connections that bring a smaller gain are not worth their memory, nor the load on the store.
_GAIN = 1.1

# A consumer that waits for a smaller part of its time can't become faster by this gain, however fast bytes come.
_STARVED = 0.1

# The number for a large object until the first look. On a network that is slower than the consumer, one connection
# alone would lose time until then.
_GUESS = 2

# How long nothing changes after more connections brought nothing, and after the store asked for less.
_REST_SECONDS = 5.0

# Refusals within this time count as one.
_AT_ONCE_SECONDS = 1.0


class Concurrency:
    """The numbers of connections to use now: `limit` for large objects, `ceiling` for small ones, both from 1 to
    `most`.

    A small object costs the wait for its answer and little else, so there many connections always pay off.
    """

    def __init__(self, most: int, *, guesses: bool = False) -> None:
        """Begin with one connection, or with a guess, and with all that are allowed for small objects.

        guesses: begin with two connections. The first look goes back to one if the consumer does not wait.
        """
        self.most = self.ceiling = most
        self.limit = min(_GUESS, most) if guesses else 1
        self._is_guess = guesses
        self._before, self._before_rate, self._new = 0, 0.0, False
        self._not_before = self._refused = float("-inf")

    def judge(self, now: float, seconds: float, waited: float, count: int) -> None:
        """Decide again.

        now: a clock's seconds. seconds: since the last call. waited: how many of these the consumer waited for bytes.
        count: the bytes that came in them.
        """
        self._recover(now)
        if self._new:
            # New connections had to be made first, so the rate in that time says nothing.
            self._new = False
            return
        rate, is_starved = count / seconds, waited > seconds * _STARVED
        previous_limit, self._before = self._before, 0
        is_guess, self._is_guess = self._is_guess, False
        if not is_starved:
            # More connections can't help now. Those that there are may be why.
            self.limit = 1 if is_guess else self.limit
        elif previous_limit and rate < self._before_rate * _GAIN:
            self.limit, self._not_before = previous_limit, now + _REST_SECONDS
        elif now >= self._not_before and self.limit < self.ceiling:
            self._before, self._before_rate = self.limit, rate
            self.limit, self._new = min(self.ceiling, self.limit * 2), True

    def throttled(self, now: float) -> None:
        """Halve the numbers, once for all refusals that came together. They grow again later, while none comes."""
        if now - self._refused >= _AT_ONCE_SECONDS:
            self.ceiling, self._refused = max(1, self.ceiling // 2), now
        self.limit, self._before = min(self.limit, self.ceiling), 0

    def _recover(self, now: float) -> None:
        if self.ceiling < self.most and now - self._refused >= _REST_SECONDS:
            self.ceiling, self._refused = min(self.most, self.ceiling * 2), now
