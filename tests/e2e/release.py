"""A Helm release of the chart, from a scenario that the generator wrote, with the commands of an operator."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import neo4j
from tests.e2e.cluster import DEADLINE, Namespace, Object, run
from tests.e2e.sample import BUCKET, PREFIX
from tests.support import used

from neo4j_restore.admin.admin_commands import Edition

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "neo4j-restore"
SCENARIOS = Path(sys.executable).parent / "neo4j-scenarios"

# Of the Neo4j in the image.
VERSION = os.environ.get("NEO4J_VERSION") or "5.26.30"

# What differs from an installation by the README: images of the test, an emulated store, a small volume.
FOR_THE_TEST = (
    "--neo4j-image=localhost/neo4j",
    "--neo4j-tag=e2e",
    "--restore-image=localhost/neo4j-restore",
    "--restore-tag=e2e",
    "--emulator-host=http://gcs:9023",
    "--storage-size=1Gi",
)

# The chart asks every ten seconds whether Neo4j is ready. Here that would be most of the time of a start.
MAKES_PODS = ("install", "upgrade")
PROBES = ("--set", "probes.startup.periodSeconds=2,probes.readiness.periodSeconds=2")


@dataclass(frozen=True)
class Release:
    """A release of the chart. folder: where its generated values are. auth: user and password of the restored data."""

    name: str
    namespace: Namespace
    folder: Path
    auth: tuple[str, str]

    @property
    def pod(self) -> str:
        """Return the name of Neo4j's pod."""
        return f"{self.name}-neo4j-restore-0"

    def generate(self, *options: str, bucket: str = f"gs://{BUCKET}/{PREFIX}") -> Path:
        """Return the values file that the generator writes for `neo4j,system` of a bucket."""
        values = self.folder / "generated-scenario.yaml"
        scenario = ("new", "single-instance", f"--release={self.name}", f"--bucket={bucket}", "--database=neo4j,system")
        run(SCENARIOS, *scenario, *FOR_THE_TEST, *options, "--output", values)
        return values

    def helm(self, *args: str | Path) -> str:
        """Return what Helm says."""
        helm = run(ROOT / "tools" / "helm", "any").strip()
        verb, *others = args
        return run(helm, "--namespace", self.namespace.name, verb, *(PROBES if verb in MAKES_PODS else ()), *others)

    def install(self, values: Path) -> None:
        """Install the release with the generated values as they are."""
        self.helm("install", self.name, CHART, "-f", values)

    def upgrade(self, values: Path) -> None:
        """Give the release other values."""
        self.helm("upgrade", self.name, CHART, "-f", values)

    def until_ready(self) -> None:
        """Wait until the pod that the StatefulSet now asks for is ready."""
        self.namespace.rolled_out(f"statefulset/{self.name}-neo4j-restore")

    def restart(self) -> None:
        """Delete the pod, and wait until its successor is ready."""
        self.namespace.kubectl("delete", "pod", self.pod, f"--timeout={DEADLINE}")
        self.namespace.wait("create", f"pod/{self.pod}")
        self.namespace.wait("condition=Ready", f"pod/{self.pod}")

    def first_failure(self) -> Object:
        """Wait until the init container has failed, and return how it ended: `exitCode` and `message`."""
        self.namespace.wait("create", f"pod/{self.pod}")
        path = "{.status.initContainerStatuses[0].lastState.terminated.reason}"
        self.namespace.wait(f"jsonpath={path}=Error", f"pod/{self.pod}")
        ended: Object = self.namespace.pod(self.pod)["status"]["initContainerStatuses"][0]["lastState"]["terminated"]
        return ended

    def started(self) -> bool:
        """Return whether the Neo4j container was ever started."""
        (container,) = self.namespace.pod(self.pod)["status"]["containerStatuses"]
        return container["started"] or container["restartCount"] > 0 or "waiting" not in container["state"]

    def query(self, cypher: str) -> list[dict[str, Any]]:
        """Return the rows of a query on the database `neo4j`, over bolt."""
        with self._driver() as driver:
            records, _, _ = driver.execute_query(cypher, database_="neo4j")
            used.note(VERSION, Edition.COMMUNITY, is_real=True)
            return [record.data() for record in records]

    @contextmanager
    def _driver(self) -> Iterator[neo4j.Driver]:
        with (
            self.namespace.forwarded(f"pod/{self.pod}", 7687) as port,
            # The pod is ready when the port answers; its databases come online within seconds of that.
            neo4j.GraphDatabase.driver(f"bolt://127.0.0.1:{port}", auth=self.auth, max_transaction_retry_time=60) as it,
        ):
            yield it

    def log(self) -> str:
        """Return what the init container said at the last start."""
        return self.namespace.kubectl("logs", self.pod, "--container=restore")

    def receipt(self) -> Object:
        """Return the receipt on the volume, read as the notes of the chart say."""
        text = self.namespace.kubectl(
            "exec", self.pod, "--container=neo4j", "--", "cat", "/data/.neo4j-restore/receipt.json"
        )
        receipt: Object = json.loads(text)
        return receipt
