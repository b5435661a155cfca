"""Backup artifacts of Neo4j 5 in a bucket: ordered, chosen and chained by their headers, not by their names.

An artifact is a `.backup` file. A chain is a full artifact and the differential ones that continue it.

Names and upload times mislead: a clock went back, a job runs in another time zone, a bucket was copied. So the headers
of all artifacts of a database are read in parallel, a few KiB of each. Only if TIMESTAMP is the exact stamp of a full
artifact, fewer are read: it is a chain by itself, and no other header can change that.

An artifact whose header can't be read keeps the time of its name. It only matters if it is the chosen one, is needed
for the chain, or may be newer than the chosen one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from logging import getLogger
from typing import Final

from neo4j_restore.errors import BackupDamagedError, BackupNotFoundError, ConfigurationError, RestoreError, StoreError
from neo4j_restore.inspection import contents
from neo4j_restore.inspection.heads import Heads
from neo4j_restore.planning import choosing
from neo4j_restore.sets import catalog, chains, headers
from neo4j_restore.sets.backup_set import BackupSet, TimeSource
from neo4j_restore.sets.chains import Artifact
from neo4j_restore.sets.headers import Header
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.settings import Request
from neo4j_restore.spec import LATEST
from neo4j_restore.streams import decoders
from neo4j_restore.timestamps import Timestamp
from neo4j_restore.transfer import parallel

log = getLogger(__name__)

# A backup every five minutes for a month. Reading more headers would take longer than many restores.
MOST_ARTIFACTS: Final = 10_000

# Names may be in any time zone. An upload time further from the name's time than this is the time of a copy.
_ONE_DAY: Final = timedelta(hours=26)

_ANOTHER: Final = "remove it, exclude it with IGNORE_OBJECTS, or name another set with TIMESTAMP"


# By key: the header, None for a later layout, or the reason why it can't be read.
Headers = dict[str, Header | RestoreError | None]


class Artifacts:
    """Reads the headers of the backup artifacts of one store, each once."""

    def __init__(self, request: Request, heads: Heads, connections: int, earlier: Headers | None = None) -> None:
        """Ask nothing yet. earlier: headers that were read before. The new ones are added to it."""
        self._request, self.heads, self._connections = request, heads, connections
        self._headers: Headers = {} if earlier is None else earlier

    def dated(self, sets: list[BackupSet]) -> list[BackupSet]:
        """Return the sets newest first. Each artifact has its header and the header's time.

        An artifact whose header can't be read has `problem` instead. Raises StoreError if the store does not answer,
        ConfigurationError for more than MOST_ARTIFACTS.
        """
        self._read([each for each in self._wanted(sets) if each.key not in self._headers])
        return catalog.order(self._dated(each) for each in sets)

    def _wanted(self, sets: list[BackupSet]) -> list[BackupSet]:
        """Return the artifacts whose headers matter."""
        artifacts = [each for each in sets if each.kind is Kind.BACKUP]
        named = choosing.choose(sets, self._request.timestamp) if self._request.timestamp.is_exact else None
        if named and named.kind is Kind.BACKUP:
            self._read([named])
            header = self._headers[named.key]
            if isinstance(header, Header) and header.full:
                return []
        if len(artifacts) > MOST_ARTIFACTS:
            message = (
                f"{self._request.bucket} has {len(artifacts)} backup artifacts of {artifacts[0].database}, "
                f"expected at most {MOST_ARTIFACTS}"
            )
            hint = "set BUCKET to a folder with fewer of them, or exclude old ones with IGNORE_OBJECTS"
            raise ConfigurationError(message, hint=hint)
        return artifacts

    def _read(self, artifacts: Sequence[BackupSet]) -> None:
        if len(artifacts) > 1:
            log.info("%s: reading the headers of %d backup artifacts", artifacts[0].database, len(artifacts))
        by_key = {each.key: each for each in artifacts}
        read = parallel.answers(lambda key: self._header_or_problem(by_key[key]), by_key, self._connections)
        self._headers.update(read)

    def _header_or_problem(self, artifact: BackupSet) -> Header | RestoreError | None:
        try:
            return self._header(artifact)
        except StoreError as error:
            if error.transient:
                raise
            return error
        except RestoreError as error:
            return error

    def _header(self, artifact: BackupSet) -> Header | None:
        """Return an artifact's header, or None if it has a later layout or its bytes are another kind of set."""
        stored, name = artifact.objects[0], self._request.bucket.of(artifact.key)
        if stored.thaw:
            message = f"{name} is in an archive tier and can't be read before it is thawed"
            raise StoreError(message, hint=f"thaw it, then start again: {stored.thaw}")
        head = self.heads.head(stored, headers.CLEAR_HEADER_BYTES)
        packed = decoders.codec_of(head) is not None
        if (packed or headers.is_short(head)) and stored.size_bytes > len(head):
            head = self.heads.head(stored, headers.HEADER_BYTES)
        if packed:
            seen = contents.contents_of(head, Kind.BACKUP, name)
            head = seen.head if seen.kind is Kind.BACKUP else head
        header = headers.of_backup(head)
        if header is None and headers.is_cut(head):
            message = f"{name} is damaged: its header is cut or wrong. The object has {stored.size_bytes} bytes"
            raise BackupDamagedError(message, hint=_ANOTHER)
        if header is None:
            contents.contents_of(head, Kind.BACKUP, name)
        return header

    def header(self, artifact: BackupSet) -> Header | None:
        """Return an artifact's header, which is read unless `dated` has done so. Raises RestoreError."""
        if artifact.key not in self._headers:
            self._headers[artifact.key] = self._header_or_problem(artifact)
        header = self._headers[artifact.key]
        if isinstance(header, RestoreError):
            raise header
        return header

    def _dated(self, one: BackupSet) -> BackupSet:
        header = self._headers.get(one.key) if one.kind is Kind.BACKUP else None
        if isinstance(header, RestoreError):
            return replace(one, problem=header)
        if header is None or header.time is None:
            return replace(one, header=header)
        return replace(one, header=header, time=header.time, time_source=TimeSource.HEADER)

    def chained(self, chosen: BackupSet, sets: Sequence[BackupSet], *, overlaps: bool) -> BackupSet:
        """Return `chosen` with all objects of its chain, the full artifact first.

        In the place of a differential artifact, another one with the same last transaction may be returned, because its
        chain has fewer bytes. Of equal ones the newest is returned. This never happens if TIMESTAMP names `chosen`.
        For an empty artifact the last one before it with transactions is returned.
        sets: of the same database, as `dated` returns them. overlaps: see `chains.best`.
        Raises BackupNotFoundError if the chain has a gap.
        """
        by_key = {each.key: each for each in (*sets, chosen) if each.kind is Kind.BACKUP and each.header}
        all_artifacts = {key: _artifact(each) for key, each in by_key.items()}
        if all_artifacts[chosen.key].full:
            # An older full artifact with the same transactions may have a store format that was given up since.
            return chosen
        links = chains.best(self._ends(chosen, by_key, all_artifacts), all_artifacts.values(), overlaps=overlaps)
        if not links:
            raise self._gap(all_artifacts[chosen.key], all_artifacts.values(), sets)
        end = by_key[links[-1].key]
        if end.key != chosen.key:
            log.info("%s: taking %s, which has the same transactions as %s", chosen.database, end.url, chosen.url)
        return replace(end, objects=tuple(by_key[each.key].objects[0] for each in links))

    def _is_meant(self, chosen: BackupSet) -> bool:
        """Return whether TIMESTAMP means this very object, and not another one with the same transactions."""
        return self._request.timestamp.is_exact or chosen.stamp == LATEST

    def _ends(
        self, chosen: BackupSet, by_key: Mapping[str, BackupSet], all_artifacts: Mapping[str, Artifact]
    ) -> tuple[Artifact, ...]:
        """Return the artifacts that are as good an end of the chain as `chosen`."""
        end = all_artifacts[chosen.key]
        if end.is_empty:
            before = [all_artifacts[key] for key, each in by_key.items() if each.time <= chosen.time]
            return chains.furthest(before, end.database_id) or (end,)
        if self._is_meant(chosen):
            return (end,)
        state = (end.database_id, end.highest)
        return tuple(each for each in all_artifacts.values() if (each.database_id, each.highest) == state)

    def _gap(self, last: Artifact, candidates: Iterable[Artifact], sets: Iterable[BackupSet]) -> RestoreError:
        problems = [each.problem for each in sets if each.problem]
        vanished = [each for each in problems if isinstance(each, StoreError) and each.gone]
        if vanished:
            # The listing is out of date, and the missing link may be gone for that reason alone.
            return vanished[0]
        name = self._request.bucket.of
        gap = chains.gap(last, candidates, name)
        message = f"{name(last.key)} is a differential backup, and its chain has a gap: {gap}"
        if problems:
            message += f"; the headers of {len(problems)} artifacts can't be read, for example: {problems[0]}"
        return BackupNotFoundError(message, hint="put that artifact back, or name an earlier set with TIMESTAMP")


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
    ends = chains.furthest(map(_artifact, before), newest.header.database_id or "")
    keys = {each.key for each in ends}
    furthest = next((each for each in before if each.key in keys), newest)
    return newest if _was_given_up(furthest, newest, before) else furthest


