"""Runs a program: its output in bounded memory, its input from blocks, and no process left behind when it ends.

There are three threads. The first waits for the program's end, and then ends all processes it left behind. The second
reads its output, and watches whether it still does something. The third is the caller's, and feeds its input.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import IO, Final

from neo4j_restore.admin import descendants
from neo4j_restore.admin.output import Output

_BLOCK_BYTES: Final = 64 * 1024

# How many more reads are done once the program has ended: a process that can't be ended may hold the pipe and go on
# printing.
_MOST_AFTER_END: Final = 16


@dataclass(frozen=True)
class Command:
    """A program to run. keep: descriptors that it inherits."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    keep: tuple[int, ...] = ()


@dataclass(frozen=True)
class Ended:
    """How a program ended, and its last lines. status: negative for a signal, or None if it took too long."""

    status: int | None
    lines: list[str]


class Silence:
    """Detects, once in each span, that a program neither prints nor does anything.

    span: in seconds. done: returns a value that changes while the program works. It is called rarely: for the first
    time after half a span, because most programs have ended by then.
    """

    def __init__(self, span: float, done: Callable[[], object], *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin now."""
        self.span, self._done, self._clock = span, done, clock
        self._since, self._heard = clock(), 0
        self._is_seen, self._last = False, object()

    def seconds(self, heard: int) -> float:
        """Return how long the program has been silent, if that is news, else 0. heard: changes with all its output and
        input.
        """
        now = self._clock()
        if heard != self._heard:
            self._since, self._heard = now, heard
        if not self._is_seen and now - self._since >= self.span / 2:
            self._is_seen, self._last = True, self._done()
            self._since = now if now - self._since >= self.span else self._since
        if now - self._since < self.span:
            return 0
        silent, before = now - self._since, self._last
        self._since, self._last = now, self._done()
        return silent if self._last == before else 0


def run(
    command: Command,
    blocks: Iterable[bytes] | None = None,
    silence: Silence | None = None,
    tell: Callable[[float, str], None] = lambda _seconds, _line: None,
    most_seconds: float | None = None,
) -> Ended:
    """Run `command` to its end. blocks: its input. All are taken, even if the program ends early.

    tell: is called with the seconds of a silence, and the last line of output. most_seconds: after these it is killed.
    Raises OSError if it can't be started. If taking a block raises, the program is ended and the error is raised.
    """
    # SIGTERM raises an error anywhere. Before the program is known, such as in `Popen`, `adopted` ends the program.
    # Popen is not used as a context, because it would first wait for the program.
    with descendants.adopted() as before:
        running = _Running(before, silence, tell)
        try:
            running.serve()
            process = _started(command, has_input=blocks is not None)
            running.watch(process)
            if blocks is not None and process.stdin:
                running.feed(blocks, process.stdin)
            in_time = running.wait(most_seconds)
        finally:
            running.end()
    return Ended(process.returncode if in_time else None, running.output.lines)


def _started(command: Command, *, has_input: bool) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command.argv,
        stdin=subprocess.PIPE if has_input else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=command.environment,
        cwd=command.folder,
        pass_fds=command.keep,
        # A session, and so a process group, of its own: neo4j-admin's launcher may start a second process, and both end
        # together.
        start_new_session=True,
    )


class _Running:
    """A program, and the threads that serve it.

    The threads are started before the program. If SIGTERM comes between the two, nothing waits for a thread that was
    never started.
    """

    def __init__(self, before: frozenset[int], silence: Silence | None, tell: Callable[[float, str], None]) -> None:
        self.output = Output()
        self._before, self._silence, self._tell = before, silence, tell
        self._process: subprocess.Popen[bytes] | None = None
        # Whether both threads run, and whether they know by now if there is a program.
        self._serves, self._settled = False, Event()
        # Written by the feeding thread, read by the reading one, only to see whether it changes.
        self._fed = 0
        # A pipe whose end `_stopped` is closed after the program's end. It wakes the reader in its `select`.
        self._stop, self._stopped = os.pipe()
        # Events instead of `join`: in Python 3.11, a signal that interrupts `join` makes a running thread look ended.
        self._ended, self._read_out = Event(), Event()

    def serve(self) -> None:
        """Start the threads. Raises RuntimeError if the container's limit of threads is reached."""
        Thread(target=self._wait, name="wait", daemon=True).start()
        Thread(target=self._read, name="read", daemon=True).start()
        self._serves = True

    def watch(self, process: subprocess.Popen[bytes]) -> None:
        """Give the threads their program."""
        self._process = process
        self._settled.set()

    def feed(self, blocks: Iterable[bytes], pipe: IO[bytes]) -> None:
        alive = True
        for block in blocks:
            if alive:
                try:
                    pipe.write(block)
                    self._fed += 1
                except BrokenPipeError:
                    # The program has stopped reading, and its status says why. The other blocks are still taken, for
                    # their checksum.
                    alive = False
        with suppress(BrokenPipeError):
            pipe.close()

    def wait(self, most_seconds: float | None) -> bool:
        """Return whether the program ended in time."""
        return self._ended.wait(most_seconds)

    def end(self) -> None:
        """End the program if it still runs, and the threads."""
        self._settled.set()
        if not self._serves:
            # A thread that was started nevertheless finds no program, and ends by itself.
            return
        if self._process and not self._ended.is_set():
            self._kill(self._process)
        self._ended.wait()
        self._read_out.wait()
        if self._process:
            _close(self._process)
        os.close(self._stop)

    @staticmethod
    def _kill(process: subprocess.Popen[bytes]) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)

    def _wait(self) -> None:
        self._settled.wait()
        if self._process:
            self._process.wait()
            # First of all: a process that still holds the ends of the pipes would keep the reader and the feeder
            # waiting forever.
            descendants.end(self._process.pid, self._before)
        os.close(self._stopped)
        self._ended.set()

    def _read(self) -> None:
        self._settled.wait()
        try:
            if self._process and self._process.stdout:
                self._read_all(self._process.stdout.fileno())
        finally:
            self._read_out.set()

    def _read_all(self, source: int) -> None:
        after_end = 0
        with selectors.DefaultSelector() as selector:
            selector.register(source, selectors.EVENT_READ)
            selector.register(self._stop, selectors.EVENT_READ)
            while after_end < _MOST_AFTER_END:
                ready = {key.fd for key, _ in selector.select(self._silence.span / 10 if self._silence else None)}
                if source in ready:
                    block = os.read(source, _BLOCK_BYTES)
                    if not block:
                        return
                    self.output.feed(block)
                elif self._stop in ready:
                    return
                after_end += self._stop in ready
                self._look()

    def _look(self) -> None:
        seconds = self._silence.seconds(self.output.heard + self._fed) if self._silence else 0
        if seconds:
            self._tell(seconds, (self.output.lines or [""])[-1])


def _close(process: subprocess.Popen[bytes]) -> None:
    # What is left in the pipe's buffer can't be written any more. The error of that would hide why feeding stopped.
    with suppress(BrokenPipeError):
        if process.stdin:
            process.stdin.close()
    if process.stdout:
        process.stdout.close()
