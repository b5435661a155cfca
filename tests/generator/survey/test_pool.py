"""Jobs side by side: bounded, each with its own time, none delayed by one that hangs."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.patience import HANGS_AFTER_SECONDS

from neo4j_scenarios.survey.pool import Deadline, Overdue, side_by_side


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Return what a hanging job waits for. Opened when the test ends."""
    event = threading.Event()
    yield event
    event.set()


@settings(deadline=None)
@given(st.lists(st.integers(), unique=True), st.integers(1, 5))
def test_every_job_is_done_once(jobs: list[int], threads: int) -> None:
    done = list(side_by_side(jobs, lambda job, _: job * 2, threads=threads, seconds=60))
    assert sorted(done) == sorted((job, job * 2) for job in jobs)


def test_no_more_threads_than_asked_for_are_at_work() -> None:
    lock, busy, most = threading.Lock(), [0], [0]

    def work(job: int, _: Deadline) -> int:
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        sum(range(5000))
        with lock:
            busy[0] -= 1
        return job

    assert len(list(side_by_side(range(500), work, threads=4, seconds=60))) == 500
    assert most[0] <= 4


def test_a_job_that_hangs_delays_itself_alone(gate: threading.Event) -> None:
    def work(job: str, _: Deadline) -> str:
        if job == "hangs":
            gate.wait()
        return job

    # One thread: the others get their turn only if the hanging one is replaced.
    done = list(side_by_side(["hangs", "a", "b"], work, threads=1, seconds=0.1))
    assert done == [("hangs", None), ("a", "a"), ("b", "b")]


def test_a_job_that_looks_at_its_deadline_ends_by_itself() -> None:
    ended = threading.Event()

    def work(_: int, deadline: Deadline) -> int:
        try:
            while True:
                deadline.check()
        except Overdue:
            ended.set()
            raise

    assert list(side_by_side([1], work, threads=1, seconds=0.05)) == [(1, None)]
    assert ended.wait(HANGS_AFTER_SECONDS)


def test_a_mistake_of_ours_comes_out() -> None:
    def work(job: int, _: Deadline) -> float:
        return 1 / job

    with pytest.raises(ZeroDivisionError):
        list(side_by_side([0], work, threads=1, seconds=60))


def test_one_who_stops_listening_starts_no_further_job(gate: threading.Event) -> None:
    begun: list[int] = []

    def work(job: int, _: Deadline) -> int:
        begun.append(job)
        if job:
            gate.wait()
        return job

    results = side_by_side(range(10), work, threads=1, seconds=60)
    assert next(results) == (0, 0)
    results.close()  # as Ctrl-C does in the loop that reads it
    gate.set()
    for thread in threading.enumerate():
        if thread.name == "survey":
            thread.join(10)
    assert begun in ([0], [0, 1])
