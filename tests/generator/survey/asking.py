"""Questions to buckets, and objects in folders that stand for them."""

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from neo4j_restore import spec
from neo4j_scenarios.survey import Answer, Options, Question, Reach, Survey, reach, survey

NEO4J = spec.DatabaseName("neo4j")
SYSTEM = spec.DatabaseName("system")

QUICK = Options(deadline_seconds=30, retry_seconds=0, stall_seconds=10)


def make_question(
    url: str,
    *,
    databases: tuple[spec.DatabaseName, ...] = (NEO4J,),
    timestamp: str = "latest",
    pinned: str = "",
    directory: str = "",
    host: str = "",
    ignore: tuple[str, ...] = (),
    on_stale: spec.OnStaleLatest = spec.OnStaleLatest.FAIL,
) -> Question:
    """Return a question to the bucket `url`. `host` is the URL of its emulator."""
    place = reach({"BUCKET": url, "STORAGE_EMULATOR_HOST": host})
    return Question(place, databases, timestamp, directory, pinned, ignore, on_stale)


def ask(*questions: Question, options: Options = QUICK, environment: Mapping[str, str] | None = None) -> Survey:
    """Return the survey. The environment is empty unless it is given."""
    return survey(questions, options, environment=environment or {})


def answer(question: Question, options: Options = QUICK) -> Answer:
    """Return the one answer."""
    result = ask(question, options=options)
    assert not result.failures
    return result.answers[question]


def fill(folder: Path, *names: str, size: int = 1000, updated: datetime | None = None) -> str:
    """Make files of a size below `folder`, and return its URL."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name[:1].encode() * size)
        if updated:
            os.utime(path, (updated.timestamp(), updated.timestamp()))
    return f"file://{folder}"


def place(url: str, host: str = "") -> Reach:
    """Return how a bucket is reached."""
    return make_question(url, host=host).reach
