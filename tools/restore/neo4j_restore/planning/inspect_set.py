"""Inspects sets: reads a few first bytes of an object, and returns its kind, its header and its chain."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from logging import getLogger

from neo4j_restore.errors import BackupDamagedError, StoreError
from neo4j_restore.inspection import contents, formats, layouts, recognised, sums, zipped
from neo4j_restore.inspection.entries import Entry
from neo4j_restore.inspection.layouts import Wanted
from neo4j_restore.inspection.ranged import Ranged
from neo4j_restore.planning.artifacts import Artifacts
from neo4j_restore.request import Request
from neo4j_restore.sets import headers
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.headers import Header
from neo4j_restore.sets.kinds import AGE, SUM, Kind
from neo4j_restore.spec import DatabaseName
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.streams import zipdirectory
from neo4j_restore.transfer import retry

log = getLogger(__name__)

# The last bytes of a gzip are its unpacked length.
_TAIL_BYTES = 4

# How much of an archive is read if its first megabyte does not show what it holds.
_LONG_HEAD_BYTES = 32 * 1024 * 1024

# The most entries of a zip whose first bytes are read.
_MOST_TELLING = 8

# The version of a store lies within these first bytes of `neostore`.
_NEOSTORE_BYTES = 512

# The largest directory of a zip that is read before the transfer.
_LARGEST_DIRECTORY = 8 * 1024 * 1024


@dataclass(frozen=True)
class Inspection:
    """A set as its bytes show it.

    head, tail: the first and last bytes of its object, empty for a raw directory. For a zip, `tail` is its directory.
    """

    chosen: BackupSet
    head: bytes = b""
    tail: bytes = b""

    @property
    def undecided(self) -> bool:
        """Tell whether more bytes must be read to know what is in it."""
        return self.chosen.inside is not None and not self.chosen.inside.what


class Inspector:
    """Inspects the sets of one store. Headers and heads are cached, so none is read twice."""

    def __init__(self, request: Request, store: Store, artifacts: Artifacts, *, overlaps: bool = True) -> None:
        """Take the store. No request is made yet. overlaps: see `chains.best`."""
        self._request, self._store = request, store
        self._artifacts, self._overlaps = artifacts, overlaps
        self._heads = artifacts.heads
        self._headers: dict[str, Header | None] = {}

    def inspect(self, chosen: BackupSet, sets: Sequence[BackupSet]) -> Inspection:
        """Return `chosen` with the kind that its bytes show, its header, and all objects of its chain.

        sets: of the same database, newest first, to find the rest of a chain in.
        Raises BackupDamagedError if it is not a backup, or is of another database, and BackupNotFoundError for a broken
        chain.
        """
        if chosen.problem:
            raise chosen.problem
        chosen = self._statted(chosen)
        if chosen.kind is Kind.DIRECTORY:
            return Inspection(recognised.of_directory(chosen, self._neostore(chosen)))
        inspection = self._inspect(chosen)
        if inspection.chosen.kind is not chosen.kind:
            name = self._request.bucket.of(chosen.key)
            log.warning("%s: the bytes of %s show that it is: %s", chosen.database, name, inspection.chosen.inside)
        recognised_set = inspection.chosen
        if recognised_set.kind is Kind.BACKUP:
            whole = self._chained(recognised_set, sets)
            if whole.key != chosen.key:
                inspection = self._inspect(whole)
                whole = replace(whole, inside=inspection.chosen.inside)
            recognised_set = self._statted(whole)
        return replace(inspection, chosen=self._summed(recognised_set, sets))

    def _inspect(self, chosen: BackupSet) -> Inspection:
        """Return the set as its own bytes show it, without its chain and checksums. More is read where the first are
        not enough.
        """
        stored = chosen.objects[-1]
        inspection = self._recognised(chosen, stored, self._heads.head(stored, formats.HEAD_BYTES))
        if inspection.undecided and stored.size_bytes > formats.HEAD_BYTES:
            inspection = self._recognised(chosen, stored, self._heads.head(stored, _LONG_HEAD_BYTES))
        return inspection

    def _recognised(self, chosen: BackupSet, stored: StoredObject, head: bytes) -> Inspection:
        """Return the set whose object `stored` begins with `head`."""
        name, encrypted = self._request.bucket.of(chosen.key), self._heads.is_encrypted(stored)
        seekable = None if encrypted else Ranged(self._store, stored, self._retry())
        seen = contents.contents_of(head, chosen.kind, name, plain=seekable)
        if seen.kind is Kind.ZIP:
            tail = b"" if seen.packings else self._directory(stored)
            seen = replace(seen, entries=tuple(self._listed(stored, tail)), whole=bool(tail))
        else:
            tail = self._heads.end(stored, _TAIL_BYTES)
        directory, target = self._request.backup_set_dir, self._target(chosen.database)
        wanted = Wanted(chosen.database, chosen.key, name, directory, target)
        return Inspection(recognised.recognised(chosen, seen, wanted, encrypted=encrypted), head, tail)

    def _neostore(self, chosen: BackupSet) -> bytes:
        """Return the first bytes of a raw directory's `neostore`, empty where it has none."""
        markers = [stored for stored in chosen.objects if stored.key == f"{chosen.key}neostore"]
        return self._heads.part(markers[0], 0, _NEOSTORE_BYTES) if markers else b""

    def _listed(self, stored: StoredObject, directory: bytes) -> list[Entry]:
        """Return the entries of a zip. Some that may show what it is have their first bytes."""
        listed = zipped.entries_of(directory)
        telling = [entry for entry in listed if layouts.is_telling(entry.name)][:_MOST_TELLING]
        heads = {entry: replace(entry, head=self._zipped(stored, entry)) for entry in telling}
        return [heads.get(entry, entry) for entry in listed]

    def _zipped(self, stored: StoredObject, entry: Entry) -> bytes:
        """Return the first bytes of a zip's entry."""
        start, packed, method = entry.packed or (0, 0, 0)
        data = self._heads.part(stored, start, min(packed + zipped.LONGEST_LOCAL_HEADER, headers.HEADER_BYTES))
        return zipped.start_of(data, method)

    def described(self, listed: BackupSet) -> BackupSet:
        """Return a set with its header, if its kind has one and it can be read. For lists."""
        unreadable = listed.key.endswith(AGE) and self._heads.age_identity is None
        if unreadable or listed.objects[0].thaw or listed.kind not in {Kind.DUMP, Kind.BACKUP}:
            return listed
        try:
            return replace(listed, header=self._header(listed))
        except BackupDamagedError as error:
            log.warning("%s: %s", listed.database, error)
            return listed

    def _statted(self, chosen: BackupSet) -> BackupSet:
        """Return the set with the facts that its listing lacks. Raises StoreError if an object must be thawed first."""
        objects = chosen.objects
        if chosen.kind is not Kind.DIRECTORY:
            # A directory has many files. Each one's checksum comes with its bytes.
            objects = tuple(self._retry().call(partial(self._store.stat, stored)) for stored in objects)
        frozen = [each for each in objects if each.thaw]
        if frozen:
            more = f" (and {len(frozen) - 1} more)" if len(frozen) > 1 else ""
            name = f"{self._request.bucket.of(frozen[0].key)}{more}"
            message = f"{name} is in an archive tier, and must be thawed before it can be read"
            raise StoreError(message, hint=f"thaw it, then start again: {frozen[0].thaw}")
        return replace(chosen, objects=objects)

    def _chained(self, chosen: BackupSet, sets: Sequence[BackupSet]) -> BackupSet:
        if chosen.header is None:
            # In a later layout, which this neo4j-admin may know.
            return chosen
        _check_name(chosen, chosen.header, self._request.bucket.of(chosen.key), self._target(chosen.database))
        if chosen.inside and chosen.inside.container:
            # Its chain is in the same archive.
            return chosen
        return self._artifacts.chained(chosen, sets, overlaps=self._overlaps)

    def _target(self, source: DatabaseName) -> DatabaseName:
        return next((each.target for each in self._request.namings if each.source == source), source)

    def _summed(self, chosen: BackupSet, sets: Sequence[BackupSet]) -> BackupSet:
        """Return the set with the checksums from `.sha256` files beside its objects, and the names of checks in their
        formats.
        """
        beside = {each.key.removesuffix(SUM): each for one in (chosen, *sets) for each in one.sums}
        summed = [stored.key for stored in chosen.objects if stored.key in beside]
        texts = {key: self._heads.part(beside[key], 0, sums.MOST_BYTES).decode(errors="replace") for key in summed}
        checksums = {key: sums.parse(text, self._request.bucket.of(key)) for key, text in texts.items()}
        checks = {stored.key: self._heads.own_checks.get(stored.key, "") for stored in chosen.objects}
        return replace(chosen, checksums=checksums, formats={key: name for key, name in checks.items() if name})

    def _header(self, listed: BackupSet) -> Header | None:
        if listed.kind is Kind.BACKUP:
            return self._artifacts.header(listed)
        if listed.key not in self._headers:
            head, name = self._heads.head(listed.objects[0], headers.HEADER_BYTES), self._request.bucket.of(listed.key)
            seen = contents.contents_of(head, listed.kind, name)
            self._headers[listed.key] = contents.header_of(seen.kind, seen.head)
        return self._headers[listed.key]

    def _directory(self, stored: StoredObject) -> bytes:
        """Return the directory of a zip, empty where it is too large to read here, or not right."""
        place = zipdirectory.directory_of(self._heads.end(stored, zipdirectory.TAIL_BYTES), stored.size_bytes)
        return self._heads.part(stored, *place) if place and place[1] <= _LARGEST_DIRECTORY else b""

    def _retry(self) -> retry.Retry:
        return retry.Retry(self._heads.retry_seconds)


def _check_name(chosen: BackupSet, header: Header, name: str, target: DatabaseName) -> None:
    if header.database and header.database.lower() != chosen.database:
        message = f"{name} is a backup of the database {header.database}, not of {chosen.database}"
        hint = (
            f"set DATABASE to {header.database}, or to {target}={header.database} to restore it as {target}, or choose "
            "another set with TIMESTAMP"
        )
        raise BackupDamagedError(message, hint=hint)
