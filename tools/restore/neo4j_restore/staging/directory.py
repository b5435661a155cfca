"""Sets that are a folder of store files in the bucket: each file is downloaded, unless an earlier start has done it."""

from contextlib import closing
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path

from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.staging import untar
from neo4j_restore.staging.archive import check_complete
from neo4j_restore.staging.loader import Loader
from neo4j_restore.staging.objects import Opener
from neo4j_restore.stores import StoredObject
from neo4j_restore.streams.names import EntryNames
from neo4j_restore.transfer import evidence, retry
from neo4j_restore.transfer.download import downloads
from neo4j_restore.transfer.fetch import Fetch
from neo4j_restore.transfer.progress import Progress
from neo4j_restore.volume import partial
from neo4j_restore.volume.paths import VolumePaths

log = getLogger(__name__)


@dataclass(frozen=True)
class Directory:
    """Restores such sets into staging."""

    paths: VolumePaths
    opener: Opener
    loader: Loader

    def restore(self, chosen: BackupSet) -> str:
        """Download what is missing of the set, and restore from its folder. Return neo4j-admin's last output."""
        # Imported here: it brings HTTP and TLS, which archives and dumps from a folder (file://) do without.
        from neo4j_restore.transfer import carrier

        name, top = self.opener.name(chosen), self.loader.files(chosen.target).folder
        ours = partial.PartialDownload(self.paths, chosen, name)
        # Keys are a stranger's choice: none may lead out of the folder.
        names = EntryNames(name)
        paths = {each.key: ours.files / names.accept(each.key.removeprefix(chosen.key)) for each in chosen.objects}
        # Removes the files of any other set, and of another generation of this one.
        ours.begin()
        missing = [each for each in chosen.objects if not self._is_here(each, paths[each.key], ours)]
        if count := len(chosen.objects) - len(missing):
            log.info("%s: %d files are here already, with the right checksums", chosen.target, count)
        # The largest files first. Then no connection is left alone with a large file at the end.
        missing.sort(key=lambda each: each.size_bytes, reverse=True)
        progress = Progress(name, sum(each.size_bytes for each in missing))
        pairs = ((each, paths[each.key]) for each in missing)
        left = carrier.carry(self.opener.store, pairs, self.opener.options, progress)
        with closing(Fetch(self.opener.store, left, self.opener.options, progress)) as fetching:
            for stored, stream in downloads(fetching):
                paths[stored.key].parent.mkdir(parents=True, exist_ok=True)
                untar.write_file(stream, paths[stored.key])
        ours.move(top)
        # neo4j-admin copies a set that lacks a file without an error: see `paths.RECORD_STORES`.
        check_complete(top, name)
        return self.loader.restore(top, chosen.target)

    def _is_here(self, stored: StoredObject, path: Path, ours: partial.PartialDownload) -> bool:
        """Return whether an earlier start has downloaded this file, by the store's checksum."""
        checksum = ours.take(stored, path, self._stat)
        if checksum:
            self.opener.options.evidence.verified(stored.key, evidence.of_store(checksum))
        return checksum is not None

    def _stat(self, stored: StoredObject) -> StoredObject:
        return retry.Retry(self.opener.options.retry_seconds).call(lambda: self.opener.store.stat(stored))
