"""What a member of a cluster decides, by what the other members say."""

from dataclasses import replace

import pytest

from neo4j_restore import spec
from neo4j_restore.errors import TargetOccupiedError
from neo4j_restore.planning.joining import Life, decide, life
from neo4j_restore.planning.peers import Answer, Heard
from neo4j_restore.planning.plan import Action, Decision, Plan, Step
from neo4j_restore.policies import OnLivingCluster
from neo4j_restore.settings import Cluster
from neo4j_restore.volume.receipt import Receipt
from neo4j_restore.volume.state import Found, Volume

NEO4J, MOVIES = map(spec.parse_database, ("neo4j", "movies"))
EMPTY = Volume({NEO4J: Found.ABSENT}, False, Receipt(), 1)
RESTORE = Plan((Step(NEO4J, Decision(Action.RESTORE, "absent"), None),))

SERVES, ABSENT, NAMELESS, UNCLEAR = (Heard(f"{each}:7474", each, "says so") for each in Answer)


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        # The first start of all: every member is still in its init container, or waits for the others.
        ([ABSENT, ABSENT, ABSENT], Life.NONE),
        # The pods of a parallel start get their names one after the other.
        ([ABSENT, NAMELESS, NAMELESS], Life.NONE),
        ([SERVES, ABSENT, NAMELESS], Life.RUNNING),
        ([UNCLEAR, UNCLEAR, SERVES], Life.RUNNING),
        ([ABSENT, UNCLEAR, ABSENT], Life.UNCLEAR),
        # Not even this member's own name has an address: the names are wrong, or the DNS does not know them yet.
        ([NAMELESS, NAMELESS, NAMELESS], Life.UNCLEAR),
    ],
)
def test_one_member_that_serves_is_a_running_cluster_and_one_that_is_unclear_proves_nothing(
    heard: list[Heard], expected: Life
) -> None:
    assert life(heard) is expected


def test_a_member_without_data_catches_up_with_a_running_cluster() -> None:
    plan = decide(RESTORE, EMPTY, Cluster(), [SERVES, ABSENT])
    (step,) = plan.steps
    assert step.decision.action is Action.SKIP
    assert "serves:7474" in step.decision.reason
    assert "ON_LIVING_CLUSTER" in step.decision.reason


def test_what_the_volume_has_is_left_as_it_was_decided() -> None:
    there = Step(MOVIES, Decision(Action.SKIP, "it exists"), None)
    plan = decide(replace(RESTORE, steps=(there, *RESTORE.steps)), EMPTY, Cluster(), [SERVES])
    assert plan.steps[0] == there
    assert not plan.restores


@pytest.mark.parametrize("on_living", OnLivingCluster)
def test_a_cluster_that_does_not_run_is_restored(on_living: OnLivingCluster) -> None:
    assert decide(RESTORE, EMPTY, Cluster((), on_living), [ABSENT, NAMELESS]) == RESTORE


def test_who_says_restore_restores_in_spite_of_a_running_cluster() -> None:
    assert decide(RESTORE, EMPTY, Cluster((), OnLivingCluster.RESTORE), [SERVES]) == RESTORE


def test_who_says_fail_is_told_which_member_serves() -> None:
    with pytest.raises(TargetOccupiedError, match="serves:7474"):
        decide(RESTORE, EMPTY, Cluster((), OnLivingCluster.FAIL), [SERVES])


@pytest.mark.parametrize("on_living", [OnLivingCluster.CATCH_UP, OnLivingCluster.FAIL])
def test_an_unclear_answer_is_an_error_and_never_a_guess(on_living: OnLivingCluster) -> None:
    with pytest.raises(TargetOccupiedError, match="not clear whether the cluster is running: unclear:7474") as raised:
        decide(RESTORE, EMPTY, Cluster((), on_living), [ABSENT, UNCLEAR])
    assert "status_auth_enabled=false" in raised.value.hint


@pytest.mark.parametrize("in_cluster", [True, False])
def test_a_member_with_data_is_never_restored_beside_a_running_cluster(in_cluster: bool) -> None:
    step = Step(NEO4J, Decision(Action.RESTORE, "once", replaces=not in_cluster), None)
    with pytest.raises(TargetOccupiedError, match="only one of its members") as raised:
        decide(Plan((step,)), replace(EMPTY, in_cluster=in_cluster), Cluster(), [SERVES])
    assert "--replicas=0" in raised.value.hint
