"""Carries out a request: decide, look, stage everything, swap once.

1. recover what an earlier run left, take stock, and let the guard decide; nothing to do ends here, with no store;
2. find the sets, ask neo4j-admin its version, look at each set's first bytes, check what can be checked;
3. for each database: download, unpack, restore into staging, and look at what came out;
4. seal, swap, receipt.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from logging import getLogger
from pathlib import Path
from typing import Any

from neo4j_restore import admin, catalog, disk, layouts, plan, swap, transfer, unpack, volume
from neo4j_restore.catalog import BackupSet, Kind
from neo4j_restore.errors import BackupDamagedError, BackupNotFoundError, RestoreError
from neo4j_restore.inflate import GzipReader
from neo4j_restore.plan import Action, Plan, Step
from neo4j_restore.settings import Settings
from neo4j_restore.spec import BucketUrl, DatabaseName
from neo4j_restore.stores import Store, StoredObject, open_store
from neo4j_restore.volume import Found, Layout, Volume

log = getLogger(__name__)


def run(settings: Settings, environment: Mapping[str, str]) -> Plan:
    """Carry out the request; return the plan that was carried out. Raises RestoreError; the old data is kept then."""
    layout = Layout(settings.data_dir)
    volume.inspect(layout, ())
    with volume.locked(layout) as lock, disk.errors_of(layout.data):
        swap.recover(layout)
        return _run(settings, environment, layout, lock)


def _run(settings: Settings, environment: Mapping[str, str], layout: Layout, lock: int) -> Plan:
    state = volume.inspect(layout, settings.databases)
    decided = decide(settings, state)
    for step in decided.steps:
        log.info("%s: %s: %s", step.database, step.decision.action, step.decision.reason)
    if not decided.restores:
        return decided
    volume.refuse_running_server(layout)
    with closing(open_store(settings)) as store:
        prepared, program = prepare(settings, environment, decided, state, store)
        Work(settings, layout, store, program, lock).carry_out(prepared)
    return prepared


def decide(settings: Settings, state: Volume) -> Plan:
    """Return the plan as far as the volume alone decides it. Raises TargetOccupiedError."""
    decisions = plan.guard(settings, state)
    plan.refuse(decisions, str(settings.data_dir))
    return Plan(tuple(Step(database, decision, None) for database, decision in decisions.items()))


def prepare(
    settings: Settings, environment: Mapping[str, str], decided: Plan, state: Volume, store: Store
) -> tuple[Plan, admin.Admin]:
    """Return the plan with its sets, and the neo4j-admin to use, after every check that costs little."""
    program = admin.find_admin(environment, settings.heap_size)
    wanted = [step.database for step in decided.restores]
    chosen = choose_sets(settings, store, wanted)
    prepared = Plan(tuple(replace(step, chosen=chosen.get(step.database)) for step in decided.steps), program.version)
    plan.check(prepared, state)
    for each in chosen.values():
        _check_head(settings, store, each)
    return prepared, program


def find_sets(settings: Settings, store: Store, database: DatabaseName) -> tuple[list[BackupSet], list[str]]:
    """Return the sets of `database`, newest first, and the keys that were looked at."""
    prefix = settings.bucket.prefix
    exact = settings.timestamp if isinstance(settings.timestamp, str) else ""
    retry = transfer.Retry(settings.retry_seconds)
    # First what begins with the database's name; the whole path only where that holds none: raw sets in dated folders.
    for narrow in (f"{prefix}{settings.backup_set_dir or database}", prefix):
        listing = retry.call(lambda narrow=narrow: list(store.list(narrow)))  # type: ignore[misc]
        sets = catalog.find_sets(listing, prefix, database, exact=exact, directory=settings.backup_set_dir)
        if sets:
            break
    return sets, [stored.key for stored in listing]


def choose_sets(settings: Settings, store: Store, wanted: list[DatabaseName]) -> dict[DatabaseName, BackupSet]:
    """Return the set to restore for each database. Raises BackupNotFoundError that names all which have none."""
    chosen: dict[DatabaseName, BackupSet] = {}
    missing: list[RestoreError] = []
    for database in wanted:
        sets, keys = find_sets(settings, store, database)
        found = catalog.choose(sets, settings.timestamp)
        if found:
            chosen[database] = found
        else:
            missing.append(catalog.not_found(settings.bucket, database, settings.timestamp, sets, keys))
    if missing:
        hints = dict.fromkeys(error.hint for error in missing)
        raise BackupNotFoundError("; ".join(map(str, missing)), hint="; ".join(hints))
    return chosen


def _check_head(settings: Settings, store: Store, chosen: BackupSet) -> None:
    if chosen.kind is not Kind.DIRECTORY:
        first = transfer.head(store, chosen.objects[0], transfer.Retry(settings.retry_seconds))
        layouts.check_head(chosen.kind, first, settings.bucket.of(chosen.key))


@dataclass(frozen=True)
class Work:
    """What carrying out a plan needs. lock: the descriptor of the volume's lock, which neo4j-admin inherits."""

    settings: Settings
    layout: Layout
    store: Store
    program: admin.Admin
    lock: int

    def carry_out(self, prepared: Plan) -> None:
        """Stage every database, then swap all of them in."""
        started, clock = datetime.now(UTC), time.monotonic()
        swap.begin(self.layout, self.settings.restore_id, purge=self.settings.purge)
        try:
            self._stage_all(prepared)
        except (RestoreError, OSError):
            # What is staged is of no use now; the room it takes may be what the volume lacks.
            if self.settings.purge:
                swap.clean(self.layout)
            raise
        disk.give_to_owner_of(self.layout.data, self.layout.staging)
        seconds = round(time.monotonic() - clock, 3)
        record = _record(self.settings, prepared, started, seconds)
        swap.seal(self.layout, tuple(step.database for step in prepared.restores), record)
        log.info("all is staged and verified: swapping it in")
        swap.complete(self.layout)
        log.info("restored %s in %.1f s", ", ".join(step.database for step in prepared.restores), seconds)

    def _stage_all(self, prepared: Plan) -> None:
        self.program.configure(self._conf, self.layout.staged_data)
        for step in prepared.restores:
            if step.chosen:
                with _about(step.database):
                    self._stage(step.chosen)

    @property
    def _conf(self) -> Path:
        return self.layout.staging / "conf"

    def _stage(self, chosen: BackupSet) -> None:
        log.info("%s: %s, %d bytes", chosen.database, self.settings.bucket.of(chosen.key), chosen.size_bytes)
        if chosen.kind is Kind.DUMP:
            self._load(chosen)
        else:
            source = self._unpack(chosen) if chosen.kind is Kind.ARCHIVE else self._fetch(chosen)
            self._check_complete(source, chosen)
            self.program.restore(source, chosen.database, self._conf, self.lock)
        self._check_result(chosen)

    def _load(self, chosen: BackupSet) -> None:
        name = self.settings.bucket.of(chosen.key)
        with self._download(chosen.objects[0], transfer.Progress(name, chosen.size_bytes)) as stream:
            if self.program.family.load_stdin:
                blocks = transfer.blocks(stream)
                self.program.load_stream(blocks, chosen.database, self._conf, self.lock, name)
                return
            path = self.layout.staging / f"{chosen.database}.dump"
            unpack.write_file(stream, path)
        self.program.load(path, chosen.database, self._conf, self.lock)
        path.unlink()

    def _unpack(self, chosen: BackupSet) -> Path:
        name, top = self.settings.bucket.of(chosen.key), self._set_folder(chosen)
        with self._download(chosen.objects[0], transfer.Progress(name, chosen.size_bytes)) as stream:
            size = unpack.unpack(GzipReader(stream, name), top, name)
        log.info("%s: unpacked %d bytes", chosen.database, size)
        return layouts.find_store(top, chosen.database, self.settings.backup_set_dir, name)

    def _fetch(self, chosen: BackupSet) -> Path:
        top = self._set_folder(chosen)
        names = unpack.Names(self.settings.bucket.of(chosen.key))
        progress = transfer.Progress(self.settings.bucket.of(chosen.key), chosen.size_bytes)
        for stored in chosen.objects:
            path = top / names.accept(stored.key.removeprefix(chosen.key))
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._download(stored, progress) as stream:
                unpack.write_file(stream, path)
        return top

    def _set_folder(self, chosen: BackupSet) -> Path:
        return self.layout.staging / "sets" / chosen.database

    def _download(self, stored: StoredObject, progress: transfer.Progress) -> transfer.Download:
        return transfer.Download(self.store, stored, transfer.Retry(self.settings.retry_seconds), progress)

    def _check_complete(self, source: Path, chosen: BackupSet) -> None:
        missing = volume.missing_stores(source)
        if missing:
            message = f"{self.settings.bucket.of(chosen.key)} is not complete: it lacks {', '.join(missing)}"
            raise BackupDamagedError(message, hint="take another set: TIMESTAMP names one; the old data is as it was")

    def _check_result(self, chosen: BackupSet) -> None:
        staged = self.layout.staged_data
        missing = volume.missing_stores(staged / volume.parts_of(chosen.database)[0])
        if volume.find(staged, chosen.database) is not Found.DATABASE or missing:
            lacks = f", it lacks {', '.join(missing)}" if missing else ""
            message = f"neo4j-admin left no whole database from {self.settings.bucket.of(chosen.key)}{lacks}"
            raise BackupDamagedError(message, hint="take another set: TIMESTAMP names one; the old data is as it was")


