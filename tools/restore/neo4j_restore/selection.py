"""Which set each database of a request gets: the bucket is listed once, and what it holds is looked over."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from logging import getLogger

from neo4j_restore import (
    age,
    artifacts,
    catalog,
    choosing,
    contents,
    listing,
    plan,
    pointers,
    scattered,
    shards,
    stamps,
    transfer,
)
from neo4j_restore.artifacts import Artifacts
from neo4j_restore.choosing import Choice
from neo4j_restore.errors import BackupDamagedError, BackupNotFoundError, ConfigurationError, RestoreError, StoreError
from neo4j_restore.kinds import Kind
from neo4j_restore.listing import Listing, Sieve
from neo4j_restore.naming import Namer
from neo4j_restore.plan import Action, Decision, Step
from neo4j_restore.sets import BackupSet, Shelf, TimeSource, Unclear
from neo4j_restore.settings import Settings
from neo4j_restore.spec import LATEST, DatabaseName
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.volume import Volume

log = getLogger(__name__)

# Objects whose names leave open whether they are backups at all: so many of the newest are looked into.
_MOST_PEEKED = 8
_PEEKED_BYTES = 64 * 1024


@dataclass(frozen=True)
class Found:
    """What the bucket holds of one database.

    sets: as `catalog.order` has them, with what checksums and headers tell of their times. named: the set that BUCKET
    itself names. unclear: what is not understood, and is a backup as far as its first bytes tell. others: how many sets
    of other databases there are, by their names.
    """

    sets: list[BackupSet] = field(default_factory=list)
    unclear: list[Unclear] = field(default_factory=list)
    named: BackupSet | None = None
    others: Mapping[str, int] = field(default_factory=dict)


class Selection:
    """Finds and chooses the sets of one request in one store."""

    def __init__(self, settings: Settings, store: Store, reader: Artifacts) -> None:
        """Take the store; nothing is asked of it yet."""
        self._settings, self._store, self._reader = settings, store, reader
        self._prefix, self._directory = settings.bucket.prefix, settings.backup_set_dir
        self._place = settings.bucket.of("")
        self._retry = transfer.Retry(settings.retry_seconds)
        self._found: dict[DatabaseName, Found] = {}

    @property
    def seen(self) -> int:
        """Return how many objects the listing had."""
        return self._listing.seen

    def of(self, database: DatabaseName) -> Found:
        """Return what the bucket holds of a database. Raises StoreError; ConfigurationError where BUCKET is one set."""
        if database not in self._found:
            self._found[database] = self._find(database)
        return self._found[database]

    def choose(
        self, steps: tuple[Step, ...], state: Volume
    ) -> tuple[tuple[Step, ...], dict[DatabaseName, list[BackupSet]]]:
        """Return the steps with their sets, and all sets there are of each database, as `catalog.order` has them.

        Raises BackupNotFoundError that names all databases without a set, or whose set is in doubt; ConfigurationError
        if one set would be two databases.
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
        return tuple(chosen), {database: found.sets for database, found in self._found.items()}

    def _step(self, step: Step, state: Volume) -> Step:
        choice = self._choice(step.database)
        found = self.of(step.database)
        family = shards.find(self._keys, step.database)
        chosen = choice.chosen if choice else None
        if family and shards.is_meant(family, step.database, chosen, self._settings.timestamp):
            raise shards.refusal(family, step.database, self._settings.bucket)
        if choice is None:
            return self._missing(step, state)
        if choice.doubt:
            raise BackupNotFoundError(choice.doubt, hint=choice.hint)
        doubtful = [] if found.named else choosing.doubts(choice.chosen, found.unclear, self._settings.timestamp)
        if doubtful:
            raise choosing.refusal(choice.chosen, doubtful, self._settings.bucket, self._settings.ignore_objects)
        _tell_time(choice.chosen)
        return replace(step, chosen=choice.chosen, warning="; ".join(choice.warnings), unclear=tuple(found.unclear))

    def _choice(self, database: DatabaseName) -> Choice | None:
        found, timestamp = self.of(database), self._settings.timestamp
        if found.named:
            return Choice(found.named)
        chosen = artifacts.choose(found.sets, timestamp)
        if chosen is None:
            return None
        told = choosing.name_doubts(chosen)
        if chosen.kind is Kind.BACKUP:
            chosen, told = self._with_scattered(database, chosen)
            told = (*told, *self._given_up(database, chosen))
        if timestamp == LATEST:
            choice = choosing.judge(chosen, self.of(database).sets, self._settings.on_stale_latest)
            return replace(choice, warnings=(*choice.warnings, *told))
        if chosen.time_source is TimeSource.STORE and not isinstance(timestamp, str):
            warning = f"the time of {chosen.url} is only the store's, which a copy of the bucket resets"
            return Choice(chosen, (warning, *told))
        return Choice(chosen, told)

    def _with_scattered(self, database: DatabaseName, chosen: BackupSet) -> tuple[BackupSet, tuple[str, ...]]:
        """Return the artifact to take now that the headers in other folders were read too, and a warning about them.

        Those of another database id are of another database, whatever it is called: nothing of this one is lost
        without them.
        """
        found = self.of(database)
        apart = [each.as_set for each in found.unclear if each.as_set and each.as_set.kind is Kind.BACKUP]
        if not apart or not chosen.header or not chosen.header.database_id:
            return chosen, ()
        known = scattered.sort_out(chosen, found.sets, found.unclear, self._reader.dated(apart))
        sets = catalog.order([*found.sets, *known.sets])
        self._found[database] = replace(found, sets=sets, unclear=list(known.unclear))
        chosen = artifacts.choose(sets, self._settings.timestamp) or chosen
        return chosen, choosing.left_alone(chosen, known.foreign, self._settings.timestamp)

    def _given_up(self, database: DatabaseName, chosen: BackupSet) -> tuple[str, ...]:
        """Return a warning where older artifacts have higher transactions than the chosen one, if there are any."""
        other = artifacts.went_back(chosen, self.of(database).sets, self._settings.timestamp)
        if other is None:
            return ()
        warning = (
            f"{other.url} has later transactions than {chosen.url}, and is older by its header: it is left alone as of "
            "a history that ended when the database was restored from an older backup; name it with TIMESTAMP or "
            "BUCKET if it is meant"
        )
        return (warning,)

    def _missing(self, step: Step, state: Volume) -> Step:
        """Return the step that starts Neo4j without its database. Raises BackupNotFoundError where that is wrong."""
        found, settings = self.of(step.database), self._settings
        if plan.missing_is_fine(settings, step, state, self._bearing(step.database)):
            reason = f"{settings.bucket} has no set of it, and ON_MISSING is start-empty"
            log.warning("%s: skip: %s", step.database, reason)
            return Step(step.database, Decision(Action.SKIP, reason), None)
        shelf = Shelf(found.sets, found.unclear, found.others)
        raise choosing.not_found(settings.bucket, step.database, settings.timestamp, shelf, self._keys, self.seen)

    @cached_property
    def _keys(self) -> list[str]:
        """Return the keys that were kept: of all objects near, and of some others."""
        return [*(stored.key for stored in self._listing.near), *self._listing.examples]

    def _bearing(self, database: DatabaseName) -> int:
        """Return how many objects bear the name of a database, whatever they are; links that lead away among them."""
        namer = Namer(self._prefix, database)
        keys = [*(stored.key for stored in self._listing.near), *getattr(self._store, "skipped", ())]
        return sum(namer.bears(key.removeprefix(self._prefix)) for key in keys)

    @cached_property
    def _listing(self) -> Listing:
        databases, directories = self._settings.databases, [self._directory] if self._directory else []
        sieve = Sieve(self._prefix, databases, directories, self._settings.ignore_objects)
        found = self._retry.call(partial(listing.read, self._store, sieve))
        listing.tell(found)
        return found

    def _find(self, database: DatabaseName) -> Found:
        named = self._listing.named
        if named:
            return self._named(database, named)
        shelf = self._shelf(database, self._listing.near, self._prefix)
        if self._listing.store_at_top:
            (top,) = (each for each in shelf.sets if each.key == self._prefix)
            self._agree(top)
            return Found([top], [], top)
        sets = shelf.sets
        if isinstance(self._settings.timestamp, str) and self._settings.timestamp != LATEST:
            sets = self._reader.dated(sets)
        else:
            sets = self._reader.dated(pointers.dated(sets, self._look, self._settings.bucket.scheme))
        return Found(sets, self._backups(shelf.unclear), others=shelf.others)

    def _shelf(self, database: DatabaseName, objects: list[StoredObject], prefix: str) -> Shelf:
        exact = self._settings.timestamp if isinstance(self._settings.timestamp, str) else ""
        shelf = catalog.find(objects, prefix, database, exact=exact, directory=self._directory, place=self._place)
        if shelf.others:
            names = ", ".join(f"{name} ({count})" for name, count in sorted(shelf.others.items())[:10])
            log.info("%s: left alone what is named as a set of another database: %s", database, names)
        return shelf

    def _named(self, database: DatabaseName, stored: StoredObject) -> Found:
        """Return the one object that BUCKET names as the set, whatever it is called."""
        named = catalog.named(database, stored, self._listing.near, self._place)
        self._agree(named)
        beside: list[BackupSet] = []
        if named.kind is Kind.BACKUP:
            # Its chain lies beside it.
            prefix = stored.key[: stored.key.rfind("/") + 1]
            sieve = Sieve(prefix, [database], ignore=self._settings.ignore_objects)
            near = self._retry.call(partial(listing.read, self._store, sieve)).near
            beside = [each for each in self._shelf(database, near, prefix).sets if each.key != named.key]
        sets = self._reader.dated([named, *beside])
        return Found(sets, [], next(each for each in sets if each.key == named.key))

    def _agree(self, named: BackupSet) -> None:
        url = self._settings.bucket.of(named.key)
        choosing.refuse_disagreeing(named, self._settings.timestamp, self._settings.databases, url)
        log.info("%s: BUCKET names the set itself, %s", named.database, url)

    def _look(self, stored: StoredObject) -> StoredObject:
        return stored if stored.checksum else self._retry.call(partial(self._store.look, stored))

    def _backups(self, unclear: list[Unclear]) -> list[Unclear]:
        """Return what is not understood, without what is not a backup by its first bytes."""
        peeked = [each for each in unclear if each.peek][:_MOST_PEEKED]
        return [each for each in unclear if not each.peek or (each in peeked and self._is_backup(each))]

    def _is_backup(self, each: Unclear) -> bool:
        try:
            head = transfer.part(self._store, each.stored, self._retry, 0, _PEEKED_BYTES)
        except StoreError as error:
            if error.transient:
                raise
            # It can't be told, so it may be one.
            return True
        if age.is_encrypted(head):
            return True
        try:
            contents.contents_of(head, Kind.BACKUP, each.key)
        except BackupDamagedError:
            return False
        return True


def _tell_time(chosen: BackupSet) -> None:
    stamp = stamps.read(chosen.stamp, chosen.updated)
    how = f"stamp {chosen.stamp}, {stamp.form}" if stamp else f"stamp {chosen.stamp or 'none'}"
    log.info("%s: taking %s, of %s by the %s (%s)", *_about(chosen), chosen.time_source, how)


def _about(chosen: BackupSet) -> tuple[str, str, str]:
    return chosen.database, chosen.url, chosen.time.isoformat(timespec="seconds")


def _refuse_shared(chosen: list[BackupSet]) -> None:
    urls = [each.url for each in chosen]
    if len(set(urls)) < len(urls):
        message = f"{max(urls, key=urls.count)} would be restored as more than one database"
        raise ConfigurationError(message, hint="BACKUP_SET_DIR names one database's folder: ask for one database")
