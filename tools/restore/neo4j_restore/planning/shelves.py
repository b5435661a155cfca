"""What the bucket holds for each database of a request: it is listed once, and what may be a backup is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from logging import getLogger

from neo4j_restore.errors import BackupDamagedError, StoreError
from neo4j_restore.inspection import contents
from neo4j_restore.planning import pointers, refusals
from neo4j_restore.planning.artifacts import Artifacts
from neo4j_restore.request import Request
from neo4j_restore.sets import catalog, listing
from neo4j_restore.sets.backup_set import BackupSet, Shelf, Unclear
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.sets.listing import Listing, Sieve
from neo4j_restore.sets.naming import Namer
from neo4j_restore.spec import DatabaseName
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.streams import age
from neo4j_restore.transfer import retry

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


class Shelves:
    """Finds the sets of the databases of one request in one store, each once."""

    def __init__(self, request: Request, store: Store, reader: Artifacts) -> None:
        """Keep the store, without asking it."""
        self._request, self._store, self._reader = request, store, reader
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

    @cached_property
    def keys(self) -> list[str]:
        """Return the keys that the listing kept: of all candidates, and of some other objects."""
        return [*(stored.key for stored in self._listing.candidates), *self._listing.examples]

    def bearing(self, database: DatabaseName) -> int:
        """Return how many objects bear the name of a database, whatever they are."""
        # A link that leads out of the bucket is skipped by the listing, but it may stand for a backup.
        namer = Namer(self._prefix, database)
        keys = [*(stored.key for stored in self._listing.candidates), *getattr(self._store, "skipped", ())]
        return sum(namer.bears(key.removeprefix(self._prefix)) for key in keys)

    @cached_property
    def _listing(self) -> Listing:
        databases, directories = self._request.sources, [self._directory] if self._directory else []
        sieve = Sieve(self._prefix, databases, directories, self._request.ignore_objects)
        objects = self._retry.call(partial(listing.read, self._store, sieve))
        listing.log_left_out(objects)
        return objects

    def _find(self, database: DatabaseName) -> Found:
        stored = self._listing.named
        if stored:
            return self._named(database, stored)
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
            log.info("%s: ignored objects that are named as sets of another database: %s", database, names)
        return shelf

    def _named(self, database: DatabaseName, stored: StoredObject) -> Found:
        """Return the object that BUCKET names as the set, whatever its name is."""
        backup = catalog.named(database, stored, self._listing.candidates, self._place)
        self._agree(backup)
        beside: list[BackupSet] = []
        if backup.kind is Kind.BACKUP:
            # The other artifacts of its chain lie beside it.
            prefix = stored.key[: stored.key.rfind("/") + 1]
            sieve = Sieve(prefix, [database], ignore=self._request.ignore_objects)
            objects = self._retry.call(partial(listing.read, self._store, sieve)).candidates
            beside = [each for each in self._shelf(database, objects, prefix).sets if each.key != backup.key]
        sets = self._reader.dated([backup, *beside])
        return Found(sets, [], next(each for each in sets if each.key == backup.key))

    def _agree(self, backup: BackupSet) -> None:
        url = self._request.bucket.of(backup.key)
        refusals.refuse_disagreeing(backup, self._request.timestamp, self._request.databases, url)
        log.info("%s: BUCKET names the set itself, %s", backup.database, url)

    def put(self, database: DatabaseName, catalogued: Found) -> None:
        """Take `catalogued` as what the bucket holds for a database, once more is known."""
        self._found[database] = catalogued

    @property
    def all(self) -> dict[DatabaseName, list[BackupSet]]:
        """Return the sets of each database that was asked for."""
        return {database: catalogued.sets for database, catalogued in self._found.items()}

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
