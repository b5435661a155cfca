"""Fills the staging folder: downloads each database's set, and lets neo4j-admin restore it there."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from logging import getLogger
from pathlib import Path

from neo4j_restore import disk, trees
from neo4j_restore.admin import admin, endings
from neo4j_restore.errors import (
    ANOTHER_SET,
    BackupDamagedError,
    RestoreError,
    StoreError,
    StreamDamagedError,
    VanishedError,
)
from neo4j_restore.planning.plan import Plan
from neo4j_restore.policies import Migrate
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.kinds import Kind
from neo4j_restore.settings import Settings
from neo4j_restore.spec import DatabaseName
from neo4j_restore.staging import metadata, untar
from neo4j_restore.staging.archive import Archive, check_complete
from neo4j_restore.staging.authfiles import AuthFiles, StagedAuthFiles
from neo4j_restore.staging.loader import Loader
from neo4j_restore.staging.objects import Opener
from neo4j_restore.staging.proof import Proof, Prover
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.streams.names import EntryNames
from neo4j_restore.transfer import evidence, retry
from neo4j_restore.transfer.download import downloads
from neo4j_restore.transfer.fetch import Fetch
from neo4j_restore.transfer.options import DownloadOptions
from neo4j_restore.transfer.progress import Progress
from neo4j_restore.volume import partial, state
from neo4j_restore.volume.paths import VolumePaths, folders_of
from neo4j_restore.volume.state import Found, has_logs, missing_stores

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
        streamed = chosen.kind is Kind.DUMP and self._loader.streams
        container = chosen.inside.container if chosen.inside else ""
        return container == "zip" or (container != "tar" and not streamed)

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
            Kind.DIRECTORY: self._fetch,
            Kind.DUMP: self._load,
            Kind.BACKUP: self._take_artifacts,
        }
        last_words = ways[container or chosen.kind](chosen)
        self._check_result(chosen, last_words)
        metadata.keep(self.paths, chosen)
        self._check_verified(chosen)

    def _take_artifacts(self, chosen: BackupSet) -> str:
        """Download the artifacts of a chain, and restore from these files."""
        # They can't be streamed: neo4j-admin reads artifacts more than once, and finds a chain by its folder.
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
        if self._loader.streams:
            # Streamed, so that the dump never lies on the volume.
            with self._opener.unpacked(chosen) as stream:
                return self._loader.load_stream(stream, chosen.target, self._name(chosen))
        path = self._loader.files(chosen.target).dump
        self._opener.land(chosen, path, self._kept(chosen))
        last_words = self._loader.load(path, chosen.target)
        path.unlink()
        return last_words

    def _fetch(self, chosen: BackupSet) -> str:
        top, ours = self._folder(chosen), self._kept(chosen)
        # Keys are a stranger's choice: none may lead out of the folder.
        names = EntryNames(self._name(chosen))
        paths = {each.key: ours.files / names.accept(each.key.removeprefix(chosen.key)) for each in chosen.objects}
        # Removes the files of any other set, and of another generation of this one.
        ours.begin()
        missing = [each for each in chosen.objects if not self._is_here(each, paths[each.key], ours)]
        if there := len(chosen.objects) - len(missing):
            log.info("%s: %d files are here already, with the right checksums", chosen.target, there)
        # The largest files first. Then no connection is left alone with a large file at the end.
        missing.sort(key=lambda each: each.size_bytes, reverse=True)
        progress = Progress(self._name(chosen), sum(each.size_bytes for each in missing))
        with closing(Fetch(self.store, missing, self.options, progress)) as fetching:
            for stored, stream in downloads(fetching):
                paths[stored.key].parent.mkdir(parents=True, exist_ok=True)
                untar.write_file(stream, paths[stored.key])
        ours.move(top)
        # neo4j-admin copies a set that lacks a file without an error: see `paths.RECORD_STORES`.
        check_complete(top, self._name(chosen))
        return self._loader.restore(top, chosen.target)

    @property
    def _archive(self) -> Archive:
        directory = self.settings.request.backup_set_dir
        return Archive(directory, self.paths, self._opener, self._loader, self.settings.policy.migrate)

    @property
    def _auth_files(self) -> AuthFiles:
        return AuthFiles(self.settings.policy, self.paths, self._opener)

    def _is_here(self, stored: StoredObject, path: Path, ours: partial.PartialDownload) -> bool:
        """Return whether an earlier start has downloaded this file, by the store's checksum."""
        checksum = ours.take(stored, path, self._stat)
        if checksum:
            self.options.evidence.verified(stored.key, evidence.of_store(checksum))
        return checksum is not None

    def _check_verified(self, chosen: BackupSet) -> None:
        """Warn of a set that nothing has verified, unless the plan has warned. With REQUIRE_CHECKSUM raise an error."""
        for key, name in chosen.formats.items():
            # It was unpacked to its end without an error, so its own checksum matched.
            self.options.evidence.verified(key, f"format:{name}")
        verdict = self.options.evidence.verdict(chosen)
        if verdict.unverified and self.settings.policy.require_checksum:
            raise verdict.refusal(self.settings.request.bucket)
        doubts = self.options.evidence.doubts(chosen)
        if doubts and not verdict.unverified:
            ways = ", ".join(verdict.ways)
            log.info("%s: %s does not fit the bytes, but %s verified them", chosen.target, doubts[0], ways)
        before = evidence.expected(chosen, self.settings.request.bucket.scheme)
        if verdict.unverified and not before.warning(self.settings.request.bucket):
            log.warning("%s: %s", chosen.target, verdict.warning(self.settings.request.bucket))

    @property
    def _opener(self) -> Opener:
        return Opener(self.settings.request.bucket, self.settings.access.age_identity, self.store, self.options)

    def _stat(self, stored: StoredObject) -> StoredObject:
        return retry.Retry(self.options.retry_seconds).call(lambda: self.store.stat(stored))

    def _kept(self, chosen: BackupSet) -> partial.PartialDownload:
        return partial.PartialDownload(self.paths, chosen, self._name(chosen))

    def _name(self, chosen: BackupSet) -> str:
        return self._opener.name(chosen)

    def _folder(self, chosen: BackupSet) -> Path:
        return self._loader.files(chosen.target).folder

    def _check_result(self, chosen: BackupSet, last_words: str) -> None:
        # neo4j-admin may end with 0 and leave nothing, or a database that no server would start.
        staged = self.paths.staged_data
        if state.find(staged, chosen.target) is Found.ABSENT:
            raise endings.made_nothing(self._name(chosen), last_words)
        missing = missing_stores(staged / folders_of(chosen.target)[0])
        if not has_logs(staged, chosen.target):
            missing = [*missing, "neostore.transaction.db"]
        if state.find(staged, chosen.target) is not Found.DATABASE or missing:
            lacks = f": it lacks {', '.join(missing)}" if missing else ""
            name = self._name(chosen)
            message = f"neo4j-admin made an incomplete database of {name}{lacks}. Its last words: {last_words}"
            raise BackupDamagedError(message, hint=ANOTHER_SET)


@contextmanager
def _about(database: DatabaseName, volume_at: Path) -> Iterator[None]:
    """Note the database on an error that passes through."""
    try:
        with disk.errors_of(volume_at):
            yield
    except RestoreError as error:
        error.database = database
        raise