@contextmanager
def _about(database: DatabaseName) -> Iterator[None]:
    """Note on a failure which database it was about."""
    try:
        yield
    except RestoreError as error:
        error.database = database
        raise


def _record(settings: Settings, prepared: Plan, started: datetime, seconds: float) -> dict[str, Any]:
    """Return what the receipt says: a published contract, docs in the image's README."""
    return {
        "restore_id": settings.restore_id,
        "bucket": str(settings.bucket),
        "timestamp": _as_text(settings.timestamp),
        "force_overwrite": settings.overwrite.value,
        "restored": [_restored(step.chosen, settings.bucket, step) for step in prepared.restores if step.chosen],
        "left_alone": [
            {"database": step.database, "reason": step.decision.reason}
            for step in prepared.steps
            if step.decision.action is Action.SKIP
        ],
        "neo4j_admin": str(prepared.version),
        "neo4j_restore": own_version(),
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "bytes": sum(step.chosen.size_bytes for step in prepared.restores if step.chosen),
        "seconds": seconds,
    }


def _restored(chosen: BackupSet, bucket: BucketUrl, step: Step) -> dict[str, Any]:
    """Return what the receipt says of one set; an archive's or dump's object is pinned by generation and checksum."""
    single = chosen.objects[0] if chosen.kind is not Kind.DIRECTORY else None
    return plan.set_as_json(chosen, bucket) | {
        "generation": single.generation if single else None,
        "crc32c": single.crc32c or None if single else None,
        "replaced": step.decision.replaces,
    }


def _as_text(timestamp: str | datetime) -> str:
    return timestamp.isoformat() if isinstance(timestamp, datetime) else timestamp


def own_version() -> str:
    """Return the version of neo4j-restore."""
    try:
        return version("neo4j-restore")
    except PackageNotFoundError:
        # A copy of the package alone, without its distribution.
        return "unknown"
