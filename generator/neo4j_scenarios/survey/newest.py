"""What `latest` takes of one database, and why a restore of it would be refused. Pure."""

from collections.abc import Sequence

from neo4j_restore import artifacts, choosing, spec
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.sets import BackupSet, Shelf


def newest(
    shelf: Shelf, bucket: spec.BucketUrl, on_stale: spec.OnStaleLatest, ignored: Sequence[str]
) -> tuple[BackupSet | None, str]:
    """Return the set that a container without TIMESTAMP takes, and the reason for which it would refuse it.

    The set is None where there is none, or nothing says which one is meant. The reason is empty where there is none.
    on_stale, ignored: as ON_STALE_LATEST and IGNORE_OBJECTS have it.
    """
    try:
        found = artifacts.choose(shelf.sets, spec.LATEST)
    except ConfigurationError as error:
        return None, str(error)
    if not found:
        return None, ""
    choice = choosing.judge(found, shelf.sets, on_stale)
    chosen = choice.chosen
    if choice.doubt:
        return chosen, choice.doubt
    unread = artifacts.doubtful(chosen, shelf.sets, spec.LATEST)
    problem = chosen.problem or (unread.problem if unread else None)
    if problem:
        return chosen, str(problem)
    doubtful = choosing.doubts(chosen, shelf.unclear, spec.LATEST)
    return chosen, str(choosing.refusal(chosen, doubtful, bucket, ignored)) if doubtful else ""
