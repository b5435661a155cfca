"""The whole path on a real cluster: a generated scenario, Helm, the init container, Neo4j, and what comes after."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.cluster import run
from tests.e2e.counts import AS_IN_THE_BACKUP, COUNTS, LATER
from tests.e2e.release import SCENARIOS, Release

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def graph(make_release: Callable[[str], Release]) -> Release:
    """Install a release whose pod restores the sample, and wait until it is ready."""
    release = make_release("graph")
    release.install(release.generate())
    release.until_ready()
    return release


@pytest.mark.proves("kubernetes")
def test_nodes_their_properties_and_the_users_of_the_backup_are_in_the_running_neo4j(graph: Release) -> None:
    assert graph.query(COUNTS) == AS_IN_THE_BACKUP
    assert {each["database"] for each in graph.receipt()["last"]["restored"]} == {"neo4j", "system"}


def test_helm_test_finds_that_the_receipt_matches_the_request(graph: Release) -> None:
    assert "Phase:          Succeeded" in graph.helm("test", graph.name)


def test_no_pod_of_helm_test_holds_the_claim_afterwards(graph: Release) -> None:
    pods = graph.namespace.kubectl("get", "pods", "--output=name", "--selector=app.kubernetes.io/component=test")
    assert pods == ""


def test_helm_test_fails_if_the_values_name_another_bucket_and_says_which(graph: Release) -> None:
    graph.upgrade(graph.generate(bucket="gs://graph-backups/staging"))
    graph.until_ready()
    differs = "BUCKET is gs://graph-backups/staging, and the data is from gs://graph-backups/production/neo4j"
    with pytest.raises(AssertionError, match=differs):
        graph.helm("test", graph.name)
    graph.upgrade(graph.generate())
    graph.until_ready()


@pytest.mark.proves("kubernetes")
def test_a_deleted_pod_comes_back_with_what_was_written_since_and_restores_nothing_again(graph: Release) -> None:
    graph.query("CREATE (:Later)")
    receipt = graph.receipt()
    graph.restart()
    assert graph.query(LATER) == [{"nodes": 1}]
    assert graph.query(COUNTS) == AS_IN_THE_BACKUP
    assert "it exists, and FORCE_OVERWRITE is false" in graph.log()
    assert graph.receipt() == receipt


def test_a_restart_does_not_need_the_secret_and_a_restore_says_that_it_is_missing(
    graph: Release, make_release: Callable[[str], Release], key: Path
) -> None:
    graph.namespace.kubectl("delete", "secret", "restore-service-key")
    try:
        graph.restart()
        assert "it exists, and FORCE_OVERWRITE is false" in graph.log()
        keyless = make_release("keyless")
        keyless.install(keyless.generate())
        ended = keyless.first_failure()
        reason = json.loads(ended["message"])
        assert (ended["exitCode"], reason["code"]) == (2, 2)
        assert "/auth/credentials.json" in reason["message"]
        assert "restore-service-key" in reason["hint"]
    finally:
        graph.namespace.apply(run(SCENARIOS, "secret", "--key-file", key))
    keyless.until_ready()
    assert keyless.query(COUNTS) == AS_IN_THE_BACKUP
    keyless.helm("uninstall", keyless.name, "--wait")


def test_once_brings_the_backup_back_one_time_and_not_at_the_next_start(graph: Release) -> None:
    graph.query("MERGE (:Later)")
    graph.upgrade(graph.generate("--force-overwrite=once", "--restore-id=incident-42"))
    graph.until_ready()
    assert graph.query(LATER) == [{"nodes": 0}]
    assert graph.query(COUNTS) == AS_IN_THE_BACKUP
    graph.query("CREATE (:Later)")
    graph.restart()
    assert graph.query(LATER) == [{"nodes": 1}]


def test_a_wrong_bucket_keeps_neo4j_from_starting_says_why_and_a_corrected_one_lets_it(
    make_release: Callable[[str], Release],
) -> None:
    lost = make_release("lost")
    lost.install(lost.generate(bucket="gs://no-such-bucket"))
    ended = lost.first_failure()
    reason = json.loads(ended["message"])
    assert (ended["exitCode"], reason["code"]) == (20, 20)
    assert "gs://no-such-bucket" in reason["message"]
    assert "bucket" in reason["hint"]
    assert not lost.started()
    lost.upgrade(lost.generate())
    lost.until_ready()
    assert lost.query(COUNTS) == AS_IN_THE_BACKUP


def test_the_key_is_in_no_log_and_no_values_file(graph: Release, key: Path) -> None:
    secret = json.loads(key.read_text())
    parts = [secret["private_key_id"], secret["private_key"].splitlines()[1]]
    seen = graph.log() + graph.helm("get", "all", graph.name) + graph.namespace.state()
    assert "restore-service-key" in seen
    assert not any(part in seen for part in parts)
