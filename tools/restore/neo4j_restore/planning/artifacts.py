"""Backup artifacts of Neo4j 5 in a bucket: ordered and chained by their headers, not by their names.

An artifact is a `.backup` file. A chain is a full artifact and the differential ones that continue it.

Names and upload times mislead: a clock went back, a job runs in another time zone, a bucket was copied. So the headers
of all artifacts of a database are read in parallel, a few KiB of each. Only if TIMESTAMP is the exact stamp of a full
artifact, fewer are read: it is a chain by itself, and no other header can change that.

An artifact whose header can't be read keeps the time of its name. It only matters if it is the chosen one, is needed
for the chain, or may be newer than the chosen one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from logging import getLogger
from typing import Final

from neo4j_restore.errors import BackupDamagedError, BackupNotFoundError, ConfigurationError, RestoreError, StoreError
from neo4j_restore.inspection import contents
from neo4j_restore.inspection.heads import Heads
from neo4j_restore.planning import choosing, points
from neo4j_restore.planning.histories import artifact_of
from neo4j_restore.request import Request
from neo4j_restore.sets import catalog, chains, headers
from neo4j_restore.sets.backup_set import BackupSet, TimeSource
from neo4j_restore.sets.chains import Artifact
from neo4j_restore.sets.headers import Header
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.spec import LATEST, DatabaseName
from neo4j_restore.streams import codecs
from neo4j_restore.transfer import parallel
from neo4j_restore.until import Until

log = getLogger(__name__)

# A backup every five minutes for a month. Reading more headers would take longer than many restores.
MOST_ARTIFACTS: Final = 10_000

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
        exact = choosing.choose(sets, self._request.timestamp) if self._request.timestamp.is_exact else None
        if exact and exact.kind is Kind.BACKUP:
            self._read([exact])
            header = self._headers[exact.key]
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
        packed = codecs.codec_of(head) is not None
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

    def _dated(self, backup: BackupSet) -> BackupSet:
        header = self._headers.get(backup.key) if backup.kind is Kind.BACKUP else None
        if isinstance(header, RestoreError):
            return replace(backup, problem=header)
        if header is None or header.time is None:
            return replace(backup, header=header)
        return replace(backup, header=header, time=header.time, time_source=TimeSource.HEADER)

    def chained(self, chosen: BackupSet, sets: Sequence[BackupSet], *, overlaps: bool) -> BackupSet:
        """Return `chosen` with all objects of its chain, the full artifact first.

        In the place of a differential artifact, another one with the same last transaction may be returned, because its
        chain has fewer bytes. Of equal ones the newest is returned. This never happens if TIMESTAMP names `chosen`.
        For an empty artifact the last one before it with transactions is returned.
        sets: of the same database, as `dated` returns them. overlaps: see `chains.best`.
        Raises BackupNotFoundError if the chain has a gap.
        """
        by_key = {each.key: each for each in (*sets, chosen) if each.kind is Kind.BACKUP and each.header}
        all_artifacts = {key: artifact_of(each) for key, each in by_key.items()}
        if self._request.until:
            return self._chained_until(self._request.until, chosen, by_key, all_artifacts, overlaps=overlaps)
        if all_artifacts[chosen.key].full:
            # An older full artifact with the same transactions may have a store format that was given up since.
            return chosen
        links = chains.best(self._ends(chosen, by_key, all_artifacts), all_artifacts.values(), overlaps=overlaps)
        if not links:
            raise self._gap(all_artifacts[chosen.key], all_artifacts.values(), sets)
        end = by_key[links[-1].key]
        if end.key != chosen.key:
            log.info("%s: taking %s, which has the same transactions as %s", chosen.database, end.url, chosen.url)
        return _with_links(end, links, by_key)

    def _chained_until(
        self,
        until: Until,
        chosen: BackupSet,
        by_key: Mapping[str, BackupSet],
        all_artifacts: Mapping[str, Artifact],
        *,
        overlaps: bool,
    ) -> BackupSet:
        """Return the chain of the same database that has the point. Raises BackupNotFoundError if there is none."""
        database_id, timestamp = all_artifacts[chosen.key].database_id, self._request.timestamp
        same_database = [
            each for each in all_artifacts.values() if each.database_id == database_id and not each.is_empty
        ]
        # TIMESTAMP limits how far the chain may go. Its stamp, or a BUCKET that is one object, names the end itself.
        is_the_bucket = str(self._request.bucket) == self._request.bucket.of(chosen.key)
        ends = [each for each in same_database if each.key == chosen.key or timestamp.allows(by_key[each.key].time)]
        if timestamp.is_exact or is_the_bucket:
            ends = [each for each in same_database if each.key == chosen.key]
        links = points.chain(until, ends, same_database, overlaps=overlaps)
        if not links:
            # Where a stamp names a full artifact, no other header was read.
            unread = timestamp.is_exact and all_artifacts[chosen.key].full
            limited = unread or bool(points.chain(until, same_database, same_database, overlaps=overlaps))
            limit = f"BUCKET={self._request.bucket}" if is_the_bucket else f"TIMESTAMP={timestamp.text}"
            error = points.refusal(
                until, all_artifacts[chosen.key], same_database, self._request.bucket.of, limit if limited else ""
            )
            raise self._of_one(error, chosen.database)
        chain = replace(_with_links(by_key[links[-1].key], links, by_key), until=until)
        log.info("%s: restoring until %s, from a chain of %s", chosen.database, until, chain.span)
        return chain

    def _of_one(self, error: RestoreError, database: DatabaseName) -> RestoreError:
        """Return the error, with a way to restore the other databases of the request to their point."""
        others = [each for each in self._request.sources if each != database]
        if others:
            error.hint += f". To restore {', '.join(others)} to this point, leave {database} to a request of its own"
        return error

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
            message += f". The headers of {len(problems)} artifacts can't be read, for example: {problems[0]}"
        return BackupNotFoundError(message, hint="put that artifact back, or name an earlier set with TIMESTAMP")


def _with_links(end: BackupSet, links: Sequence[Artifact], by_key: Mapping[str, BackupSet]) -> BackupSet:
    """Return the last artifact of a chain with the objects of all, and the points that they have."""
    objects = tuple(by_key[each.key].objects[0] for each in links)
    return replace(end, objects=objects, span=points.span(links))
