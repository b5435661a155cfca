"""Finds the auth files of Neo4j 3.x that belong to a set. The first folder with users counts, in this order:

1. In an archive: the folders `dbms` and `auth` beside the store or the dump, then one folder higher, up to the top.
   What an archive has shows only once it is unpacked.
2. In the bucket: the folders `dbms/` and `auth/` in the set's folder, then one folder higher, up to BUCKET. The folder
   of an object is the one that it lies in.

The files of two folders are never mixed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from logging import getLogger

from neo4j_restore.errors import ConfigurationError
from neo4j_restore.inspection import authfiles, sums
from neo4j_restore.inspection.heads import Heads
from neo4j_restore.planning.authfiles import AuthFiles, source_of
from neo4j_restore.request import Request
from neo4j_restore.sets.authfiles import FOLDERS, NAMES, WITH_USERS, above
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.kinds import SUM, Kind
from neo4j_restore.settings import Policy
from neo4j_restore.spec import SpaceMode
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.transfer import evidence, retry

log = getLogger(__name__)

# A store lists what begins with a text, so `auth` also gives `auth-2026/` and all in it.
_MOST_LISTED = 10_000


@dataclass(frozen=True)
class Finder:
    """Looks for auth files in the bucket, and checks the form of what it finds."""

    request: Request
    policy: Policy
    store: Store
    heads: Heads

    def found(self, decided: AuthFiles, chosen: BackupSet) -> AuthFiles:
        """Return the plan with the files that lie beside the set, and what its own bytes may have.

        Raises BackupNotFoundError if there are none and the set can't have any, BackupDamagedError for a wrong form,
        ConfigurationError if SPACE_MODE would delete data before it is known whether there are any.
        """
        beside, places = self._beside(chosen)
        within = self.request.bucket.of(chosen.key) if chosen.inside and chosen.inside.container else ""
        plan = replace(decided, beside=beside, places=places, within=within)
        if beside:
            self._check(beside)
        elif not within:
            raise plan.missing()
        elif self.policy.space is SpaceMode.RECLAIM:
            message = (
                f"whether {within} has auth files shows only once it is unpacked, and SPACE_MODE=reclaim would delete "
                "the old data before"
            )
            hint = f"copy the folder dbms to {places[0]}, or set SPACE_MODE=keep on a volume with room for both"
            raise ConfigurationError(message, hint=hint)
        log.info("auth files: %s", source_of(plan, self.request.bucket))
        return plan

    def _beside(self, chosen: BackupSet) -> tuple[BackupSet | None, tuple[str, ...]]:
        """Return the first folder with users as a set, and the URLs of the folders that were looked at."""
        places: list[str] = []
        for folder in _folders(chosen, self.request.bucket.prefix):
            places.append(self.request.bucket.of(folder))
            objects = {stored.key.removeprefix(folder): stored for stored in self._listed(folder)}
            if WITH_USERS & {*objects}:
                return self._set(folder, objects, chosen), tuple(places)
        return None, tuple(places)

    def _listed(self, folder: str) -> list[StoredObject]:
        keys = {folder + name + ending for name in NAMES for ending in ("", SUM)}

        def listed() -> list[StoredObject]:
            # Without its slash: a `file://` store has an error for a folder that is not there.
            objects = islice(self.store.list(folder.rstrip("/")), _MOST_LISTED)
            return [stored for stored in objects if stored.key in keys]

        return retry.Retry(self.heads.retry_seconds).call(listed)

    def _set(self, folder: str, objects: dict[str, StoredObject], chosen: BackupSet) -> BackupSet:
        files = tuple(self._known(objects[name]) for name in NAMES if name in objects)
        checksums = {
            stored.key: sums.parse(self._text(objects[name]), self.request.bucket.of(stored.key))
            for stored in files
            if (name := f"{stored.key.removeprefix(folder)}{SUM}") in objects
        }
        updated = max((stored.updated for stored in files), default=datetime.now(UTC))
        return BackupSet(chosen.database, Kind.DIRECTORY, folder, "", updated, files, checksums=checksums)

    def _known(self, stored: StoredObject) -> StoredObject:
        authfiles.check_size(stored.size_bytes, self.request.bucket.of(stored.key))
        if stored.checksum:
            return stored
        return retry.Retry(self.heads.retry_seconds).call(partial(self.store.stat, stored))

    def _text(self, stored: StoredObject) -> str:
        return self.heads.part(stored, 0, sums.MOST_BYTES).decode(errors="replace")

    def _check(self, beside: BackupSet) -> None:
        """Check the form before anything is downloaded. The verified bytes are checked once more."""
        heads = {stored.key: self.heads.head(stored, authfiles.MOST_BYTES) for stored in beside.objects}
        if not any(self.heads.is_encrypted(stored) for stored in beside.objects):
            authfiles.check({key.rpartition("/")[2]: head for key, head in heads.items()}, self._name(beside))
        verdict = evidence.expected(beside, self.request.bucket.scheme)
        if self.policy.require_checksum and verdict.warning(self.request.bucket):
            raise verdict.refusal(self.request.bucket)

    def _name(self, beside: BackupSet) -> str:
        return self.request.bucket.of(beside.key)


def _folders(chosen: BackupSet, prefix: str) -> Iterator[str]:
    """Yield the keys of the folders to look at, in order."""
    folder = chosen.key if chosen.kind is Kind.DIRECTORY else chosen.key[: chosen.key.rfind("/") + 1]
    # If BUCKET names the folder of the set itself, the folder that it lies in counts as well.
    top = prefix[: prefix.rstrip("/").rfind("/") + 1] if folder == prefix == chosen.key else prefix
    for each in above(folder, top):
        yield from (f"{each}{name}/" for name in FOLDERS)
