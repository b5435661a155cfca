"""Decides which set a request means, and what may be newer. Pure functions over what the catalog has.

1. `choose`: the set that TIMESTAMP names. `agrees`: whether the set that BUCKET names is that one.
2. `freshness` then judges what `latest` has selected.
3. `doubts`: objects that are not understood and may be newer than the chosen set.
4. `refusals` has the errors.
"""

from collections.abc import Sequence

from neo4j_restore.errors import ConfigurationError
from neo4j_restore.sets import stamps
from neo4j_restore.sets.backup_set import BackupSet, TimeSource, Unclear
from neo4j_restore.spec import LATEST
from neo4j_restore.timestamps import Timestamp


def choose(sets: Sequence[BackupSet], timestamp: Timestamp) -> BackupSet | None:
    """Return the set that `timestamp` names, or None.

    sets: of one database, as `catalog.order` returns them. `latest` takes the `latest` pointer if there is one, else
    the newest set. A text is compared with the stamps, and then, if it is a time, with their times.
    Raises ConfigurationError if several sets have that time.
    """
    fitting = [each for each in sets if timestamp.picks(each)]
    if timestamp.is_latest:
        fitting = [*(each for each in sets if each.stamp == LATEST), *fitting]
    if not timestamp.is_exact:
        return next(iter(fitting), None)
    fitting = fitting or _of_time(sets, timestamp.stamp)
    if not fitting or all(alike(each, fitting[0]) for each in fitting):
        return next(iter(fitting), None)
    names = ", ".join(f"{each.url} ({each.time.isoformat()})" for each in fitting[:10])
    message = f"TIMESTAMP={timestamp} fits {len(fitting)} sets of {fitting[0].database}: {names}"
    raise ConfigurationError(message, hint="set TIMESTAMP to one of their stamps, or BUCKET to one object or folder")


def _of_time(sets: Sequence[BackupSet], text: str) -> list[BackupSet]:
    stamp = stamps.read(text)
    return [each for each in sets if each.is_stamped and stamp.holds(each.time)] if stamp else []


def alike(one: BackupSet, other: BackupSet) -> bool:
    """Return whether two sets of one stamp are copies of each other."""
    if (one.kind, one.size_bytes, len(one.objects)) != (other.kind, other.size_bytes, len(other.objects)):
        return False
    checksums = [(a.checksum, b.checksum) for a, b in zip(one.objects, other.objects, strict=True)]
    same_name = one.key.rstrip("/").rpartition("/")[2] == other.key.rstrip("/").rpartition("/")[2]
    return all(a == b if a and b else same_name for a, b in checksums)


def doubts(chosen: BackupSet, unclear: Sequence[Unclear], timestamp: Timestamp) -> list[Unclear]:
    """Return the unclear objects that may be newer than `chosen` and fit `timestamp` as well, newest first.

    None for a stamp, which names one set. A time is an upper bound.
    """
    if timestamp.is_exact:
        return []
    since = chosen.updated if chosen.time_source is TimeSource.STORE else chosen.time
    return [each for each in unclear if each.time > since and timestamp.allows(each.time)]


def name_doubts(chosen: BackupSet) -> tuple[str, ...]:
    """Return a warning if neither name nor header says for certain which database the set is of."""
    if not chosen.name_doubt or (chosen.header and chosen.header.database):
        return ()
    warning = f"{chosen.url} is taken for {chosen.database}, because no other set bears that name: {chosen.name_doubt}"
    return (warning,)


def left_alone(chosen: BackupSet, foreign: Sequence[BackupSet], timestamp: Timestamp) -> tuple[str, ...]:
    """Return a warning about newer backups with another database id than `chosen`, if there are any.

    foreign: newest first, from folders whose names are not understood.
    """
    newer = [each for each in foreign if each.time > chosen.time and timestamp.allows(each.time)]
    if timestamp.is_exact or not newer:
        return ()
    folder = newer[0].url.rpartition("/")[0]
    warning = (
        f"{newer[0].url} is newer than {chosen.url}, but has another database id: it is left alone as a backup of "
        f"another database. If that one is meant, set BUCKET={folder}"
    )
    return (warning,)


def agrees(backup: BackupSet, timestamp: Timestamp) -> bool:
    """Return whether the set that BUCKET names fits TIMESTAMP."""
    return timestamp.picks(backup) or bool(timestamp.is_exact and _of_time([backup], timestamp.stamp))
