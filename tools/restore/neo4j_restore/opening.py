"""Opens the objects of a set: bytes verified by the store's checksum and by a file beside them, and decrypted."""

from dataclasses import dataclass
from pathlib import Path

from neo4j_restore import age, fetch, headers, unpack
from neo4j_restore.catalog import AGE, BackupSet
from neo4j_restore.names import Names
from neo4j_restore.pipeline import Stream
from neo4j_restore.progress import Progress
from neo4j_restore.settings import Settings
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.streams import Checked, Peekable


@dataclass(frozen=True)
class Opener:
    """How a store's objects are read."""

    settings: Settings
    store: Store
    terms: fetch.Terms

    def name(self, chosen: BackupSet) -> str:
        """Return a set's URL, for messages."""
        return self.settings.bucket.of(chosen.key)

    def open(self, chosen: BackupSet, stored: StoredObject | None = None, progress: Progress | None = None) -> Stream:
        """Return the bytes of one of the set's objects; without one named, of its only one.

        Whoever reads it to its end raises StreamDamagedError there if they are not what a checksum says.
        """
        one = stored or chosen.objects[0]
        name, expected = self.settings.bucket.of(one.key), chosen.checksums.get(one.key)
        stream: Stream = fetch.download(self.store, one, self.terms, progress or self.progress(chosen))
        found = Peekable(Checked(stream, expected, name) if expected else stream)
        if not age.is_encrypted(found.peek(age.LONGEST_MAGIC)):
            return found
        return age.Decrypted(found, age.identities(self.settings.age_identity, name), name)

    def progress(self, chosen: BackupSet) -> Progress:
        """Return what counts the bytes of a set."""
        return Progress(self.name(chosen), chosen.size_bytes)

    def land(self, chosen: BackupSet, path: Path) -> None:
        """Write the set's only object to a file, for what can't be read as a stream."""
        with self.open(chosen) as stream:
            unpack.write_file(stream, path)

    def land_artifacts(self, chosen: BackupSet, top: Path) -> list[Path]:
        """Write the artifacts of a chain into the folder `top`, as neo4j-admin wants them; return the files in order.

        Raises BackupDamagedError for one that was cut; of those in zstd neo4j-admin finds it by itself.
        """
        top.mkdir(parents=True)
        names, progress = Names(self.name(chosen)), self.progress(chosen)
        paths = [top / names.accept(_file_name(stored)) for stored in chosen.objects]
        for stored, path in zip(chosen.objects, paths, strict=True):
            with self.open(chosen, stored, progress) as stream:
                unpack.write_file(stream, path)
            _check(path, self.settings.bucket.of(stored.key))
        return paths


def _file_name(stored: StoredObject) -> str:
    """Return the file's name for an artifact: its own, with the ending that neo4j-admin looks for."""
    return f"{stored.key.rpartition('/')[2].removesuffix(AGE).removesuffix('.backup')}.backup"


def _check(path: Path, name: str) -> None:
    with path.open("rb") as file:
        start = headers.tar_start(file.read(headers.START_BYTES))
    if start is not None:
        unpack.check_tar(path, start, name)
