"""Looks into sets: a few first bytes of an object, and what they tell of its kind, its header, and its chain."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from logging import getLogger

from neo4j_restore import contents, formats, headers, layouts, recognised, sums, transfer, zipdirectory, zipped
from neo4j_restore.artifacts import Artifacts
from neo4j_restore.entries import Entry
from neo4j_restore.errors import BackupDamagedError, StoreError
from neo4j_restore.headers import Header
from neo4j_restore.kinds import AGE, SUM, Kind
from neo4j_restore.layouts import Wanted
from neo4j_restore.ranged import Ranged
from neo4j_restore.sets import BackupSet
from neo4j_restore.settings import Settings
from neo4j_restore.stores import Store, StoredObject

log = getLogger(__name__)

# gzip's length is there.
_TAIL_BYTES = 4

# As much of an archive is read where its first megabyte does not tell what is in it.
_LONG_HEAD_BYTES = 32 * 1024 * 1024

# Entries of a zip whose first bytes are asked for.
_MOST_TELLING = 8

# Where a store's version is.
_NEOSTORE_BYTES = 512

# Of a zip, as far as it is worth the bytes to know what room it takes.
_LARGEST_DIRECTORY = 8 * 1024 * 1024


@dataclass(frozen=True)
class Look:
    """A set as its bytes tell of it.

    head, tail: its object's first and last bytes, none of a directory's; of a zip, `tail` is its directory.
    """

    chosen: BackupSet
    head: bytes = b""
    tail: bytes = b""

    @property
    def undecided(self) -> bool:
        """Tell whether more of it has to be read to know what is in it."""
        return self.chosen.inside is not None and not self.chosen.inside.what


class Looker:
    """Looks into the sets of one store; what it has seen once it does not ask for again."""

    def __init__(self, settings: Settings, store: Store, artifacts: Artifacts, *, overlaps: bool = True) -> None:
        """Take the store; nothing is asked of it yet. overlaps: see `chains.best`."""
        self._settings, self._store = settings, store
        self._artifacts, self._overlaps = artifacts, overlaps
        self._heads = artifacts.heads
        self._headers: dict[str, Header | None] = {}

    def look(self, chosen: BackupSet, sets: Sequence[BackupSet]) -> Look:
        """Return `chosen` as it is: its kind by its bytes, its header, and all objects of its chain.

        sets: of the same database, newest first; where the rest of a chain is looked for.
        Raises BackupDamagedError for what is no backup, or another database's; BackupNotFoundError for a broken chain.
        """
        if chosen.problem:
            raise chosen.problem
        chosen = self._asked(chosen)
        if chosen.kind is Kind.DIRECTORY:
            return Look(recognised.of_directory(chosen, self._neostore(chosen)))
        look = self._look_inside(chosen)
        if look.chosen.kind is not chosen.kind:
            name = self._settings.bucket.of(chosen.key)
            log.warning("%s: %s is by its bytes: %s", chosen.database, name, look.chosen.inside)
        found = look.chosen
        if found.kind is Kind.BACKUP:
            whole = self._chained(found, sets)
            if whole.key != chosen.key:
                look = self._look_inside(whole)
                whole = replace(whole, inside=look.chosen.inside)
            found = self._asked(whole)
        return replace(look, chosen=self._summed(found, sets))

    def _look_inside(self, chosen: BackupSet) -> Look:
        """Return the set as its own bytes tell of it, without its chain and checksums; read more where they do not."""
        stored = chosen.objects[-1]
        look = self._recognised(chosen, stored, self._heads.head(stored, formats.HEAD_BYTES))
        if look.undecided and stored.size_bytes > formats.HEAD_BYTES:
            look = self._recognised(chosen, stored, self._heads.head(stored, _LONG_HEAD_BYTES))
        return look

    def _recognised(self, chosen: BackupSet, stored: StoredObject, head: bytes) -> Look:
        """Return the set whose object `stored` begins with `head`."""
        name, encrypted = self._settings.bucket.of(chosen.key), self._heads.is_encrypted(stored)
        seekable = None if encrypted else Ranged(self._store, stored, self._retry())
        seen = contents.contents_of(head, chosen.kind, name, plain=seekable)
        if seen.kind is Kind.ZIP:
            tail = b"" if seen.packings else self._directory(stored)
            seen = replace(seen, entries=tuple(self._listed(stored, tail)), whole=bool(tail))
        else:
            tail = self._heads.end(stored, _TAIL_BYTES)
        wanted = Wanted(chosen.database, chosen.key, name, self._settings.backup_set_dir)
        return Look(recognised.recognised(chosen, seen, wanted, encrypted=encrypted), head, tail)

    def _neostore(self, chosen: BackupSet) -> bytes:
        """Return the first bytes of a raw directory's `neostore`; nothing where it has none."""
        own = [stored for stored in chosen.objects if stored.key == f"{chosen.key}neostore"]
        return self._heads.part(own[0], 0, _NEOSTORE_BYTES) if own else b""

    def _listed(self, stored: StoredObject, directory: bytes) -> list[Entry]:
        """Return the entries of a zip, of the first that may tell what it is with their first bytes."""
        listed = zipped.entries_of(directory)
        telling = [entry for entry in listed if layouts.is_telling(entry.name)][:_MOST_TELLING]
        heads = {entry: replace(entry, head=self._zipped(stored, entry)) for entry in telling}
        return [heads.get(entry, entry) for entry in listed]

    def _zipped(self, stored: StoredObject, entry: Entry) -> bytes:
        """Return the first bytes of a zip's entry."""
        start, packed, method = entry.packed or (0, 0, 0)
        data = self._heads.part(stored, start, min(packed + zipped.LONGEST_LOCAL_HEADER, headers.HEADER_BYTES))
        return zipped.start_of(data, method)

    def described(self, each: BackupSet) -> BackupSet:
        """Return a set with its header, where it is of a kind that has one, and can be read; for lists."""
        unreadable = each.key.endswith(AGE) and self._settings.age_identity is None
        if unreadable or each.objects[0].thaw or each.kind not in {Kind.DUMP, Kind.BACKUP}:
            return each
        try:
            return replace(each, header=self._header(each))
        except BackupDamagedError as error:
            log.warning("%s: %s", each.database, error)
            return each

    def _asked(self, chosen: BackupSet) -> BackupSet:
        """Return the set with what its listing does not tell. Raises StoreError for one that has to be thawed first."""
        objects = chosen.objects
        if chosen.kind is not Kind.DIRECTORY:
            # The files of a directory are many, and each tells its checksum when it is read.
            objects = tuple(self._retry().call(partial(self._store.look, stored)) for stored in objects)
        frozen = [each for each in objects if each.thaw]
        if frozen:
            more = f" (and {len(frozen) - 1} more)" if len(frozen) > 1 else ""
            name = f"{self._settings.bucket.of(frozen[0].key)}{more}"
            message = f"{name} is in an archive tier, and can't be read before it is thawed"
            raise StoreError(message, hint=f"thaw it, then start again: {frozen[0].thaw}")
        return replace(chosen, objects=objects)

    def _chained(self, chosen: BackupSet, sets: Sequence[BackupSet]) -> BackupSet:
        if chosen.header is None:
            # Of a later layout: neo4j-admin may know it.
            return chosen
        _check_name(chosen, chosen.header, self._settings.bucket.of(chosen.key))
        if chosen.inside and chosen.inside.container:
            # Its chain is in the archive as well.
            return chosen
        return self._artifacts.chained(chosen, sets, overlaps=self._overlaps)

    def _summed(self, chosen: BackupSet, sets: Sequence[BackupSet]) -> BackupSet:
        """Return the set with the checksums that the files beside its objects tell, and those of their formats."""
        beside = {each.key.removesuffix(SUM): each for one in (chosen, *sets) for each in one.sums}
        own = [stored.key for stored in chosen.objects if stored.key in beside]
        texts = {key: self._heads.part(beside[key], 0, sums.MOST_BYTES).decode(errors="replace") for key in own}
        checksums = {key: sums.parse(text, self._settings.bucket.of(key)) for key, text in texts.items()}
        checks = {stored.key: self._heads.own_checks.get(stored.key, "") for stored in chosen.objects}
        return replace(chosen, checksums=checksums, formats={key: name for key, name in checks.items() if name})

    def _header(self, each: BackupSet) -> Header | None:
        if each.kind is Kind.BACKUP:
            return self._artifacts.header(each)
        if each.key not in self._headers:
            head, name = self._heads.head(each.objects[0], headers.HEADER_BYTES), self._settings.bucket.of(each.key)
            seen = contents.contents_of(head, each.kind, name)
            self._headers[each.key] = contents.header_of(seen.kind, seen.head)
        return self._headers[each.key]

    def _directory(self, stored: StoredObject) -> bytes:
        """Return the directory of a zip, nothing where it is too large to be looked at or not right."""
        found = zipdirectory.directory_of(self._heads.end(stored, zipdirectory.TAIL_BYTES), stored.size_bytes)
        return self._heads.part(stored, *found) if found and found[1] <= _LARGEST_DIRECTORY else b""

    def _retry(self) -> transfer.Retry:
        return transfer.Retry(self._settings.retry_seconds)


def _check_name(chosen: BackupSet, header: Header, name: str) -> None:
    if header.database and header.database.lower() != chosen.database:
        message = f"{name} is a backup of the database {header.database}, not of {chosen.database}"
        hint = f"ask for {header.database} in DATABASE, or take another set: TIMESTAMP names one"
        raise BackupDamagedError(message, hint=hint)
