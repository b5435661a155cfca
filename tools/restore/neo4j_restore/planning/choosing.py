"""Decides which set a request means, and whether that is certain. Pure functions over what the catalog has.

1. `choose`: the set that TIMESTAMP names.
2. `judge`: compares a `latest` pointer, or a set without a stamp, with the newest set that has a stamp.
3. `doubts`: objects that are not understood and may be newer than the chosen set.
4. `refusal`, `not_found`: the errors. Their hints name the variable that decides it at the next start.

A stamp is the time in the name of a set. A pointer is a set with `latest` in the place of the stamp.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches

from neo4j_restore.errors import BackupNotFoundError, ConfigurationError
from neo4j_restore.sets import stamps
from neo4j_restore.sets.backup_set import BackupSet, Shelf, TimeSource, Unclear
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.spec import LATEST, BucketUrl, DatabaseName, OnStaleLatest
from neo4j_restore.timestamps import Timestamp

# Comparing names is slow.
_MOST_COMPARED = 1000

# A message names this many of the objects that are not understood.
_MOST_NAMED = 3

# Stamps without a zone are read as UTC, but the clocks of the scripts may be in any zone.
_ZONES = timedelta(days=1)

# So far clocks are put back when summer time ends.
_SUMMER_TIME = timedelta(hours=1)

_ZONED = re.compile(r"(z|utc|gmt|\+\d\d:?\d\d)$", re.IGNORECASE)

# A copy of a bucket writes objects side by side.
_SAME_MOMENT = timedelta(seconds=2)

# The objects of one backup are uploaded one after the other, within this time.
_UPLOAD = timedelta(hours=6)

# If a set was uploaded this long after its stamp, the bucket is a copy, so none of its upload times mean anything.
_COPIED = timedelta(days=2)


@dataclass(frozen=True)
class Choice:
    """The set that a request means, and warnings about it. doubt: why it is refused, or empty."""

    chosen: BackupSet
    warnings: tuple[str, ...] = ()
    doubt: str = ""
    hint: str = ""


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
    if not fitting or all(_alike(each, fitting[0]) for each in fitting):
        return next(iter(fitting), None)
    names = ", ".join(f"{each.url} ({each.time.isoformat()})" for each in fitting[:_MOST_COMPARED][:10])
    message = f"TIMESTAMP={timestamp} fits {len(fitting)} sets of {fitting[0].database}: {names}"
    raise ConfigurationError(message, hint="set TIMESTAMP to one of their stamps, or BUCKET to one object or folder")


def _of_time(sets: Sequence[BackupSet], text: str) -> list[BackupSet]:
    stamp = stamps.read(text)
    return [each for each in sets if each.is_stamped and stamp.holds(each.time)] if stamp else []


def _alike(one: BackupSet, other: BackupSet) -> bool:
    """Return whether two sets of one stamp are copies of each other."""
    if (one.kind, one.size_bytes, len(one.objects)) != (other.kind, other.size_bytes, len(other.objects)):
        return False
    checksums = [(a.checksum, b.checksum) for a, b in zip(one.objects, other.objects, strict=True)]
    same_name = one.key.rstrip("/").rpartition("/")[2] == other.key.rstrip("/").rpartition("/")[2]
    return all(a == b if a and b else same_name for a, b in checksums)


def judge(chosen: BackupSet, sets: Sequence[BackupSet], on_stale: OnStaleLatest) -> Choice:
    """Return what `latest` means: `chosen`, or the newest stamped set instead, or a doubt."""
    choice = _judge(chosen, sets, on_stale)
    return replace(choice, warnings=(*choice.warnings, *_clock_put_back(choice.chosen, sets)))


def _judge(chosen: BackupSet, sets: Sequence[BackupSet], on_stale: OnStaleLatest) -> Choice:
    newest = next((each for each in sets if each.is_stamped and each.time_source is not TimeSource.STORE), None)
    if newest is None:
        return _judge_by_store(chosen, sets, on_stale) if chosen.time_source is TimeSource.STORE else Choice(chosen)
    if chosen.stamp == LATEST:
        return _judge_pointer(chosen, newest, on_stale)
    bare = max((each for each in sets if not each.is_stamped), key=lambda each: each.updated, default=None)
    return _judge_bare(chosen, newest, bare) if bare else Choice(chosen)


def by_entries(chosen: BackupSet, sets: Sequence[BackupSet], on_stale: OnStaleLatest) -> Choice | None:
    """Return what `latest` means by the newest file in `chosen`, or None if that proves nothing.

    chosen: an inspected set. Of a large archive only the first files are known. So the set is not older than they are,
    but may be newer. It counts as stale only if a copy of the bucket has reset the store's times.
    """
    seen = chosen.inside.newest if chosen.inside else None
    if chosen.time_source is not TimeSource.STORE or seen is None or seen > chosen.updated:
        return None
    dated = replace(chosen, time=seen, time_source=TimeSource.ENTRIES)
    newest = next((each for each in sets if each.is_stamped and each.time_source is not TimeSource.STORE), None)
    if newest is None or chosen.stamp != LATEST or seen >= newest.time:
        return Choice(dated)
    if _was_copied(newest) and seen < _begin(newest) - _COPIED:
        return _stale(dated, newest, on_stale, "by the newest file in it")
    return None


def _judge_pointer(pointer: BackupSet, newest: BackupSet, on_stale: OnStaleLatest) -> Choice:
    proven = pointer.time_source is not TimeSource.STORE
    if not (pointer.time < newest.time if proven else _is_before(pointer, newest)):
        if proven or not _was_copied(newest):
            return Choice(pointer)
        warning = (
            f"the time of {pointer.url} is only its upload time ({pointer.updated:%Y-%m-%dT%H:%M:%SZ}), which a copy "
            f"of the bucket resets: it is not proved that it is newer than {newest.url}"
        )
        return Choice(pointer, (warning,))
    return _stale(pointer, newest, on_stale, "by its checksum" if proven else "by its upload time")


def _stale(pointer: BackupSet, newest: BackupSet, on_stale: OnStaleLatest, how: str) -> Choice:
    """Return the choice for a pointer that is older than the newest stamped set. how: what its time is known by."""
    stale = (
        f"{pointer.url} is of {pointer.time:%Y-%m-%dT%H:%M:%SZ} ({how}), and {newest.url} is newer: "
        "the pointer may be stale"
    )
    if on_stale is OnStaleLatest.LATEST:
        return Choice(pointer, (f"{stale}. It is restored, because ON_STALE_LATEST is latest",))
    if on_stale is OnStaleLatest.NEWEST:
        return Choice(newest, (f"{stale}. The newest set is restored instead, because ON_STALE_LATEST is newest",))
    name = f"TIMESTAMP={newest.stamp}" if newest.is_stamped else f"BUCKET={newest.url}"
    hint = (
        f"set ON_STALE_LATEST=newest to restore {newest.url}, ON_STALE_LATEST=latest to restore the pointer as it is, "
        f"or name a set: {name}"
    )
    return Choice(pointer, (stale,), stale, hint)


def _judge_bare(chosen: BackupSet, newest: BackupSet, bare: BackupSet) -> Choice:
    """Return the choice between the stamped sets and one without a stamp, which any later backup may have replaced."""
    if bare.time_source is not TimeSource.STORE or bare.updated <= max(newest.time, newest.updated - _UPLOAD):
        return Choice(chosen)
    uploaded = f"{bare.url} has no stamp, and was uploaded at {bare.updated:%Y-%m-%dT%H:%M:%SZ}"
    if _was_copied(newest) or bare.updated <= newest.updated + _UPLOAD:
        why = "an upload time proves nothing, because a copy of the bucket resets it"
        return Choice(chosen, (f"{uploaded}: {why}. Taking {chosen.url}",))
    doubt = f"{uploaded}, after the newest set with a stamp, {newest.url}: it is not known which of them is the latest"
    hint = f"set TIMESTAMP={newest.stamp} to restore the set with the stamp, or BUCKET to the other object"
    return Choice(chosen, (doubt,), doubt, hint)


def _judge_by_store(chosen: BackupSet, sets: Sequence[BackupSet], on_stale: OnStaleLatest) -> Choice:
    """Return the choice between sets that only differ in their upload times, such as those in daily/ and weekly/."""
    others = [each for each in sets if each.key != chosen.key and not _alike(each, chosen)]
    other = max(others, key=lambda each: each.updated, default=None)
    if other is None:
        return Choice(chosen)
    if other.updated > chosen.updated + _UPLOAD:
        return _stale(chosen, other, on_stale, "by its upload time")
    if chosen.stamp == LATEST or abs(other.updated - chosen.updated) > _UPLOAD:
        return Choice(chosen)
    close = (
        f"only their upload times tell which of {chosen.url} and {other.url} is newer, and a copy of the bucket "
        "resets them"
    )
    if abs(other.updated - chosen.updated) >= _SAME_MOMENT:
        return Choice(chosen, (f"{close}: taking {chosen.url}",))
    doubt = f"{close}: both are of {chosen.updated:%Y-%m-%dT%H:%M:%SZ}"
    return Choice(chosen, (doubt,), doubt, "set BUCKET to the object or folder that is meant")


def _clock_put_back(chosen: BackupSet, sets: Sequence[BackupSet]) -> tuple[str, ...]:
    """Return a warning where a set whose stamp is up to an hour earlier was written later.

    Stamps in local time do so in the night in which summer time ends.
    """
    if not _has_local_stamp(chosen) or _was_copied(chosen):
        return ()
    since, others = chosen.time - _SUMMER_TIME, [each for each in sets if _has_local_stamp(each)]
    later = [each for each in others if since < each.time < chosen.time and each.updated > chosen.updated]
    if not later:
        return ()
    last = max(later, key=lambda each: each.updated)
    warning = (
        f"{last.url} was written after {chosen.url}, though its stamp is earlier: if the stamps are in local time and "
        f"the clock was put back between them, it is the newer one, and TIMESTAMP={last.stamp} restores it"
    )
    return (warning,)


def _has_local_stamp(each: BackupSet) -> bool:
    """Tell whether a stamp in its name alone tells the time of a set, and no zone is in it."""
    return each.is_stamped and each.time_source is TimeSource.NAME and not _ZONED.search(each.stamp)


def _is_before(pointer: BackupSet, newest: BackupSet) -> bool:
    """Return whether a pointer, of which only the upload time is known, is older than a stamped set."""
    return pointer.updated < _begin(newest) - _ZONES or pointer.updated < newest.updated - _UPLOAD


def _begin(stamped: BackupSet) -> datetime:
    """Return the first moment that the stamp of a set may mean."""
    stamp = stamps.read(stamped.stamp, stamped.updated)
    return stamp.start if stamp and stamped.time_source is TimeSource.NAME else stamped.time


def _was_copied(newest: BackupSet) -> bool:
    """Return whether the bucket is a copy, so that its upload times mean nothing."""
    return newest.updated - newest.time > _COPIED


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


def refusal(
    chosen: BackupSet, doubtful: Sequence[Unclear], bucket: BucketUrl, ignored: Sequence[str]
) -> BackupNotFoundError:
    """Return the error about objects that may be newer than the chosen set, with the settings that decide it.

    ignored: the patterns that IGNORE_OBJECTS has already.
    """
    first = doubtful[0]
    more = f" (and {len(doubtful) - 1} more)" if len(doubtful) > 1 else ""
    message = (
        f"{bucket.of(first.key)} looks like a backup of {chosen.database} that is newer than {bucket.of(chosen.key)}, "
        f"but is not understood: {first.reason}{more}"
    )
    patterns = [*ignored, *dict.fromkeys(pattern(each, bucket) for each in doubtful[:_MOST_COMPARED])]
    leave = f"to leave it out, set IGNORE_OBJECTS={','.join(patterns[: len(ignored) + _MOST_NAMED])}"
    keep = f"; to restore {chosen.url}, set TIMESTAMP={chosen.stamp}" if chosen.is_stamped else ""
    return BackupNotFoundError(message, hint=f"to take it, {how_to_take(first, bucket)}; {leave}{keep}")


def how_to_take(unclear: Unclear, bucket: BucketUrl) -> str:
    """Return the setting that restores an object that is not understood."""
    if unclear.elsewhere:
        return f"set BUCKET={bucket}/{unclear.elsewhere}"
    if unclear.key.endswith("/"):
        return f"set BACKUP_SET_DIR={unclear.key.removeprefix(bucket.prefix).rstrip('/')}"
    return f"set BUCKET={bucket.of(unclear.key)} and one database in DATABASE"


def pattern(unclear: Unclear, bucket: BucketUrl) -> str:
    """Return the pattern for IGNORE_OBJECTS that fits an object, or the folder that makes it unclear."""
    if unclear.elsewhere:
        return f"{_escaped(unclear.elsewhere)}/*"
    relative = _escaped(unclear.key.removeprefix(bucket.prefix))
    return f"{relative}*" if relative.endswith("/") else relative


def _escaped(text: str) -> str:
    """Return a pattern that fits `text`. Commas would separate patterns, so they become `?`."""
    return re.sub(r"[\[*?]", lambda found: f"[{found[0]}]", text).replace(",", "?")


def not_found(
    bucket: BucketUrl, database: DatabaseName, timestamp: Timestamp, shelf: Shelf, keys: list[str], seen: int = 0
) -> BackupNotFoundError:
    """Return the error about a missing set, with the nearest sets and the objects that are not understood."""
    count = len(shelf.sets)
    message = (
        f"no backup of {database} for {timestamp} below {bucket}: {count} sets of it, {seen or len(keys)} objects seen"
    )
    reasons = [f"{bucket.of(each.key)} is not taken for one: {each.reason}" for each in shelf.unclear[:_MOST_NAMED]]
    more = len(shelf.unclear) - len(reasons)
    message = "; ".join([message, *reasons, *([f"and {more} more"] if more > 0 else [])])
    return BackupNotFoundError(message, hint=_hint(bucket, database, timestamp, shelf, keys))


def _hint(bucket: BucketUrl, database: DatabaseName, timestamp: Timestamp, shelf: Shelf, keys: list[str]) -> str:
    hints = [f"nearest: {', '.join(map(bucket.of, nearest))}"] if (nearest := _nearest(shelf.sets, timestamp)) else []
    deeper = Counter(each.elsewhere for each in shelf.unclear if each.elsewhere and each.as_set)
    if deeper:
        folder, count = deeper.most_common(1)[0]
        how = "one folder deeper" if "/" not in folder else "deeper"
        others = f", and {len(deeper) - 1} other folders have some" if len(deeper) > 1 else ""
        hints.append(
            f"{count} sets of {database} lie {how}, in {folder}{others}: set BUCKET={bucket}/{folder} if that is meant"
        )
    elif shelf.unclear and not nearest:
        first = shelf.unclear[0]
        hints.append(f"if {bucket.of(first.key)} is meant, {how_to_take(first, bucket)}")
    elif bearing := [name for name in shelf.others if database in name]:
        counted = ", ".join(f"{name} ({shelf.others[name]})" for name in sorted(bearing)[:_MOST_NAMED])
        hints.append(
            f"by their names there are sets of other databases: {counted}. Set DATABASE to one of these, or set BUCKET "
            f"to one object to restore it as {database}"
        )
    if not hints:
        nearest = get_close_matches(f"{bucket.prefix}{database}-latest.tar.gz", keys[:_MOST_COMPARED], 5, 0.3)
        hints = [f"nearest: {', '.join(map(bucket.of, nearest))}"] if nearest else []
    return "; ".join(hints) or "check BUCKET and DATABASE against the bucket's listing"


def _nearest(sets: Sequence[BackupSet], timestamp: Timestamp) -> list[str]:
    if moment := timestamp.moment:
        sets = sorted(sets, key=lambda each: abs(each.time - moment))
    return [each.key for each in sets[:5]]


def agrees(named: BackupSet, timestamp: Timestamp) -> bool:
    """Return whether the set that BUCKET names fits TIMESTAMP."""
    return timestamp.picks(named) or bool(timestamp.is_exact and _of_time([named], timestamp.stamp))


def refuse_disagreeing(named: BackupSet, timestamp: Timestamp, databases: Sequence[DatabaseName], url: str) -> None:
    """Raise ConfigurationError if BUCKET names one set, but other variables name another one or several."""
    what = "one object" if named.kind is not Kind.DIRECTORY else "one set's folder"
    if len(databases) > 1:
        message = f"BUCKET names {what}, {url}, but DATABASE names {len(databases)}: {', '.join(databases)}"
        hint = "set DATABASE to one database, or BUCKET to the folder that holds the sets"
        raise ConfigurationError(message, hint=hint)
    if not agrees(named, timestamp):
        stamp = f"the stamp {named.stamp}" if named.stamp else "no stamp"
        message = f"BUCKET names {what}, {url}, which has {stamp}, but TIMESTAMP is {timestamp}"
        raise ConfigurationError(message, hint="unset TIMESTAMP, or set BUCKET to the folder that holds the sets")
