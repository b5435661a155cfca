"""Shares the rendering of many clusters among processes. The result is that of one process, in its order."""

import marshal
import os
import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NoReturn, TypeVar

from neo4j_scenarios.output.texts import Texts

T = TypeVar("T")

# Starting a process takes as long as rendering some fifty clusters, so a small fleet has one process.
_LEAST_CLUSTERS: Final = 500

# Each has a copy of a part of the memory. Reading and writing the fleet, which one process does, takes as long by then.
_MOST_PROCESSES: Final = 4


def rendered(
    clusters: Sequence[T],
    files: Callable[[T], Iterable[tuple[str, str]]],
    progress: Callable[[int], None],
    processes: int | None = None,
) -> Texts:
    """Return the texts of all clusters by path.

    files: renders one cluster. progress: called with the number of clusters so far. processes: by default as many as
    the machine has cores, for a large fleet. Raises what `files` raises for the first cluster for which it raises.
    """
    count = processes or _processes(len(clusters))
    size = -(-len(clusters) // count) or 1
    own, *others = (clusters[start : start + size] for start in range(0, len(clusters) or 1, size))
    texts = Texts()

    def render(share: Iterable[T], into: Texts, done: int = 0) -> Texts:
        for number, cluster in enumerate(share, done + 1):
            for path, text in files(cluster):
                into.add(path, text)
            if into is texts:  # and not in another process, which would draw a second bar
                progress(min(number * count, len(clusters)))
        return into

    # One cluster comes before the other processes: templates and schemas are then loaded for all of them.
    render(own[:1], texts)
    helpers: list[_Helper] = []
    try:
        helpers += [_Helper(lambda share=share: render(share, texts.like()).packed()) for share in others]  # type: ignore[misc] # lambdas in loops
        render(own[1:], texts, 1)
        for helper, share in zip(helpers, others, strict=True):
            packed = helper.result()
            # What was raised there is raised here again. A process that was killed costs only time.
            texts.take(render(share, texts.like()).packed() if packed is None else packed)
    finally:
        for helper in helpers:
            helper.end()
    return texts


def _processes(clusters: int) -> int:
    """Return the number of processes: one without several cores, and where a fork is not safe or not possible."""
    if clusters < _LEAST_CLUSTERS or not hasattr(os, "sched_getaffinity") or threading.active_count() > 1:
        return 1
    return min(len(os.sched_getaffinity(0)), _MOST_PROCESSES)


class _Helper:
    """A forked process that works for this one. It has all that is loaded here, and gives its result into a pipe."""

    def __init__(self, work: Callable[[], list[tuple[str, bytes]]]) -> None:
        self._read, write = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            _work(work, write)
        os.close(write)

    def result(self) -> list[tuple[str, bytes]] | None:
        """Return the result, or None if the process has failed. Waits for it."""
        with open(self._read, "rb", closefd=False) as pipe:
            content = pipe.read()
        _, status = os.waitpid(self._pid, 0)
        self._pid = 0
        result: list[tuple[str, bytes]] | None = None if status else marshal.loads(content)  # noqa: S302 - our process
        return result

    def end(self) -> None:
        """Stop the process if it still runs."""
        os.close(self._read)
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)


def _work(work: Callable[[], list[tuple[str, bytes]]], write: int) -> NoReturn:
    """Write the result into the pipe, and end. Nothing is raised here: the first process then does the same again."""
    code = 1
    try:
        with open(write, "wb") as pipe:
            marshal.dump(work(), pipe)
        code = 0
    finally:
        os._exit(code)
