"""The questions of a survey and their answers: which sets of which bucket a cluster restores."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from neo4j_restore import spec
from neo4j_scenarios.errors import Problem
from neo4j_scenarios.pin import Pin
from neo4j_scenarios.survey.drills import Drill

# The container's variables for how to reach its store. The key is not among them: a survey uses the operator's own.
_REACH: Final = (
    "BUCKET",
    "CLOUD_PROVIDER",
    "STORAGE_EMULATOR_HOST",
    "ENDPOINT_URL",
    "REGION",
    "ADDRESSING_STYLE",
    "REQUESTER_PAYS",
)


@dataclass(frozen=True)
class Reach:
    """A bucket's path and how to reach it: the container's variables with their values. Never a key."""

    variables: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """Return the bucket's URL."""
        return dict(self.variables)["BUCKET"]


def reach(environment: Mapping[str, str]) -> Reach:
    """Return how a container with this environment reaches its bucket."""
    return Reach(tuple((name, environment[name]) for name in _REACH if environment.get(name)))


@dataclass(frozen=True)
class Question:
    """A cluster's question to its bucket. Many clusters may have the same question.

    timestamp, directory, ignore, on_stale: TIMESTAMP, BACKUP_SET_DIR, IGNORE_OBJECTS and ON_STALE_LATEST.
    pinned: the TIMESTAMP of the lock, or empty.
    """

    reach: Reach
    databases: tuple[spec.DatabaseName, ...]
    timestamp: str
    directory: str = ""
    pinned: str = ""
    ignore: tuple[str, ...] = ()
    on_stale: spec.OnStaleLatest = spec.OnStaleLatest.FAIL


@dataclass(frozen=True)
class Answer:
    """A bucket's answer to a question, by database. A database without a set is absent.

    chosen: the sets that the question's timestamp selects.
    timestamp: the TIMESTAMP that selects just these sets, now and later. Empty if `problem` says why there is none.
    latest: the sets that `latest` selects.
    refused: why a restore of the latest set would be refused.
    held: the sets that the lock's timestamp selects now.
    trend: times and sizes of one set per night, the oldest first: see `history`.
    counts: the number of sets.
    drills: the last restore drill.
    """

    chosen: Mapping[spec.DatabaseName, Pin]
    timestamp: str
    problem: Problem | None
    latest: Mapping[spec.DatabaseName, Pin] = field(default_factory=dict)
    refused: Mapping[spec.DatabaseName, str] = field(default_factory=dict)
    held: Mapping[spec.DatabaseName, Pin] = field(default_factory=dict)
    trend: Mapping[spec.DatabaseName, tuple[tuple[datetime, int], ...]] = field(default_factory=dict)
    counts: Mapping[spec.DatabaseName, int] = field(default_factory=dict)
    drills: Mapping[spec.DatabaseName, Drill] = field(default_factory=dict)


@dataclass(frozen=True)
class Options:
    """The options of a survey.

    credentials: the operator's key file. None means the operator's environment, or the machine's identity.
    threads: the most buckets to read at once.
    deadline_seconds: the time limit for one bucket.
    retry_seconds: how long to retry a store that fails temporarily.
    stall_seconds: how long a connection may be silent.
    drills: also read the receipts of restore drills.
    """

    credentials: Path | None = None
    threads: int = 32
    deadline_seconds: float = 300
    retry_seconds: float = 30
    stall_seconds: float = 30
    drills: bool = False
