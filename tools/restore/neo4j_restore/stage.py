"""Fills staging: for each database the set's bytes, unpacked or streamed, and what neo4j-admin makes of them."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path

from neo4j_restore import admin, disk, fetch, layouts, transfer, unpack, volume
from neo4j_restore.catalog import BackupSet, Kind
from neo4j_restore.errors import ANOTHER_SET, BackupDamagedError, RestoreError
from neo4j_restore.inflate import GzipReader
from neo4j_restore.pipeline import Ahead
from neo4j_restore.plan import Plan
from neo4j_restore.progress import Progress
from neo4j_restore.settings import Settings
from neo4j_restore.spec import DatabaseName
from neo4j_restore.stores import Store, StoredObject
from neo4j_restore.volume import Found, Layout

log = getLogger(__name__)


@dataclass(frozen=True)
class Stage:
    """What staging needs. lock: the descriptor of the volume's lock, which neo4j-admin inherits."""

    settings: Settings
    layout: Layout
    store: Store
    program: admin.Admin
    lock: int
    terms: fetch.Terms

    def fill(self, prepared: Plan) -> None:
        """Stage every database of the plan, and look at what came out. Raises RestoreError."""
        self.program.configure(self._conf, self.layout.staged_data)
        for step in prepared.restores:
            if step.chosen:
                with _about(step.database, self.layout.data):
                    self._fill(step.chosen)

    @property
    def _conf(self) -> Path:
        return self.layout.staging / "conf"

    def _fill(self, chosen: BackupSet) -> None:
        log.info("%s: %s, %d bytes", chosen.database, self._name(chosen), chosen.size_bytes)
        if chosen.kind is Kind.DUMP:
            self._load(chosen)
        else:
            source = self._unpack(chosen) if chosen.kind is Kind.ARCHIVE else self._fetch(chosen)
            self._check_complete(source, chosen)
            self.program.restore(source, chosen.database, self._conf, self.lock)
        self._check_result(chosen)

    def _load(self, chosen: BackupSet) -> None:
        name = self._name(chosen)
        with self._download(chosen.objects[0], Progress(name, chosen.size_bytes)) as stream:
            if self.program.family.load_stdin:
                blocks = transfer.blocks(stream)
                self.program.load_stream(blocks, chosen.database, self._conf, self.lock, name)
                return
            path = self.layout.staging / f"{chosen.database}.dump"
            unpack.write_file(stream, path)
        self.program.load(path, chosen.database, self._conf, self.lock)
        path.unlink()

    def _unpack(self, chosen: BackupSet) -> Path:
        name, top = self._name(chosen), self._folder(chosen)
        limits = unpack.limits(chosen.size_bytes, self.layout.data)
        download = self._download(chosen.objects[0], Progress(name, chosen.size_bytes))
        with Ahead(GzipReader(download, name)) as stream:
            size = unpack.unpack(stream, top, name, limits)
        log.info("%s: unpacked %d bytes", chosen.database, size)
        return layouts.find_store(top, chosen.database, self.settings.backup_set_dir, name)

    def _fetch(self, chosen: BackupSet) -> Path:
        top = self._folder(chosen)
        names = unpack.Names(self._name(chosen))
        progress = Progress(self._name(chosen), chosen.size_bytes)
        paths = {stored.key: top / names.accept(stored.key.removeprefix(chosen.key)) for stored in chosen.objects}
        # The largest first: what is left at the end is short, on however many connections.
        objects = sorted(chosen.objects, key=lambda each: each.size_bytes, reverse=True)
        with closing(fetch.Fetch(self.store, objects, self.terms, progress)) as fetching:
            for stored, stream in fetching.streams():
                paths[stored.key].parent.mkdir(parents=True, exist_ok=True)
                unpack.write_file(stream, paths[stored.key])
        return top

    def _name(self, chosen: BackupSet) -> str:
        return self.settings.bucket.of(chosen.key)

    def _folder(self, chosen: BackupSet) -> Path:
        return self.layout.staging / "sets" / chosen.database

    def _download(self, stored: StoredObject, progress: Progress) -> fetch.Download:
        return fetch.download(self.store, stored, self.terms, progress)

    def _check_complete(self, source: Path, chosen: BackupSet) -> None:
        missing = volume.missing_stores(source)
        if missing:
            message = f"{self._name(chosen)} is not complete: it lacks {', '.join(missing)}"
            raise BackupDamagedError(message, hint=ANOTHER_SET)

    def _check_result(self, chosen: BackupSet) -> None:
        staged = self.layout.staged_data
        missing = volume.missing_stores(staged / volume.parts_of(chosen.database)[0])
        if not volume.has_logs(staged, chosen.database):
            missing = [*missing, "neostore.transaction.db"]
        if volume.find(staged, chosen.database) is not Found.DATABASE or missing:
            lacks = f": it lacks {', '.join(missing)}" if missing else ""
            message = f"neo4j-admin left no whole database from {self._name(chosen)}{lacks}"
            raise BackupDamagedError(message, hint=ANOTHER_SET)


@contextmanager
def _about(database: DatabaseName, volume_at: Path) -> Iterator[None]:
    """Note on a failure which database it was about."""
    try:
        with disk.errors_of(volume_at):
            yield
    except RestoreError as error:
        error.database = database
        raise
