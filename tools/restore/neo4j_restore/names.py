"""The names in an archive, as if its maker were hostile: all inside, each once, none too long."""

import os
from pathlib import PurePosixPath
from typing import NoReturn

from neo4j_restore.errors import BackupDamagedError

_MOST_ENTRIES = 1_000_000

# A file system's own bound on a name, and one on a path that leaves room for the folder it goes into.
_LONGEST_PART, _LONGEST_NAME = 255, 1024


class Names:
    """The names unpacked so far from `source`: each inside, and nobody else's, also where a volume folds case."""

    def __init__(self, source: str) -> None:
        """Take the source's name for messages."""
        self.source = source
        self._seen = {".": (PurePosixPath(), True)}

    def accept(self, name: str, *, folder: bool = False) -> PurePosixPath:
        """Return `name` as a path relative to the set, a slash at its start dropped. Raises BackupDamagedError."""
        path = PurePosixPath(name.lstrip("/"))
        if ".." in path.parts or any(ord(char) < 32 for char in name) or _is_too_long(path):
            self.refuse(f"the entry {name[:80]!r} leads out of it, or is no name")
        for above in reversed(path.parents):
            self._note(above, folder=True)
        self._note(path, folder=folder)
        return path

    def _note(self, path: PurePosixPath, *, folder: bool) -> None:
        known = self._seen.setdefault(str(path).casefold(), (path, folder))
        first = known[0] is path
        if not first and not (folder and known == (path, True)):
            self.refuse(f"the entry {str(path)!r} comes twice, as file and folder, or in two cases")
        if len(self._seen) > _MOST_ENTRIES:
            self.refuse(f"it has more than {_MOST_ENTRIES} entries")

    def refuse(self, what: str) -> NoReturn:
        """Raise BackupDamagedError that says what is wrong with the set."""
        message = f"{self.source} is no backup set: {what}"
        raise BackupDamagedError(message, hint="see what made it, or take another set")


def _is_too_long(path: PurePosixPath) -> bool:
    longest = max((len(os.fsencode(part)) for part in path.parts), default=0)
    return longest > _LONGEST_PART or len(os.fsencode(path)) > _LONGEST_NAME
