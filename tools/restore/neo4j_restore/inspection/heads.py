"""The first bytes of objects, decrypted where they are encrypted. They show what a set is."""

from neo4j_restore.inspection.ownchecks import own_check
from neo4j_restore.sets.headers import HEADER_BYTES
from neo4j_restore.settings import Settings
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.streams import age
from neo4j_restore.transfer import retry


class Heads:
    """Reads parts of the objects of one store. Threads may share it."""

    def __init__(self, settings: Settings, store: Store) -> None:
        """Take the store. No request is made yet."""
        self._settings, self._store = settings, store
        self._encrypted: set[str] = set()
        # By the keys of objects whose heads were read: see `ownchecks.own_check`.
        self.own_checks: dict[str, str] = {}

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
        name = self._settings.bucket.of(stored.key)
        return age.start_of(head, age.identities(self._settings.age_identity, name), name)

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
        return retry.part(self._store, stored, retry.Retry(self._settings.retry_seconds), start, count)
