"""One bucket, asked about the sets of many clusters: listed once, by the image's own stores and catalog."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from neo4j_restore import catalog, spec, stores
from neo4j_restore.artifacts import Artifacts, Headers
from neo4j_restore.catalog import BackupSet
from neo4j_restore.errors import RestoreError
from neo4j_restore.settings import Settings, from_environment
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.transfer import Retry
from neo4j_scenarios.errors import Problem
from neo4j_scenarios.pin import Pin
from neo4j_scenarios.survey import drills
from neo4j_scenarios.survey.drills import Drill
from neo4j_scenarios.survey.pins import Pinning
from neo4j_scenarios.survey.pool import Deadline

# The variables of the container that say how its store is reached; whose key is used is the operator's own matter.
_REACH: Final = (
    "BUCKET",
    "CLOUD_PROVIDER",
    "STORAGE_EMULATOR_HOST",
    "ENDPOINT_URL",
    "REGION",
    "ADDRESSING_STYLE",
    "REQUESTER_PAYS",
)

# The operator's own, by the names that the clouds' tools know.
_KEY: Final = "GOOGLE_APPLICATION_CREDENTIALS"
_OWN: Final = (_KEY, "CA_BUNDLE", "ENCRYPTION_KEY_FILE")
_OWN_PREFIXES: Final = ("AWS_", "AZURE_")

# So many sizes tell the trend.
_TREND: Final = 30


@dataclass(frozen=True)
class Reach:
    """A bucket's path and how it is reached: variables of the container with their values. Never a key."""

    variables: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        """Return the bucket's URL."""
        return dict(self.variables)["BUCKET"]


def reach(environment: Mapping[str, str]) -> Reach:
    """Return how the container with this environment reaches its bucket."""
    return Reach(tuple((name, environment[name]) for name in _REACH if environment.get(name)))


@dataclass(frozen=True)
class Question:
    """What is asked of a bucket; many clusters may ask the same.

    timestamp: as TIMESTAMP has it. directory: as BACKUP_SET_DIR has it. pinned: the TIMESTAMP of the lock, or empty.
    """

    reach: Reach
    databases: tuple[spec.DatabaseName, ...]
    timestamp: str
    directory: str = ""
    pinned: str = ""


@dataclass(frozen=True)
class Answer:
    """What a bucket says to a question, by database; a database without a set is not there.

    chosen: what the question's timestamp takes. latest: what `latest` takes. held: what the lock's timestamp takes now.
    timestamp: the TIMESTAMP that takes just what is chosen, now and later; empty where `problem` says why none does.
    trend: times and sizes of the newest sets, the oldest first. counts: how many sets there are.
    """

    chosen: Mapping[spec.DatabaseName, Pin]
    timestamp: str
    problem: Problem | None
    latest: Mapping[spec.DatabaseName, Pin] = field(default_factory=dict)
    held: Mapping[spec.DatabaseName, Pin] = field(default_factory=dict)
    trend: Mapping[spec.DatabaseName, tuple[tuple[datetime, int], ...]] = field(default_factory=dict)
    counts: Mapping[spec.DatabaseName, int] = field(default_factory=dict)
    drills: Mapping[spec.DatabaseName, Drill] = field(default_factory=dict)


@dataclass(frozen=True)
class Options:
    """How a survey is made.

    credentials: the operator's key file; None: what the operator's environment says, or the machine's identity.
    threads: so many buckets at once. deadline_seconds: for one bucket. retry_seconds: how long a store that fails for
    the moment is asked again. stall_seconds: how long a connection may be silent. drills: read the receipts of drills.
    """

    credentials: Path | None = None
    threads: int = 32
    deadline_seconds: float = 300
    retry_seconds: float = 30
    stall_seconds: float = 30
    drills: bool = False


def ask(
    place: Reach, questions: list[Question], options: Options, environment: Mapping[str, str], deadline: Deadline
) -> dict[Question, Answer] | Problem:
    """Return the bucket's answers, or why it gives none. environment: the operator's. Raises Overdue."""
    try:
        settings = from_environment(_environment(place, questions, options, environment))
        with closing(stores.open_store(settings)) as store:
            return _Bucket(settings, store, questions, deadline).answers(with_drills=options.drills)
    except RestoreError as error:
        return Problem(str(place), str(error), error.hint)


