"""Looks into sets: a few first bytes of an object, and what they tell of its kind, its header, and its chain."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from logging import getLogger

from neo4j_restore import formats, headers, sums, transfer, zipdirectory
from neo4j_restore.artifacts import Artifacts
from neo4j_restore.catalog import AGE, SUM, BackupSet, Kind
from neo4j_restore.errors import BackupDamagedError, StoreError
from neo4j_restore.headers import Header
from neo4j_restore.settings import Settings
from neo4j_restore.stores import Store, StoredObject

log = getLogger(__name__)

# gzip's length is there.
_TAIL_BYTES = 4

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
            return Look(chosen)
        stored = chosen.objects[0]
        head = self._heads.head(stored, formats.HEAD_BYTES)
        kind = formats.kind_of(head, chosen.kind, self._settings.bucket.of(chosen.key))
        if kind is not chosen.kind:
            log.warning("%s: %s is no %s, but by its bytes a %s", chosen.database, chosen.key, chosen.kind, kind)
        found = replace(chosen, kind=kind, header=_header(kind, head))
        if kind is Kind.BACKUP:
            whole = self._chained(found, sets)
            if whole.key != chosen.key:
                head = self._heads.head(whole.objects[-1], formats.HEAD_BYTES)
            return Look(self._summed(self._asked(whole), sets), head)
        tail = self._directory(stored) if kind is Kind.ZIP else self._heads.end(stored, _TAIL_BYTES)
        return Look(self._summed(found, sets), head, tail)

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
            self._headers[each.key] = _header(each.kind, self._heads.head(each.objects[0], headers.HEADER_BYTES))
        return self._headers[each.key]

    def _directory(self, stored: StoredObject) -> bytes:
        """Return the directory of a zip, nothing where it is too large to be looked at or not right."""
        found = zipdirectory.directory_of(self._heads.end(stored, zipdirectory.TAIL_BYTES), stored.size_bytes)
        return self._heads.part(stored, *found) if found and found[1] <= _LARGEST_DIRECTORY else b""

    def _retry(self) -> transfer.Retry:
        return transfer.Retry(self._settings.retry_seconds)


def _header(kind: Kind, head: bytes) -> Header | None:
    """Return the header of a dump or backup; None where it has none that is known."""
    if kind is Kind.BACKUP:
        return headers.of_backup(head)
    return headers.of_dump(head) if kind is Kind.DUMP else None


def _check_name(chosen: BackupSet, header: Header, name: str) -> None:
    if header.database and header.database.lower() != chosen.database:
        message = f"{name} is a backup of the database {header.database}, not of {chosen.database}"
        hint = f"ask for {header.database} in DATABASE, or take another set: TIMESTAMP names one"
        raise BackupDamagedError(message, hint=hint)
