"""What the volume alone decides, before any store is asked: which databases are restored, skipped or refused."""

from dataclasses import replace
from datetime import UTC, datetime
from logging import getLogger

from neo4j_restore.planning import authfiles, ownership, plan
from neo4j_restore.planning.differences import repeated
from neo4j_restore.planning.plan import Action, Decision, Plan, Step
from neo4j_restore.request import Request
from neo4j_restore.settings import Policy
from neo4j_restore.spec import DatabaseName, Overwrite
from neo4j_restore.volume import journal, swap
from neo4j_restore.volume.journal import Phase
from neo4j_restore.volume.paths import VolumePaths
from neo4j_restore.volume.state import (
    INCOMPLETE_HINT,
    Found,
    ReceiptUse,
    Volume,
    cluster_warning,
    inspect,
    lacks,
    refuse_links,
    refuse_other_case,
)

log = getLogger(__name__)


def decide(request: Request, policy: Policy, paths: VolumePaths) -> tuple[Plan, Volume]:
    """Return the plan as far as the volume alone decides it, and the volume's facts. Raises RestoreError."""
    once = policy.overwrite is Overwrite.ONCE
    use = ReceiptUse.DECIDES if once else ownership.receipt_use(request, policy)
    state = inspect(paths, request.databases, use=use)
    unfinished = journal.read(paths)
    # A journal whose restore is live counts as the receipt. Otherwise `once` would restore again.
    if unfinished and unfinished.phase is Phase.SWAPPED:
        state = replace(state, receipt=state.receipt.plus(unfinished.record))
    ownership.refuse_foreign(request, policy, state.receipt)
    state = replace(state, reclaimed=unfinished is not None and swap.is_reclaimed(paths, unfinished))
    decisions = plan.guard(request, policy, state, datetime.now(UTC))
    plan.refuse(decisions, str(request.data_dir))
    if any(each.action is Action.RESTORE for each in decisions.values()):
        refuse_links(paths)
        absent = (name for name, content in state.databases.items() if content is Found.ABSENT)
        refuse_other_case(paths, absent)
    decided = Plan(tuple(_step(request, database, decision) for database, decision in decisions.items()))
    restored = [step.database for step in decided.restores]
    return replace(decided, auth_files=authfiles.decide(request, policy, state, restored)), state


def _step(request: Request, database: DatabaseName, decision: Decision) -> Step:
    naming = request.naming_of(database)
    return Step(database, decision, None, renamed_from=naming.source if naming.is_rename else None)


def warn(request: Request, policy: Policy, decided: Plan, state: Volume) -> None:
    """Warn of a copied volume, a cluster's state that goes, and a database left alone that is incomplete or another."""
    paths = VolumePaths(request.data_dir)
    if foreign := ownership.warning(request, state.receipt):
        log.warning("%s", foreign)
    if state.in_cluster and decided.restores:
        log.warning("%s", cluster_warning(paths))
    for step in decided.steps:
        if step.decision.action is Action.SKIP and (other := repeated(request, policy, step.database, state.receipt)):
            hint = "Nothing is restored again. To restore, set RESTORE_ID to a new name"
            log.warning("%s: the request %s is done already: %s. %s", step.database, request.name, other, hint)
        missing = lacks(paths.data, step.database) if step.decision.action is Action.SKIP else []
        if missing:
            names, hint = ", ".join(missing), INCOMPLETE_HINT
            log.warning("%s: kept, but it is incomplete. It lacks %s. %s", step.database, names, hint)
