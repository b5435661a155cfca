"""The set that `latest` selects of one database, and the reason if a restore would refuse it. Pure."""

from collections.abc import Sequence

from neo4j_restore import spec
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.planning import choosing, freshness, histories, refusals
from neo4j_restore.sets.backup_set import BackupSet, Shelf
from neo4j_restore.timestamps import latest


def newest(
    shelf: Shelf, bucket: spec.BucketUrl, on_stale: spec.OnStaleLatest, ignored: Sequence[str]
) -> tuple[BackupSet | None, str]:
    """Return the set that a container without TIMESTAMP selects, and why it would refuse that set.

    The set is None if there is none, or if it is ambiguous. The reason is empty if the set is not refused.
    on_stale, ignored: ON_STALE_LATEST and IGNORE_OBJECTS.
    """
    try:
        selected = histories.choose(shelf.sets, latest())
    except ConfigurationError as error:
        return None, str(error)
    if not selected:
        return None, ""
    choice = freshness.judge(selected, shelf.sets, on_stale)
    chosen = choice.chosen
    if choice.doubt:
        return chosen, choice.doubt
    unread = histories.doubtful(chosen, shelf.sets, latest())
    problem = chosen.problem or (unread.problem if unread else None)
    if problem:
        return chosen, str(problem)
    doubtful = choosing.doubts(chosen, shelf.unclear, latest())
    return chosen, str(refusals.refusal(chosen, doubtful, bucket, ignored)) if doubtful else ""
