"""Backup artifacts of Neo4j 5 in a bucket: ordered, chosen and chained by what their headers say, not by their names.

Names and upload times mislead: a clock went back, a job runs in another time zone, a bucket was copied. So the headers
of all artifacts of a database are read, side by side, a few KiB of each. Fewer are read in one case: TIMESTAMP is the
exact stamp of a full artifact. It is a chain by itself, and no other header can change that.

An artifact whose header can't be read keeps the time of its name. It is no obstacle, unless it is the chosen one, is
needed for the chain, or may be newer than the chosen one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from logging import getLogger
from typing import Final

from neo4j_restore import catalog, chains, choosing, contents, decoders, headers, parallel
from neo4j_restore.chains import Artifact
from neo4j_restore.errors import BackupDamagedError, BackupNotFoundError, ConfigurationError, RestoreError, StoreError
from neo4j_restore.headers import Header
from neo4j_restore.heads import Heads
from neo4j_restore.kinds import Kind
from neo4j_restore.sets import BackupSet, TimeSource
from neo4j_restore.settings import Settings
from neo4j_restore.spec import LATEST
from neo4j_restore.stores import Store

log = getLogger(__name__)

# A backup every five minutes for a month. Reading more headers would take longer than many a restore.
MOST_ARTIFACTS: Final = 10_000

# Names are in any time zone; an upload time further from the name's than this is that of a copy.
_ONE_DAY: Final = timedelta(hours=26)

_ANOTHER: Final = "remove it, exclude it with IGNORE_OBJECTS, or name another set with TIMESTAMP"


# By keys: the header, None where it is of a later layout, or why it can't be read.
Headers = dict[str, Header | RestoreError | None]


class Artifacts:
    """Reads the headers of the backup artifacts of one store, each once."""

    def __init__(self, settings: Settings, store: Store, known: Headers | None = None) -> None:
        """Take the store; nothing is asked of it yet. known: headers that others read, to which more are added."""
        self._settings, self.heads = settings, Heads(settings, store)
        self._headers: Headers = {} if known is None else known

    def dated(self, sets: list[BackupSet]) -> list[BackupSet]:
        """Return the sets newest first; each artifact has its header, and the header's time.

        An artifact whose header can't be read has `problem` instead. Raises StoreError where the store does not answer,
        and ConfigurationError for more than MOST_ARTIFACTS.
        """
        self._read([each for each in self._wanted(sets) if each.key not in self._headers])
        return catalog.order(self._dated(each) for each in sets)

    def _wanted(self, sets: list[BackupSet]) -> list[BackupSet]:
        """Return the artifacts whose headers matter."""
        artifacts = [each for each in sets if each.kind is Kind.BACKUP]
        named = choosing.choose(sets, self._settings.timestamp) if is_exact(self._settings.timestamp) else None
        if named and named.kind is Kind.BACKUP:
            self._read([named])
            header = self._headers[named.key]
            if isinstance(header, Header) and header.full:
                return []
        if len(artifacts) > MOST_ARTIFACTS:
            message = (
                f"{self._settings.bucket} has {len(artifacts)} backup artifacts of {artifacts[0].database}, "
                f"expected at most {MOST_ARTIFACTS}"
            )
            hint = "let BUCKET name a folder with fewer of them, or exclude old ones with IGNORE_OBJECTS"
            raise ConfigurationError(message, hint=hint)
        return artifacts

    def _read(self, artifacts: Sequence[BackupSet]) -> None:
        if len(artifacts) > 1:
            log.info("%s: reading the headers of %d backup artifacts", artifacts[0].database, len(artifacts))
        by_key = {each.key: each for each in artifacts}
        found = parallel.answers(lambda key: self._header_or_problem(by_key[key]), by_key, self._settings.connections)
        self._headers.update(found)

    def _header_or_problem(self, each: BackupSet) -> Header | RestoreError | None:
        try:
            return self._header(each)
        except StoreError as error:
            if error.transient:
                raise
            return error
        except RestoreError as error:
            return error

    def _header(self, each: BackupSet) -> Header | None:
        """Return an artifact's header; None for a later layout, and for what is another kind by its bytes."""
        stored, name = each.objects[0], self._settings.bucket.of(each.key)
        if stored.thaw:
            message = f"{name} is in an archive tier, and can't be read before it is thawed"
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
            message = f"{name} is damaged: its header is cut or wrong, of {stored.size_bytes} bytes"
            raise BackupDamagedError(message, hint=_ANOTHER)
        if header is None:
            contents.contents_of(head, Kind.BACKUP, name)
        return header

    def header(self, each: BackupSet) -> Header | None:
        """Return an artifact's header as `dated` read it, or as it is read now. Raises what went wrong."""
        if each.key not in self._headers:
            self._headers[each.key] = self._header_or_problem(each)
        found = self._headers[each.key]
        if isinstance(found, RestoreError):
            raise found
        return found

    def _dated(self, each: BackupSet) -> BackupSet:
        found = self._headers.get(each.key) if each.kind is Kind.BACKUP else None
        if isinstance(found, RestoreError):
            return replace(each, problem=found)
        if found is None or found.time is None:
            return replace(each, header=found)
        return replace(each, header=found, time=found.time, time_source=TimeSource.HEADER)

    def chained(self, chosen: BackupSet, sets: Sequence[BackupSet], *, overlaps: bool) -> BackupSet:
        """Return `chosen` with all objects of its chain, the full artifact first.

        Unless TIMESTAMP names `chosen` exactly, another artifact with the same last transaction may be returned in the
        place of a differential one, because its chain has fewer bytes; of equal ones the newest. Of an empty artifact
        that is the last one before it with transactions.
        sets: of the same database, as `dated` returns them. overlaps: see `chains.best`.
        Raises BackupNotFoundError where the chain has a gap.
        """
        by_key = {each.key: each for each in (*sets, chosen) if each.kind is Kind.BACKUP and each.header}
        known = {key: _artifact(each) for key, each in by_key.items()}
        if known[chosen.key].full:
            # An older full one with the same transactions may be of a store format that was given up since.
            return chosen
        links = chains.best(self._ends(chosen, by_key, known), known.values(), overlaps=overlaps)
        if not links:
            raise self._gap(known[chosen.key], known.values(), sets)
        end = by_key[links[-1].key]
        if end.key != chosen.key:
            log.info("%s: taking %s, which has the same transactions as %s", chosen.database, end.url, chosen.url)
        return replace(end, objects=tuple(by_key[each.key].objects[0] for each in links))

    def _is_meant(self, chosen: BackupSet) -> bool:
        """Tell whether this very object is asked for, and no other with the same transactions."""
        return is_exact(self._settings.timestamp) or chosen.stamp == LATEST

    def _ends(
        self, chosen: BackupSet, by_key: Mapping[str, BackupSet], known: Mapping[str, Artifact]
    ) -> tuple[Artifact, ...]:
        """Return the artifacts that are as good an end of the chain as `chosen`."""
        one = known[chosen.key]
        if one.is_empty:
            before = [known[key] for key, each in by_key.items() if each.time <= chosen.time]
            return chains.furthest(before, one.database_id) or (one,)
        if self._is_meant(chosen):
            return (one,)
        return tuple(
            each for each in known.values() if (each.database_id, each.highest) == (one.database_id, one.highest)
        )

    def _gap(self, last: Artifact, known: Iterable[Artifact], sets: Iterable[BackupSet]) -> RestoreError:
        problems = [each.problem for each in sets if each.problem]
        vanished = [each for each in problems if isinstance(each, StoreError) and each.gone]
        if vanished:
            return vanished[0]
        name = self._settings.bucket.of
        message = f"{name(last.key)} is a differential backup, and its chain has a gap: {chains.gap(last, known, name)}"
        if problems:
            message += f"; of {len(problems)} artifacts the header can't be read, for example: {problems[0]}"
        return BackupNotFoundError(message, hint="bring that artifact back, or name an earlier set with TIMESTAMP")


