"""The log on stderr, as text or JSON: one line a step, without secrets. And an exit that no broken stream changes."""

import json
import logging
import os
import sys
import threading
import traceback
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, TextIO

from neo4j_restore import scrub

_NAME: Final = "neo4j_restore"

# The last lines of a traceback say what failed. An endless recursion has thousands before them.
_MOST_LINES = 100


class _Json(logging.Formatter):
    """One JSON object a line, each with the run's id."""

    def __init__(self) -> None:
        super().__init__()
        self._run = uuid.uuid4().hex[:12]

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        message = scrub.clean(record.getMessage())
        return json.dumps({"time": time, "level": record.levelname, "run": self._run, "message": message})


class _Text(logging.Formatter):
    """The time and the line. A warning begins with that word. An error's own text has the word already."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds")
        word = "warning: " if record.levelno == logging.WARNING else ""
        return f"{time} {word}{scrub.clean(record.getMessage())}"


class _Handler(logging.StreamHandler[TextIO]):
    """Writes to stderr while stderr takes lines. A log that is full or closed changes no outcome."""

    def handleError(self, record: logging.LogRecord) -> None:
        pass


def configure(log_format: str) -> None:
    """Send every log line of the program and its libraries to stderr, and everything else that Python would print
    there.
    """
    open_standard_streams()
    handler = _Handler(sys.stderr)
    handler.setFormatter(_Json() if log_format == "json" else _Text())
    package = logging.getLogger(_NAME)
    package.handlers[:] = [handler]
    package.setLevel(logging.INFO)
    package.propagate = False
    # Warnings of libraries may quote headers and URLs. Without a handler, Python prints them unscrubbed.
    logging.getLogger().handlers[:] = [handler]
    logging.captureWarnings(capture=True)
    threading.excepthook = lambda failed: log_traceback(failed.exc_value)
    sys.unraisablehook = lambda failed: log_traceback(failed.exc_value)


def log_traceback(error: BaseException | None) -> None:
    """Log where `error` came from, one log line for each line of the traceback."""
    if error is None:
        return
    # A key of several lines is found only in the whole text.
    lines = scrub.hide("".join(traceback.format_exception(error))).splitlines()
    for line in lines[:1] + lines[1:][-_MOST_LINES:]:
        logging.getLogger(_NAME).error("%s", line)


def open_standard_streams() -> None:
    """Open the descriptors 0, 1 and 2 on /dev/null where they are closed, and make every text writable.

    Otherwise the next file that is opened gets the number of stderr, and a library's message lands in it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The system gives the lowest free number, and those below are taken.
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or _nowhere(1)
    sys.stderr = sys.stderr or _nowhere(2)
    for stream in (sys.stdout, sys.stderr):
        # The name of an object or file may have bytes that are not text.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _nowhere(number: int) -> TextIO:
    return open(number, "w", encoding="utf-8", closefd=False)


def close_standard_streams() -> None:
    """Drop output that stdout and stderr do not take. Otherwise Python exits with 120, whatever the code should be."""
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        try:
            stream.flush()
        except (OSError, ValueError):
            discard(number)
            with suppress(OSError, ValueError):
                stream.flush()


def discard(number: int) -> None:
    """Send everything that is still written to a descriptor nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
