"""Reads one bucket for the sets of many clusters. It is listed once, with the image's own stores and catalog."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from neo4j_restore import spec, stores
from neo4j_restore.errors import ConfigurationError, RestoreError
from neo4j_restore.inspection.heads import Heads
from neo4j_restore.planning import histories, pointers
from neo4j_restore.planning.artifacts import Artifacts, Headers
from neo4j_restore.sets import catalog, listing, scattered
from neo4j_restore.sets.backup_set import BackupSet, Shelf
from neo4j_restore.sets.listing import Listing, Sieve
from neo4j_restore.settings import Settings, from_environment
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.timestamps import Timestamp
from neo4j_restore.transfer.retry import Retry
from neo4j_scenarios.errors import Problem
from neo4j_scenarios.survey import drills, history
from neo4j_scenarios.survey.drills import Drill
from neo4j_scenarios.survey.newest import newest
from neo4j_scenarios.survey.pins import Pinning
from neo4j_scenarios.survey.pool import Deadline
from neo4j_scenarios.survey.question import Answer, Options, Question, Reach

# The most objects to keep of a listing. A container keeps fewer, because its memory is limited.
_MOST_KEPT: Final = 5_000_000

# The operator's own variables, by the names that the clouds' tools use.
_KEY: Final = "GOOGLE_APPLICATION_CREDENTIALS"
_OWN: Final = (_KEY, "CA_BUNDLE", "ENCRYPTION_KEY_FILE")
_OWN_PREFIXES: Final = ("AWS_", "AZURE_")


def ask(
    place: Reach, questions: list[Question], options: Options, environment: Mapping[str, str], deadline: Deadline
) -> dict[Question, Answer] | Problem:
    """Return the bucket's answers, or the problem with it. environment: the operator's. Raises Overdue."""
    try:
        settings = from_environment(_environment(place, questions, options, environment))
        with closing(stores.open_store(settings)) as store:
            return _Bucket(settings, store, questions, deadline).answers(with_drills=options.drills)
    except RestoreError as error:
        return Problem(str(place), str(error), error.hint)


def _environment(
    place: Reach, questions: list[Question], options: Options, environment: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment with which the image's package reads the bucket as this operator."""
    variables = {name: text for name, text in environment.items() if name in _OWN or name.startswith(_OWN_PREFIXES)}
    key = options.credentials or variables.get(_KEY)
    if key:
        variables[_KEY] = str(Path(key).absolute())
    if options.credentials:
        variables["CREDENTIALS_FILE"] = variables[_KEY]
    settings = {
        "DATABASE": ",".join(dict.fromkeys(name for question in questions for name in question.databases)),
        "RETRY_SECONDS": f"{options.retry_seconds:.3f}",
        "STALL_SECONDS": f"{options.stall_seconds:.3f}",
    }
    return variables | dict(place.variables) | settings


