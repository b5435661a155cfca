"""Drills on a real cluster: a good one, one whose assertion fails, one that is killed, and one of a damaged backup."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage
from tests.e2e.cluster import DEADLINE, Namespace, Object
from tests.e2e.release import CHART, Release
from tests.e2e.sample import BUCKET, NODES

pytestmark = pytest.mark.e2e

COUNT = "MATCH (p:Person) RETURN count(p)"
CLAIM = "data-proof-neo4j-restore-0"


@dataclass
class Drill:
    """A release whose Neo4j is scaled to zero, so that only its drills run."""

    release: Release
    number: int = 0

    @property
    def namespace(self) -> Namespace:
        """The namespace of the release."""
        return self.release.namespace

    def begin(self, *assertions: dict[str, Any], **bucket: str) -> str:
        """Install or upgrade the release, and start a drill as its notes say. Return the Job."""
        drill = {
            "enabled": True,
            "schedule": "0 0 31 2 *",
            "assertions": assertions,
            "volume": {"size": "1Gi"},
            "consistencyCheck": False,
        }
        # Only the drill: a Job of the same release restores into a claim that nobody makes.
        restore = {"mode": "job", "into": [CLAIM], **bucket}
        path = self.release.folder / "drill.json"
        path.write_text(json.dumps({"drill": drill, "restore": restore}))
        name = self.release.name
        self.release.helm("upgrade", "--install", name, CHART, "-f", self.release.generate(), "-f", path)
        self.number += 1
        job = f"drill-{self.number}"
        self.namespace.kubectl("create", "job", job, f"--from=cronjob/{name}-neo4j-restore-drill")
        return job

    def pods(self, job: str) -> list[Object]:
        """Return the pods of a Job."""
        selector = f"--selector=batch.kubernetes.io/job-name={job}"
        pods: list[Object] = json.loads(self.namespace.kubectl("get", "pods", selector, "--output=json"))["items"]
        return pods

    def ended(self, job: str, condition: str) -> Object:
        """Wait until a Job has ended with a condition. Return how the containers of its last pod ended."""
        self.namespace.wait(f"condition={condition}", f"job/{job}")
        pod = self.pods(job)[-1]["status"]
        containers = [*pod.get("initContainerStatuses", []), *pod.get("containerStatuses", [])]
        return {each["name"]: each["state"].get("terminated", {}) for each in containers}


def test_drills_tell_a_good_backup_from_a_wrong_one_and_leave_no_volume(
    make_release: Callable[[str], Release],
) -> None:
    drill = Drill(make_release("proof"))
    good = drill.begin({"query": COUNT, "expect": NODES}, {"query": "MATCH (n) RETURN n"})
    ended = drill.ended(good, "Complete")
    assert ended["drill"]["exitCode"] == 0
    assert "restored neo4j, system: " in json.loads(ended["drill"]["message"])["message"]

    ended = drill.ended(drill.begin({"query": COUNT, "expect": {"atLeast": NODES + 1}}), "Failed")
    assert ended["drill"]["exitCode"] == 42
    assert f"found {NODES}, expected at least {NODES + 1}" in json.loads(ended["drill"]["message"])["message"]

    # Killed while it restores, or while Neo4j starts: another pod does it again, from nothing.
    job = drill.begin({"query": COUNT, "expect": NODES})
    drill.namespace.wait("jsonpath={.status.active}=1", f"job/{job}")
    (pod,) = drill.pods(job)
    drill.namespace.kubectl("delete", "pod", pod["metadata"]["name"], "--grace-period=1", f"--timeout={DEADLINE}")
    drill.ended(job, "Complete")

    with drill.namespace.forwarded("service/gcs", 9023) as port:
        client = storage.Client(
            "e2e", AnonymousCredentials(), client_options={"api_endpoint": f"http://127.0.0.1:{port}"}
        )
        blob = client.bucket(BUCKET).blob("damaged/neo4j-2026-01-31T02-00-00.dump")
        blob.upload_from_string(b"not a dump")
        names = [each.name for each in client.bucket(BUCKET).list_blobs() if "drills/" in each.name]
        # Afresh by their names: a listed one has the store's address in the cluster.
        results = {name: json.loads(client.bucket(BUCKET).blob(name).download_as_bytes()) for name in names}
        client.close()
    # One of each drill that asked, also of the one that another pod began. By their names they are in order of time.
    assert [results[name]["drill"]["succeeded"] for name in sorted(results)] == [True, False, True]
    (name, *_) = sorted(results)
    assert name.endswith(f"Z_{drill.namespace.name}.proof-neo4j-restore.json")
    assert results[name]["phases"]["transfer"] > 0
    assert results[name]["drill"]["result"].endswith(f"/{name}")
    job = drill.begin({"query": COUNT, "expect": NODES}, bucket=f"gs://{BUCKET}/damaged", database="neo4j")
    ended = drill.ended(job, "Failed")
    assert ended["restore"]["exitCode"] == 11
    assert not ended["drill"]

    pods = [pod["metadata"]["name"] for number in range(drill.number) for pod in drill.pods(f"drill-{number + 1}")]
    drill.release.helm("uninstall", drill.release.name)
    # The Jobs belong to the CronJob, and the volumes to their pods.
    for pod in pods:
        drill.namespace.wait("delete", f"persistentvolumeclaim/{pod}-data")
