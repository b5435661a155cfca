"""Many small requests to a store, made side by side."""

from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def answers(ask: Callable[[A], B], questions: Iterable[A], most_threads: int) -> dict[A, B]:
    """Return what `ask` returns for each of `questions`, called by up to `most_threads` threads.

    The first error ends all. No further question is asked, and the error is raised here. The threads are daemons,
    because one that waits for a silent store must not delay the end of the program after SIGTERM.
    """
    # The threads and the caller share two queues and an event. All three lock themselves.
    todo: SimpleQueue[A] = SimpleQueue()
    # Answers are kept by question, so the same question again would be a request for nothing.
    distinct = list(dict.fromkeys(questions))
    for question in distinct:
        todo.put(question)
    done: SimpleQueue[tuple[A, B] | BaseException] = SimpleQueue()
    stopped = Event()

    def work() -> None:
        try:
            while not stopped.is_set():
                question = todo.get_nowait()
                done.put((question, ask(question)))
        except Empty:
            return
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits for the answers
            # Any error, also one such as MemoryError: the caller would wait for ever for a thread that ended in
            # silence.
            done.put(error)

    for _ in range(min(most_threads, len(distinct))):
        Thread(target=work, name="ask", daemon=True).start()
    by_question: dict[A, B] = {}
    try:
        while len(by_question) < len(distinct):
            answer = done.get()
            if isinstance(answer, BaseException):
                raise answer
            by_question[answer[0]] = answer[1]
    finally:
        # The threads are not joined. One of them may wait for a store that never answers.
        stopped.set()
    return by_question
