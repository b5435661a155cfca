"""What a program prints, a line at a time, in bounded memory however it prints."""

from collections import deque
from typing import Final

from neo4j_restore import scrub

# Enough for a stack trace and what stands before it.
_MOST_LINES: Final = 200

# Of a longer line the beginning is kept.
_LONGEST_BYTES: Final = 2000


class Output:
    """The last lines of an output. `heard` counts its blocks: it grows whenever something is said."""

    def __init__(self) -> None:
        """Have none."""
        self._lines: deque[str] = deque(maxlen=_MOST_LINES)
        self._line = b""
        self._redrawn = b""
        self._cut = False
        self.heard = 0

    def feed(self, block: bytes) -> None:
        """Take the next bytes, wherever they were cut."""
        self.heard += 1
        *whole, rest = block.split(b"\n")
        if len(whole) > _MOST_LINES:
            # A flood: the first part may end a line, and of the others only the last that say something are kept.
            saying = list(filter(bytes.strip, filter(None, whole[1:])))
            whole = [whole[0], *saying[-_MOST_LINES:]]
        for part in whole:
            self._add(part)
            self._end_line()
        self._add(rest)

    def _add(self, part: bytes) -> None:
        """Take a part of a line. Progress is redrawn after a carriage return: the last drawing is the news."""
        before, redrawn, after = part.rpartition(b"\r")
        if redrawn:
            self._redrawn = _last_drawing(self._line + before) or self._redrawn
            self._line, self._cut = b"", False
        self._cut = self._cut or len(self._line) + len(after) > _LONGEST_BYTES
        self._line = (self._line + after)[:_LONGEST_BYTES]

    def _end_line(self) -> None:
        if line := self._now():
            self._lines.append(line)
        self._line, self._redrawn, self._cut = b"", b"", False

    def _now(self) -> str:
        said = self._line.strip() or self._redrawn
        text = said.decode(errors="replace").strip()
        # A secret that is cut here would not be known later.
        return f"{scrub.hide(text)}…" if self._cut or len(said) >= _LONGEST_BYTES else text

    @property
    def lines(self) -> list[str]:
        """Return the last lines that say something, the unfinished one with them."""
        return [*self._lines, *filter(None, [self._now()])]


def _last_drawing(drawn: bytes) -> bytes:
    return drawn.rstrip(b"\r \t").rpartition(b"\r")[2].strip()[:_LONGEST_BYTES]
