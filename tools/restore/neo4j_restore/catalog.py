"""From a listing to backup sets: what lies in the bucket, for which database, of what time, and which to take.

Layouts understood, below the bucket's path (NAME is the database; for 3.x's `graph.db` also `graph.db-backup`):
1. archives, dumps and backup artifacts, `[NAME/]NAME[-STAMP]ENDING[.age]`, for ENDING see `_ENDINGS`;
2. raw directories, `…/NAME[-STAMP]/…` or `…/NAME/STAMP/…`, known by the store files in them.
STAMP is `latest`, a date, or a date and time (Aura puts a hash behind). Reports (`….report.tar.gz`) and other
databases' sets never match.
Sources: the backup scripts of the two Neo4j charts, and the operations manuals of 3.5 to 5.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum

from neo4j_restore.checksums import Checksum
from neo4j_restore.errors import BackupNotFoundError, RestoreError
from neo4j_restore.headers import Header
from neo4j_restore.spec import LATEST, BucketUrl, DatabaseName
from neo4j_restore.stores import StoredObject

# A folder with one of these is a database: record formats, and the block format of 5.14 and later.
STORE_MARKERS = ("neostore", "block.metadata.db")

# Names between a bucket's path and a raw directory that say nothing of another environment.
_NEUTRAL = {"backup", "backups", "data", "databases"}

# Comparing names is slow.
_MOST_COMPARED = 1000

_TIME = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T_ -]?(\d\d)[:_-]?(\d\d)[:_-]?(\d\d)Z?(?:-[0-9a-f]{8})?)?")


class Kind(StrEnum):
    """The forms of a set."""

    ARCHIVE = "archive"
    ZIP = "zip"
    DIRECTORY = "directory"
    DUMP = "dump"
    BACKUP = "backup"


# What a name's ending makes likely; `formats` looks at the bytes. The longest that fits is meant.
_TARS = (".tar.gz", ".tgz", ".tar.zst", ".tar.zstd", ".tzst", ".tar.lz4", ".tlz4", ".tar")
_ENDINGS = {
    **{f".backup{tar}": Kind.ARCHIVE for tar in _TARS},
    **dict.fromkeys(_TARS, Kind.ARCHIVE),
    ".zip": Kind.ZIP,
    ".dump": Kind.DUMP,
    ".backup": Kind.BACKUP,
}

# Behind any of these: encrypted by age. Beside any of these: a file with its checksum.
AGE, SUM = ".age", ".sha256"


@dataclass(frozen=True)
class BackupSet:
    """One backup of one database.

    key: the object's, or for a directory its prefix with a slash at the end; of a chain its last one's.
    stamp: as in the name, or empty. time: the stamp's, else that of the newest object; UTC.
    objects: of a chain in its order. sums: the `.sha256` files beside them, as many as there are.
    header: what it says of itself; None before it was looked into. problem: why its header can't be read.
    checksums: of its objects by their keys, as far as `sums` tell them.
    formats: of those objects whose format has a checksum of its own, by their keys: see `ownchecks`.
    """

    database: DatabaseName
    kind: Kind
    key: str
    stamp: str
    time: datetime
    objects: tuple[StoredObject, ...]
    sums: tuple[StoredObject, ...] = ()
    header: Header | None = None
    checksums: Mapping[str, Checksum] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    problem: RestoreError | None = field(default=None, compare=False)

    @property
    def size_bytes(self) -> int:
        """Bytes to download."""
        return sum(stored.size_bytes for stored in self.objects)


def aliases(database: DatabaseName) -> tuple[str, ...]:
    """Return the names under which backups of `database` are filed; the 3.x tools put `-backup` behind `graph.db`."""
    return (database, f"{database}-backup") if database == "graph.db" else (database,)


def time_of(stamp: str) -> datetime | None:
    """Return the time that a stamp such as `2026-01-31-02:00:00` or `2026-01-31T02-00-00` tells, in UTC, or None.

    A date alone is its day's last second: a set of that day is not known to be older than anything in it.
    """
    found = _TIME.fullmatch(stamp)
    if not found:
        return None
    year, month, day, *time = found.groups()
    hour, minute, second = map(int, time if time[0] else (23, 59, 59))
    try:
        return datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def find_sets(
    objects: Iterable[StoredObject], prefix: str, database: DatabaseName, *, exact: str = "", directory: str = ""
) -> list[BackupSet]:
    """Return the sets of `database` among `objects`, newest first.

    prefix: the bucket's path, as the keys start with it. exact: a stamp to be taken as one though it tells no time.
    directory: BACKUP_SET_DIR, where a raw set may lie under any name, relative to `prefix`.
    """
    below = [stored for stored in objects if stored.key.startswith(prefix) and not stored.key.endswith("/")]
    found = [*_files(below, prefix, database, exact), *_directories(below, prefix, database, exact, directory)]
    return sorted(found, key=lambda each: (each.time, each.key), reverse=True)


def choose(sets: list[BackupSet], timestamp: str | datetime) -> BackupSet | None:
    """Return the set that `timestamp` asks for, or None.

    sets: of one database, newest first. `latest` takes the `latest` pointer where there is one, else the newest.
    """
    if isinstance(timestamp, datetime):
        return next((each for each in sets if each.time <= timestamp), None)
    if timestamp == LATEST:
        pointers = [each for each in sets if each.stamp == LATEST]
        return next(iter([*pointers, *sets]), None)
    return next((each for each in sets if timestamp in {each.stamp, f"{each.stamp}.backup"}), None)


def not_found(
    bucket: BucketUrl, database: DatabaseName, timestamp: str | datetime, sets: list[BackupSet], keys: list[str]
) -> BackupNotFoundError:
    """Return the error that says what was looked for, where, and what is near: other sets, else similar keys."""
    wanted = timestamp.isoformat() if isinstance(timestamp, datetime) else timestamp
    message = f"no backup of {database} for {wanted} below {bucket}: {len(sets)} sets of it, {len(keys)} objects seen"
    near = _nearest(sets, timestamp) or get_close_matches(
        f"{bucket.prefix}{database}-latest.tar.gz", keys[:_MOST_COMPARED], 5, 0.3
    )
    names = ", ".join(bucket.of(key) for key in near)
    return BackupNotFoundError(
        message, hint=f"nearest: {names}" if names else "check BUCKET and DATABASE against the bucket's listing"
    )


def _nearest(sets: list[BackupSet], timestamp: str | datetime) -> list[str]:
    if isinstance(timestamp, datetime):
        return [each.key for each in sorted(sets, key=lambda each: abs(each.time - timestamp))[:5]]
    return [each.key for each in sets[:5]]


def _stamp(name: str, database: DatabaseName, exact: str) -> str | None:
    """Return the stamp in a name without its ending, empty for the bare database, or None for another's name."""
    for alias in aliases(database):
        if name == alias:
            return ""
        stamp = name.removeprefix(f"{alias}-")
        if stamp != name and _is_stamp(stamp, exact):
            return stamp
    return None


