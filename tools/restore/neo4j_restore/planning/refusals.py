"""The errors about a set that is missing or in doubt. Their hints name the variable that decides at the next start."""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches

from neo4j_restore.databases import SYSTEM
from neo4j_restore.errors import BackupNotFoundError, ConfigurationError
from neo4j_restore.planning.choosing import agrees
from neo4j_restore.sets.backup_set import BackupSet, Shelf, Unclear
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.spec import BucketUrl, DatabaseName
from neo4j_restore.timestamps import Timestamp

# Comparing names is slow.
_MOST_COMPARED = 1000

# A message names this many of the objects that are not understood.
_MOST_NAMED = 3


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
    # Semicolons, because a full stop or a comma behind a value would be copied with it.
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
        rename = f", or to {database}={min(bearing)} to restore that one as {database}" if database != SYSTEM else ""
        hints.append(
            f"by their names there are sets of other databases: {counted}. Set DATABASE to one of these{rename}"
        )
    if not hints:
        nearest = get_close_matches(f"{bucket.prefix}{database}-latest.tar.gz", keys[:_MOST_COMPARED], 5, 0.3)
        hints = [f"nearest: {', '.join(map(bucket.of, nearest))}"] if nearest else []
    return "; ".join(hints) or "check BUCKET and DATABASE against the bucket's listing"


def _nearest(sets: Sequence[BackupSet], timestamp: Timestamp) -> list[str]:
    if moment := timestamp.moment:
        sets = sorted(sets, key=lambda each: abs(each.time - moment))
    return [each.key for each in sets[:5]]


def refuse_disagreeing(backup: BackupSet, timestamp: Timestamp, databases: Sequence[DatabaseName], url: str) -> None:
    """Raise ConfigurationError if BUCKET names one set, but other variables name another one or several."""
    kind = "one object" if backup.kind is not Kind.DIRECTORY else "one set's folder"
    if len(databases) > 1:
        message = f"BUCKET names {kind}, {url}, but DATABASE names {len(databases)}: {', '.join(databases)}"
        hint = "set DATABASE to one database, or BUCKET to the folder that holds the sets"
        raise ConfigurationError(message, hint=hint)
    if not agrees(backup, timestamp):
        stamp = f"the stamp {backup.stamp}" if backup.stamp else "no stamp"
        message = f"BUCKET names {kind}, {url}, which has {stamp}, but TIMESTAMP is {timestamp}"
        raise ConfigurationError(message, hint="unset TIMESTAMP, or set BUCKET to the folder that holds the sets")
