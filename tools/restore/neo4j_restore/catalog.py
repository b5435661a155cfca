"""From a listing to backup sets: what lies in the bucket of one database, of what time, and what is not understood.

A set is one object, whose name `naming` reads, or a raw directory, known by the store files in it. The time of a set is
what it says of itself; the store's own time of an object is the last resort, since a copy of the bucket resets it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from neo4j_restore import stamps
from neo4j_restore.kinds import ENDINGS, SUM, Kind, split_ending
from neo4j_restore.naming import Named, Namer, Reading
from neo4j_restore.sets import STORE_MARKERS, BackupSet, Shelf, TimeSource, Unclear
from neo4j_restore.spec import DatabaseName
from neo4j_restore.stores import StoredObject

# So many names of other databases are remembered for the log.
_MOST_OTHERS = 100


def time_of(stamp: str) -> datetime | None:
    """Return the time that a stamp such as `2026-01-31-02:00:00` or `20260131` tells, in UTC, or None.

    A date alone is its day's last second: a set of that day is not known to be older than anything in it.
    """
    found = stamps.read(stamp)
    return found.time if found else None


def order(sets: Iterable[BackupSet]) -> list[BackupSet]:
    """Return sets newest first; those whose time only the store tells come behind all whose time is known.

    Of two of one time, the one with a stamp comes first: the next backup does not replace it.
    """

    def rank(each: BackupSet) -> tuple[bool, datetime, bool, str]:
        return each.time_source is not TimeSource.STORE, each.time, each.is_stamped, each.key

    return sorted(sets, key=rank, reverse=True)


def find_sets(
    objects: Iterable[StoredObject], prefix: str, database: DatabaseName, *, exact: str = "", directory: str = ""
) -> list[BackupSet]:
    """Return the sets of `database` among `objects`, as `order` has them. See `find`."""
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
    """Return what `objects` hold of `database`.

    prefix: the bucket's path, as the keys start with it. exact: a stamp to be taken as one though it tells no time.
    directory: BACKUP_SET_DIR, where a raw set may lie under any name, relative to `prefix`. place: see `BackupSet`.
    """
    finder = _Finder(prefix, database, exact, directory, place)
    finder.take([stored for stored in objects if stored.key.startswith(prefix)])
    finder.take_worded()
    finder.take_series()
    newest_first = sorted(finder.unclear, key=lambda each: (each.time, each.key), reverse=True)
    return Shelf(order(finder.sets), newest_first, finder.others)


def named(database: DatabaseName, stored: StoredObject, beside: Iterable[StoredObject], place: str = "") -> BackupSet:
    """Return the one object that a bucket's path names as a set, whatever it is called. beside: may have its sum."""
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
            named = self._namer.file(stored.key.removeprefix(self._prefix), stored.updated)
            if named.reading is Reading.UNCLEAR or (named.stamp and named.stamp.guessed):
                later.append(stored)
                continue
            orders |= _orders(named)
            self._sort(named, stored.key, (stored,), _sums_of(stored, sums))
        # Of dates such as 01-02-2026 those of other days tell the order: 01-31-2026.
        self._namer = Namer(self._prefix, self._database, self._exact, orders) if orders else self._namer
        for stored in later:
            named = self._namer.file(stored.key.removeprefix(self._prefix), stored.updated)
            self._sort(named, stored.key, (stored,), _sums_of(stored, sums))

    def take_worded(self) -> None:
        """Take what is called NAME-WORD for the database's where no name says so in another way.

        Scripts write `neo4j-backup-STAMP`. Where there is a `neo4j-STAMP` as well, the two may be of two databases.
        """
        worded = {each.key: each for each in self.unclear if each.worded and each.as_set}
        # Each reason has another name. The headers of artifacts tell whose they are.
        names = {each.reason for each in worded.values() if each.as_set and each.as_set.kind is not Kind.BACKUP}
        if not self.sets and len(names) < 2:
            self.sets = [replace(each.as_set, name_doubt=each.reason) for each in worded.values() if each.as_set]
            self.unclear = [each for each in self.unclear if each.key not in worded]

    def take_series(self) -> None:
        """Take what lies in folders that one job made, each for one backup, where there is nothing else."""
        apart = {each.key: each for each in self.unclear if each.elsewhere and each.as_set}
        series = {self._namer.series(each.elsewhere) for each in apart.values()}
        if not self.sets and len(series) == 1 and "" not in series:
            self.sets = [each.as_set for each in apart.values() if each.as_set]
            self.unclear = [each for each in self.unclear if each.key not in apart]

    def _directory_of(self, folder: str, inside: list[StoredObject]) -> None:
        key = f"{folder}/" if folder else ""
        relative = key.removeprefix(self._prefix).rstrip("/")
        if self._directory and relative == self._directory:
            named = Named(Reading.OWN, Kind.DIRECTORY)
        else:
            named = self._namer.folder(relative)
        self._sort(named, key, tuple(inside), ())

    def _sort(self, named: Named, key: str, objects: tuple[StoredObject, ...], sums: tuple[StoredObject, ...]) -> None:
        if named.reading is Reading.OWN and named.kind:
            self.sets.append(self._set(named, named.kind, key, objects, sums))
        elif named.reading is Reading.UNCLEAR and any(each.size_bytes for each in objects):
            self.unclear.append(self._unclear(named, key, objects, sums))
        elif named.reading is Reading.OTHER and len(self.others) < _MOST_OTHERS:
            self.others[named.owner] = self.others.get(named.owner, 0) + 1

    def _set(
        self, named: Named, kind: Kind, key: str, objects: tuple[StoredObject, ...], sums: tuple[StoredObject, ...]
    ) -> BackupSet:
        time = named.stamp.time if named.stamp else max(stored.updated for stored in objects)
        source = TimeSource.NAME if named.stamp else TimeSource.STORE
        return BackupSet(
            self._database, kind, key, named.tag, time, objects, sums, time_source=source, place=self._place
        )

    def _unclear(
        self, named: Named, key: str, objects: tuple[StoredObject, ...], sums: tuple[StoredObject, ...]
    ) -> Unclear:
        newest = max(objects, key=lambda each: each.updated)
        told = named.stamp.time if named.stamp else stamps.newest_reading(key.removeprefix(self._prefix))
        whole = (
            self._set(named, named.kind, key, objects, sums)
            if (named.elsewhere or named.worded) and named.kind
            else None
        )
        return Unclear(
            key,
            sum(each.size_bytes for each in objects),
            told or newest.updated,
            TimeSource.NAME if told else TimeSource.STORE,
            named.reason,
            newest,
            named.peek,
            named.elsewhere,
            whole,
            named.worded,
        )


