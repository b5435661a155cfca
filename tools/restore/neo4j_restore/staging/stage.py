"""Fills the staging folder: downloads each database's set, and lets neo4j-admin restore it there."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from logging import getLogger
from pathlib import Path

from neo4j_restore import disk, trees
from neo4j_restore.admin import admin
from neo4j_restore.errors import (
    RestoreError,
    StoreError,
    StreamDamagedError,
    VanishedError,
)
from neo4j_restore.planning.plan import Plan
from neo4j_restore.planning.streamed import is_streamed
from neo4j_restore.policies import Migrate
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.settings import Settings
from neo4j_restore.spec import DatabaseName
from neo4j_restore.staging import metadata, result
from neo4j_restore.staging.archive import Archive
from neo4j_restore.staging.authfiles import AuthFiles, StagedAuthFiles
from neo4j_restore.staging.directory import Directory
from neo4j_restore.staging.loader import Loader
from neo4j_restore.staging.objects import Opener
from neo4j_restore.staging.proof import Proof, Prover
from neo4j_restore.stores import Store
from neo4j_restore.transfer.options import DownloadOptions
from neo4j_restore.volume import partial
from neo4j_restore.volume.paths import VolumePaths, folders_of

log = getLogger(__name__)


@dataclass(frozen=True)
class Filled:
    """What was staged: what neo4j-admin says of each database, and the auth files, or None if they stay."""

    proofs: Mapping[DatabaseName, Proof]
    auth_files: StagedAuthFiles | None


@dataclass(frozen=True)
class Stage:
    """Everything that staging needs.

    lock: the descriptor of the volume's lock. neo4j-admin inherits it, so that the lock outlives a killed restore as
    long as neo4j-admin still writes.
    """

    settings: Settings
    paths: VolumePaths
    store: Store
    program: admin.Admin
    lock: int
    options: DownloadOptions

    def fill(self, prepared: Plan) -> Filled:
        """Stage every database of the plan and the auth files, and check the results. Raises RestoreError."""
        proofs: dict[DatabaseName, Proof] = {}
        prover = Prover(self.program, self.paths, self._loader.conf, self.lock, self.settings.policy)
        self._loader.configure()
        chosen = [step.chosen for step in prepared.restores if step.chosen]
        # `prepare` counted the room of all partial downloads as free.
        partial.remove_others(self.paths, (each.database for each in chosen if self._keeps(each)))
        staged: StagedAuthFiles | None = None
        for step in prepared.restores:
            if step.chosen:
                with _about(step.database, self.paths.data):
                    self._fill_afresh(step.chosen)
                    # Before neo4j-admin works on the store for long: they may be missing.
                    if prepared.auth_files and prepared.auth_files.restores and staged is None:
                        staged = self._auth_files.stage(step.chosen, prepared.auth_files)
                    trees.remove(self._loader.files(step.database).auth_files)
                    proofs[step.database] = prover.prove(step.chosen)
        partial.remove(self.paths)
        return Filled(proofs, staged)

    def _keeps(self, chosen: BackupSet) -> bool:
        """Return whether an interrupted download of the set can be resumed: not if it is streamed."""
        container = chosen.inside.container if chosen.inside else ""
        return container == "zip" or (container != "tar" and not self._streams(chosen))

    def _streams(self, chosen: BackupSet) -> bool:
        return is_streamed(chosen, self.program.commands, self.program.edition)

    @property
    def _loader(self) -> Loader:
        # What an older store needs is decided once it is staged: see `Prover`.
        takes_older = self.settings.policy.migrate is Migrate.IN_STAGING
        return Loader(replace(self.program, takes_older=takes_older), self.paths, self.lock)

    def _fill_afresh(self, chosen: BackupSet) -> None:
        """Stage a database. If its bytes came damaged, stage it once more, from the first byte."""
        try:
            self._fill(chosen)
        except StreamDamagedError as error:
            log.warning("%s: %s. Trying once more, from the start", chosen.target, error)
            self._clear(chosen.target)
            if chosen.kind is not Kind.DIRECTORY:
                # The checksum covers the whole object, so it is not known which part is damaged. The files of a
                # directory have a checksum each, and are checked one by one before they are taken again.
                partial.remove_of(self.paths, chosen.database)
            self._fill(chosen)

    def _clear(self, database: DatabaseName) -> None:
        """Remove all files of a database from staging."""
        self._loader.files(database).remove()
        for part in folders_of(database):
            trees.remove(self.paths.staged_data / part)

    def _fill(self, chosen: BackupSet) -> None:
        log.info("%s: %s, %d bytes", chosen.target, self._name(chosen), chosen.size_bytes)
        container = chosen.inside.container if chosen.inside else ""
        ways: dict[str, Callable[[BackupSet], str]] = {
            "tar": self._archive.restore_tar,
            "zip": self._archive.restore_zip,
            Kind.DIRECTORY: self._directory.restore,
            Kind.DUMP: self._load,
            Kind.BACKUP: self._take_artifacts,
        }
        last_words = ways[container or chosen.kind](chosen)
        result.check_database(self.paths.staged_data, chosen, self._name(chosen), last_words)
        metadata.keep(self.paths, chosen)
        request, policy = self.settings.request, self.settings.policy
        result.check_verified(chosen, self.options.evidence, request.bucket, require=policy.require_checksum)

    def _take_artifacts(self, chosen: BackupSet) -> str:
        """Load a full artifact while it comes. Or download the artifacts of a chain, and restore from these files."""
        if self._streams(chosen):
            return self._load(chosen)
        # neo4j-admin reads artifacts more than once, and finds a chain by its folder.
        top = self._folder(chosen)
        try:
            paths = self._opener.land_artifacts(chosen, top, self._kept(chosen))
        except StoreError as error:
            if not error.gone:
                raise
            # The listing is out of date. With a new one there may be another chain to the same transaction.
            raise VanishedError(str(error), hint=error.hint) from error
        return self._loader.restore_artifact(paths[-1], chosen, chosen.header)

    def _load(self, chosen: BackupSet) -> str:
        if self._streams(chosen):
            # So that it never lies on the volume.
            with self._opener.unpacked(chosen) as stream:
                return self._loader.load_stream(stream, chosen.target, self._name(chosen))
        path = self._loader.files(chosen.target).dump
        self._opener.land(chosen, path, self._kept(chosen))
        last_words = self._loader.load(path, chosen.target)
        path.unlink()
        return last_words

    @property
    def _archive(self) -> Archive:
        directory = self.settings.request.backup_set_dir
        return Archive(directory, self.paths, self._opener, self._loader, self.settings.policy.migrate)

    @property
    def _directory(self) -> Directory:
        return Directory(self.paths, self._opener, self._loader)

    @property
    def _auth_files(self) -> AuthFiles:
        return AuthFiles(self.settings.policy, self.paths, self._opener)

    @property
    def _opener(self) -> Opener:
        return Opener(self.settings.request.bucket, self.settings.access.age_identity, self.store, self.options)

    def _kept(self, chosen: BackupSet) -> partial.PartialDownload:
        return partial.PartialDownload(self.paths, chosen, self._name(chosen))

    def _name(self, chosen: BackupSet) -> str:
        return self._opener.name(chosen)

    def _folder(self, chosen: BackupSet) -> Path:
        return self._loader.files(chosen.target).folder


@contextmanager
def _about(database: DatabaseName, volume_at: Path) -> Iterator[None]:
    """Note the database on an error that passes through."""
    try:
        with disk.errors_of(volume_at):
            yield
    except RestoreError as error:
        error.database = database
        raise
