"""Proof of a staged store before the swap: neo4j-admin reads it, and it is what the set said that it is.

A store of an older Neo4j is migrated here, with MIGRATE=true. With CONSISTENCY_CHECK neo4j-admin also looks for
inconsistencies. `mismatch` and `surplus` are pure. Facts that can't be had are a warning. A check or migration that was
asked for and can't be made fails the restore.
"""

import time
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path
from typing import Final

from neo4j_restore import disk, trees
from neo4j_restore.admin.admin import Admin
from neo4j_restore.admin.storeinfo import StoreInfo
from neo4j_restore.errors import ANOTHER_SET, AdminError, BackupDamagedError, MigrationNeededError, RestoreError
from neo4j_restore.planning import compatibility
from neo4j_restore.policies import Migrate
from neo4j_restore.sets import storeformats
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.sets.headers import StoreFormat
from neo4j_restore.sets.storeformats import Fit
from neo4j_restore.settings import Policy
from neo4j_restore.staging.migration import Migration, Migrator
from neo4j_restore.volume.paths import VolumePaths, folders_of

log = getLogger(__name__)

# How much is kept of a report. The report of a store that is damaged everywhere is larger than the store.
_REPORT_BYTES: Final = 1024 * 1024


@dataclass(frozen=True)
class Proof:
    """What neo4j-admin says of a staged store. info: None if it does not say what it is.

    checked: it looked for inconsistencies, and found none. migration: None where the store was not migrated.
    """

    info: StoreInfo | None
    checked: bool = False
    migration: Migration | None = None


@dataclass(frozen=True)
class Prover:
    """Proves staged stores, and migrates older ones. conf: names the staged data folder. lock: see `Stage`."""

    program: Admin
    paths: VolumePaths
    conf: Path
    lock: int
    policy: Policy

    def prove(self, chosen: BackupSet) -> Proof:
        """Return the proof of the store that `chosen` became.

        Raises BackupDamagedError for a store that neo4j-admin can't read, that is not the one that the set promised, or
        that has inconsistencies. Raises MigrationNeededError for one of another version that is not migrated, and
        RestoreError if a check or migration can't be made.
        """
        # The disk writes while neo4j-admin looks, so that the sync before the swap has little left.
        for part in folders_of(chosen.target):
            disk.begin_writing_tree(self.paths.staged_data / part)
        info, migration = self._info(chosen), None
        if info and (more := surplus(chosen, info)):
            log.warning("%s: %s. No data is missing", chosen.target, more)
        if info and self._is_to_migrate(chosen, info):
            migration = Migrator(self.program, self.paths, self.conf, self.lock).migrate(chosen, info)
            info = self._info(chosen)
            if info and self._is_to_migrate(chosen, info):
                message = f"neo4j-admin ended its migration of {chosen.url} with 0, but the store has the format {info}"
                raise AdminError(message, hint="migrate it by hand: restore it with an image of its own version")
        if info:
            self._warn(chosen, info)
        if self.policy.consistency_check:
            self._check(chosen)
        return Proof(info, self.policy.consistency_check, migration)

    def _is_to_migrate(self, chosen: BackupSet, info: StoreInfo) -> bool:
        """Tell whether the staged store has to be migrated. Raises MigrationNeededError if that is not possible here,
        or not asked for.
        """
        about = f"{chosen.url} holds {storeformats.described(info.store_format)}"
        fit = compatibility.check_format(info.store_format, self.program.version, self.policy.migrate, about)
        return compatibility.is_to_migrate(info, fit, self.policy.migrate) and bool(self.program.commands.migrate)

    def _info(self, chosen: BackupSet) -> StoreInfo | None:
        name = chosen.target
        store = self.paths.staged_data / folders_of(name)[0]
        try:
            info = self.program.info(store, name, self.conf, self.lock, chosen.url)
        except (BackupDamagedError, MigrationNeededError):
            raise
        except RestoreError as error:
            if self.policy.migrate is Migrate.IN_STAGING:
                # Whether it has to be migrated is not known.
                raise
            log.warning("%s: not proved, because neo4j-admin does not describe the staged store: %s", name, error)
            return None
        if difference := mismatch(chosen, info):
            message = f"{chosen.url} is not what it says it is: {difference}"
            raise BackupDamagedError(message, hint=ANOTHER_SET)
        log.info("%s: neo4j-admin reads the staged store: %s", name, info)
        return info

    def _warn(self, chosen: BackupSet, info: StoreInfo) -> None:
        """Warn of a store format that is not the newest."""
        name = chosen.target
        # The plan has warned already if the set's own bytes say its format. Those of a dump do not.
        warning = compatibility.deprecation(info.store_format, self.program.version)
        if warning and not compatibility.store_version(chosen):
            log.warning("%s: %s", name, warning)
        if storeformats.fit(info.store_format, self.program.version) is Fit.BY_SERVER:
            log.warning(
                "%s: its store has the format %s. The server migrates it when it starts, with %s=true",
                *(name, info.store_format, storeformats.upgrade_setting(self.program.version)),
            )
        elif info.superseded:
            log.warning(
                "%s: its store format %s was replaced in Neo4j %s. Neo4j may ask for a migration before it opens it",
                *(name, info.store_format, info.superseded),
            )

    def _check(self, chosen: BackupSet) -> None:
        reports, clock = self.paths.staging / "reports", time.monotonic()
        reports.mkdir()
        # An earlier report is of another store.
        self.paths.inconsistencies.unlink(missing_ok=True)
        try:
            self.program.check(chosen.target, self.conf, reports, self.lock, chosen.url)
        except BackupDamagedError as error:
            report = self.paths.inconsistencies
            where = f"its report is {report}" if _keep(reports, report) else "it wrote no report"
            raise error.with_more(where) from error
        finally:
            trees.remove(reports)
        log.info("%s: neo4j-admin found no inconsistencies, in %.1f s", chosen.target, time.monotonic() - clock)


