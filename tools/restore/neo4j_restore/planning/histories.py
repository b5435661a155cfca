"""Which backup artifact of Neo4j 5 is the latest state of a database, by its transactions. Pure.

A clock that went back, a restore from an older backup, and a database that was dropped and created again each make an
artifact look newer than it is.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from neo4j_restore.planning import choosing
from neo4j_restore.sets import catalog, chains
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.chains import Artifact
from neo4j_restore.sets.headers import Header
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.spec import LATEST
from neo4j_restore.timestamps import Timestamp

# Names may be in any time zone. An upload time further from the name's time than this is the time of a copy.
_ONE_DAY: Final = timedelta(hours=26)


def choose(sets: list[BackupSet], timestamp: Timestamp) -> BackupSet | None:
    """Return the set that `timestamp` names, or None.

    sets: of one database, as `Artifacts.dated` returns them.
    """
    newest = choosing.choose(sets, timestamp)
    if newest is None or newest.header is None or newest.stamp == LATEST or timestamp.is_exact:
        return newest
    before = [each for each in _readable(sets) if each.stamp != LATEST and timestamp.picks(each)]
    # The artifact with the highest transaction of this database id is the latest state. If a clock went back, it is not
    # the newest by its time. But if the database was restored from an older backup, its transactions went back, and the
    # higher ones belong to a history that was given up.
    ends = chains.furthest(map(artifact_of, before), newest.header.database_id or "")
    keys = {each.key for each in ends}
    furthest = next((each for each in before if each.key in keys), newest)
    return newest if _was_given_up(furthest, newest, before) else furthest


def went_back(chosen: BackupSet, sets: Iterable[BackupSet], timestamp: Timestamp) -> BackupSet | None:
    """Return an older artifact of the same database id with later transactions than `chosen`, or None.

    Also None if `timestamp` names `chosen` itself.
    """
    end = artifact_of(chosen).highest
    if timestamp.is_exact or not _id(chosen) or end == 0:
        return None
    same = (each for each in _readable(sets) if _id(each) == _id(chosen) and each.time < chosen.time)
    return next((each for each in same if artifact_of(each).highest > end), None)


def _id(artifact: BackupSet) -> str:
    return (artifact.header.database_id or "") if artifact.header else ""


def _was_given_up(furthest: BackupSet, newest: BackupSet, before: Iterable[BackupSet]) -> bool:
    """Return whether `furthest` belongs to a history that was given up before `newest` was made.

    Otherwise the clock went back: `furthest` was uploaded later, or continues where `newest` ends.
    """
    end = artifact_of(newest).highest
    if furthest.time >= newest.time or artifact_of(newest).is_empty or artifact_of(furthest).highest <= end:
        return False
    uploads = (furthest.objects[-1].updated, newest.objects[-1].updated)
    if _believed(furthest) and _believed(newest) and uploads[0] != uploads[1]:
        return uploads[0] < uploads[1]
    links = [artifact_of(each) for each in before if _id(each) == _id(newest)]
    return not any(not each.full and each.lowest == end + 1 for each in links)


def others(chosen: BackupSet, sets: Iterable[BackupSet]) -> list[BackupSet]:
    """Return the newest artifact of each other database id.

    A database that is dropped and created again under its name has a new id.
    """
    database_id = chosen.header.database_id if chosen.header else None
    newest: dict[str | None, BackupSet] = {}
    for artifact in _readable(sets):
        if database_id and artifact.header and artifact.header.database_id != database_id:
            newest.setdefault(artifact.header.database_id, artifact)
    return list(newest.values())


def doubtful(chosen: BackupSet, sets: Iterable[BackupSet], timestamp: Timestamp) -> BackupSet | None:
    """Return an artifact that can't be read and may be newer than `chosen`, by its name or its upload time, or None.

    An upload time counts only if it is near the time of the name.
    """
    if timestamp.is_exact:
        return None
    for unread in sets:
        if unread.problem and unread.key != chosen.key:
            time = _likely_time(unread, chosen)
            if timestamp.allows(min(unread.time, time)) and (time > chosen.time or _was_uploaded_later(unread, chosen)):
                return unread
    return None


def _likely_time(unreadable: BackupSet, chosen: BackupSet) -> datetime:
    """Return the likely time of an artifact: the time of its name, corrected by the error in the name of `chosen`."""
    stamped_time = catalog.time_of(chosen.stamp)
    if stamped_time is None or catalog.time_of(unreadable.stamp) is None:
        return unreadable.time
    return unreadable.time + (chosen.time - stamped_time)


def _was_uploaded_later(one: BackupSet, other: BackupSet) -> bool:
    return _believed(one) and _believed(other) and one.objects[-1].updated > other.objects[-1].updated


def _believed(artifact: BackupSet) -> bool:
    """Return whether the upload time is near the time of the set, so that the object is not a copy."""
    return abs(artifact.objects[-1].updated - artifact.time) < _ONE_DAY


def _readable(sets: Iterable[BackupSet]) -> list[BackupSet]:
    return [each for each in sets if each.kind is Kind.BACKUP and each.header]


def artifact_of(artifact: BackupSet) -> Artifact:
    """Return what the chains of artifacts need to know of one."""
    return chains.artifact(artifact.key, artifact.header or Header(), artifact.objects[0].size_bytes)
