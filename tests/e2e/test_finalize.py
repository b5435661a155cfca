"""`finalize.enabled` on a real cluster, without `--wait`: after installs and upgrades, and what Community can't do."""

import json
from collections.abc import Callable

import pytest
from tests.e2e.cluster import Object
from tests.e2e.counts import AS_IN_THE_BACKUP, COUNTS, LATER
from tests.e2e.release import CHART, Release

pytestmark = pytest.mark.e2e

SECRET = "finalized-login"


class Finalized:
    """A release whose Job finalizes. Helm waits for the Job, and for nothing else."""

    def __init__(self, release: Release) -> None:
        self.release = release

    def upgrade(self, *flags: str) -> str:
        """Install or upgrade. Return what Helm says. Raises AssertionError if the Job fails."""
        values = self.release.generate("--finalize=true", f"--password-secret={SECRET}")
        return self.release.helm(
            "upgrade", "--install", self.release.name, CHART, "-f", values, "--timeout", "10m", *flags
        )

    def file(self, name: str) -> Object:
        """Return a file of ours on the volume."""
        path = f"/data/.neo4j-restore/{name}"
        text = self.release.namespace.kubectl("exec", self.release.pod, "--container=neo4j", "--", "cat", path)
        content: Object = json.loads(text)
        return content


@pytest.fixture(scope="module")
def graph(make_release: Callable[[str], Release]) -> Finalized:
    made = Finalized(make_release("finalized"))
    login = f"--from-literal=NEO4J_AUTH={'/'.join(made.release.auth)}"
    made.release.namespace.kubectl("create", "secret", "generic", SECRET, login)
    made.upgrade()
    return made


@pytest.mark.proves("finalize")
def test_after_an_install_the_job_has_waited_for_the_restore_and_kept_its_report(graph: Finalized) -> None:
    report = graph.file("finalize.json")
    assert (report["edition"], report["error"], report["statements"]) == ("community", None, [])
    assert {each["database"]: each["status"] for each in report["databases"]} == {"neo4j": "online", "system": "online"}
    assert report["restore_id"] == graph.file("receipt.json")["last"]["restore_id"]
    assert graph.release.query(COUNTS) == AS_IN_THE_BACKUP
    assert "finalized-neo4j-restore-finalize" not in graph.release.namespace.kubectl("get", "jobs", "--output=name")


def test_a_second_upgrade_finalizes_again_and_changes_nothing(graph: Finalized) -> None:
    before, receipt = graph.file("finalize.json"), graph.file("receipt.json")
    graph.upgrade()
    after = graph.file("finalize.json")
    assert after["started"] > before["finished"]
    assert after["statements"] == []
    assert graph.file("receipt.json") == receipt


def test_an_upgrade_that_restores_is_finalized_after_its_restore_although_the_old_pod_still_answers(
    graph: Finalized,
) -> None:
    graph.release.query("CREATE (:Later)")
    graph.upgrade("--set=restore.forceOverwrite=once,restore.restoreId=incident-42")
    # Helm has returned, so the Job has ended. By then the pod of before was replaced, and its data too.
    report, receipt = graph.file("finalize.json"), graph.file("receipt.json")
    assert report["restore_id"] == "incident-42"
    assert report["finished"] > receipt["last"]["finished"]
    assert graph.release.query(LATER) == [{"nodes": 0}]


def test_what_community_can_not_do_fails_the_release_with_the_reason_and_neo4j_runs_on(graph: Finalized) -> None:
    flags = "--set=restore.forceOverwrite=once,restore.restoreId=incident-42,finalize.defaultDatabase=movies"
    with pytest.raises(AssertionError, match="post-upgrade hooks failed"):
        graph.upgrade(flags)
    log = graph.release.namespace.kubectl("logs", "job/finalized-neo4j-restore-finalize")
    assert "Neo4j Community can't change its default database, which is neo4j" in log
    assert "unset DEFAULT_DATABASE" in log
    assert graph.release.query(COUNTS) == AS_IN_THE_BACKUP
    graph.upgrade("--set=restore.forceOverwrite=once,restore.restoreId=incident-42")
