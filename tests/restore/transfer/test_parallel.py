"""Small questions asked side by side."""

import threading

import pytest
from tests.support.patience import HANGS_AFTER_SECONDS

from neo4j_restore.transfer.parallel import answers


def test_each_question_is_asked_once_and_has_its_answer() -> None:
    asked: list[int] = []

    def ask(number: int) -> int:
        asked.append(number)
        return number * number

    assert answers(ask, [3, 1, 2, 3], 8) == {1: 1, 2: 4, 3: 9}
    assert sorted(asked) == [1, 2, 3]
    assert answers(ask, [], 8) == {}


def test_so_many_are_asked_at_once_and_no_more() -> None:
    # Each waits until four ask at once: with fewer threads than that it would never end.
    together = threading.Barrier(4, timeout=HANGS_AFTER_SECONDS)
    now: list[int] = []
    most: list[int] = []

    def ask(number: int) -> None:
        now.append(number)
        most.append(len(now))
        together.wait()
        now.remove(number)

    answers(ask, range(8), 4)
    assert max(most) == 4


def test_the_first_error_is_raised_and_ends_the_asking() -> None:
    asked: list[int] = []

    def ask(number: int) -> int:
        asked.append(number)
        if number == 5:
            raise LookupError
        return number

    with pytest.raises(LookupError):
        answers(ask, range(100_000), 1)
    assert asked == [0, 1, 2, 3, 4, 5]
