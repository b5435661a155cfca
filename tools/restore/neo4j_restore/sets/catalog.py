"""Makes backup sets from a listing: the sets of one database, their times, and the objects that are not understood.

A set is one backup of one database: one object, whose name `naming` reads, or a raw directory, which has store files in
it. The time of a set comes from the set itself. The store's own time of an object is the last resort, because a copy of
the bucket resets it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from neo4j_restore.sets import stamps
from neo4j_restore.sets.backup_set import STORE_MARKERS, BackupSet, Shelf, TimeSource, Unclear
from neo4j_restore.sets.kinds import ENDINGS, SUM, Kind, split_ending
from neo4j_restore.sets.naming import Named, Namer, Reading
from neo4j_restore.spec import DatabaseName
from neo4j_restore.stores import StoredObject

# This many names of other databases are kept for the log.
_MOST_OTHERS = 100


def time_of(stamp: str) -> datetime | None:
    """Return the time of a stamp such as `2026-01-31-02:00:00` or `20260131` in UTC, or None.

    For a date alone it is the last second of the day, because the set may be of any time of that day.
    """
    reading = stamps.read(stamp)
    return reading.time if reading else None


def order(sets: Iterable[BackupSet]) -> list[BackupSet]:
    """Return the sets newest first. Sets of which only the upload time is known come last.

    Of two sets of one time the stamped one comes first, because no later backup replaces it.
    """

    def rank(backup: BackupSet) -> tuple[bool, datetime, bool, str]:
        return backup.time_source is not TimeSource.STORE, backup.time, backup.is_stamped, backup.key

    return sorted(sets, key=rank, reverse=True)


def find_sets(
    objects: Iterable[StoredObject], prefix: str, database: DatabaseName, *, exact: str = "", directory: str = ""
) -> list[BackupSet]:
    """Return the sets of `database` among `objects`, as `order` returns them. See `find`."""
    return find(objects, prefix, database, exact=exact, directory=directory).sets


def find(
    objects: Iterable[StoredObject],
    prefix: str,
    database: DatabaseName,
    *,
    exact: str = "",
    directory: str = "",
    place: str = "",
) -> Shelf:
    """Return the sets of `database` among `objects`, and what is not understood.

    prefix: the bucket's path, which all keys start with. exact: TIMESTAMP, a stamp even if it is not a time.
    directory: BACKUP_SET_DIR, a folder relative to `prefix` in which a raw set may have any name.
    place: see `BackupSet`.
    """
    finder = _Finder(prefix, database, exact, directory, place)
    finder.take([stored for stored in objects if stored.key.startswith(prefix)])
    finder.take_worded()
    finder.take_series()
    newest_first = sorted(finder.unclear, key=lambda each: (each.time, each.key), reverse=True)
    return Shelf(order(finder.sets), newest_first, finder.others)


def named(database: DatabaseName, stored: StoredObject, beside: Iterable[StoredObject], place: str = "") -> BackupSet:
    """Return the object that BUCKET names as a set, whatever its name is. beside: may have its `.sha256` file."""
    name = stored.key.rpartition("/")[2]
    tag, stamp = Namer("", database).stamp_of(name, stored.updated)
    time, source = (stamp.time, TimeSource.NAME) if stamp else (stored.updated, TimeSource.STORE)
    sums = tuple(each for each in beside if each.key == f"{stored.key}{SUM}")
    kind = ENDINGS.get(split_ending(name)[1], Kind.ARCHIVE)
    return BackupSet(database, kind, stored.key, tag, time, (stored,), sums, time_source=source, place=place)


class _Finder:
    """Sorts the objects of one listing."""

    def __init__(self, prefix: str, database: DatabaseName, exact: str, directory: str, place: str) -> None:
        self._prefix, self._database, self._exact, self._directory = prefix, database, exact, directory
        self._place = place
        self._namer = Namer(prefix, database, exact)
        self.sets: list[BackupSet] = []
        self.unclear: list[Unclear] = []
        self.others: dict[str, int] = {}

    def take(self, objects: list[StoredObject]) -> None:
        objects = _without_markers(objects)
        members = _directories(objects)
        sums = {stored.key: stored for stored in objects if stored.key.endswith(SUM)}
        for folder, inside in members.items():
            self._directory_of(folder, inside)
        orders: set[str] = set()
        later: list[StoredObject] = []
        for stored in objects:
            if _is_in(stored.key, members):
                continue
            meaning = self._namer.file(stored.key.removeprefix(self._prefix), stored.updated)
            if meaning.reading is Reading.UNCLEAR or (meaning.stamp and meaning.stamp.guessed):
                later.append(stored)
                continue
            orders |= _orders(meaning)
            self._sort(meaning, stored.key, (stored,), _sums_of(stored, sums))
        # For a date such as 01-02-2026 the other names show the order of day and month, for example 01-31-2026.
        self._namer = Namer(self._prefix, self._database, self._exact, orders) if orders else self._namer
        for stored in later:
            meaning = self._namer.file(stored.key.removeprefix(self._prefix), stored.updated)
            self._sort(meaning, stored.key, (stored,), _sums_of(stored, sums))

    def take_worded(self) -> None:
        """Take objects called NAME-WORD as sets of the database if there are no others.

        Scripts write `neo4j-backup-STAMP`. If there is a `neo4j-STAMP` as well, the two may be of two databases.
        """
        worded = {each.key: each for each in self.unclear if each.worded and each.as_set}
        # Each reason names another database. Artifacts do not count, because their headers name theirs.
        names = {each.reason for each in worded.values() if each.as_set and each.as_set.kind is not Kind.BACKUP}
        if not self.sets and len(names) < 2:
            self.sets = [replace(each.as_set, name_doubt=each.reason) for each in worded.values() if each.as_set]
            self.unclear = [each for each in self.unclear if each.key not in worded]

    def take_series(self) -> None:
        """Take the sets in folders that one job made, one folder for each backup, if there are no others."""
        apart = {each.key: each for each in self.unclear if each.elsewhere and each.as_set}
        series = {self._namer.series(each.elsewhere) for each in apart.values()}
        if not self.sets and len(series) == 1 and "" not in series:
            self.sets = [each.as_set for each in apart.values() if each.as_set]
            self.unclear = [each for each in self.unclear if each.key not in apart]

    def _directory_of(self, folder: str, inside: list[StoredObject]) -> None:
        key = f"{folder}/" if folder else ""
        relative = key.removeprefix(self._prefix).rstrip("/")
        if self._directory and relative == self._directory:
            meaning = Named(Reading.OWN, Kind.DIRECTORY)
        else:
            meaning = self._namer.folder(relative)
        self._sort(meaning, key, tuple(inside), ())

    def _sort(
        self, meaning: Named, key: str, objects: tuple[StoredObject, ...], sums: tuple[StoredObject, ...]
    ) -> None:
        if meaning.reading is Reading.OWN and meaning.kind:
            self.sets.append(self._set(meaning, meaning.kind, key, objects, sums))
        elif meaning.reading is Reading.UNCLEAR and any(each.size_bytes for each in objects):
            self.unclear.append(self._unclear(meaning, key, objects, sums))
        elif meaning.reading is Reading.OTHER and len(self.others) < _MOST_OTHERS:
            self.others[meaning.owner] = self.others.get(meaning.owner, 0) + 1

    def _set(
        self, meaning: Named, kind: Kind, key: str, objects: tuple[StoredObject, ...], sums: tuple[StoredObject, ...]
    ) -> BackupSet:
        time = meaning.stamp.time if meaning.stamp else max(stored.updated for stored in objects)
        source = TimeSource.NAME if meaning.stamp else TimeSource.STORE
        return BackupSet(
            self._database, kind, key, meaning.tag, time, objects, sums, time_source=source, place=self._place
        )

    def _unclear(
        self, meaning: Named, key: str, objects: tuple[StoredObject, ...], sums: tuple[StoredObject, ...]
    ) -> Unclear:
        newest = max(objects, key=lambda each: each.updated)
        time = meaning.stamp.time if meaning.stamp else stamps.newest_reading(key.removeprefix(self._prefix))
        whole = (
            self._set(meaning, meaning.kind, key, objects, sums)
            if (meaning.elsewhere or meaning.worded) and meaning.kind
            else None
        )
        return Unclear(
            key,
            sum(each.size_bytes for each in objects),
            time or newest.updated,
            TimeSource.NAME if time else TimeSource.STORE,
            meaning.reason,
            newest,
            meaning.peek,
            meaning.elsewhere,
            whole,
            meaning.worded,
        )


def _without_markers(objects: list[StoredObject]) -> list[StoredObject]:
    """Return the objects without the markers of folders: empty objects that have the name of a folder with objects.

    A marker of an empty folder stays. It is not a backup, because it has no known ending.
    """
    objects = [stored for stored in objects if not stored.key.endswith(("/", "_$folder$"))]
    if all(stored.size_bytes for stored in objects):
        return objects
    folders = {above for stored in objects for above in _folders_of(stored.key)}
    return [stored for stored in objects if stored.size_bytes or stored.key not in folders]


def _directories(objects: list[StoredObject]) -> dict[str, list[StoredObject]]:
    """Return the folders that hold a store, without a slash at the end, each with all objects below it."""
    split = ((stored.key.rpartition("/")) for stored in objects)
    members: dict[str, list[StoredObject]] = {folder: [] for folder, _, name in split if name in STORE_MARKERS}
    if members:
        for stored in objects:
            for above in _folders_of(stored.key):
                if above in members:
                    members[above].append(stored)
    if "" in members:
        members[""] = list(objects)
    return members


def _orders(meaning: Named) -> frozenset[str]:
    """Return the order of day, month and year in a name of the database, if it can only mean one day."""
    orders = meaning.stamp.orders if meaning.stamp and meaning.reading is Reading.OWN else frozenset[str]()
    return orders if len(orders) == 1 else frozenset()


def _sums_of(stored: StoredObject, sums: Mapping[str, StoredObject]) -> tuple[StoredObject, ...]:
    checksum_file = sums.get(f"{stored.key}{SUM}")
    return (checksum_file,) if checksum_file else ()


def _is_in(key: str, members: Mapping[str, object]) -> bool:
    """Return whether an object is in one of the raw directories."""
    return bool(members) and ("" in members or any(above in members for above in _folders_of(key)))


def _folders_of(key: str) -> Iterator[str]:
    end = key.rfind("/")
    while end > 0:
        yield key[:end]
        end = key.rfind("/", 0, end)