def went_back(chosen: BackupSet, sets: Iterable[BackupSet], timestamp: Timestamp) -> BackupSet | None:
    """Return an older artifact of the same database id with later transactions than `chosen`, or None.

    Also None if `timestamp` names `chosen` itself.
    """
    end = _artifact(chosen).highest
    if timestamp.is_exact or not _id(chosen) or end == 0:
        return None
    same = (each for each in _readable(sets) if _id(each) == _id(chosen) and each.time < chosen.time)
    return next((each for each in same if _artifact(each).highest > end), None)


def _id(artifact: BackupSet) -> str:
    return (artifact.header.database_id or "") if artifact.header else ""


def _was_given_up(furthest: BackupSet, newest: BackupSet, before: Iterable[BackupSet]) -> bool:
    """Return whether `furthest` belongs to a history that was given up before `newest` was made.

    Otherwise the clock went back: `furthest` was uploaded later, or continues where `newest` ends.
    """
    end = _artifact(newest).highest
    if furthest.time >= newest.time or _artifact(newest).is_empty or _artifact(furthest).highest <= end:
        return False
    uploads = (furthest.objects[-1].updated, newest.objects[-1].updated)
    if _believed(furthest) and _believed(newest) and uploads[0] != uploads[1]:
        return uploads[0] < uploads[1]
    links = [_artifact(each) for each in before if _id(each) == _id(newest)]
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
    named = catalog.time_of(chosen.stamp)
    if named is None or catalog.time_of(unreadable.stamp) is None:
        return unreadable.time
    return unreadable.time + (chosen.time - named)


def _was_uploaded_later(one: BackupSet, other: BackupSet) -> bool:
    return _believed(one) and _believed(other) and one.objects[-1].updated > other.objects[-1].updated


def _believed(artifact: BackupSet) -> bool:
    """Return whether the upload time is near the time of the set, so that the object is not a copy."""
    return abs(artifact.objects[-1].updated - artifact.time) < _ONE_DAY


def _readable(sets: Iterable[BackupSet]) -> list[BackupSet]:
    return [each for each in sets if each.kind is Kind.BACKUP and each.header]


def _artifact(artifact: BackupSet) -> Artifact:
    return chains.artifact(artifact.key, artifact.header or Header(), artifact.objects[0].size_bytes)