def _without_markers(objects: list[StoredObject]) -> list[StoredObject]:
    """Return the objects without those that only stand for a folder: empty, and named as one that has objects.

    Where nothing is in the folder, an empty object without a known ending is not a backup by its name.
    """
    objects = [stored for stored in objects if not stored.key.endswith(("/", "_$folder$"))]
    if all(stored.size_bytes for stored in objects):
        return objects
    folders = {above for stored in objects for above in _folders_of(stored.key)}
    return [stored for stored in objects if stored.size_bytes or stored.key not in folders]


def _directories(objects: list[StoredObject]) -> dict[str, list[StoredObject]]:
    """Return the folders that hold a store, without a slash at the end, with all that is below them."""
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


def _orders(named: Named) -> frozenset[str]:
    """Return the order of day, month and year in a name of the database that could only be one day."""
    orders = named.stamp.orders if named.stamp and named.reading is Reading.OWN else frozenset[str]()
    return orders if len(orders) == 1 else frozenset()


def _sums_of(stored: StoredObject, sums: Mapping[str, StoredObject]) -> tuple[StoredObject, ...]:
    own = sums.get(f"{stored.key}{SUM}")
    return (own,) if own else ()


def _is_in(key: str, members: Mapping[str, object]) -> bool:
    """Tell whether an object is in one of the raw directories."""
    return bool(members) and ("" in members or any(above in members for above in _folders_of(key)))


def _folders_of(key: str) -> Iterator[str]:
    end = key.rfind("/")
    while end > 0:
        yield key[:end]
        end = key.rfind("/", 0, end)
