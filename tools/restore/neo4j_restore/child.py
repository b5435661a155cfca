"""Runs a program: its output in bounded memory, its input from blocks, and nothing of it left when it ends.

Three threads: one waits for its end, and then ends what it has left behind; one reads what it says, and looks whether
it still does something; the caller's feeds it.
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

from neo4j_restore import descendants
from neo4j_restore.output import Output

_BLOCK_BYTES: Final = 64 * 1024

# What a process that nobody could end may still say once the program has ended.
_MOST_AFTER_END: Final = 16


@dataclass(frozen=True)
class Command:
    """What to run. keep: descriptors that it inherits."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    keep: tuple[int, ...] = ()


@dataclass(frozen=True)
class Ended:
    """How it ended: its status, negative for a signal, None where it took too long; and its last lines."""

    status: int | None
    lines: list[str]


class Silence:
    """Tells, once a span, that a program neither says nor does anything.

    span: in seconds. done: returns anything that changes as long as it does something; asked seldom.
    """

    def __init__(self, span: float, done: Callable[[], object], *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin now."""
        self.span, self._done, self._clock = span, done, clock
        self._since, self._heard, self._last = clock(), 0, done()

    def seconds(self, heard: int) -> float:
        """Return how long it has been silent if that is news now, else 0. heard: changes with all it says or takes."""
        now = self._clock()
        if heard != self._heard:
            self._since, self._heard = now, heard
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
    """Run it to its end. blocks: its input; all are taken, even if it ends early.

    tell: called with the seconds of a silence, and what was said last. most_seconds: then it is ended.
    Raises OSError where it can't be started, and whatever taking a block raises; it is ended then as well.
    """
    with descendants.adopted() as before, _started(command, has_input=blocks is not None) as process:
        running = _Running(process, before, silence, tell)
        try:
            running.start()
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
        # Its launcher may start a second process: they end together.
        start_new_session=True,
    )


class _Running:
    """A program that was started, and the threads that attend to it."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        before: frozenset[int],
        silence: Silence | None,
        tell: Callable[[float, str], None],
    ) -> None:
        self.output = Output()
        self._process, self._before, self._silence, self._tell = process, before, silence, tell
        self._fed = 0
        self._stop, self._stopped = os.pipe()
        # Events, and no `join`: a signal that interrupts one makes a thread that still runs look ended in Python 3.11.
        self._ended, self._read_out = Event(), Event()

    def start(self) -> None:
        try:
            Thread(target=self._wait, name="wait", daemon=True).start()
            Thread(target=self._read, name="read", daemon=True).start()
        except RuntimeError:
            # The container may have no more threads; then nobody would ever set these.
            self._kill()
            self._ended.set()
            self._read_out.set()
            raise

    def feed(self, blocks: Iterable[bytes], pipe: IO[bytes]) -> None:
        alive = True
        for block in blocks:
            if alive:
                try:
                    pipe.write(block)
                    self._fed += 1
                except BrokenPipeError:
                    # It has given up; its status says why. The rest is still read, for its checksum.
                    alive = False
        with suppress(BrokenPipeError):
            pipe.close()

    def wait(self, most_seconds: float | None) -> bool:
        """Return whether it ended in time."""
        return self._ended.wait(most_seconds)

    def end(self) -> None:
        """End whatever still runs, and the threads."""
        if not self._ended.is_set():
            self._kill()
        self._ended.wait()
        self._read_out.wait()
        # What waits in the pipe's buffer has nobody to go to, and would hide why the feeding stopped.
        with suppress(BrokenPipeError):
            if self._process.stdin:
                self._process.stdin.close()
        os.close(self._stop)

    def _kill(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _wait(self) -> None:
        self._process.wait()
        # Before anybody is waited for: who holds the ends of its pipes would keep us for ever.
        descendants.end(self._process.pid, self._before)
        os.close(self._stopped)
        self._ended.set()

    def _read(self) -> None:
        try:
            self._read_all()
        finally:
            self._read_out.set()

    def _read_all(self) -> None:
        if not self._process.stdout:
            return
        source, after_end = self._process.stdout.fileno(), 0
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
