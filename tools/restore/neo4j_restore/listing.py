"""The listing of a bucket's path: of however many objects only those are kept that may be of a database asked for.

Left out, and counted, are markers of folders (as every console makes its own), the files that macOS puts beside others,
and what IGNORE_OBJECTS names.
"""

import fnmatch
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from logging import getLogger

from neo4j_restore.companions import is_companion
from neo4j_restore.errors import ConfigurationError
from neo4j_restore.kinds import SUM, split_ending
from neo4j_restore.naming import Namer
from neo4j_restore.sets import STORE_MARKERS
from neo4j_restore.spec import DatabaseName
from neo4j_restore.stores import Store, StoredObject

log = getLogger(__name__)

# So many objects are kept: with what is made of them, 150 MiB at most.
MOST_KEPT = 150_000
_MOST_KEY_BYTES = 32 * 1024 * 1024

# So many keys of other objects are kept for messages.
_MOST_EXAMPLES = 1000

# A listing is in order in the clouds, and the object that is named comes first.
_MOST_NAMED_ALIKE = 10_000

_MARKER = re.compile(r"(?:/|_\$folder\$)$")


@dataclass
class Listing:
    """What was kept of a listing.

    near: what may be of a database asked for. examples: keys of others, some. seen: how many objects there are.
    bearing: how many bear the name of a database asked for. store_at_top: the path itself is a raw directory.
    named: the object that the path is the name of, where it is one; `beside` it may be its `.sha256`.
    """

    near: list[StoredObject] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)
    seen: int = 0
    store_at_top: bool = False
    named: StoredObject | None = None
    left_out: dict[str, int] = field(default_factory=dict)
    example_of: dict[str, str] = field(default_factory=dict)

    def leave_out(self, what: str, key: str) -> None:
        """Count an object that is left out, and remember the first of its kind."""
        self.left_out[what] = self.left_out.get(what, 0) + 1
        self.example_of.setdefault(what, key)


class Sieve:
    """Tells what of a listing may be of the databases asked for."""

    def __init__(
        self,
        prefix: str,
        databases: Iterable[DatabaseName],
        directories: Iterable[str] = (),
        ignore: Iterable[str] = (),
    ) -> None:
        """Take the bucket's path as keys start with it, and what BACKUP_SET_DIR and IGNORE_OBJECTS say."""
        self.prefix, self.databases = prefix, tuple(databases)
        self._namers = {each: Namer(prefix, each) for each in self.databases}
        self._directories = tuple(directories)
        patterns = [fnmatch.translate(each) for each in ignore]
        self._ignored = re.compile("|".join(patterns)) if patterns else None
        self._in_named_folder = any(each.is_of_bucket for each in self._namers.values())

    def left_out(self, stored: StoredObject) -> str:
        """Return why an object is none at all, or an empty text."""
        relative = stored.key.removeprefix(self.prefix)
        if not relative or _MARKER.search(relative):
            return "markers of folders"
        if is_companion(relative):
            return "files that macOS adds"
        if self._ignored and self._ignored.match(relative):
            return "objects that IGNORE_OBJECTS names"
        return ""

    def takes(self, stored: StoredObject, database: DatabaseName | None = None) -> bool:
        """Tell whether an object may be of `database`, or of any that is asked for."""
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
    """Return what the store lists below the sieve's path. Raises StoreError; then it may be tried anew, whole.

    aside: takes objects of another use, which are not looked at here. check: called for each object; may raise.
    most_kept: how many objects may be of the databases asked for; ConfigurationError is raised for more.
    """
    found = _read(store, sieve, aside, check, most_kept, everything=False)
    if found.store_at_top:
        # Its files bear no name. That it is one shows late, for `neostore` is in the middle of the alphabet.
        found = _read(store, sieve, aside, check, most_kept, everything=True)
    if not found.seen and sieve.prefix:
        _find_named(store, sieve, found)
    return found


def _read(
    store: Store,
    sieve: Sieve,
    aside: Callable[[StoredObject], bool],
    check: Callable[[], None],
    most_kept: int,
    *,
    everything: bool,
) -> Listing:
    found, key_bytes = Listing(), 0
    for stored in store.list(sieve.prefix):
        check()
        found.seen += 1
        if aside(stored):
            continue
        if why := sieve.left_out(stored):
            found.leave_out(why, stored.key)
            continue
        found.store_at_top |= stored.key.removeprefix(sieve.prefix) in STORE_MARKERS
        if everything or sieve.takes(stored):
            found.near.append(stored)
            key_bytes += len(stored.key)
            if len(found.near) > most_kept or key_bytes > max(_MOST_KEY_BYTES, 100 * most_kept):
                raise _too_many(sieve, len(found.near))
        elif len(found.examples) < _MOST_EXAMPLES:
            found.examples.append(stored.key)
    return found


def _too_many(sieve: Sieve, count: int) -> ConfigurationError:
    names = ", ".join(sieve.databases)
    message = f"more than {count - 1} objects below {sieve.prefix or 'the bucket'} may be backups of {names}"
    return ConfigurationError(message, hint="name a longer path in BUCKET, or leave objects out by IGNORE_OBJECTS")


def _find_named(store: Store, sieve: Sieve, found: Listing) -> None:
    """Note the object that the bucket's path names, if it is no folder; and the `.sha256` beside it."""
    key = sieve.prefix.rstrip("/")
    for stored in islice(store.list(key), _MOST_NAMED_ALIKE):
        if stored.key == key:
            found.named = stored
        if stored.key in {key, f"{key}{SUM}"}:
            found.near.append(stored)


def tell(found: Listing) -> None:
    """Log in one line what of a listing was left out."""
    told = [f"{count} {what} such as {found.example_of[what]}" for what, count in sorted(found.left_out.items())]
    if told:
        log.info("left out of the listing: %s", ", ".join(told))