class _Bucket:
    """One bucket, listed once for all its questions."""

    def __init__(self, settings: Settings, store: Store, questions: list[Question], deadline: Deadline) -> None:
        self._settings, self._store, self._questions, self._deadline = settings, store, questions, deadline
        self._retry = Retry(settings.pace.retry_seconds)
        self._headers: Headers = {}
        self._pinning = Pinning(settings.request.bucket, self._look)
        directories = {question.directory for question in questions if question.directory}
        self._sieve = Sieve(settings.request.bucket.prefix, settings.request.databases, directories)

    def answers(self, *, with_drills: bool) -> dict[Question, Answer]:
        objects, receipts = self._retry.call(self._listing)
        last_drills = drills.read(self._store, self._sieve.prefix, receipts) if with_drills else {}
        return {question: self._answer(question, objects, last_drills) for question in self._questions}

    def _listing(self) -> tuple[Listing, list[StoredObject]]:
        """Return the objects that may belong to a requested database, and the newest receipts of drills."""
        receipts = drills.Newest(self._settings.request.bucket.prefix)
        objects = listing.read(
            self._store, self._sieve, aside=receipts.takes, check=self._deadline.check, most_kept=_MOST_KEPT
        )
        return objects, receipts.objects

    def _answer(self, question: Question, objects: Listing, last_drills: Mapping[spec.DatabaseName, Drill]) -> Answer:
        requested, held = spec.parse_timestamp(question.timestamp), spec.parse_timestamp(question.pinned)
        shelves = self._shelves(question, requested, objects)
        sets = {each: shelf.sets for each, shelf in shelves.items()}
        pinned_shelves = self._shelves(question, held, objects) if question.pinned else {}
        pinned_sets = {each: shelf.sets for each, shelf in pinned_shelves.items()}
        pinned = self._pinning.pinned(sets, requested, question.on_stale)
        pinned = self._pinning.doubted(pinned, shelves, requested, question.ignore)
        latest = self._latest(question, shelves)
        return Answer(
            chosen={each: self._pinning.pin(backup) for each, backup in pinned.sets.items()},
            timestamp=pinned.timestamp,
            problem=pinned.problem,
            latest={each: self._pinning.pin(backup) for each, (backup, _) in latest.items() if backup},
            refused={each: reason for each, (_, reason) in latest.items() if reason},
            held=self._pinning.taken(pinned_sets, held),
            trend={each: history.nightly(several) for each, several in sets.items()},
            counts={each: len(several) for each, several in sets.items()},
            drills={each: last_drills[each] for each in question.databases if each in last_drills},
        )

    def _latest(
        self, question: Question, shelves: Mapping[spec.DatabaseName, Shelf]
    ) -> dict[spec.DatabaseName, tuple[BackupSet | None, str]]:
        bucket, ignored = self._settings.request.bucket, question.ignore
        return {each: newest(shelf, bucket, question.on_stale, ignored) for each, shelf in shelves.items()}

    def _shelves(self, question: Question, timestamp: Timestamp, objects: Listing) -> dict[spec.DatabaseName, Shelf]:
        """Return the sets of each database, as a container with this TIMESTAMP finds them."""
        if objects.named:
            # BUCKET names one object. As in the container, it can only be the set of a single database.
            alone, place = len(question.databases) == 1, self._settings.request.bucket.of("")
            return {
                each: Shelf([catalog.named(each, objects.named, objects.candidates, place)] if alone else [])
                for each in question.databases
            }
        return {each: self._shelf(each, question, timestamp, objects) for each in question.databases}

    def _shelf(self, database: spec.DatabaseName, question: Question, timestamp: Timestamp, objects: Listing) -> Shelf:
        prefix, directory = self._settings.request.bucket.prefix, question.directory
        sieve = Sieve(prefix, [database], [directory] if directory else [], question.ignore)
        candidates = [each for each in objects.candidates if objects.store_at_top or sieve.takes(each)]
        candidates = [each for each in candidates if not sieve.left_out(each)]
        place = self._settings.request.bucket.of("")
        shelf = catalog.find(candidates, prefix, database, exact=timestamp.word, directory=directory, place=place)
        sets = pointers.dated(shelf.sets, self._look, self._settings.request.bucket.scheme)
        unclear = [each for each in shelf.unclear if not each.peek]
        reader = self._artifacts(timestamp)
        return _joined(replace(shelf, sets=reader.dated(sets), unclear=unclear), timestamp, reader)

    def _artifacts(self, timestamp: Timestamp) -> Artifacts:
        """Return the reader of the headers of backup artifacts, for a container with this TIMESTAMP."""
        self._deadline.check()
        request, heads = replace(self._settings.request, timestamp=timestamp), Heads.of(self._settings, self._store)
        return Artifacts(request, heads, self._settings.pace.connections, self._headers)

    def _look(self, stored: StoredObject) -> StoredObject:
        """Return an object with its checksum. Most stores give it in the listing already."""
        self._deadline.check()
        return stored if stored.checksum else self._retry.call(lambda: self._store.stat(stored))


def _joined(shelf: Shelf, timestamp: Timestamp, reader: Artifacts) -> Shelf:
    """Return the shelf with those artifacts in folders below BUCKET that a restore takes for the database's."""
    try:
        chosen = histories.choose(shelf.sets, timestamp)
    except ConfigurationError:
        # Several sets could be meant. Whoever chooses says so.
        return shelf
    sorted_out = scattered.joined(chosen, shelf.sets, shelf.unclear, reader.dated) if chosen else None
    return replace(shelf, sets=list(sorted_out.sets), unclear=list(sorted_out.unclear)) if sorted_out else shelf
