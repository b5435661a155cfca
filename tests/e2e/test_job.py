"""`restore.mode: job` on a real cluster, into the claim of another release: before it is there, and while it runs."""

import json
from collections.abc import Callable

import pytest
from tests.e2e.cluster import DEADLINE, Object
from tests.e2e.counts import AS_IN_THE_BACKUP, COUNTS, LATER
from tests.e2e.release import CHART, Release

pytestmark = pytest.mark.e2e

CLAIM = "data-prod-neo4j-restore-0"


class Jobs:
    """A release `once` that restores into the claim of the release `prod`."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.namespace = release.namespace

    def upgrade(self, *, create: bool = False, **restore: str) -> None:
        """Install the release, or give it another request."""
        values = {"restore": {"mode": "job", "into": [CLAIM], **restore}, "job": {"createClaims": create}}
        path = self.release.folder / "job.json"
        path.write_text(json.dumps(values))
        self.release.helm("upgrade", "--install", self.release.name, CHART, "-f", self.release.generate(), "-f", path)

    def ended(self, condition: str) -> Object:
        """Wait until the Job has ended with a condition. Return how its container ended."""
        (job,) = self.namespace.kubectl("get", "jobs", "--output=name", f"--selector={self._selector}").split()
        self.namespace.wait(f"condition={condition}", job)
        pods = json.loads(self.namespace.kubectl("get", "pods", "--output=json", f"--selector={self._selector}"))
        (pod,) = pods["items"]
        (container,) = pod["status"]["containerStatuses"]
        terminated: Object = container["state"]["terminated"]
        return terminated

    def delete(self) -> None:
        """Delete the Job that has ended, as its notes say before the same request is tried again."""
        self.namespace.kubectl("delete", "jobs", f"--selector={self._selector}", f"--timeout={DEADLINE}")

    @property
    def _selector(self) -> str:
        return f"app.kubernetes.io/instance={self.release.name}"


def scale(prod: Release, replicas: int) -> None:
    """Scale Neo4j, and wait until its pods are as many."""
    prod.namespace.kubectl("scale", f"statefulset/{prod.name}-neo4j-restore", f"--replicas={replicas}")
    if replicas:
        prod.until_ready()
    else:
        prod.namespace.wait("delete", f"pod/{prod.pod}")


def test_a_job_restores_before_neo4j_is_there_is_refused_while_it_runs_and_restores_once_it_is_stopped(
    make_release: Callable[[str], Release],
) -> None:
    prod, jobs = make_release("prod"), Jobs(make_release("once"))
    jobs.upgrade(create=True)
    jobs.ended("Complete")

    # A Neo4j of another release, without any restore, adopts the claim by its name.
    values = prod.generate()
    prod.helm("install", prod.name, CHART, "-f", values, "--set", "restore.enabled=false")
    prod.until_ready()
    assert "initContainers" not in prod.namespace.pod(prod.pod)["spec"]
    assert prod.query(COUNTS) == AS_IN_THE_BACKUP
    prod.query("CREATE (:Later)")

    with pytest.raises(AssertionError, match="would delete the StatefulSet prod-neo4j-restore of this release"):
        prod.helm("upgrade", prod.name, CHART, "-f", values, "--set", f"restore.mode=job,restore.into={{{CLAIM}}}")

    receipt = prod.receipt()
    jobs.upgrade(create=True, forceOverwrite="once", restoreId="incident-42")
    ended = jobs.ended("Failed")
    reason = json.loads(ended["message"])
    assert (ended["exitCode"], reason["code"]) == (12, 12)
    assert "a Neo4j server is running on /data" in reason["message"]
    assert prod.query(LATER) == [{"nodes": 1}]
    assert prod.receipt() == receipt

    scale(prod, 0)
    jobs.delete()
    jobs.upgrade(create=True, forceOverwrite="once", restoreId="incident-42")
    jobs.ended("Complete")
    scale(prod, 1)
    assert prod.query(LATER) == [{"nodes": 0}]
    assert prod.query(COUNTS) == AS_IN_THE_BACKUP

    # Helm leaves the claim, whichever of the two releases goes first.
    for release in (jobs.release, prod):
        release.helm("uninstall", release.name, "--wait")
    assert CLAIM in prod.namespace.kubectl("get", "persistentvolumeclaims", "--output=name")
