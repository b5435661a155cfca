"""What a member of a cluster does about a restore, by what the other members say.

`decide` and the functions that it calls are pure. `settle` asks the members, and asks again while the answers are
unclear. docs/decisions.md says why an open port is not enough, and why each wrong answer loses no data.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from logging import getLogger
from typing import Final

from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.planning.peers import Answer, Heard, ask
from neo4j_restore.planning.plan import Action, Decision, Plan, Step
from neo4j_restore.policies import OnLivingCluster
from neo4j_restore.settings import Cluster, Settings
from neo4j_restore.volume.state import Volume

log = getLogger(__name__)

_MOST_NAMED: Final = 5
_PAUSE_SECONDS: Final = 2.0


class Life(StrEnum):
    """Whether a cluster is running: NONE if no member serves, so that this member may take part in its first start."""

    RUNNING = "running"
    NONE = "none"
    UNCLEAR = "unclear"


def life(heard: Sequence[Heard]) -> Life:
    """Return what the answers of all members prove.

    One that serves is enough. A member that can't be reached may serve, so it proves nothing. If no name has an
    address, the names are wrong or not known yet: this member's own name would have one.
    """
    answers = {each.answer for each in heard}
    if Answer.SERVES in answers:
        return Life.RUNNING
    if Answer.UNCLEAR in answers or answers == {Answer.NAMELESS}:
        return Life.UNCLEAR
    return Life.NONE


def decide(decided: Plan, state: Volume, cluster: Cluster, heard: Sequence[Heard]) -> Plan:
    """Return the plan of a member. decided: by its volume alone, with something to restore.

    Raises TargetOccupiedError if the cluster is running and this member has data that would be replaced, if it is
    running and ON_LIVING_CLUSTER is `fail`, and if it is not clear whether it is running.
    """
    running = life(heard)
    if cluster.on_living is OnLivingCluster.RESTORE or running is Life.NONE:
        return decided
    if running is Life.UNCLEAR:
        raise _unclear(heard)
    if state.in_cluster or any(step.decision.replaces for step in decided.restores):
        raise _would_overwrite(heard)
    if cluster.on_living is OnLivingCluster.FAIL:
        message = f"the cluster is running ({_named(heard, Answer.SERVES)}), and ON_LIVING_CLUSTER is fail"
        raise TargetOccupiedError(message, hint="set ON_LIVING_CLUSTER=catch-up to let Neo4j copy the data from it")
    return replace(decided, steps=tuple(_caught_up(step, heard) for step in decided.steps), auth_files=None)


def _caught_up(step: Step, heard: Sequence[Heard]) -> Step:
    if step.decision.action is not Action.RESTORE:
        return step
    reason = f"the cluster is running ({_named(heard, Answer.SERVES)}), so Neo4j copies it from there"
    return replace(step, decision=Decision(Action.SKIP, f"{reason} (ON_LIVING_CLUSTER)"))


def _unclear(heard: Sequence[Heard]) -> TargetOccupiedError:
    message = (
        f"it is not clear whether the cluster is running: {_named(heard, Answer.UNCLEAR, Answer.NAMELESS)}. A restore "
        "may put older data beside newer, and a start without data may begin an empty cluster"
    )
    hint = (
        "let CLUSTER_MEMBERS name the HTTP connectors of the members, and let these answer without a login: "
        "dbms.security.causal_clustering_status_auth_enabled=false (Neo4j 3 and 4), "
        "dbms.security.cluster_status_auth_enabled=false (5 and later). If all members are stopped, "
        "ON_LIVING_CLUSTER=restore restores without asking"
    )
    return TargetOccupiedError(message, hint=hint)


def _would_overwrite(heard: Sequence[Heard]) -> TargetOccupiedError:
    message = (
        f"the cluster is running ({_named(heard, Answer.SERVES)}), and this restore would replace the data of only "
        "one of its members"
    )
    hint = (
        "stop all members, then start them together, so that each restores the same set: "
        "kubectl scale statefulset NAME --replicas=0, and back. To keep the data, set FORCE_OVERWRITE=false"
    )
    return TargetOccupiedError(message, hint=hint)


def _named(heard: Sequence[Heard], *answers: Answer) -> str:
    texts = [str(each) for each in heard if each.answer in answers]
    more = f" and {len(texts) - _MOST_NAMED} more" if len(texts) > _MOST_NAMED else ""
    return ", ".join(texts[:_MOST_NAMED]) + more


def settle(settings: Settings, decided: Plan, state: Volume, *, patience: bool = True) -> Plan:
    """Ask the members, and return the plan by their answers. patience: ask again while they are unclear.

    Nobody is asked without CLUSTER_MEMBERS, if there is nothing to restore, or if ON_LIVING_CLUSTER is `restore`.
    Raises TargetOccupiedError as `decide` does.
    """
    cluster = settings.cluster
    if not cluster.members or not decided.restores or cluster.on_living is OnLivingCluster.RESTORE:
        return decided
    heard = _asked(cluster, settings.pace.retry_seconds if patience else 0)
    for each in heard:
        log.info("member %s", each)
    settled = decide(decided, state, cluster, heard)
    for step in settled.steps:
        if step not in decided.steps:
            log.info("%s: %s: %s", step.database, step.decision.action, step.decision.reason)
    if decided.swaps_auth_files and not settled.swaps_auth_files:
        log.warning("auth files: skip: no database is restored. Neo4j 3.x does not copy its users from other members")
    return settled


def _asked(cluster: Cluster, seconds: float, sleep: Callable[[float], None] = time.sleep) -> list[Heard]:
    # The name of a pod is known to the cluster's DNS some seconds after the pod has started.
    end = time.monotonic() + seconds
    while life(heard := ask(cluster.members)) is Life.UNCLEAR and time.monotonic() < end:
        log.info("it is not clear yet whether the cluster is running: %s", _named(heard, *Answer))
        sleep(_PAUSE_SECONDS)
    return heard


def check_again(cluster: Cluster) -> None:
    """Raise TargetOccupiedError if the cluster has begun to serve since `settle`. Called before the swap.

    Hours may have passed. A cluster that serves by now may have been stopped before, and may have newer data.
    """
    if not cluster.members or cluster.on_living is OnLivingCluster.RESTORE:
        return
    heard = ask(cluster.members)
    if life(heard) is Life.RUNNING:
        message = f"the cluster began to serve while this restore ran ({_named(heard, Answer.SERVES)})"
        hint = "nothing to do: the next start decides again, by ON_LIVING_CLUSTER. Nothing was swapped in"
        raise TargetOccupiedError(message, hint=hint)
