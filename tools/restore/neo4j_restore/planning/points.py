"""The chain that a restore until a point takes, and the points that chains have. Pure functions over headers.

A full backup has no transaction log, so a restore can't end inside it. The point lies behind the full backup of the
chain, and not behind its last differential one.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from neo4j_restore.errors import BackupNotFoundError, ConfigurationError, RestoreError
from neo4j_restore.sets import chains
from neo4j_restore.sets.backup_set import BackupSet, Span
from neo4j_restore.sets.chains import Artifact
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.until import Until

# A message names the ranges of this many chains.
_MOST_NAMED = 5

# What to do about a setting that keeps RESTORE_UNTIL from its chain.
_WITHOUT = {"TIMESTAMP": "unset TIMESTAMP", "BUCKET": "set BUCKET to the folder of the backups"}


def span(links: Sequence[Artifact]) -> Span | None:
    """Return the range of points of a chain, or None for a full backup without differential ones."""
    full, last = links[0], links[-1]
    return None if last.full else Span(full.highest + 1, last.highest, full.time, last.time)


def chain(
    until: Until, ends: Iterable[Artifact], candidates: Iterable[Artifact], *, overlaps: bool
) -> tuple[Artifact, ...]:
    """Return the chain that has the point and ends as soon as possible behind it, or an empty one.

    ends: the artifacts at which the chain may end. candidates: all artifacts of the database, in any order.
    overlaps: see `chains.best`.
    """
    usable = [each for each in candidates if not each.full or until.is_behind(each.highest, each.time)]
    reaching = [each for each in ends if not each.full and until.is_reached(each.highest, each.time)]
    # By time only if the point is a time: a clock may have gone back.
    reaching.sort(key=lambda each: (each.time if until.moment and each.time else 0, each.highest, each.key))
    for _, group in groupby(reaching, key=lambda each: each.highest):
        links = chains.best(tuple(group), usable, overlaps=overlaps)
        if links:
            return links
    return ()


def refusal(
    until: Until, chosen: Artifact, candidates: Iterable[Artifact], name: Callable[[str], str], limit: str = ""
) -> RestoreError:
    """Return the error for a point that no chain has.

    name: makes the name of an object from its key. limit: the setting without which a chain may have it, or empty.
    """
    same_database = [each for each in candidates if each.database_id == chosen.database_id and not each.is_empty]
    spans = _spans(same_database)
    by_itself = f"{_WITHOUT[limit.partition('=')[0]]}. RESTORE_UNTIL finds its chain by itself" if limit else ""
    if not spans and chosen.full:
        message = (
            f"{name(chosen.key)} is a full backup without differential ones. It has no transaction log, so a restore "
            f"can't end at RESTORE_UNTIL={until}"
        )
        hint = by_itself or "unset RESTORE_UNTIL, or take a differential backup behind that point"
        return BackupNotFoundError(message, hint=hint)
    listed = "; ".join(f"{one} (from {name(full.key)})" for full, one in spans[:_MOST_NAMED]) or "none is complete"
    allowed, the = (f" that {limit} allows", "Without it the") if limit else ("", "The")
    message = f"no chain of backups{allowed} has RESTORE_UNTIL={until}. {the} chains have: {listed}"
    hint = by_itself or "set RESTORE_UNTIL to a point in one of these ranges, or unset it"
    return BackupNotFoundError(message, hint=hint)


def _spans(artifacts: Sequence[Artifact]) -> list[tuple[Artifact, Span]]:
    """Return the widest range from each full backup on, the newest first."""
    differential = [each for each in artifacts if not each.full]
    fulls = sorted((each for each in artifacts if each.full), key=lambda each: each.highest, reverse=True)
    spans = []
    for full in fulls[:_MOST_NAMED]:
        # Overlaps count here: a range that is too wide helps more than none.
        ends = sorted((each for each in differential if each.highest > full.highest), key=lambda each: -each.highest)
        complete = (chains.chain(end, [full, *differential]) for end in ends)
        if (links := next(filter(None, complete), ())) and (one := span(links)):
            spans.append((full, one))
    return spans


def check(until: Until | None, chosen: BackupSet, url: str) -> None:
    """Raise ConfigurationError for an inspected set in which a restore can't end at the requested point."""
    if until is None or chosen.until == until:
        return
    reason = f"is {chosen.inside or 'packed'}" if chosen.kind is Kind.BACKUP else f"is of the kind {chosen.kind}"
    message = f"{url} {reason}, but RESTORE_UNTIL={until} needs a chain of .backup objects of Neo4j 5 or later"
    raise ConfigurationError(message, hint="unset RESTORE_UNTIL, or name a backup of such a chain with TIMESTAMP")
