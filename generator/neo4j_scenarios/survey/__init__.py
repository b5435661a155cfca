"""What the buckets of a fleet hold: each is listed once, many at a time, by the image's own stores and catalog.

So the generator and the image can't disagree about which set is the latest. This package alone imports the image's;
commands that make no survey import neither. Of a listing only the sets asked for are kept.
"""

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from neo4j_scenarios.errors import Problem
from neo4j_scenarios.survey import bucket
from neo4j_scenarios.survey.bucket import Answer, Options, Question, Reach, reach
from neo4j_scenarios.survey.pool import Deadline, side_by_side

__all__ = ["Answer", "Options", "Question", "Reach", "Survey", "reach", "survey"]

# The image's package tells of each try that fails; here the last one counts, and becomes a problem.
logging.getLogger("neo4j_restore").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Survey:
    """The answers, and what failed: one problem a bucket."""

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
    """Return what the buckets say. Nothing is raised for a bucket that fails: it is among the failures.

    environment: the operator's. progress: told how many buckets are done, of how many.
    """
    asked: dict[Reach, list[Question]] = {}
    for question in dict.fromkeys(questions):
        asked.setdefault(question.reach, []).append(question)
    answers: dict[Question, Answer] = {}
    failures: dict[Reach, Problem] = {}

    def look(place: Reach, deadline: Deadline) -> dict[Question, Answer] | Problem:
        return bucket.ask(place, asked[place], options, environment, deadline)

    ended = side_by_side(list(asked), look, threads=options.threads, seconds=options.deadline_seconds)
    for done, (place, found) in enumerate(ended, 1):
        if isinstance(found, dict):
            answers |= found
        else:
            failures[place] = found or _overdue(place, options.deadline_seconds)
        progress(done, len(asked))
    return Survey(answers, failures)


def _overdue(place: Reach, seconds: float) -> Problem:
    what = f"has not told all that it holds in {seconds:g} seconds"
    return Problem(str(place), what, "give it more with --deadline, or name a path in the bucket that holds less")