def _is_stamp(text: str, exact: str) -> bool:
    return text == LATEST or time_of(text) is not None or (bool(exact) and text == exact)


def _files(objects: list[StoredObject], prefix: str, database: DatabaseName, exact: str) -> Iterator[BackupSet]:
    sums = {stored.key: stored for stored in objects if stored.key.endswith(SUM)}
    for stored in objects:
        folder, _, name = stored.key.removeprefix(prefix).rpartition("/")
        name = name.removesuffix(AGE)
        ending = next((ending for ending in _ENDINGS if name.endswith(ending)), "")
        if not ending or folder not in {"", *aliases(database)}:
            continue
        stamp = _stamp(name.removesuffix(ending), database, exact.removesuffix(".backup"))
        if stamp is not None:
            time = time_of(stamp) or stored.updated
            own = sums.get(f"{stored.key}{SUM}")
            yield BackupSet(database, _ENDINGS[ending], stored.key, stamp, time, (stored,), (own,) if own else ())


def _directories(
    objects: list[StoredObject], prefix: str, database: DatabaseName, exact: str, directory: str
) -> Iterator[BackupSet]:
    members: dict[str, list[StoredObject]] = {
        folder: [] for stored in objects for folder, _, name in [stored.key.rpartition("/")] if name in STORE_MARKERS
    }
    for stored in objects:
        for above in _folders_of(stored.key):
            if above in members:
                members[above].append(stored)
    for folder, inside in members.items():
        relative = f"{folder}/".removeprefix(prefix).rstrip("/")
        stamp = "" if directory and relative == directory else _directory_stamp(relative, database, exact)
        if stamp is not None:
            time = time_of(stamp) or max(stored.updated for stored in inside)
            yield BackupSet(database, Kind.DIRECTORY, f"{folder}/", stamp, time, tuple(inside))


def _folders_of(key: str) -> Iterator[str]:
    end = key.rfind("/")
    while end > 0:
        yield key[:end]
        end = key.rfind("/", 0, end)


def _directory_stamp(relative: str, database: DatabaseName, exact: str) -> str | None:
    """Return the stamp of a folder of store files: its own, or that of the nearest folder around it that has one."""
    *around, name = relative.split("/")
    stamps = [_around(each, database, exact) for each in around]
    if None in stamps:
        return None
    if around and around[-1] in aliases(database) and _is_stamp(name, exact):
        return name
    own = _stamp(name, database, exact)
    return own or next((each for each in reversed(stamps) if each), own)


def _around(name: str, database: DatabaseName, exact: str) -> str | None:
    """Return the stamp in a folder around a set, empty for a neutral name, or None for one that may say `staging`."""
    if name in _NEUTRAL:
        return ""
    return name if _is_stamp(name, exact) else _stamp(name, database, exact)


def bears_name(key: str, prefix: str, database: DatabaseName) -> bool:
    """Tell whether any part of `key` below `prefix` begins with the database's name."""
    return any(part.startswith(database) for part in key.removeprefix(prefix).split("/"))


def stale_pointer(chosen: BackupSet, sets: list[BackupSet]) -> str:
    """Return a warning if `chosen` is a `latest` that was written long before the newest stamped set, else nothing."""
    newest = next((each for each in sets if each.stamp not in {"", LATEST}), None)
    if chosen.stamp != LATEST or newest is None or newest.time - chosen.time < timedelta(days=1):
        return ""
    return f"{chosen.key} is of {chosen.time:%Y-%m-%d}, and {newest.key} is newer: the pointer may be stale"