def is_exact(timestamp: str | datetime) -> bool:
    """Tell whether TIMESTAMP is the stamp of one object."""
    return isinstance(timestamp, str) and timestamp != LATEST


def choose(sets: list[BackupSet], timestamp: str | datetime) -> BackupSet | None:
    """Return the set that `timestamp` asks for, or None.

    sets: of one database, as `Artifacts.dated` returns them. Of the newest set's database id, the artifact with the
    highest transaction is taken: where a clock went back, it is not the newest by its time. But where a database was
    restored from an older backup, its transactions went back, and the higher ones are of a history that was given up.
    """
    found = choosing.choose(sets, timestamp)
    if found is None or found.header is None or found.stamp == LATEST or is_exact(timestamp):
        return found
    moment = timestamp if isinstance(timestamp, datetime) else None
    before = [each for each in _readable(sets) if each.stamp != LATEST and (not moment or each.time <= moment)]
    ends = chains.furthest(map(_artifact, before), found.header.database_id or "")
    keys = {each.key for each in ends}
    furthest = next((each for each in before if each.key in keys), found)
    return found if _was_given_up(furthest, found, before) else furthest


def went_back(chosen: BackupSet, sets: Iterable[BackupSet], timestamp: str | datetime) -> BackupSet | None:
    """Return an older artifact of the same database id with later transactions than `chosen`, if there is one.

    None where `timestamp` names `chosen` itself.
    """
    end = _artifact(chosen).highest
    if is_exact(timestamp) or not _id(chosen) or end == 0:
        return None
    same = (each for each in _readable(sets) if _id(each) == _id(chosen) and each.time < chosen.time)
    return next((each for each in same if _artifact(each).highest > end), None)


