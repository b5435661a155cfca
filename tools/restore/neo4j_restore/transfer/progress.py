"""The progress of a transfer: bytes, rate and time left. At most one line each ten seconds, or a bar on a terminal."""

import sys
import time
from logging import getLogger

log = getLogger(__name__)

_LINE_SECONDS, _BAR_SECONDS, _BAR_WIDTH = 10.0, 0.2, 30


class Progress:
    """Counts the bytes of one set, and reports them."""

    def __init__(self, name: str, total_bytes: int) -> None:
        """Start the clock. name: of the set, for the line."""
        self._name, self._total, self._done = name, total_bytes, 0
        self._start = self._last_report = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def add(self, count: int) -> None:
        """Add `count` bytes."""
        self._done += count
        now = time.monotonic()
        if now - self._last_report >= (_BAR_SECONDS if self._terminal else _LINE_SECONDS):
            self._last_report = now
            self._report(self._words(now))
        if self._terminal and self._done == self._total:
            sys.stderr.write("\r\x1b[K")

    def take_back(self, count: int) -> None:
        """Subtract bytes that have to come once more."""
        self._done -= count

    def __str__(self) -> str:
        """Return how many bytes have come, out of how many."""
        return f"{self._done} of {self._total} bytes"

    def _words(self, now: float) -> str:
        rate = self._done / (now - self._start)
        left = (self._total - self._done) / rate
        return f"{self}, {rate / 1e6:.1f} MB/s, {left:.0f} s left"

    def _report(self, words: str) -> None:
        if self._terminal:
            bar = "#" * (_BAR_WIDTH * self._done // max(1, self._total))
            sys.stderr.write(f"\r[{bar:{_BAR_WIDTH}}] {words}\x1b[K")
            sys.stderr.flush()
        else:
            log.info("%s: %s", self._name, words)
