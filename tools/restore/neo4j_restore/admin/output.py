"""Keeps the last lines that a program prints, in bounded memory however it prints."""

from collections import deque
from typing import Final

from neo4j_restore import scrub

# Enough for a stack trace and the lines before it.
_MOST_LINES: Final = 200

# A longer line keeps only its beginning.
_LONGEST_BYTES: Final = 2000


class Output:
    """The last lines of an output. `heard` counts its blocks, and grows whenever something is printed."""

    def __init__(self) -> None:
        """Begin without lines."""
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
            # A flood of lines: the first part may end a line. Of the others only the last that are not blank are kept.
            not_blank = list(filter(bytes.strip, filter(None, whole[1:])))
            whole = [whole[0], *not_blank[-_MOST_LINES:]]
        for part in whole:
            self._add(part)
            self._end_line()
        self._add(rest)

    def _add(self, part: bytes) -> None:
        """Take a part of a line. Progress is redrawn after a carriage return, and the last drawing counts."""
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
        line = self._line.strip() or self._redrawn
        text = line.decode(errors="replace").strip()
        # A secret that is cut here would not be recognised later.
        return f"{scrub.hide(text)}…" if self._cut or len(line) >= _LONGEST_BYTES else text

    @property
    def lines(self) -> list[str]:
        """Return the last lines that are not blank, with the unfinished one."""
        return [*self._lines, *filter(None, [self._now()])]


def _last_drawing(drawn: bytes) -> bytes:
    return drawn.rstrip(b"\r \t").rpartition(b"\r")[2].strip()[:_LONGEST_BYTES]
