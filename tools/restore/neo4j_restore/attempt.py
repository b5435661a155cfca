"""One attempt of a restore: prepare, stage every database, swap once.

If an object vanishes meanwhile, `restore` makes a second one.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from logging import getLogger

from neo4j_restore import disk, owners, record
from neo4j_restore.deadline import Deadline
from neo4j_restore.failures import cleaning_up, during, keeping_downloads
from neo4j_restore.planning import joining
from neo4j_restore.planning.afterwards import after_start
from neo4j_restore.planning.plan import Plan
from neo4j_restore.planning.prepare import prepare
from neo4j_restore.request import Request
from neo4j_restore.settings import Policy, Settings
from neo4j_restore.spec import DatabaseName, SpaceMode
from neo4j_restore.staging.stage import Stage
from neo4j_restore.stopwatch import Phase, Stopwatch
from neo4j_restore.stores import Store
from neo4j_restore.transfer.evidence import Evidence
from neo4j_restore.transfer.options import DownloadOptions
from neo4j_restore.volume import journal, locks, swap
from neo4j_restore.volume.paths import VolumePaths
from neo4j_restore.volume.state import Volume

log = getLogger(__name__)


@dataclass(frozen=True)
class Attempt:
    """Everything that an attempt needs.

    deadline: when all requests to the store must end. lock: the descriptor of the volume's lock. watch: for its phases.
    """

    settings: Settings
    environment: Mapping[str, str]
    store: Store
    deadline: Deadline
    lock: int
    watch: Stopwatch

    def carry_out(self, decided: Plan, state: Volume) -> Plan:
        """Restore the databases of the plan, and return it with what was prepared. Raises RestoreError.

        state: the volume, as it is now. Raises VanishedError if an object that was listed is gone.
        """
        with during("plan"), disk.errors_of(self._paths.data), keeping_downloads(self._paths):
            prepared, program = prepare(self.settings, self.environment, decided, state, self.store)
        if prepared.restores:
            pace, bucket = self.settings.pace, self.settings.request.bucket
            options = DownloadOptions(pace.retry_seconds, pace.connections, self.deadline, bucket.of)
            program = replace(program, watch=self.watch)
            stage = Stage(self.settings, self._paths, self.store, program, self.lock, options)
            self._stage_and_swap(prepared, stage, options.evidence)
        return prepared

    @property
    def _paths(self) -> VolumePaths:
        return VolumePaths(self.settings.request.data_dir)

    def _stage_and_swap(self, prepared: Plan, stage: Stage, evidence: Evidence) -> None:
        paths, policy = self._paths, self.settings.policy
        with during("stage"), disk.errors_of(paths.data), cleaning_up(paths, prepared, purge=policy.purge):
            sealed = self._seal(prepared, stage, evidence)
        with during("swap"), disk.errors_of(paths.data):
            log.info("everything is staged%s: swapping it in", _how_verified(prepared, evidence))
            swap.complete(paths, sealed)
        log.info("restored %s in %.1f s", ", ".join(_databases(prepared)), sealed.record["seconds"])
        for sentence in after_start(prepared):
            log.info("after the start: %s", sentence)

    def _seal(self, prepared: Plan, stage: Stage, evidence: Evidence) -> journal.Journal:
        """Stage everything, and return the sealed journal. From then on each start completes the swap."""
        paths, request, policy = self._paths, self.settings.request, self.settings.policy
        started, clock = datetime.now(UTC), time.monotonic()
        swap.begin(paths, _intent(request, policy, paths, prepared))
        self.watch.enter(Phase.TRANSFER)
        filled = stage.fill(prepared)
        self.watch.enter(Phase.FINISH)
        # While this server was staging, another member may have come to serve.
        joining.check_again(self.settings.cluster)
        swap.staged(paths)
        # Before the seal, so that its sync of the tree covers the new owners.
        folders = ("databases", "transactions", *(("dbms",) if filled.auth_files else ()))
        owners.give_to_owner(paths.data, paths.staging, folders)
        # Hours may have passed since the first check.
        locks.refuse_running_server(paths)
        seconds = round(time.monotonic() - clock, 3)
        staged = record.Staged(started, seconds, evidence, filled, self.watch.seconds())
        next_record = record.record(request, policy, prepared, staged)
        return swap.seal(paths, _databases(prepared), next_record, auth_files=filled.auth_files is not None)


def _how_verified(prepared: Plan, evidence: Evidence) -> str:
    steps = [(step.database, step.chosen) for step in prepared.restores]
    unsure = [database for database, chosen in steps if chosen and evidence.verdict(chosen).unverified]
    return f", {', '.join(unsure)} not verified" if unsure else " and verified"


def _databases(decided: Plan) -> tuple[DatabaseName, ...]:
    return tuple(step.database for step in decided.restores)


def _intent(request: Request, policy: Policy, paths: VolumePaths, prepared: Plan) -> journal.Journal:
    reclaim = policy.space is SpaceMode.RECLAIM
    return journal.Journal(
        journal.Phase.INTENT,
        request.name,
        retire=swap.parts_of(paths.data, _databases(prepared)) if reclaim else (),
        purge=policy.purge,
        keep=policy.keep_previous,
        reclaim=reclaim,
    )
