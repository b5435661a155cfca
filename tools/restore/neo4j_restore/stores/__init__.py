"""Where backup sets are stored: one small interface, and an adapter for each kind of store, imported only when used."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from neo4j_restore.buckets import BucketUrl
from neo4j_restore.checksums import Checksum
from neo4j_restore.deadline import Deadline
from neo4j_restore.settings import Access, Settings
from neo4j_restore.spec import Scheme

if TYPE_CHECKING:
    from neo4j_restore.stores.plain import PlainGet


# Slots save memory: a listing of a hundred thousand objects may be in memory.
@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object of a store.

    key: as the store has it, without a slash at its start. updated: UTC.
    generation: pins these exact bytes. An object that replaces them has another.
    checksum: of all its bytes, or None where the store has none, or sends it only with a HEAD or with the bytes.
    thaw: for an object in an archive tier the command that makes it readable, else empty.
    """

    key: str
    size_bytes: int
    updated: datetime
    generation: str
    checksum: Checksum | None = None
    thaw: str = ""


class Store(Protocol):
    """The interface of a store.

    Every failure is a StoreError that names the object and the identity used. Its `transient` says whether the same
    request may succeed later. Retries, checksums and order are the callers' business.
    Several threads may call `read` and `stat` at the same time.
    """

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the objects whose keys start with `prefix`, in any order."""
        ...

    def stat(self, stored: StoredObject) -> StoredObject:
        """Return `stored` with the facts that a listing lacks: its checksum, and whether it must be thawed.

        Costs few requests. Raises StoreError, not transient, if the object is gone or was replaced.
        """
        ...

    def read(self, stored: StoredObject, start: int = 0, end: int | None = None) -> RawIOBase:
        """Open the bytes of this generation of `stored` from offset `start` up to `end` (not included).

        end: by default the object's size. If fewer bytes come, the stream raises a transient error.
        The stream may have an attribute `checksum`, of the whole object, where the answer had it.
        Raises StoreError, not transient, if the object is gone or was replaced.
        """
        ...

    def plain_get(self, stored: StoredObject, start: int, end: int) -> "PlainGet | None":
        """Return a signed GET of these bytes for other connections, or None where the store needs its own way.

        Raises StoreError where it can't be signed.
        """
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


class WritableStore(Store, Protocol):
    """A store that also takes new objects: the results of drills, and nothing else.

    A restore only reads its bucket, so it gets a `Store`, which has no way to write. No store removes anything.
    """

    def create(self, key: str, data: bytes) -> None:
        """Create an object of a few KB, in one request.

        Where the store can refuse that, no object is replaced: the StoreError then has `exists`.
        """
        ...


def open_store(settings: Settings, deadline: Deadline | None = None) -> Store:
    """Return the store of the request's bucket. Raises ConfigurationError for a bad key.

    Some stores fetch an identity here. deadline: when all requests must end, by default DEADLINE_SECONDS from now.
    """
    return _watched(settings, deadline, writes=False)


def open_writable(settings: Settings, deadline: Deadline | None = None) -> WritableStore:
    """Return the same store for a drill, which leaves its result there. Only `drill/` may call this."""
    return _watched(settings, deadline, writes=True)


def _watched(settings: Settings, deadline: Deadline | None, *, writes: bool) -> WritableStore:
    # Imported here, because it imports this module.
    from neo4j_restore.stores.watched import Watched

    bucket, pace = settings.request.bucket, settings.pace
    return Watched(
        lambda: _adapter(bucket, settings.access, pace.stall_seconds, writes=writes),
        deadline or Deadline.after(pace.deadline_seconds),
        bucket.of,
    )


def _adapter(bucket: BucketUrl, access: Access, stall_seconds: float, *, writes: bool) -> WritableStore:
    """Return the adapter. writes: the identity has to be one that may write, where a store issues such ones."""
    if bucket.scheme is Scheme.FILE:
        from neo4j_restore.stores.local import LocalStore

        return LocalStore(Path("/", bucket.prefix))
    if bucket.scheme is Scheme.S3:
        from neo4j_restore.stores.aws.store import S3Store

        return S3Store(bucket, access, stall_seconds)
    if bucket.scheme is Scheme.AZURE:
        from neo4j_restore.stores.azure.store import AzureStore

        return AzureStore(bucket, access, stall_seconds)
    from neo4j_restore.stores.google.store import GoogleStore

    return GoogleStore(bucket, access, stall_seconds, writes=writes)
