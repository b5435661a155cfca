"""Runs jobs in a bounded number of threads. Each job has its own time limit, so one that hangs delays no other."""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Final, Generic, TypeVar

J = TypeVar("J")
R = TypeVar("R")

# How often the main thread checks for overdue jobs. In between it sleeps, and Ctrl-C still wakes it at once.
_LOOK_SECONDS: Final = 0.2


class Overdue(Exception):
    """The job's time is over. `Deadline.check` raises it inside the job."""


class Deadline:
    """The time limit of one job. It begins when a thread takes the job."""

    def __init__(self, seconds: float) -> None:
        """Begin now. seconds: the limit."""
        self._end = time.monotonic() + seconds

    def passed(self) -> bool:
        """Return whether the time is over."""
        return time.monotonic() >= self._end

    def check(self) -> None:
        """Raise Overdue if the time is over. A job calls it before every step that may take long."""
        if self.passed():
            raise Overdue


def side_by_side(
    jobs: Sequence[J], work: Callable[[J, Deadline], R], *, threads: int, seconds: float
) -> Generator[tuple[J, R | None], None, None]:
    """Yield each job with the result of `work`, in the order in which they end. The result of an overdue job is None.

    An overdue job keeps its thread, and a new thread takes its place. Daemon threads are used, so a hanging job does
    not keep the process alive. An exception of `work` other than Overdue is raised here.
    """
    crew = _Crew(jobs, work, seconds)
    try:
        for _ in range(min(threads, len(jobs))):
            crew.hire()
        while crew.open:
            yield from crew.ended()
    finally:
        crew.stop()


class _Crew(Generic[J, R]):
    """The threads, and the jobs whose result was not yielded yet.

    Only the main thread changes `open` and `_replaced`. A worker takes an index from `_waiting`, notes its deadline in
    `_running`, and puts its result into `_ends`. No lock is needed: each of these steps is atomic.
    """

    def __init__(self, jobs: Sequence[J], work: Callable[[J, Deadline], R], seconds: float) -> None:
        self._jobs, self._work, self._seconds = jobs, work, seconds
        self._waiting = deque(range(len(jobs)))
        self._running: dict[int, Deadline] = {}
        self._ends: queue.SimpleQueue[tuple[int, R | None, BaseException | None]] = queue.SimpleQueue()
        self._replaced: set[int] = set()
        self.open = set(range(len(jobs)))

    def hire(self) -> None:
        threading.Thread(target=self._labour, name="survey", daemon=True).start()

    def stop(self) -> None:
        """Let no thread begin another job."""
        self._waiting.clear()

    def _labour(self) -> None:
        # A deque's popleft and a single assignment in a dictionary are atomic, so the workers need no lock.
        while True:
            try:
                index = self._waiting.popleft()
            except IndexError:
                return
            self._running[index] = deadline = Deadline(self._seconds)
            try:
                self._ends.put((index, self._work(self._jobs[index], deadline), None))
            except Overdue:
                self._ends.put((index, None, None))
            except BaseException as error:  # noqa: BLE001 - raised again in the main thread
                self._ends.put((index, None, error))
            # The job was overdue, so another thread has already taken this one's place.
            if index in self._replaced:
                return

    def ended(self) -> Iterator[tuple[J, R | None]]:
        """Yield the next job that ends, and all jobs that have become overdue."""
        try:
            index, result, error = self._ends.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            yield from self._overdue()
            return
        if error:
            raise error
        if index in self.open:
            self._close(index)
            yield self._jobs[index], result
        yield from self._overdue()

    def _overdue(self) -> Iterator[tuple[J, R | None]]:
        for index in [index for index, deadline in list(self._running.items()) if deadline.passed()]:
            self._replaced.add(index)
            self._close(index)
            self.hire()
            yield self._jobs[index], None

    def _close(self, index: int) -> None:
        self.open.discard(index)
        self._running.pop(index, None)
