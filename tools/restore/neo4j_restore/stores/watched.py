"""A store whose requests end by the deadline, and that logs what it waits for."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from io import RawIOBase
from itertools import islice
from logging import getLogger
from typing import TYPE_CHECKING, Final, TypeVar

from neo4j_restore.deadline import Deadline, Watch
from neo4j_restore.errors import StoreError
from neo4j_restore.stores import StoredObject, WritableStore

if TYPE_CHECKING:
    from neo4j_restore.stores.plain import PlainGet

log = getLogger(__name__)

T = TypeVar("T")

# Each step has a thread of its own, which costs as much as a few objects.
_STEP_OBJECTS: Final = 1000


class Watched:
    """Wraps a store. `read` is not watched, because its callers watch the deadline themselves while they wait for
    bytes.
    """

    def __init__(self, make: Callable[[], WritableStore], deadline: Deadline, name: Callable[[str], str]) -> None:
        """Make the store, which may fetch an identity. name: returns what messages call the object of a key."""
        self._deadline, self._name = deadline, name
        self._store = self.ended(make, f"looking for an identity for {name('')}")

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield the objects that the store lists."""
        # A step's thread counts, and the thread that watches reads. The number in the log may be a little old.
        seen = 0

        def counted() -> Iterator[StoredObject]:
            nonlocal seen
            for stored in self._store.list(prefix):
                seen += 1
                yield stored

        # Each step's thread continues this one generator. Steps never overlap.
        objects = counted()
        watch = Watch(self._deadline, lambda: f"listing {self._name(prefix)}: {seen} objects so far")
        while True:
            with self._no_try_after_it():
                portion = watch.step(lambda: list(islice(objects, _STEP_OBJECTS)))
            # Outside the step, so that the caller's own work is not watched.
            yield from portion
            if len(portion) < _STEP_OBJECTS:
                break
        if not seen and "//" in f"/{prefix}":
            log.warning(
                "nothing lies below %s. Its path has an empty part (//): is that a typing mistake?", self._name(prefix)
            )

    @property
    def skipped(self) -> Collection[str]:
        """Return the keys that the store did not list although there are files, such as links."""
        skipped: Collection[str] = getattr(self._store, "skipped", ())
        return skipped

    def stat(self, stored: StoredObject) -> StoredObject:
        """Return the object with the facts that the store's listing lacks."""
        return self.ended(lambda: self._store.stat(stored), f"looking at {self._name(stored.key)}")

    def read(self, stored: StoredObject, start: int = 0, end: int | None = None) -> RawIOBase:
        """Open the object."""
        with self._no_try_after_it():
            return self._store.read(stored, start, end)

    def create(self, key: str, data: bytes) -> None:
        """Create a small object."""
        self.ended(lambda: self._store.create(key, data), f"writing {self._name(key)}")

    def plain_get(self, stored: StoredObject, start: int, end: int) -> "PlainGet | None":
        """Return a signed GET for other connections, or None where the store has none, or needs its own way."""
        return self._store.plain_get(stored, start, end)

    def ended(self, action: Callable[[], T], what: str) -> T:
        """Return what `action` returns. Raises StoreError at the deadline. what: names the action in messages."""
        with self._no_try_after_it():
            return Watch(self._deadline, lambda: what).step(action)

    @contextmanager
    def _no_try_after_it(self) -> Iterator[None]:
        """Note on an error when the time for another try is over."""
        try:
            yield
        except StoreError as error:
            error.no_try_after = self._deadline.at
            raise

    def close(self) -> None:
        """Close the store."""
        self._store.close()
