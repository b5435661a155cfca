"""The names in an archive, as if its maker were hostile: all inside the set's folder, each once, none too long."""

import os
import re
from itertools import takewhile
from logging import getLogger
from pathlib import PurePosixPath
from typing import NoReturn

from neo4j_restore import bounds
from neo4j_restore.bounds import Budget
from neo4j_restore.errors import BackupDamagedError
from neo4j_restore.streams.companions import is_companion

log = getLogger(__name__)

_CONTROL = re.compile("[\0-\x1f]")

# The value in `_seen` for a file. For a folder it is the hash of the name as spelled.
_FILE = -1


class EntryNames:
    """The names unpacked so far from `source`. Each must be inside, and must be unique also where a volume ignores
    case.

    A name takes about 100 bytes of memory, however long it is.
    """

    def __init__(self, source: str) -> None:
        """Take the source's name, for messages."""
        self.source = source
        self._entries = Budget(source, "its files and folders are", bounds.MOST_ENTRIES)
        self._seen: dict[int, int] = {}
        self._companions = 0
        self._note(".", folder=True)

    def accept(self, name: str, *, folder: bool = False) -> PurePosixPath:
        """Return `name` as a path relative to the set, without a slash at its start. Raises BackupDamagedError."""
        if len(name) > bounds.LONGEST_NAME:
            self.refuse(f"the entry {name[:80]!r} has a name of {len(name)} characters, above {bounds.LONGEST_NAME}")
        path = PurePosixPath(name.lstrip("/"))
        if ".." in path.parts or _CONTROL.search(name) or _is_too_long(path):
            self.refuse(f"the entry {name[:80]!r} leads out of the set, is too deep, or is not a name")
        # Where a folder is known, all folders above it are known too.
        unknown = takewhile(lambda above: not self._knows(above), map(str, path.parents))
        for above in reversed(list(unknown)):
            self._note(above, folder=True)
        self._note(str(path), folder=folder)
        return path

    def leaves_out(self, name: str) -> bool:
        """Tell whether an entry is a file or folder that macOS adds, and count it."""
        is_added = is_companion(name.rstrip("/"))
        self._companions += is_added
        return is_added

    def tell(self) -> None:
        """Log in one line how many were left out."""
        if self._companions:
            log.info("%s: left out %d files that macOS adds", self.source, self._companions)

    def _knows(self, folder: str) -> bool:
        return self._seen.get(_hash(folder.casefold())) == _hash(folder)

    def _note(self, path: str, *, folder: bool) -> None:
        key, spelling = _hash(path.casefold()), _hash(path) if folder else _FILE
        previous = self._seen.get(key)
        if previous is None:
            self._entries.spend()
            self._seen[key] = spelling
        elif not folder or previous != spelling:
            self.refuse(f"the entry {path!r} comes twice, as a file and a folder, or in upper and lower case")

    def refuse(self, reason: str) -> NoReturn:
        """Raise BackupDamagedError. reason: what is wrong with the set."""
        message = f"{self.source} is not a backup set: {reason}"
        raise BackupDamagedError(message, hint="check how it was made, or choose another set")


def _hash(text: str) -> int:
    # A number below 2 ** 60 takes 32 bytes of memory. Python keys its hashes anew in each process, so nobody can choose
    # names that share one. If two ever do, the set is refused.
    return hash(text) & (1 << 60) - 1


def _is_too_long(path: PurePosixPath) -> bool:
    parts = os.fsencode(path).split(b"/")
    size = sum(map(len, parts)) + len(parts) - 1
    return max(map(len, parts)) > bounds.LONGEST_PART or size > bounds.LONGEST_NAME or len(parts) > bounds.DEEPEST_NAME
