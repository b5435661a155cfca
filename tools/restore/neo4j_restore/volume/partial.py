"""The files of a restore that broke off, for the next start: files of a raw directory, and parts of big files.

Nothing here is trusted. A manifest says of which objects, in which generation, the files are. Files of another set are
removed. A file replaces a download only after all its bytes were read, and gave the checksum that the store has of that
object now. For a big file, the bytes that are there go into that checksum, and the whole must match. After a crash at
any instant, the files here are right, or are found wrong and fetched again.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from neo4j_restore import disk, trees
from neo4j_restore.checksums import Checksum
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.spec import DatabaseName
from neo4j_restore.stores import StoredObject
from neo4j_restore.streams.pipeline import BLOCK_BYTES
from neo4j_restore.volume import leftovers, records
from neo4j_restore.volume.paths import VolumePaths
from neo4j_restore.volume.pieces import PartialFile

_FORMAT = 2

# Where the listing has no checksum, getting it costs a request. Smaller files are as well fetched again.
_LOOKED_AT_BYTES = 1024 * 1024


@dataclass(frozen=True)
class PartialDownload:
    """The files of one set, below `files` by their names in it. url: the set's."""

    paths: VolumePaths
    chosen: BackupSet
    url: str

    @property
    def files(self) -> Path:
        """Return the folder of the files."""
        return self._top / "files"

    def file(self, name: str) -> PartialFile:
        """Return the big file of this name."""
        return PartialFile(self.files / name, self._top / "parts" / name)

    @property
    def _top(self) -> Path:
        return self.paths.kept / self.chosen.database

    def begin(self) -> None:
        """Prepare the folder. It is empty afterwards, unless its files are of this exact set."""
        manifest = self._top / "manifest.json"
        expected = self._manifest().encode()
        # One byte more, so that a longer one is not taken for equal.
        if not manifest.is_file() or records.read_bytes(manifest, len(expected) + 1) != expected:
            trees.remove(self._top)
            # The folder first and then the manifest. A crash between the two leaves files without a manifest, and the
            # next start removes them.
            self.files.mkdir(parents=True)
            disk.replace_file(manifest, self._manifest())

    def _manifest(self) -> str:
        objects = {
            each.key: [each.generation, each.size_bytes, str(each.checksum or "")] for each in self.chosen.objects
        }
        return json.dumps({"format": _FORMAT, "set": self.url, "objects": objects}, sort_keys=True) + "\n"

    def take(self, stored: StoredObject, path: Path, stat: Callable[[StoredObject], StoredObject]) -> Checksum | None:
        """Return the checksum by which the file at `path` is `stored`. Remove a file with other bytes.

        stat: the store's `stat`.
        """
        if not path.is_file():
            return None
        checksum = _right(stored, path, stat) if path.stat().st_size == stored.size_bytes else None
        if not checksum:
            path.unlink()
        return checksum

    def move(self, top: Path) -> None:
        """Move the files, which are the whole set, to the new folder `top`."""
        top.parent.mkdir(parents=True, exist_ok=True)
        # One rename, so that the set is at `top` whole or not at all.
        self.files.rename(top)
        trees.remove(self._top)


def _right(stored: StoredObject, path: Path, stat: Callable[[StoredObject], StoredObject]) -> Checksum | None:
    expected = stored.checksum
    if not expected and stored.size_bytes >= _LOOKED_AT_BYTES:
        expected = stat(stored).checksum
    if not expected:
        return None
    # All bytes are read again. A crash can leave a file of the right size with zeros in it.
    hasher = expected.start()
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK_BYTES):
            hasher.update(block)
    return expected if hasher.digest() == expected.digest else None


def remove_of(paths: VolumePaths, database: DatabaseName) -> None:
    """Remove the files of a database."""
    trees.remove(paths.kept / database)


def remove_others(paths: VolumePaths, databases: Iterable[DatabaseName]) -> None:
    """Remove the files of all databases but these."""
    if paths.kept.is_dir():
        for path in paths.kept.iterdir():
            if path.name not in set(databases):
                leftovers.remove(path)


def remove(paths: VolumePaths) -> None:
    """Remove all files."""
    trees.remove(paths.kept)


def size_bytes(paths: VolumePaths) -> int:
    """Return the space that the files take. The next restore uses it, or removes them."""
    # Blocks and not sizes, because a file may be sparse. st_blocks counts 512 bytes on every file system.
    return sum(path.stat().st_blocks * 512 for path in trees.files(paths.kept))
