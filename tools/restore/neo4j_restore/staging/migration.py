"""Migrates a staged store of an older Neo4j with neo4j-admin, before its proof and the swap.

Only the staged files change, so a failed or killed migration leaves the old data. The next start begins again.
"""

import time
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path

from neo4j_restore.admin.admin import Admin
from neo4j_restore.admin.storeinfo import StoreInfo
from neo4j_restore.sets.backup_set import BackupSet
from neo4j_restore.volume.paths import VolumePaths, folders_of

log = getLogger(__name__)

# The folders of BTREE indexes in a store of 4.x, below `schema/index`. The second one is for texts in Lucene.
_BTREE = ("native-btree-1.0", "lucene+native-3.0")


@dataclass(frozen=True)
class Migration:
    """A migration that was done. store_format, introduced: of the store as it was.

    to_range: its BTREE indexes became RANGE indexes, which the server fills in the background when it starts.
    """

    store_format: str
    introduced: str | None
    to_range: bool
    seconds: float


@dataclass(frozen=True)
class Migrator:
    """Migrates staged stores. conf: names the staged data folder. lock: see `Stage`."""

    program: Admin
    paths: VolumePaths
    conf: Path
    lock: int

    def migrate(self, chosen: BackupSet, info: StoreInfo) -> Migration:
        """Migrate the staged store that `chosen` became, of which `info` says what it is. Raises RestoreError."""
        clock, name = time.monotonic(), chosen.target
        to_range = self._has_btree(chosen)
        log.info("%s: migrating its store from the format %s (MIGRATE=true)", name, info.store_format)
        self.program.migrate(name, self.conf, self.lock, chosen.url, to_range=to_range)
        if to_range:
            log.warning(
                "%s: its BTREE indexes and constraints became RANGE ones, which Neo4j fills when it starts",
                name,
            )
        seconds = round(time.monotonic() - clock, 3)
        log.info("%s: migrated in %.1f s", name, seconds)
        return Migration(info.store_format, info.introduced, to_range, seconds)

    def _has_btree(self, chosen: BackupSet) -> bool:
        indexes = self.paths.staged_data / folders_of(chosen.target)[0] / "schema/index"
        return any((indexes / folder).is_dir() for folder in _BTREE)
