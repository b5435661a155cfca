"""Carries out a request: decide, prepare, stage every database, swap once.

1. recover: finish what an earlier run left behind. Then decide, from the volume alone. A start with nothing to do ends
   here, without a store. A member of a cluster that would restore asks the other members whether they serve.
2. prepare: the sets, neo4j-admin's version, each set's first bytes, room on the volume.
3. stage every database, and let neo4j-admin say what each staged store is.
4. seal, swap, and write the receipt.
"""

import random
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from logging import getLogger
from typing import TYPE_CHECKING

from neo4j_restore import disk, owners
from neo4j_restore.errors import LockError, NewerDataError, VanishedError
from neo4j_restore.failures import during
from neo4j_restore.planning.decision import decide, warn
from neo4j_restore.planning.plan import Action, Plan
from neo4j_restore.request import Request
from neo4j_restore.settings import Policy, Settings
from neo4j_restore.spec import SpaceMode
from neo4j_restore.volume import journal, leftovers, locks, receipt, recovery
from neo4j_restore.volume.journal import Phase
from neo4j_restore.volume.paths import VolumePaths
from neo4j_restore.volume.state import (
    Volume,
    check_renames,
    free_bytes,
    inspect,
)

if TYPE_CHECKING:
    pass

log = getLogger(__name__)


def run(settings: Settings, environment: Mapping[str, str]) -> Plan:
    """Carry out the request, and return its plan. Raises RestoreError.

    A failure keeps the old data, unless SPACE_MODE=reclaim has deleted it already.
    """
    paths = VolumePaths(settings.request.data_dir)
    with during("recover"):
        inspect(paths, ())
    with ExitStack() as locked:
        try:
            lock = locked.enter_context(locks.locked(paths))
        except LockError as error:
            return _without_lock(settings.request, settings.policy, paths, error)
        # Before anything is decided: a sealed swap changes which databases are there, and which request is fulfilled.
        with during("recover"), disk.errors_of(paths.data):
            _recover(settings.request, settings.policy, paths)
        decided, state = _decided(settings.request, settings.policy, paths)
        if decided.restores and settings.cluster.members:
            decided = _settled(settings, decided, state)
        if decided.restores:
            decided = _restore(settings, environment, decided, state, lock)
        if not decided.restores:
            # The download of an interrupted restore, which no request needs any more.
            leftovers.remove(paths.kept)
        return decided


def _without_lock(request: Request, policy: Policy, paths: VolumePaths, error: LockError) -> Plan:
    """Return the plan of a start with nothing to do, which needs no lock. Raise the error for any other start."""
    with during("plan"), disk.errors_of(paths.data):
        unfinished = journal.read(paths)
        # A swapped restore is live, and only its receipt is owed. In any other phase the data may be half moved.
        if unfinished and unfinished.phase is not Phase.SWAPPED:
            raise error
        decided, _ = _decided(request, policy, paths)
        # Without the lock Neo4j may still start on data that stays as it is. Only a restore needs it.
        if decided.restores:
            raise error
    log.warning("%s. There is nothing to do, so Neo4j may start. A restore would need this: %s", error, error.hint)
    return decided


def _recover(request: Request, policy: Policy, paths: VolumePaths) -> None:
    """Recover. A sealed restore is given up if it would replace newer writes that the present request keeps."""
    try:
        recovery.recover(paths)
    except NewerDataError:
        if decide(request, policy, paths)[0].restores:
            raise
        recovery.drop(paths)


def _decided(request: Request, policy: Policy, paths: VolumePaths) -> tuple[Plan, Volume]:
    """Decide, and log each decision."""
    with during("plan"), disk.errors_of(paths.data):
        decided, state = decide(request, policy, paths)
        for step in decided.steps:
            log.info("%s: %s: %s", step.database, step.decision.action, step.decision.reason)
        if decided.auth_files:
            action = Action.RESTORE if decided.auth_files.restores else Action.SKIP
            log.info("auth files: %s: %s", action, decided.auth_files.reason)
        warn(request, policy, decided, state)
    return decided, state


def _settled(settings: Settings, decided: Plan, state: Volume) -> Plan:
    """Return the plan of a member of a cluster, by what the other members say."""
    # Imported here: a start with nothing to do asks nobody.
    from neo4j_restore.planning import joining

    with during("plan"):
        return joining.settle(settings, decided, state)


def _restore(settings: Settings, environment: Mapping[str, str], decided: Plan, state: Volume, lock: int) -> Plan:
    # Imported here: a start with nothing to do must not pay for stores, decompressors and checksums.
    from neo4j_restore.attempt import Attempt
    from neo4j_restore.deadline import Deadline
    from neo4j_restore.stopwatch import Stopwatch
    from neo4j_restore.stores import open_store

    paths = VolumePaths(settings.request.data_dir)
    with during("plan"), disk.errors_of(paths.data):
        _prepare_volume(settings.policy, decided, paths)
        state = replace(state, free_bytes=free_bytes(paths))
        _spread(settings.pace.start_jitter_seconds)
        deadline, watch = Deadline.after(settings.pace.deadline_seconds), Stopwatch()
        store = open_store(settings, deadline)
    with closing(store):
        try:
            return Attempt(settings, environment, store, deadline, lock, watch).carry_out(decided, state)
        except VanishedError as error:
            # Once only: a bucket that changes faster than it is read would never end.
            log.warning("%s. Listing the bucket once more", error)
            with disk.errors_of(paths.data):
                leftovers.discard(paths.home, paths.staging)
                state = replace(state, free_bytes=free_bytes(paths))
            # The phases of the first attempt are not those of a restore.
            return Attempt(settings, environment, store, deadline, lock, Stopwatch()).carry_out(decided, state)


def _prepare_volume(policy: Policy, decided: Plan, paths: VolumePaths) -> None:
    """Raise RestoreError for a volume on which the restore would fail. Remove what no restore needs any more.

    Everything cheap comes before the store is asked: a request that must fail should cost nothing there.
    """
    # Imported here, like all that only a restore needs.
    from neo4j_restore.planning import preflight

    locks.refuse_running_server(paths)
    recovery.refuse_unfinished(paths)
    deletes = policy.space is SpaceMode.RECLAIM
    databases = tuple(step.database for step in decided.restores)
    preflight.check(paths, databases, deletes=deletes, auth_files=decided.swaps_auth_files)
    check_renames(paths)
    owners.check_giving(paths.data, paths.home)
    receipt.read(paths.home)
    # Files that PURGE_ON_COMPLETE=false kept take room that this restore needs.
    leftovers.discard(paths.home, paths.staging)
    if not preflight.is_ours(paths.kept):
        leftovers.discard(paths.home, paths.kept)


def _spread(most_seconds: float) -> None:
    """Wait a random time, so that pods that start together do not ask the store together."""
    seconds = random.uniform(0, most_seconds)  # noqa: S311 - spreads load, guards nothing
    if seconds:
        log.info("waiting %.1f s before asking the store (START_JITTER_SECONDS)", seconds)
        time.sleep(seconds)
