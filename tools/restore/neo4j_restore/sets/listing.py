"""Lists a bucket's path. Of any number of objects it only keeps those that may be of a requested database.

Markers of folders, the files that macOS adds, the auth files of Neo4j 3.x, the results of drills and the objects that
IGNORE_OBJECTS names are left out and counted.
"""

import fnmatch
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from logging import getLogger

from neo4j_restore.errors import ConfigurationError
from neo4j_restore.sets import drills
from neo4j_restore.sets.authfiles import is_auth_file
from neo4j_restore.sets.backup_set import STORE_MARKERS
from neo4j_restore.sets.kinds import SUM, split_ending
from neo4j_restore.sets.naming import Namer
from neo4j_restore.spec import DatabaseName
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.streams.companions import is_companion

log = getLogger(__name__)

# At most this many objects are kept. With all that is made of them they take 150 MiB at most.
MOST_KEPT = 150_000
_MOST_KEY_BYTES = 32 * 1024 * 1024

# This many keys of other objects are kept for messages.
_MOST_EXAMPLES = 1000

# The clouds list in order, so the object that has just this name comes first.
_MOST_NAMED_ALIKE = 10_000

_MARKER = re.compile(r"(?:/|_\$folder\$)$")


@dataclass
class Listing:
    """What was kept of a listing.

    candidates: objects that may be of a requested database. examples: some keys of other objects.
    seen: the number of objects. store_at_top: the path itself is a raw directory.
    named: the object whose name is the path, or None. Its `.sha256` file is among the candidates.
    left_out: the number of objects by the reason why they were left out. example_of: one key by the same reason.
    """

    candidates: list[StoredObject] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)
    seen: int = 0
    store_at_top: bool = False
    named: StoredObject | None = None
    left_out: dict[str, int] = field(default_factory=dict)
    example_of: dict[str, str] = field(default_factory=dict)

    def leave_out(self, what: str, key: str) -> None:
        """Count an object that is left out, and keep the first one as an example."""
        self.left_out[what] = self.left_out.get(what, 0) + 1
        self.example_of.setdefault(what, key)


class Sieve:
    """Decides which objects of a listing may be of the requested databases."""

    def __init__(
        self,
        prefix: str,
        databases: Iterable[DatabaseName],
        directories: Iterable[str] = (),
        ignore: Iterable[str] = (),
    ) -> None:
        """Keep the bucket's path, and the values of DATABASE, BACKUP_SET_DIR and IGNORE_OBJECTS."""
        self.prefix, self.databases = prefix, tuple(databases)
        self._namers = {each: Namer(prefix, each) for each in self.databases}
        self._directories = tuple(directories)
        patterns = [fnmatch.translate(each) for each in ignore]
        self._ignored = re.compile("|".join(patterns)) if patterns else None
        self._in_named_folder = any(each.is_of_bucket for each in self._namers.values())

    def left_out(self, stored: StoredObject) -> str:
        """Return the reason why an object does not count at all, or an empty text."""
        relative = stored.key.removeprefix(self.prefix)
        if not relative or _MARKER.search(relative):
            return "markers of folders"
        if is_companion(relative):
            return "files that macOS adds"
        if is_auth_file(relative):
            return "auth files of Neo4j 3.x"
        if drills.is_result(relative):
            return "results of drills"
        if self._ignored and self._ignored.match(relative):
            return "objects that IGNORE_OBJECTS names"
        return ""

    def takes(self, stored: StoredObject, database: DatabaseName | None = None) -> bool:
        """Return whether an object may be of `database`, or of any requested database."""
        relative = stored.key.removeprefix(self.prefix)
        namers = [self._namers[database]] if database else self._namers.values()
        if any(each.bears(relative) for each in namers) or any(each in relative for each in self._directories):
            return True
        return self._in_named_folder and bool(split_ending(relative)[1] or relative.endswith(SUM))


def read(
    store: Store,
    sieve: Sieve,
    *,
    aside: Callable[[StoredObject], bool] = lambda _: False,
    check: Callable[[], None] = lambda: None,
    most_kept: int = MOST_KEPT,
) -> Listing:
    """Return what the store lists below the sieve's path. Raises StoreError. Then the caller may call it again.

    aside: takes objects for another use, and returns whether it took one. check: called for each object, and may raise.
    most_kept: how many candidates there may be. ConfigurationError is raised for more.
    """
    objects = _read(store, sieve, aside, check, most_kept, everything=False)
    if objects.store_at_top:
        # The files of a store do not bear the database's name, so they were not kept. That it is a store shows only at
        # `neostore`, in the middle of the alphabet.
        objects = _read(store, sieve, aside, check, most_kept, everything=True)
    if not objects.seen and sieve.prefix:
        _find_named(store, sieve, objects)
    return objects


def _read(
    store: Store,
    sieve: Sieve,
    aside: Callable[[StoredObject], bool],
    check: Callable[[], None],
    most_kept: int,
    *,
    everything: bool,
) -> Listing:
    listing, key_bytes = Listing(), 0
    for stored in store.list(sieve.prefix):
        check()
        listing.seen += 1
        if aside(stored):
            continue
        if why := sieve.left_out(stored):
            listing.leave_out(why, stored.key)
            continue
        listing.store_at_top |= stored.key.removeprefix(sieve.prefix) in STORE_MARKERS
        if everything or sieve.takes(stored):
            listing.candidates.append(stored)
            key_bytes += len(stored.key)
            if len(listing.candidates) > most_kept or key_bytes > max(_MOST_KEY_BYTES, 100 * most_kept):
                raise _too_many(sieve, len(listing.candidates))
        elif len(listing.examples) < _MOST_EXAMPLES:
            listing.examples.append(stored.key)
    return listing


def _too_many(sieve: Sieve, count: int) -> ConfigurationError:
    names = ", ".join(sieve.databases)
    message = f"more than {count - 1} objects below {sieve.prefix or 'the bucket'} may be backups of {names}"
    return ConfigurationError(message, hint="set BUCKET to a longer path, or exclude objects with IGNORE_OBJECTS")


def _find_named(store: Store, sieve: Sieve, listing: Listing) -> None:
    """Keep the object whose name is the bucket's path, if there is one, and the `.sha256` file beside it."""
    key = sieve.prefix.rstrip("/")
    for stored in islice(store.list(key), _MOST_NAMED_ALIKE):
        if stored.key == key:
            listing.named = stored
        if stored.key in {key, f"{key}{SUM}"}:
            listing.candidates.append(stored)


def log_left_out(listing: Listing) -> None:
    """Log in one line which objects were left out."""
    kinds = [
        f"{count} {reason} such as {listing.example_of[reason]}" for reason, count in sorted(listing.left_out.items())
    ]
    if kinds:
        log.info("left out of the listing: %s", ", ".join(kinds))
