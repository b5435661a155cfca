"""Reads the buckets of a fleet: lists each of them once, many at a time, with the image's own stores and catalog.

So the generator and the image always agree which set is the latest. Only this package imports the image's stores and
catalog, and commands that make no survey do not import it. Only the requested sets of a listing are kept.
"""

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from neo4j_scenarios.errors import Problem
from neo4j_scenarios.survey import bucket
from neo4j_scenarios.survey.pool import Deadline, side_by_side
from neo4j_scenarios.survey.question import Answer, Options, Question, Reach, reach

__all__ = ["Answer", "Options", "Question", "Reach", "Survey", "reach", "survey"]

# The image's package logs each failed try. Here only the last one matters, and it becomes a problem.
logging.getLogger("neo4j_restore").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Survey:
    """The answers, and one problem for each bucket that failed."""

    answers: Mapping[Question, Answer]
    failures: Mapping[Reach, Problem]


def _silent(done: int, of: int) -> None:
    pass


def survey(
    questions: Iterable[Question],
    options: Options,
    *,
    environment: Mapping[str, str] = os.environ,
    progress: Callable[[int, int], None] = _silent,
) -> Survey:
    """Return the answers of the buckets. A bucket that fails does not raise: its problem is among the failures.

    environment: the operator's. progress: called with the number of buckets that are done, and of all buckets.
    """
    by_bucket: dict[Reach, list[Question]] = {}
    for question in dict.fromkeys(questions):
        by_bucket.setdefault(question.reach, []).append(question)
    answers: dict[Question, Answer] = {}
    failures: dict[Reach, Problem] = {}

    def ask(place: Reach, deadline: Deadline) -> dict[Question, Answer] | Problem:
        return bucket.ask(place, by_bucket[place], options, environment, deadline)

    ended = side_by_side(list(by_bucket), ask, threads=options.threads, seconds=options.deadline_seconds)
    for done, (place, result) in enumerate(ended, 1):
        if isinstance(result, dict):
            answers |= result
        else:
            failures[place] = result or _overdue(place, options.deadline_seconds)
        progress(done, len(by_bucket))
    return Survey(answers, failures)


def _overdue(place: Reach, seconds: float) -> Problem:
    message = f"could not be read within {seconds:g} seconds"
    return Problem(
        str(place), message, "give it more time with --deadline, or name a path of the bucket with fewer objects"
    )
