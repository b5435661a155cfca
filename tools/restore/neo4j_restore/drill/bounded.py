"""Bounds the wait for one answer. The server ends a query by its timeout, but one that hangs may not come to that."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

from neo4j_restore.errors import StatementError

T = TypeVar("T")


def within(seconds: float, ask: Callable[[], T]) -> T:
    """Return what `ask` returns, or raise what it raises. Raises StatementError after the seconds, and leaves it."""
    future: Future[T] = Future()
    # A daemon: what is left behind must not keep the process alive.
    Thread(target=_fulfil, args=(future, ask), daemon=True).start()
    try:
        return future.result(seconds)
    except TimeoutError as error:
        message = f"no answer within {seconds:.0f} s"
        raise StatementError(message, hint="ask for less, or raise DRILL_SECONDS") from error


def _fulfil(future: "Future[T]", ask: Callable[[], T]) -> None:
    try:
        future.set_result(ask())
    except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits
        future.set_exception(error)
