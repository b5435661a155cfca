"""The contents of a tar or zip, into staging: store files, a copied data folder, a dump or artifacts.

A dump in a tar streams into neo4j-admin where neo4j-admin accepts a stream. Everything else is unpacked below staging.
Its contents are then judged again by all names and first bytes, because before the transfer only the first ones were
seen.
"""

from dataclasses import dataclass
from io import RawIOBase
from logging import getLogger
from pathlib import Path

from neo4j_restore import trees
from neo4j_restore.errors import ANOTHER_SET, BackupDamagedError
from neo4j_restore.inspection import contents, layouts, recognised
from neo4j_restore.inspection.layouts import File, Store, Wanted
from neo4j_restore.planning import compatibility
from neo4j_restore.policies import Migrate
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.inside import Inside
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.staging import authfiles, untar, unzip
from neo4j_restore.staging.dump_in_tar import Taking
from neo4j_restore.staging.loader import Loader, is_full
from neo4j_restore.staging.objects import Opener, check_artifact
from neo4j_restore.staging.untar import Limits
from neo4j_restore.streams.pipeline import Ahead
from neo4j_restore.volume.partial import PartialDownload
from neo4j_restore.volume.paths import VolumePaths
from neo4j_restore.volume.state import missing_stores

log = getLogger(__name__)


@dataclass(frozen=True)
class Archive:
    """Restores archives into staging. Auth files of Neo4j 3.x in them are put aside, for `authfiles`."""

    backup_set_dir: str
    paths: VolumePaths
    opener: Opener
    loader: Loader
    migrate: Migrate = Migrate.NEVER

    def restore_tar(self, chosen: BackupSet) -> str:
        """Restore the contents of a tar. Return neo4j-admin's last output. Raises RestoreError."""
        inside = chosen.inside or Inside()
        if chosen.kind is Kind.DUMP and self.loader.streams:
            return self._load_member(chosen, inside.member)
        name, top = self.opener.name(chosen), self._folder(chosen)
        ratio = contents.most_ratio(inside.packings)
        limits = untar.limits(chosen.size_bytes, ratio, self.paths.data)
        with Ahead(self.opener.unpacked(chosen)) as stream:
            size = untar.unpack(stream, top, name, limits)
        return self._restore_unpacked(chosen, top, size)

    def restore_zip(self, chosen: BackupSet) -> str:
        """Restore the contents of a zip, which lies on the volume until it is unpacked.

        Return neo4j-admin's last output. Raises RestoreError.
        """
        name, top = self.opener.name(chosen), self._folder(chosen)
        path = self.loader.files(chosen.target).zip
        self.opener.land(chosen, path, PartialDownload(self.paths, chosen, name))
        limits = untar.limits(path.stat().st_size, unzip.MOST_RATIO, self.paths.data)
        size = unzip.unpack(path, top, name, limits)
        path.unlink()
        return self._restore_unpacked(chosen, top, size)

    def _load_member(self, chosen: BackupSet, member: str) -> str:
        """Load the dump `member` of a tar while the tar arrives."""
        name = self.opener.name(chosen)

        def load(stream: RawIOBase) -> str:
            return self.loader.load_stream(stream, chosen.target, name)

        taking = Taking(member, self._wanted(chosen), load)
        ratio = contents.most_ratio(chosen.inside.packings if chosen.inside else ())
        # This process writes none of it, so free space on the volume is not a limit here.
        limits = Limits(ratio * chosen.size_bytes, 2**63)
        with Ahead(self.opener.unpacked(chosen)) as stream:
            untar.unpack(stream, self._folder(chosen), name, limits, taking.take)
        return taking.finish()

    def _restore_unpacked(self, chosen: BackupSet, top: Path, size: int) -> str:
        log.info("%s: unpacked %d bytes", chosen.target, size)
        content = layouts.content_of(
            layouts.entries_of(top, self.opener.name(chosen)), self._wanted(chosen), whole=True
        )
        if content is None:
            raise AssertionError
        recognised_set = recognised.with_content(chosen, content)
        if recognised_set.inside != chosen.inside:
            log.info("%s: its contents are: %s", chosen.target, recognised_set.inside)
        program = self.loader.program
        name = self.opener.name(chosen)
        compatibility.check(recognised_set, program.version, program.edition, name, self.migrate)
        folder = content.folder if isinstance(content, Store) else str(Path(content.entry.name).parent)
        # Also if nobody asked for them: hashes of passwords must not get into the database's folder.
        authfiles.take(top, folder, self.loader.files(chosen.target))
        if isinstance(content, Store):
            last_words = self._restore_store(recognised_set, top, content)
        elif content.kind is Kind.DUMP:
            last_words = self._load(recognised_set, top / content.entry.name)
        else:
            last_words = self._restore_artifact(recognised_set, top, content)
        trees.remove(top)
        return last_words

    def _restore_store(self, chosen: BackupSet, top: Path, store: Store) -> str:
        source, name = top / store.folder, self.opener.name(chosen)
        check_complete(source, name)
        if store.logs is None:
            return self.loader.restore(source, chosen.target)
        self._install(chosen, source, top / store.logs)
        return ""

    def _install(self, chosen: BackupSet, store: Path, logs: Path) -> None:
        """Put a copied data folder's store and logs in place. neo4j-admin has no command for it, nor is one needed."""
        name = self.opener.name(chosen)
        if chosen.inside is None or chosen.inside.store is None:
            message = f"{name} holds a copy of a data folder, and the version of its store is not known"
            raise BackupDamagedError(message, hint=ANOTHER_SET)
        log.warning(
            "%s: %s holds a copy of a data folder of %s. It is consistent only if Neo4j was stopped when it was "
            "made, or the volume was a snapshot",
            chosen.target,
            name,
            chosen.inside.store,
        )
        self.loader.install(store, logs, chosen.target)

    def _load(self, chosen: BackupSet, path: Path) -> str:
        if not self.loader.streams:
            return self.loader.load(path, chosen.target)
        with path.open("rb", buffering=0) as file:
            return self.loader.load_stream(file, chosen.target, self.opener.name(chosen))

    def _restore_artifact(self, chosen: BackupSet, top: Path, file: File) -> str:
        """Restore the artifact: a full one from a folder of its own, a differential one from beside its chain."""
        path = top / file.entry.name
        # neo4j-admin looks for a chain in the artifact's folder, so a full one gets a folder in which it is alone.
        if is_full(file.header):
            alone = self.loader.files(chosen.target).alone
            alone.mkdir(parents=True)
            path = path.rename(alone / path.name)
        check_artifact(path, self.opener.name(chosen))
        return self.loader.restore_artifact(path, chosen, file.header)

    def _wanted(self, chosen: BackupSet) -> Wanted:
        return Wanted(chosen.database, chosen.key, self.opener.name(chosen), self.backup_set_dir, chosen.target)

    def _folder(self, chosen: BackupSet) -> Path:
        return self.loader.files(chosen.target).folder


def check_complete(source: Path, name: str) -> None:
    """Raise BackupDamagedError unless the folder `source` has all files of a store. name: the set's."""
    missing = missing_stores(source)
    if missing:
        message = f"{name} is not complete: it lacks {', '.join(missing)}"
        raise BackupDamagedError(message, hint=ANOTHER_SET)
