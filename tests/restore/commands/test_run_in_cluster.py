"""A member of a cluster: with the real command, and with members that answer over HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import Run
from tests.restore.commands.restored import exists, expected
from tests.support import archives, members, standin
from tests.support.artifacts import Artifact
from tests.support.members import member
from tests.support.says import says
from tests.support.stores import Bucket
from tests.support.versitygw import S3Bucket

NOBODY = "127.0.0.1:9"
OFFLINE = {"STORAGE_EMULATOR_HOST": "http://127.0.0.1:9", "NEO4J_HOME": "/nowhere"}


@pytest.fixture
def running() -> Iterator[str]:
    """Give the address of a member that serves."""
    with member(members.SERVES_3) as address:
        yield address


@pytest.fixture
def backup(bucket: Bucket) -> None:
    bucket.put("neo4j-latest.tar.gz", archives.tar_gz())


@pytest.fixture
def bound(data: Path) -> dict[str, bytes]:
    """Put the data of a member on the volume, and return it."""
    archives.write_files(data, {"cluster-state/raft/0": b"raft", "server_id": b"id"})
    return exists(data)


def test_a_volume_without_data_stays_so_beside_a_running_cluster_and_nobody_else_is_asked(
    neo4j_restore: Run, running: str, data: Path
) -> None:
    done = neo4j_restore("run", CLUSTER_MEMBERS=f"{NOBODY},{running}", **OFFLINE)
    says(done, 0, f"{running} serves as a member", "neo4j: skip: the cluster is running")
    assert archives.snapshot(data) == {}


def test_the_plan_says_that_neo4j_copies_the_data(neo4j_restore: Run, running: str) -> None:
    done = neo4j_restore("plan", "--json", CLUSTER_MEMBERS=running, **OFFLINE)
    says(done, 0)
    (database,) = json.loads(done.stdout)["databases"]
    assert database["action"] == "skip"
    assert running in database["reason"]


@pytest.mark.proves("cluster")
@pytest.mark.usefixtures("backup")
def test_at_the_first_start_of_a_cluster_nobody_serves_and_each_member_restores(neo4j_restore: Run, data: Path) -> None:
    says(neo4j_restore("run", CLUSTER_MEMBERS=f"{NOBODY},no-such-member.invalid"), 0, "does not listen")
    assert archives.snapshot(data).items() >= expected().items()


@pytest.mark.usefixtures("backup")
def test_restore_asks_no_member_and_fail_ends_with_12(neo4j_restore: Run, running: str, data: Path) -> None:
    failed = neo4j_restore("run", CLUSTER_MEMBERS=running, ON_LIVING_CLUSTER="fail")
    says(failed, 12, "the cluster is running", "catch-up")
    assert archives.snapshot(data) == {}
    says(neo4j_restore("run", CLUSTER_MEMBERS="no-such-member.invalid", ON_LIVING_CLUSTER="restore"), 0)
    assert archives.snapshot(data).items() >= expected().items()


@pytest.mark.usefixtures("backup")
@pytest.mark.parametrize("answers", [members.ASKS_FOR_A_LOGIN, members.FAILING, members.OTHER_PROGRAM])
def test_an_unclear_answer_ends_with_12_before_anything_changes(
    answers: dict[str, tuple[int, str]], neo4j_restore: Run, data: Path
) -> None:
    with member(answers) as address:
        done = neo4j_restore("run", CLUSTER_MEMBERS=f"{NOBODY},{address}", RETRY_SECONDS="0")
    says(done, 12, "it is not clear whether the cluster is running", address, "status_auth_enabled=false")
    assert archives.snapshot(data) == {}


def test_a_member_that_has_data_starts_without_asking_anybody(
    neo4j_restore: Run, bound: dict[str, bytes], data: Path
) -> None:
    done = neo4j_restore("run", CLUSTER_MEMBERS="no-such-member.invalid", **OFFLINE)
    says(done, 0, "it exists, and FORCE_OVERWRITE is false", unsaid=("member no-such", "warning"))
    assert archives.snapshot(data) == bound


@pytest.mark.usefixtures("backup")
def test_a_request_for_all_members_replaces_none_while_the_cluster_runs_and_each_once_it_has_stopped(
    neo4j_restore: Run, running: str, bound: dict[str, bytes], data: Path
) -> None:
    again = {"FORCE_OVERWRITE": "once", "RESTORE_ID": "again"}
    done = neo4j_restore("run", CLUSTER_MEMBERS=running, **again)
    says(done, 12, "only one of its members", "--replicas=0")
    assert archives.snapshot(data) == bound
    says(neo4j_restore("run", CLUSTER_MEMBERS=NOBODY, **again), 0, "cluster-state")
    restored = archives.snapshot(data)
    assert restored.items() >= expected().items()
    assert not {"cluster-state/raft/0", "server_id"} & restored.keys()
    receipt = json.loads((data / ".neo4j-restore/receipt.json").read_text())
    assert receipt["last"]["unbound"] == ["cluster-state", "server_id"]


@pytest.mark.usefixtures("backup")
def test_a_later_start_unbinds_nothing(neo4j_restore: Run, bound: dict[str, bytes], data: Path) -> None:
    again = {"FORCE_OVERWRITE": "once", "RESTORE_ID": "again"}
    says(neo4j_restore("run", **again), 0)
    archives.write_files(data, {"cluster-state/raft/0": b"new raft", "server_id": b"new id"})
    before = archives.snapshot(data)
    says(neo4j_restore("run", **again), 0)
    says(neo4j_restore("run"), 0)
    assert archives.snapshot(data) == before


@pytest.mark.usefixtures("backup")
def test_a_rollback_puts_a_member_back_into_its_cluster(
    neo4j_restore: Run, bound: dict[str, bytes], data: Path
) -> None:
    says(neo4j_restore("run", FORCE_OVERWRITE="once", KEEP_PREVIOUS="true"), 0)
    says(neo4j_restore("rollback"), 0)
    assert archives.snapshot(data) == bound


@pytest.mark.usefixtures("backup")
def test_a_server_outside_a_cluster_keeps_its_identity(neo4j_restore: Run, data: Path) -> None:
    archives.write_files(data, {"server_id": b"id"})
    exists(data)
    says(neo4j_restore("run", FORCE_OVERWRITE="once"), 0)
    assert archives.snapshot(data)["server_id"] == b"id"


@pytest.mark.usefixtures("backup")
def test_a_failed_restore_leaves_a_member_bound(neo4j_restore: Run, bound: dict[str, bytes], data: Path) -> None:
    home = standin.install_failing(data.parent / "failing", "no")
    says(neo4j_restore("run", FORCE_OVERWRITE="once", NEO4J_HOME=str(home)), 30)
    assert archives.snapshot(data) == bound


@pytest.mark.refuses("cluster", because="From 5 on Cypher restores a member: the hint has it")
@pytest.mark.parametrize("command", ["run", "plan"])
@pytest.mark.parametrize(
    ("version", "statement"),
    [
        (
            "5.22.0",
            "DROP DATABASE `neo4j` IF EXISTS WAIT; CREATE DATABASE `neo4j` TOPOLOGY 3 PRIMARIES OPTIONS {",
        ),
        ("5.26.30", "CALL dbms.cluster.recreateDatabase('neo4j', {seedURI: '"),
        ("2026.08.1", "CALL dbms.recreateDatabase('neo4j', {seedURI: '"),
    ],
)
def test_a_member_of_5_is_refused_with_the_reason_and_what_to_do_instead(
    version: str,
    statement: str,
    command: str,
    neo4j_restore: Run,
    s3_bucket: S3Bucket,
    bound: dict[str, bytes],
    data: Path,
) -> None:
    stamp = "2026-01-31T02-00-00"
    s3_bucket.put(f"neo4j-{stamp}.backup", Artifact().write("BTV1", archives.tar_bytes(archives.store_files())))
    home = standin.install_enterprise_5(data.parent / "enterprise", version)
    request = {"FORCE_OVERWRITE": "once", "TIMESTAMP": stamp, "NEO4J_HOME": str(home), **s3_bucket.environment()}
    done = neo4j_restore(command, **request)
    object_url = f"{s3_bucket.url}/neo4j-{stamp}.backup'"
    says(done, 12, f"a cluster of Neo4j {version}", statement, object_url, "sent once to the database system")
    assert archives.snapshot(data) == bound


@pytest.mark.usefixtures("backup")
def test_a_cluster_that_begins_to_serve_during_the_restore_keeps_its_data(neo4j_restore: Run, data: Path) -> None:
    """The member answers the first question as one that does not serve yet, and the second one as one that does."""
    answers: dict[str, tuple[int, str]] = {}

    class Late(dict[str, tuple[int, str]]):
        def get(self, path: str, default: object = None) -> tuple[int, str]:
            first = answers.setdefault(path, (404, ""))
            answers[path] = (200, "true")
            return first

    with member(Late()) as address:
        done = neo4j_restore("run", CLUSTER_MEMBERS=address)
        says(done, 12, "began to serve while this restore ran")
        assert archives.snapshot(data) == {}
        says(neo4j_restore("run", CLUSTER_MEMBERS=address), 0, "neo4j: skip: the cluster is running")
    assert archives.snapshot(data) == {}