def _environment(
    place: Reach, questions: list[Question], options: Options, environment: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment by which the image's package reaches the bucket as this operator."""
    own = {name: text for name, text in environment.items() if name in _OWN or name.startswith(_OWN_PREFIXES)}
    key = options.credentials or own.get(_KEY)
    if key:
        own[_KEY] = str(Path(key).absolute())
    if options.credentials:
        own["CREDENTIALS_FILE"] = own[_KEY]
    asked = {
        "DATABASE": ",".join(dict.fromkeys(name for question in questions for name in question.databases)),
        "RETRY_SECONDS": f"{options.retry_seconds:.3f}",
        "STALL_SECONDS": f"{options.stall_seconds:.3f}",
    }
    return own | dict(place.variables) | asked


class _Bucket:
    """One bucket, listed once for all its questions."""

    def __init__(self, settings: Settings, store: Store, questions: list[Question], deadline: Deadline) -> None:
        self._settings, self._store, self._questions, self._deadline = settings, store, questions, deadline
        self._retry = Retry(settings.retry_seconds)
        self._headers: Headers = {}
        self._pinning = Pinning(settings.bucket, self._look)

    def answers(self, *, with_drills: bool) -> dict[Question, Answer]:
        near, receipts = self._retry.call(self._listing)
        told = drills.read(self._store, receipts) if with_drills else {}
        return {question: self._answer(question, near, told) for question in self._questions}

    def _listing(self) -> tuple[list[StoredObject], list[StoredObject]]:
        """Return the objects that may be of a database asked for, and the newest receipts of drills."""
        prefix = self._settings.bucket.prefix
        directories = {question.directory for question in self._questions if question.directory}
        near: list[StoredObject] = []
        receipts = drills.Newest(prefix)
        for stored in self._store.list(prefix):
            self._deadline.check()
            if receipts.takes(stored):
                continue
            if any(_near(stored, prefix, each, directories) for each in self._settings.databases):
                near.append(stored)
        return near, receipts.found

    def _answer(self, question: Question, near: list[StoredObject], told: Mapping[spec.DatabaseName, Drill]) -> Answer:
        sets = self._sets(question, question.timestamp, near)
        held = self._sets(question, question.pinned, near) if question.pinned else {}
        pinned = self._pinning.pinned(sets, question.timestamp)
        return Answer(
            chosen={each: self._pinning.pin(found) for each, found in pinned.sets.items()},
            timestamp=pinned.timestamp,
            problem=pinned.problem,
            latest=self._pinning.taken(sets, spec.LATEST),
            held=self._pinning.taken(held, question.pinned),
            trend={each: _trend(found) for each, found in sets.items()},
            counts={each: len(found) for each, found in sets.items()},
            drills={each: told[each] for each in question.databases if each in told},
        )

    def _sets(
        self, question: Question, timestamp: str, near: list[StoredObject]
    ) -> dict[spec.DatabaseName, list[BackupSet]]:
        """Return the sets of each database, the newest first, as a container with this TIMESTAMP finds them."""
        asked = spec.parse_timestamp(timestamp)
        exact = asked if isinstance(asked, str) else ""
        prefix, directory = self._settings.bucket.prefix, question.directory
        directories = {directory} if directory else set()
        sets: dict[spec.DatabaseName, list[BackupSet]] = {}
        for each in question.databases:
            own = [stored for stored in near if _near(stored, prefix, each, directories)]
            found = catalog.find_sets(own, prefix, each, exact=exact, directory=directory)
            sets[each] = self._artifacts(timestamp).dated(found)
        return sets

    def _artifacts(self, timestamp: str) -> Artifacts:
        """Return what reads the headers of backup artifacts, as a container with this TIMESTAMP does."""
        self._deadline.check()
        asked = replace(self._settings, timestamp=spec.parse_timestamp(timestamp))
        return Artifacts(asked, self._store, self._headers)

    def _look(self, stored: StoredObject) -> StoredObject:
        """Return an object with its checksum; for most stores the listing has told it."""
        self._deadline.check()
        return stored if stored.checksum else self._retry.call(lambda: self._store.look(stored))


def _near(stored: StoredObject, prefix: str, database: spec.DatabaseName, directories: set[str]) -> bool:
    """Tell whether an object may be of a database, as the image tells it before it asks its catalog."""
    return catalog.bears_name(stored.key, prefix, database) or any(each in stored.key for each in directories)


def _trend(sets: list[BackupSet]) -> tuple[tuple[datetime, int], ...]:
    """Return times and sizes, the oldest first; a pointer is a copy, and counts where there is nothing else."""
    told = [each for each in sets if each.stamp != spec.LATEST] or sets
    return tuple((each.time, each.size_bytes) for each in reversed(told[:_TREND]))
