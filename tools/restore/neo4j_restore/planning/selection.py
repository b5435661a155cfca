"""Finds the set for each database of a request: lists the bucket once, and inspects what may be a backup."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from logging import getLogger

from neo4j_restore.errors import BackupDamagedError, BackupNotFoundError, ConfigurationError, RestoreError, StoreError
from neo4j_restore.inspection import contents
from neo4j_restore.planning import choosing, freshness, histories, plan, pointers, points, refusals, shards
from neo4j_restore.planning.artifacts import Artifacts
from neo4j_restore.planning.freshness import Choice
from neo4j_restore.planning.plan import Action, Decision, Step
from neo4j_restore.sets import catalog, listing, scattered, stamps
from neo4j_restore.sets.backup_set import BackupSet, Shelf, TimeSource, Unclear
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.sets.listing import Listing, Sieve
from neo4j_restore.sets.naming import Namer
from neo4j_restore.settings import Policy, Request
from neo4j_restore.spec import DatabaseName
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.streams import age
from neo4j_restore.timestamps import Timestamp
from neo4j_restore.transfer import retry
from neo4j_restore.volume.state import Volume

log = getLogger(__name__)

# If an object's name does not show whether it is a backup, its first bytes are read. Only for this many of the newest.
_MOST_PEEKED = 8
_PEEKED_BYTES = 64 * 1024


@dataclass(frozen=True)
class Found:
    """What the bucket holds for one database.

    sets: as `catalog.order` returns them, with the times from checksums and headers.
    unclear: not understood, but a backup as far as the first bytes show.
    named: the set that BUCKET itself names, or None. others: the number of sets of other databases, by name.
    """

    sets: list[BackupSet] = field(default_factory=list)
    unclear: list[Unclear] = field(default_factory=list)
    named: BackupSet | None = None
    others: Mapping[str, int] = field(default_factory=dict)


class Selection:
    """Finds and chooses the sets of one request in one store."""

    def __init__(self, request: Request, policy: Policy, store: Store, reader: Artifacts) -> None:
        """Keep the store, without asking it."""
        self._request, self._policy, self._store, self._reader = request, policy, store, reader
        self._prefix, self._directory = request.bucket.prefix, request.backup_set_dir
        self._place = request.bucket.of("")
        self._retry = retry.Retry(reader.heads.retry_seconds)
        self._found: dict[DatabaseName, Found] = {}

    @property
    def seen(self) -> int:
        """Return the number of objects in the listing."""
        return self._listing.seen

    def of(self, database: DatabaseName) -> Found:
        """Return what the bucket holds for a database.

        Raises StoreError. Raises ConfigurationError if BUCKET names one set that does not fit the other variables.
        """
        if database not in self._found:
            self._found[database] = self._find(database)
        return self._found[database]

    def choose(
        self, steps: tuple[Step, ...], state: Volume
    ) -> tuple[tuple[Step, ...], dict[DatabaseName, list[BackupSet]]]:
        """Return the steps with their sets, and all sets of each database, as `catalog.order` returns them.

        Raises one BackupNotFoundError for all databases without a set or with a doubtful one. Raises ConfigurationError
        if one set would be restored as two databases.
        """
        chosen: list[Step] = []
        problems: list[RestoreError] = []
        for step in steps:
            if step.decision.action is not Action.RESTORE:
                chosen.append(step)
                continue
            try:
                chosen.append(self._step(step, state))
            except BackupNotFoundError as error:
                problems.append(error)
        if problems:
            hints = dict.fromkeys(error.hint for error in problems)
            raise BackupNotFoundError("; ".join(map(str, problems)), hint="; ".join(hints))
        _refuse_shared([step.chosen for step in chosen if step.chosen])
        return tuple(chosen), {database: shelf.sets for database, shelf in self._found.items()}

    def _step(self, step: Step, state: Volume) -> Step:
        choice = self._choice(step.database)
        # After `_choice`, which may add sets from other folders.
        shelf = self.of(step.database)
        family = shards.find(self._keys, step.database)
        chosen = choice.chosen if choice else None
        if family and shards.is_meant(family, step.database, chosen, self._request.timestamp):
            raise shards.refusal(family, step.database, self._request.bucket)
        if choice is None:
            return self._missing(step, state)
        if choice.doubt:
            raise BackupNotFoundError(choice.doubt, hint=choice.hint)
        doubtful = [] if shelf.named else choosing.doubts(choice.chosen, shelf.unclear, self._request.timestamp)
        if doubtful:
            raise refusals.refusal(choice.chosen, doubtful, self._request.bucket, self._request.ignore_objects)
        _log_time(choice.chosen)
        if not self._request.until:
            _log_distance(choice.chosen, self._request.timestamp)
        return replace(step, chosen=choice.chosen, warning="; ".join(choice.warnings), unclear=tuple(shelf.unclear))

    def _choice(self, database: DatabaseName) -> Choice | None:
        shelf, timestamp = self.of(database), self._request.timestamp
        if shelf.named:
            return Choice(shelf.named)
        chosen = histories.choose(self._eligible(database), timestamp)
        if chosen is None:
            self._refuse_other_kinds(shelf.sets)
            return None
        warnings = choosing.name_doubts(chosen)
        if chosen.kind is Kind.BACKUP:
            chosen, warnings = self._with_scattered(database, chosen)
            warnings = (*warnings, *self._given_up(database, chosen))
        if timestamp.is_latest:
            choice = freshness.judge(chosen, self._eligible(database), self._policy.on_stale_latest)
            return replace(choice, warnings=(*choice.warnings, *warnings))
        if chosen.time_source is TimeSource.STORE and timestamp.moment:
            warning = f"the time of {chosen.url} is only its upload time, which a copy of the bucket resets"
            return Choice(chosen, (warning, *warnings))
        return Choice(chosen, warnings)

    def _eligible(self, database: DatabaseName) -> list[BackupSet]:
        """Return the sets to choose from. With RESTORE_UNTIL only backup artifacts have such points."""
        sets = self.of(database).sets
        return [each for each in sets if each.kind is Kind.BACKUP] if self._request.until else sets

    def _refuse_other_kinds(self, sets: Sequence[BackupSet]) -> None:
        """Raise ConfigurationError if only sets of other kinds than RESTORE_UNTIL needs are there."""
        others = [each for each in sets if each.kind is not Kind.BACKUP]
        if self._request.until and others:
            points.check(self._request.until, others[0], others[0].url)

    def _with_scattered(self, database: DatabaseName, chosen: BackupSet) -> tuple[BackupSet, tuple[str, ...]]:
        """Read the artifacts in folders that are not understood. Return the artifact to take now, and a warning.

        An artifact with another database id is of another database, whatever its name is.
        """
        shelf = self.of(database)
        sorted_out = scattered.joined(chosen, shelf.sets, shelf.unclear, self._reader.dated)
        if sorted_out is None:
            return chosen, ()
        sets = list(sorted_out.sets)
        self._found[database] = replace(shelf, sets=sets, unclear=list(sorted_out.unclear))
        chosen = histories.choose(sets, self._request.timestamp) or chosen
        return chosen, choosing.left_alone(chosen, sorted_out.foreign, self._request.timestamp)

    def _given_up(self, database: DatabaseName, chosen: BackupSet) -> tuple[str, ...]:
        """Return a warning if an older artifact has higher transactions than the chosen one."""
        other = histories.went_back(chosen, self.of(database).sets, self._request.timestamp)
        if other is None:
            return ()
        warning = (
            f"{other.url} has later transactions than {chosen.url}, but is older by its header. It is left alone, as "
            "it belongs to a history that ended when the database was restored from an older backup. If it is meant, "
            "name it with TIMESTAMP or BUCKET"
        )
        return (warning,)

    def _missing(self, step: Step, state: Volume) -> Step:
        """Return the step that starts Neo4j without the database. Raises BackupNotFoundError if that is not allowed."""
        shelf, request = self.of(step.database), self._request
        if plan.missing_is_fine(self._policy, step, state, self._bearing(step.database)):
            reason = f"{request.bucket} has no set of it, and ON_MISSING is start-empty"
            log.warning("%s: skip: %s", step.database, reason)
            return Step(step.database, Decision(Action.SKIP, reason), None)
        all_sets = Shelf(shelf.sets, shelf.unclear, shelf.others)
        raise refusals.not_found(request.bucket, step.database, request.timestamp, all_sets, self._keys, self.seen)

    @cached_property
    def _keys(self) -> list[str]:
        """Return the keys that the listing kept: of all candidates, and of some other objects."""
        return [*(stored.key for stored in self._listing.candidates), *self._listing.examples]

    def _bearing(self, database: DatabaseName) -> int:
        """Return how many objects bear the name of a database, whatever they are."""
        # A link that leads out of the bucket is skipped by the listing, but it may stand for a backup.
        namer = Namer(self._prefix, database)
        keys = [*(stored.key for stored in self._listing.candidates), *getattr(self._store, "skipped", ())]
        return sum(namer.bears(key.removeprefix(self._prefix)) for key in keys)

    @cached_property
    def _listing(self) -> Listing:
        databases, directories = self._request.databases, [self._directory] if self._directory else []
        sieve = Sieve(self._prefix, databases, directories, self._request.ignore_objects)
        objects = self._retry.call(partial(listing.read, self._store, sieve))
        listing.log_left_out(objects)
        return objects

    def _find(self, database: DatabaseName) -> Found:
        named = self._listing.named
        if named:
            return self._named(database, named)
        shelf = self._shelf(database, self._listing.candidates, self._prefix)
        if self._listing.store_at_top:
            (top,) = (each for each in shelf.sets if each.key == self._prefix)
            self._agree(top)
            return Found([top], [], top)
        sets = shelf.sets
        if self._request.timestamp.is_exact:
            sets = self._reader.dated(sets)
        else:
            sets = self._reader.dated(pointers.dated(sets, self._look, self._request.bucket.scheme))
        return Found(sets, self._backups(shelf.unclear), others=shelf.others)

    def _shelf(self, database: DatabaseName, objects: list[StoredObject], prefix: str) -> Shelf:
        exact, directory = self._request.timestamp.word, self._directory
        shelf = catalog.find(objects, prefix, database, exact=exact, directory=directory, place=self._place)
        if shelf.others:
            names = ", ".join(f"{name} ({count})" for name, count in sorted(shelf.others.items())[:10])
            log.info("%s: left alone what is named as a set of another database: %s", database, names)
        return shelf

    def _named(self, database: DatabaseName, stored: StoredObject) -> Found:
        """Return the object that BUCKET names as the set, whatever its name is."""
        named = catalog.named(database, stored, self._listing.candidates, self._place)
        self._agree(named)
        beside: list[BackupSet] = []
        if named.kind is Kind.BACKUP:
            # The other artifacts of its chain lie beside it.
            prefix = stored.key[: stored.key.rfind("/") + 1]
            sieve = Sieve(prefix, [database], ignore=self._request.ignore_objects)
            objects = self._retry.call(partial(listing.read, self._store, sieve)).candidates
            beside = [each for each in self._shelf(database, objects, prefix).sets if each.key != named.key]
        sets = self._reader.dated([named, *beside])
        return Found(sets, [], next(each for each in sets if each.key == named.key))

    def _agree(self, named: BackupSet) -> None:
        url = self._request.bucket.of(named.key)
        refusals.refuse_disagreeing(named, self._request.timestamp, self._request.databases, url)
        log.info("%s: BUCKET names the set itself, %s", named.database, url)

    def _look(self, stored: StoredObject) -> StoredObject:
        return stored if stored.checksum else self._retry.call(partial(self._store.stat, stored))

    def _backups(self, unclear: list[Unclear]) -> list[Unclear]:
        """Return the unclear objects without those whose first bytes show that they are not backups."""
        peeked = [each for each in unclear if each.peek][:_MOST_PEEKED]
        return [each for each in unclear if not each.peek or (each in peeked and self._is_backup(each))]

    def _is_backup(self, unclear: Unclear) -> bool:
        try:
            head = retry.part(self._store, unclear.stored, self._retry, 0, _PEEKED_BYTES)
        except StoreError as error:
            if error.transient:
                raise
            # It can't be read, so it may be a backup.
            return True
        if age.is_encrypted(head):
            return True
        try:
            contents.contents_of(head, Kind.BACKUP, unclear.key)
        except BackupDamagedError:
            return False
        return True


def _log_time(chosen: BackupSet) -> None:
    stamp = stamps.read(chosen.stamp, chosen.updated)
    how = f"stamp {chosen.stamp}, {stamp.form}" if stamp else f"stamp {chosen.stamp or 'none'}"
    log.info("%s: taking %s, of %s by the %s (%s)", *_about(chosen), chosen.time_source, how)


def _log_distance(chosen: BackupSet, timestamp: Timestamp) -> None:
    """Say how far a backup artifact is from the time that was asked for. Only RESTORE_UNTIL gets nearer."""
    if chosen.kind is not Kind.BACKUP or timestamp.moment is None or chosen.time >= timestamp.moment:
        return
    log.info(
        "%s: %s was made %s before TIMESTAMP. If a differential backup was made later, RESTORE_UNTIL=%s restores up to "
        "that time itself",
        *(chosen.database, chosen.url, timestamp.moment - chosen.time, timestamp.text),
    )


def _about(chosen: BackupSet) -> tuple[str, str, str]:
    return chosen.database, chosen.url, chosen.time.isoformat(timespec="seconds")


def _refuse_shared(chosen: list[BackupSet]) -> None:
    urls = [each.url for each in chosen]
    if len(set(urls)) < len(urls):
        message = f"{max(urls, key=urls.count)} would be restored as more than one database"
        raise ConfigurationError(
            message, hint="BACKUP_SET_DIR names the folder of one database: name only one in DATABASE"
        )
