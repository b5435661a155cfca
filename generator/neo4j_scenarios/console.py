"""The output of the commands: data on stdout, everything else on stderr, colour and progress only on a terminal."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TextIO

import typer

from neo4j_restore.secrecy import redact
from neo4j_scenarios.errors import GeneratorError, OutputError, Problem, UsageError

# Work that ends sooner shows no progress bar.
_PATIENCE_SECONDS: Final = 0.5
_REDRAW_SECONDS: Final = 0.1
_BAR_COLUMNS: Final = 30

# The most characters of an error that are shown. JSON output has all of them.
_LONGEST: Final = 1000

_ALL: Final = "answer every question (an empty line takes the default), or give the answers as flags"


def put(text: str) -> None:
    """Write data to stdout, as UTF-8 under every locale. Raises OutputError if it can't be written."""
    try:
        typer.echo(text.encode(), nl=False)
    except BrokenPipeError:
        raise  # the reader closed the pipe, as `| head` does: typer then ends the process quietly
    except OSError as error:
        problem = Problem(
            "stdout", f"can't be written: {error.strerror}", "free some space, or send the output somewhere else"
        )
        raise OutputError(problem) from error


def put_json(data: Any) -> None:
    """Write data to stdout as JSON."""
    put(json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def say(text: str) -> None:
    """Write a line to stderr."""
    typer.echo(text, err=True)


def complain(what: str, hint: str) -> None:
    """Write an error and its hint to stderr, without anything that looks like a key."""
    say(f"{coloured('error:', typer.colors.RED, sys.stderr)} {_cut(redact(what))}")
    say(f"{coloured('try:', typer.colors.CYAN, sys.stderr)} {_cut(redact(hint))}")


def _cut(text: str) -> str:
    """Return `text`, without its middle if it is too long to read."""
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]} … ({len(text) - 2 * half} characters left out) … {text[-half:]}"


def ask(question: str, default: str) -> str:
    """Return a person's answer, or the default for an empty line. Raises UsageError at the end of stdin."""
    # typer's own prompt writes a blank to stdout, where the data goes.
    typer.echo(f"{question}{f' [{default}]' if default else ''}: ", nl=False, err=True)
    line = sys.stdin.readline()
    if not line:
        problem = Problem("the answers", "ended before the last question, so nothing was written", _ALL)
        raise UsageError(problem)
    return line.strip() or default


def report(error: GeneratorError, as_json: bool) -> None:
    """Write all problems of an error: to stderr, or as JSON to stdout for programs."""
    if not as_json:
        for problem in error.problems:
            complain(f"{redact(problem.where)}: {redact(problem.what)}", problem.hint)
        return
    put_json({"problems": problems_as_json(error)})


def problems_as_json(error: GeneratorError) -> list[dict[str, Any]]:
    """Return the problems of an error in the form that every command prints with --json."""
    return [
        {"where": redact(p.where), "what": redact(p.what), "hint": redact(p.hint), "clusters": list(p.clusters)}
        for p in error.problems
    ]


def coloured(text: str, colour: str, stream: TextIO) -> str:
    """Return `text` in a colour if `stream` is a terminal and colour is not turned off: see https://no-color.org."""
    use_colour = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return typer.style(text, fg=colour, bold=True) if use_colour else text


@contextmanager
def progress(label: str, total: int, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Give a function to call with how much of `total` is done. It draws a bar for slow work on a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    bar = _Bar(label, total)
    try:
        yield bar.show
    finally:
        bar.remove()


class _Bar:
    def __init__(self, label: str, total: int) -> None:
        self._label = label
        self._total = total
        self._next = time.monotonic() + _PATIENCE_SECONDS
        self._shown = False

    def show(self, done: int) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _REDRAW_SECONDS
        self._shown = True
        full = _BAR_COLUMNS * done // max(self._total, 1)
        sys.stderr.write(f"\r{self._label} [{'#' * full}{'.' * (_BAR_COLUMNS - full)}] {done} of {self._total}\x1b[K")
        sys.stderr.flush()

    def remove(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
