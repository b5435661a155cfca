"""Opens the objects of a set: verified by the store's checksum and a `.sha256` file beside them, and decrypted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from logging import getLogger
from pathlib import Path

from neo4j_restore.buckets import BucketUrl
from neo4j_restore.checksums import Checksum, Hasher
from neo4j_restore.inspection import contents, formats
from neo4j_restore.sets import header_fields, headers
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.owners import stem_of
from neo4j_restore.staging import untar
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.streams import age
from neo4j_restore.streams.names import EntryNames
from neo4j_restore.streams.pipeline import Stream
from neo4j_restore.streams.stream import Checked, Peekable
from neo4j_restore.transfer.download import download
from neo4j_restore.transfer.evidence import SHA256
from neo4j_restore.transfer.options import DownloadOptions
from neo4j_restore.transfer.progress import Progress
from neo4j_restore.volume.partial import PartialDownload
from neo4j_restore.volume.pieces import PartialFile

log = getLogger(__name__)


@dataclass(frozen=True)
class _Begun:
    """An object whose bytes before `offset` are on the volume.

    of_store, beside: the checksums of these bytes, by the algorithms of the store and of the `.sha256` file, or None if
    unknown.
    """

    stored: StoredObject
    file: PartialFile
    offset: int = 0
    of_store: Hasher | None = None
    beside: Hasher | None = None


@dataclass(frozen=True)
class Opener:
    """Opens objects of a store. bucket: for messages. age_identity: path of the file with it."""

    bucket: BucketUrl
    age_identity: Path | None
    store: Store
    options: DownloadOptions

    def name(self, chosen: BackupSet) -> str:
        """Return a set's URL, for messages."""
        return self.bucket.of(chosen.key)

    def open(self, chosen: BackupSet, stored: StoredObject | None = None, progress: Progress | None = None) -> Peekable:
        """Return the decrypted bytes of one of the set's objects, by default of its only one.

        Reading to the end raises StreamDamagedError if the bytes do not match a checksum.
        """
        source = stored or chosen.objects[0]
        name, expected = self.bucket.of(source.key), chosen.checksums.get(source.key)
        stream: Stream = download(self.store, source, self.options, progress or self.progress(chosen))
        verified = Peekable(self._checked(stream, source, expected) if expected else stream)
        if not age.is_encrypted(verified.peek(age.LONGEST_MAGIC)):
            return verified
        return Peekable(age.Decrypted(verified, age.identities(self.age_identity, name), name))

    def unpacked(
        self, chosen: BackupSet, stored: StoredObject | None = None, progress: Progress | None = None
    ) -> Stream:
        """Return the bytes of `open`, with the compressions around the set undone."""
        stream = self.open(chosen, stored, progress)
        source = stored or chosen.objects[0]
        packings = chosen.inside.packings if chosen.inside else ()
        if source is not chosen.objects[-1]:
            # Each artifact of a chain may be packed in its own way.
            packings = contents.packings_of(stream.peek(formats.HEAD_BYTES), chosen.kind, self.name(chosen))
        return contents.opened(stream, packings, self.bucket.of(source.key))

    def _rest(self, chosen: BackupSet, begun: _Begun, progress: Progress) -> Stream:
        """Return the bytes after those on the volume. At their end all of the object was checked."""
        source, expected = begun.stored, chosen.checksums.get(begun.stored.key)
        if not begun.offset:
            return self.unpacked(chosen, source, progress)
        stream = download(self.store, source, self.options, progress, start=begun.offset, hasher=begun.of_store)
        return self._checked(stream, source, expected, begun.beside) if expected else stream

    def _checked(
        self, stream: Stream, stored: StoredObject, expected: Checksum, hasher: Hasher | None = None
    ) -> Checked:
        """Return the stream, checked by the `.sha256` file beside the object."""
        verified = partial(self.options.evidence.verified, stored.key, SHA256)
        return Checked(stream, expected, self.bucket.of(stored.key), hasher, verified)

    def progress(self, chosen: BackupSet) -> Progress:
        """Return a counter for the bytes of a set."""
        return Progress(self.name(chosen), chosen.size_bytes)

    def land(self, chosen: BackupSet, path: Path, ours: PartialDownload) -> None:
        """Write the set's only object to a file, for formats that can't be read as a stream. Go on from the bytes in
        `ours`.
        """
        for begun in self._land(chosen, [path.name], ours):
            begun.file.move(path)

    def land_artifacts(self, chosen: BackupSet, top: Path, ours: PartialDownload) -> list[Path]:
        """Write the artifacts of a chain into the folder `top`, as neo4j-admin needs them. Return the files in order.

        Raises BackupDamagedError for one in clear that was cut. For one in zstd, neo4j-admin notices it.
        """
        names = EntryNames(self.name(chosen))
        paths = [top / names.accept(name) for name in _file_names(chosen.objects)]
        files: list[PartialFile] = []
        for begun in self._land(chosen, [path.name for path in paths], ours):
            check_artifact(begun.file.path, self.bucket.of(begun.stored.key))
            files.append(begun.file)
        for file, path in zip(files, paths, strict=True):
            file.move(path)
        return paths

    def _land(self, chosen: BackupSet, names: list[str], ours: PartialDownload) -> Iterator[_Begun]:
        """Write the objects of the set to files of these names in `ours`. Yield each when its bytes are there."""
        ours.begin()
        pairs = zip(chosen.objects, names, strict=True)
        all_begun = [self._begin(chosen, stored, ours.file(name)) for stored, name in pairs]
        present_bytes = sum(begun.offset for begun in all_begun)
        if present_bytes:
            log.info("%s: %d bytes are already here and are right", chosen.target, present_bytes)
        progress = Progress(self.name(chosen), chosen.size_bytes - present_bytes)
        for begun in all_begun:
            with self._rest(chosen, begun, progress) as stream:
                # Offsets in decrypted or unpacked bytes say nothing about offsets in the object, so such a file can't
                # be resumed.
                last = begun is all_begun[-1]
                begun.file.append(stream, recorded=stream.is_verbatim, last=last)
            yield begun

    def _begin(self, chosen: BackupSet, stored: StoredObject, file: PartialFile) -> _Begun:
        """Return the offset at which to resume an object, and truncate its file to it.

        The offset is 0 if no checksum could verify the result.
        """
        if file.is_begun():
            of_store, beside = stored.checksum, chosen.checksums.get(stored.key)
            if expected := [each for each in (of_store, beside) if each]:
                offset, hashers = file.take(stored.size_bytes, lambda: [each.start() for each in expected])
                if offset:
                    return _Begun(
                        stored, file, offset, hashers[0] if of_store else None, hashers[-1] if beside else None
                    )
        file.begin()
        return _Begun(stored, file)


def _file_names(chain: Sequence[StoredObject]) -> list[str]:
    """Return the file names of a chain's artifacts in one folder: their own, with the ending that neo4j-admin looks
    for.

    If two from different folders have the same name, all get a number in front. neo4j-admin reads only the headers.
    """
    names = [f"{stem_of(stored.key)}.backup" for stored in chain]
    if len({name.casefold() for name in names}) == len(names):
        return names
    return [f"{number}-{name}" for number, name in enumerate(names, 1)]


def check_artifact(path: Path, name: str) -> None:
    """Raise BackupDamagedError for an artifact in clear that was cut. name: the set's."""
    with path.open("rb") as file:
        start = headers.tar_start(file.read(header_fields.START_BYTES))
    if start is not None:
        untar.check_tar(path, start, name)
