"""A cluster of Enterprise 3.3 that the chart installs, asked over HTTP: its bolt is older than the driver's."""

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.cluster import DEADLINE, Namespace, Object, run
from tests.e2e.release import CHART, ROOT
from tests.e2e.sample import BUCKET
from tests.support import used

from neo4j_restore.admin.admin_commands import Edition

# The last version of Enterprise under the AGPL.
VERSION = "3.3.5"
PREFIX, STAMP = "causal", "2026-01-31T02-00-00"

# Changes reach the other members within a second or two.
_SECONDS = 120.0

VALUES: dict[str, Any] = {
    "servers": 3,
    "readReplicas": 1,
    "cluster": {"neo4jVersion": "3.3", "backups": True},
    "image": {"repository": "localhost/neo4j", "tag": "e2e-3", "pullPolicy": "Never"},
    "acceptLicenseAgreement": "yes",
    "auth": {"enabled": False},
    "data": {"size": "1Gi"},
    "probes": {"readiness": {"periodSeconds": 2}},
    "restore": {
        "image": {"repository": "localhost/neo4j-restore", "tag": "e2e-3", "pullPolicy": "Never"},
        "bucket": f"gs://{BUCKET}/{PREFIX}",
        "database": "graph.db",
        "timestamp": STAMP,
        "emulatorHost": "http://gcs:9023",
        "heapSize": "128m",
    },
}


@dataclass(frozen=True)
class Causal:
    """A release of three cores and a read replica."""

    name: str
    namespace: Namespace
    folder: Path

    @property
    def full(self) -> str:
        """Return the name of its objects."""
        return f"{self.name}-neo4j-restore"

    @property
    def cores(self) -> list[str]:
        """Return the names of the cores' pods."""
        return [f"{self.full}-{number}" for number in range(3)]

    @property
    def pods(self) -> list[str]:
        """Return the names of all pods."""
        return [*self.cores, f"{self.full}-replica-0"]

    def deploy(self, *, restore: bool) -> None:
        """Install it, or give it other values."""
        values = self.folder / "values.json"
        given = VALUES | {"restore": VALUES["restore"] | {"enabled": restore}}
        values.write_text(json.dumps(given))
        helm = run(ROOT / "tools" / "helm", "any").strip()
        run(helm, "--namespace", self.namespace.name, "upgrade", "--install", self.name, CHART, "-f", values)

    def until_ready(self) -> None:
        """Wait until all members serve."""
        for name in (self.full, f"{self.full}-replica"):
            self.namespace.rolled_out(f"statefulset/{name}")

    def stop(self) -> None:
        """Stop all members."""
        sets = [f"statefulset/{self.full}", f"statefulset/{self.full}-replica"]
        self.namespace.kubectl("scale", "--replicas=0", *sets)
        self.namespace.kubectl("wait", "--for=delete", f"--timeout={DEADLINE}", *(f"pod/{pod}" for pod in self.pods))

    def lose_all(self) -> None:
        """Delete the claims of all members, which are stopped."""
        self.namespace.kubectl("delete", f"--timeout={DEADLINE}", "pvc", *(f"data-{pod}" for pod in self.pods))

    def lose(self, pod: str) -> None:
        """Delete a pod with its claim, and wait until its successor serves. It gets a new claim of the same name."""
        self.namespace.kubectl("delete", "--wait=false", "pvc", f"data-{pod}")
        self._replace(pod)

    def restart(self) -> None:
        """Delete all pods at once, and wait until their successors serve."""
        self._replace(*self.pods)

    def _replace(self, *pods: str) -> None:
        self.namespace.kubectl("delete", f"--timeout={DEADLINE}", "pod", *pods)
        for pod in pods:
            self.namespace.wait("create", f"pod/{pod}")
            self.namespace.wait("condition=Ready", f"pod/{pod}")

    def write(self, cypher: str) -> None:
        """Run a statement on the leader."""
        for pod in self.cores:
            with self._http(pod) as url:
                if _get(f"{url}/db/manage/server/core/writable") == "true":
                    _query(url, cypher)
                    return
        message = f"no leader among {self.cores}:\n{self.namespace.state()}"
        raise AssertionError(message)

    def until_all_have(self, cypher: str, expected: int) -> None:
        """Wait until the statement has this result on every member."""
        for pod in self.pods:
            deadline = time.monotonic() + _SECONDS
            with self._http(pod) as url:
                while (rows := _query(url, cypher)) != expected:
                    assert time.monotonic() < deadline, f"{pod}: {rows}, expected {expected}"
        used.note(VERSION, Edition.ENTERPRISE, is_real=True)

    def back_up(self, path: Path) -> None:
        """Write an online backup of a core to `path`, packed as a nightly job packs it."""
        pod, folder = self.cores[0], "/var/lib/neo4j/import"
        admin = f"{self.full}-admin:6362"
        backup = f"cd {folder} && neo4j-admin backup --backup-dir={folder} --name=graph.db --from={admin} >&2"
        packed = f"{backup} && tar cz graph.db | base64 --wrap=0"
        text = self.namespace.kubectl("exec", pod, "--container=neo4j", "--", "bash", "-c", packed)
        path.write_bytes(base64.b64decode(text))

    def log(self, pod: str) -> str:
        """Return what the restore container of a pod said at its last start."""
        return self.namespace.kubectl("logs", pod, "--container=restore")

    def receipt(self, pod: str) -> Object | None:
        """Return the last record of the receipt on a pod's volume, or None if nothing was restored there."""
        command = "cat /data/.neo4j-restore/receipt.json 2>/dev/null || echo {}"
        text = self.namespace.kubectl("exec", pod, "--container=neo4j", "--", "sh", "-c", command)
        last: Object | None = json.loads(text).get("last")
        return last

    @contextmanager
    def _http(self, pod: str) -> Iterator[str]:
        with self.namespace.forwarded(f"pod/{pod}", 7474) as port:
            yield f"http://127.0.0.1:{port}"


def _get(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - http, to ourselves
            text: str = answer.read().decode()
            return text
    except urllib.error.HTTPError:
        return ""


def _query(url: str, cypher: str) -> int | None:
    """Return the one number that a statement gives, or None if it gives no row."""
    body = json.dumps({"statements": [{"statement": cypher}]}).encode()
    request = urllib.request.Request(  # noqa: S310 - http, to ourselves
        f"{url}/db/data/transaction/commit", data=body, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - http, to ourselves
        result = json.load(answer)
    assert not result["errors"], result["errors"]
    rows = result["results"][0]["data"]
    return rows[0]["row"][0] if rows else None
