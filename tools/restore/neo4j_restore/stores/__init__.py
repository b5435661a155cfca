"""Where backup sets live: one small interface, an adapter for each kind of store, each imported only when used."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import RawIOBase
from pathlib import Path
from typing import Protocol

from neo4j_restore.checksums import Checksum
from neo4j_restore.deadline import Deadline
from neo4j_restore.settings import Settings
from neo4j_restore.spec import Scheme


# With slots: of a listing a hundred thousand may be kept.
@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object of a store.

    key: as the store has it, no slash at its start. updated: UTC.
    generation: pins these very bytes; a replaced object has another.
    checksum: of all its bytes; None where the store keeps none, or tells it only when the object is looked at.
    thaw: the command that makes it readable, for one in an archive tier; empty where it can be read now.
    """

    key: str
    size_bytes: int
    updated: datetime
    generation: str
    checksum: Checksum | None = None
    thaw: str = ""


class Store(Protocol):
    """What a store can do.

    Every failure is a StoreError that names the object and the identity used; its `transient` says
    whether the same request may succeed later. Retries, checksums and order belong to the callers.
    """

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the objects whose keys start with `prefix`, in any order."""
        ...

    def look(self, stored: StoredObject) -> StoredObject:
        """Return `stored` with what a listing does not tell: its checksum, whether it has to be thawed.

        Costs one request at most. Raises StoreError, not transient, when the object is gone or has been replaced.
        """
        ...

    def read(self, stored: StoredObject, start: int = 0, end: int | None = None) -> RawIOBase:
        """Open the bytes of this generation of `stored` from offset `start` on, up to `end` (not included).

        end: the object's size where None is given. Fewer bytes than that are an error of the stream, transient.
        The stream may have an attribute `checksum`, of the whole object, where the answer told it.
        Raises StoreError, not transient, when the object is gone or has been replaced.
        """
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


def open_store(settings: Settings, deadline: Deadline | None = None) -> Store:
    """Return the store of `settings.bucket`; nothing is asked of it yet. Raises ConfigurationError for a bad key.

    deadline: by when all requests have to end; None: DEADLINE_SECONDS from now on.
    """
    # Imported here: it imports this module.
    from neo4j_restore.stores.watched import Watched

    return Watched(
        lambda: _adapter(settings), deadline or Deadline.after(settings.deadline_seconds), settings.bucket.of
    )


def _adapter(settings: Settings) -> Store:
    if settings.bucket.scheme is Scheme.FILE:
        from neo4j_restore.stores.local import LocalStore

        return LocalStore(Path("/", settings.bucket.prefix))
    if settings.bucket.scheme is Scheme.S3:
        from neo4j_restore.stores.s3 import S3Store

        return S3Store(settings)
    if settings.bucket.scheme is Scheme.AZURE:
        from neo4j_restore.stores.azure import AzureStore

        return AzureStore(settings)
    from neo4j_restore.stores.gcs import GoogleStore

    return GoogleStore(settings)