def _id(each: BackupSet) -> str:
    return (each.header.database_id or "") if each.header else ""


def _was_given_up(furthest: BackupSet, newest: BackupSet, before: Iterable[BackupSet]) -> bool:
    """Tell whether `furthest` is of a history that was given up before `newest` was made.

    Else the clock went back: `furthest` was uploaded later, or goes on where `newest` ends.
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
    """Return the newest artifact of each other database id: there, the database was made anew under its old name."""
    own = chosen.header.database_id if chosen.header else None
    newest: dict[str | None, BackupSet] = {}
    for each in _readable(sets):
        if own and each.header and each.header.database_id != own:
            newest.setdefault(each.header.database_id, each)
    return list(newest.values())


def doubtful(chosen: BackupSet, sets: Iterable[BackupSet], timestamp: str | datetime) -> BackupSet | None:
    """Return an artifact that can't be read, and may be newer than `chosen`: by its name or by its upload time.

    None where there is none. An upload time is believed where it is near the time of the name.
    """
    if is_exact(timestamp):
        return None
    moment = timestamp if isinstance(timestamp, datetime) else None
    for each in sets:
        if each.problem and each.key != chosen.key:
            time = _likely_time(each, chosen)
            asked_for = not moment or min(each.time, time) <= moment
            if asked_for and (time > chosen.time or _was_uploaded_later(each, chosen)):
                return each
    return None


def _likely_time(unreadable: BackupSet, chosen: BackupSet) -> datetime:
    """Return the time of an artifact by its name, which is off by as much as the name of `chosen` is."""
    named = catalog.time_of(chosen.stamp)
    if named is None or catalog.time_of(unreadable.stamp) is None:
        return unreadable.time
    return unreadable.time + (chosen.time - named)


def _was_uploaded_later(one: BackupSet, other: BackupSet) -> bool:
    return _believed(one) and _believed(other) and one.objects[-1].updated > other.objects[-1].updated


def _believed(each: BackupSet) -> bool:
    """Tell whether the upload time is near the time of the set, and so not that of a copy."""
    return abs(each.objects[-1].updated - each.time) < _ONE_DAY


def _readable(sets: Iterable[BackupSet]) -> list[BackupSet]:
    return [each for each in sets if each.kind is Kind.BACKUP and each.header]


def _artifact(each: BackupSet) -> Artifact:
    return chains.artifact(each.key, each.header or Header(), each.objects[0].size_bytes)
