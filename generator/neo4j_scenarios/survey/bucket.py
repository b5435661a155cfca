"""One bucket, asked about the sets of many clusters: listed once, by the image's own stores and catalog."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from neo4j_restore import catalog, listing, pointers, spec, stores
from neo4j_restore.artifacts import Artifacts, Headers
from neo4j_restore.errors import RestoreError
from neo4j_restore.listing import Listing, Sieve
from neo4j_restore.sets import BackupSet, Shelf
from neo4j_restore.settings import Settings, from_environment
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.transfer import Retry
from neo4j_scenarios.errors import Problem
from neo4j_scenarios.pin import Pin
from neo4j_scenarios.survey import drills, history
from neo4j_scenarios.survey.drills import Drill
from neo4j_scenarios.survey.newest import newest
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

# Of a whole fleet, on the operator's machine: a container, whose memory is limited, keeps fewer.
_MOST_KEPT: Final = 5_000_000

# The operator's own, by the names that the clouds' tools know.
_KEY: Final = "GOOGLE_APPLICATION_CREDENTIALS"
_OWN: Final = (_KEY, "CA_BUNDLE", "ENCRYPTION_KEY_FILE")
_OWN_PREFIXES: Final = ("AWS_", "AZURE_")


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
    ignore, on_stale: as IGNORE_OBJECTS and ON_STALE_LATEST have it.
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
    """What a bucket says to a question, by database; a database without a set is not there.

    chosen: what the question's timestamp takes. latest: what `latest` takes. refused: why a restore of that would be
    refused. held: what the lock's timestamp takes now.
    timestamp: the TIMESTAMP that takes just what is chosen, now and later; empty where `problem` says why none does.
    trend: times and sizes of one set a night, the oldest first: see `history`. counts: how many sets there are.
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
        directories = {question.directory for question in questions if question.directory}
        self._sieve = Sieve(settings.bucket.prefix, settings.databases, directories)

    def answers(self, *, with_drills: bool) -> dict[Question, Answer]:
        there, receipts = self._retry.call(self._listing)
        told = drills.read(self._store, receipts) if with_drills else {}
        return {question: self._answer(question, there, told) for question in self._questions}

    def _listing(self) -> tuple[Listing, list[StoredObject]]:
        """Return the objects that may be of a database asked for, and the newest receipts of drills."""
        receipts = drills.Newest(self._settings.bucket.prefix)
        there = listing.read(
            self._store, self._sieve, aside=receipts.takes, check=self._deadline.check, most_kept=_MOST_KEPT
        )
        return there, receipts.found

    def _answer(self, question: Question, there: Listing, told: Mapping[spec.DatabaseName, Drill]) -> Answer:
        shelves = self._shelves(question, question.timestamp, there)
        sets = {each: shelf.sets for each, shelf in shelves.items()}
        again = self._shelves(question, question.pinned, there) if question.pinned else {}
        held = {each: shelf.sets for each, shelf in again.items()}
        pinned = self._pinning.pinned(sets, question.timestamp, question.on_stale)
        pinned = self._pinning.doubted(pinned, shelves, question.timestamp, question.ignore)
        latest = self._latest(question, shelves)
        return Answer(
            chosen={each: self._pinning.pin(found) for each, found in pinned.sets.items()},
            timestamp=pinned.timestamp,
            problem=pinned.problem,
            latest={each: self._pinning.pin(found) for each, (found, _) in latest.items() if found},
            refused={each: reason for each, (_, reason) in latest.items() if reason},
            held=self._pinning.taken(held, question.pinned),
            trend={each: history.nightly(found) for each, found in sets.items()},
            counts={each: len(found) for each, found in sets.items()},
            drills={each: told[each] for each in question.databases if each in told},
        )

    def _latest(
        self, question: Question, shelves: Mapping[spec.DatabaseName, Shelf]
    ) -> dict[spec.DatabaseName, tuple[BackupSet | None, str]]:
        bucket, ignored = self._settings.bucket, question.ignore
        return {each: newest(shelf, bucket, question.on_stale, ignored) for each, shelf in shelves.items()}

    def _shelves(self, question: Question, timestamp: str, there: Listing) -> dict[spec.DatabaseName, Shelf]:
        """Return what there is of each database, as a container with this TIMESTAMP finds it."""
        if there.named:
            # Of one database alone, as the container has it.
            alone = len(question.databases) == 1
            return {
                each: Shelf([catalog.named(each, there.named, there.near)] if alone else [])
                for each in question.databases
            }
        return {each: self._shelf(each, question, timestamp, there) for each in question.databases}

    def _shelf(self, database: spec.DatabaseName, question: Question, timestamp: str, there: Listing) -> Shelf:
        asked = spec.parse_timestamp(timestamp)
        exact = asked if isinstance(asked, str) else ""
        prefix, directory = self._settings.bucket.prefix, question.directory
        sieve = Sieve(prefix, [database], [directory] if directory else [], question.ignore)
        own = [each for each in there.near if there.store_at_top or sieve.takes(each)]
        own = [each for each in own if not sieve.left_out(each)]
        shelf = catalog.find(own, prefix, database, exact=exact, directory=directory)
        sets = pointers.dated(shelf.sets, self._look, self._settings.bucket.scheme)
        unclear = [each for each in shelf.unclear if not each.peek]
        return replace(shelf, sets=self._artifacts(timestamp).dated(sets), unclear=unclear)

    def _artifacts(self, timestamp: str) -> Artifacts:
        """Return what reads the headers of backup artifacts, as a container with this TIMESTAMP does."""
        self._deadline.check()
        asked = replace(self._settings, timestamp=spec.parse_timestamp(timestamp))
        return Artifacts(asked, self._store, self._headers)

    def _look(self, stored: StoredObject) -> StoredObject:
        """Return an object with its checksum; for most stores the listing has told it."""
        self._deadline.check()
        return stored if stored.checksum else self._retry.call(lambda: self._store.look(stored))
