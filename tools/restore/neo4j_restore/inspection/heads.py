"""The first bytes of objects, decrypted where they are encrypted. They show what a set is."""

from pathlib import Path

from neo4j_restore.buckets import BucketUrl
from neo4j_restore.inspection.ownchecks import own_check
from neo4j_restore.sets.headers import HEADER_BYTES
from neo4j_restore.settings import Settings
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.streams import age
from neo4j_restore.transfer import retry


class Heads:
    """Reads parts of the objects of one store. Threads may share it."""

    def __init__(self, store: Store, bucket: BucketUrl, age_identity: Path | None, retry_seconds: float) -> None:
        """Take the store. No request is made yet. bucket: for messages. age_identity: path of the file with it."""
        self._store, self._bucket = store, bucket
        self.age_identity, self.retry_seconds = age_identity, retry_seconds
        self._encrypted: set[str] = set()
        # By the keys of objects whose heads were read: see `ownchecks.own_check`.
        self.own_checks: dict[str, str] = {}

    @classmethod
    def of(cls, settings: Settings, store: Store) -> "Heads":
        """Return the reader that settings describe."""
        return cls(store, settings.request.bucket, settings.access.age_identity, settings.pace.retry_seconds)

    def head(self, stored: StoredObject, count: int) -> bytes:
        """Return the first bytes of an object, decrypted. They may be fewer than `count`.

        Raises StoreError, and ConfigurationError for an encrypted object without its identity.
        """
        head = self.part(stored, 0, count)
        if not age.is_encrypted(head):
            self.own_checks[stored.key] = own_check(head)
            return head
        self._encrypted.add(stored.key)
        self.own_checks[stored.key] = "age"
        if count < HEADER_BYTES:
            # age decrypts a chunk of 64 KiB only once all of it is there.
            head = self.part(stored, 0, HEADER_BYTES)
        name = self._bucket.of(stored.key)
        return age.start_of(head, age.identities(self.age_identity, name), name)

    def is_encrypted(self, stored: StoredObject) -> bool:
        """Tell whether an object is encrypted. Its head must have been read."""
        return stored.key in self._encrypted

    def end(self, stored: StoredObject, count: int) -> bytes:
        """Return the last bytes of an object, empty for an encrypted one, which is decrypted only from its start."""
        if stored.key in self._encrypted:
            return b""
        return self.part(stored, max(0, stored.size_bytes - count), count)

    def part(self, stored: StoredObject, start: int, count: int) -> bytes:
        """Return `count` bytes of an object from `start` on, as they are stored, or fewer at its end."""
        return retry.part(self._store, stored, retry.Retry(self.retry_seconds), start, count)