def _keep(reports: Path, target: Path) -> bool:
    """Keep the beginning of the report in the folder `reports`. Return whether there is one."""
    for path in sorted(reports.glob("*.report")):
        with path.open("rb") as file:
            start, rest = file.read(_REPORT_BYTES), file.read(1)
        cut = f"\n(cut here: the report had {path.stat().st_size} bytes)\n" if rest else ""
        disk.replace_file(target, start.decode(errors="replace") + cut)
        return True
    return False


def mismatch(chosen: BackupSet, info: StoreInfo) -> str:
    """Return how the store differs from what the set says of itself, or an empty text.

    chosen: as inspected. A fact that one of the two does not have is not compared.
    """
    # neo4j-admin names a store by its folder, and so after a rename by the new name. Seen with 4.4.48, 5.26.30 and
    # 2026.08.1.
    if info.database is not None and info.database.lower() != chosen.target:
        return f"the restored store is of the database {info.database}, expected {chosen.target}"
    return _format(chosen, info) or _transaction(chosen, info)


def _format(chosen: BackupSet, info: StoreInfo) -> str:
    expected = _promised_format(chosen)
    if not expected or _is_same(expected, info):
        return ""
    return f"the restored store has the format {info.store_format}, expected {expected}"


def _promised_format(chosen: BackupSet) -> str:
    """Return the store format by the set's header or its store files, or an empty text."""
    header, store = chosen.header, chosen.inside.store if chosen.inside else None
    if header and (header.store_version or header.store_format):
        return header.store_version or header.store_format or ""
    return store.text.replace(" ", "-") if store else ""


def _is_same(expected: str, info: StoreInfo) -> bool:
    if expected in set(StoreFormat):
        # Only the family is known, for example by the names of the files in a dump.
        return (expected == StoreFormat.BLOCK) == info.is_block
    return storeformats.is_same(expected, info.store_format)


def _transaction(chosen: BackupSet, info: StoreInfo) -> str:
    """Return which transactions of the set are missing, or went past RESTORE_UNTIL, or an empty text."""
    last, first = info.last_transaction, chosen.until.transaction if chosen.until else None
    if last is not None and first and last >= first:
        return f"the last transaction of the restored store is {last}, expected one before {first}"
    highest = _compared(chosen, info)
    # The block format may be below its header, and an end that was requested is. Neither misses data.
    if not highest or last is None or last >= highest or info.is_block or chosen.until:
        return ""
    return f"the last transaction of the restored store is {last}, expected {highest}"


def surplus(chosen: BackupSet, info: StoreInfo) -> str:
    """Return how much further the store goes than the set's header says, or an empty text. Nothing is missing then."""
    highest, last = _compared(chosen, info), info.last_transaction
    if not highest or last is None or last <= highest:
        return ""
    return f"the last transaction of the restored store is {last}, but the header of its set ends at {highest}"


def _compared(chosen: BackupSet, info: StoreInfo) -> int:
    """Return the last transaction by the set's header, or 0 if the store's can't be compared with it.

    From 5.26 on the header has the last index in the transaction log. In record formats it equals the transaction, also
    after a migration (seen with 5.26.30 and 2026.08.1). In the block format it may be higher.
    """
    # An empty differential artifact has 0. A store that needs a recovery does not know its last transaction yet.
    return 0 if info.recovery_needed or not chosen.header else chosen.header.highest_tx or 0
