"""A release through its life: installed by the chart of an earlier version, and from a registry, and drained."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.cluster import Namespace, Object, run
from tests.e2e.release import ROOT, Release
from tests.support.registry import registry

EARLIER = ROOT / "tests" / "support" / "released" / "neo4j-restore-0.1.0.tgz"

# A user that OpenShift would choose for a namespace: its group is root's, and the volume has a group of its own.
ANY_USER = 1000650000
SECURITY = {"runAsUser": ANY_USER, "runAsGroup": 0, "fsGroup": ANY_USER}


def workload(release: Release) -> Object:
    """Return the StatefulSet as it is now."""
    text = release.namespace.kubectl("get", f"statefulset/{release.name}-neo4j-restore", "--output=json")
    resource: Object = json.loads(text)
    return resource


def uid(namespace: Namespace, what: str) -> str:
    """Return the UID of `what` (`pod/x`): another object of the same name has another one."""
    return namespace.kubectl("get", what, "--output=jsonpath={.metadata.uid}")


@contextmanager
def published(folder: Path) -> Iterator[str]:
    """Package the chart, push it to a registry on loopback, and give its reference there."""
    run(sys.executable, "-m", "tools.package.chart", folder)
    (packed,) = folder.glob("*.tgz")
    helm = run(ROOT / "tools" / "helm", "any").strip()
    with registry() as running:
        run(helm, "push", packed, f"oci://{running.host}/charts", "--plain-http")
        yield f"oci://{running.host}/charts/neo4j-restore"


def delete_in_the_middle(release: Release, line: str) -> str:
    """Delete the pod when its restore writes `line`. Return the log up to its end."""
    release.namespace.wait("create", f"pod/{release.pod}")
    started = "{.status.initContainerStatuses[0].started}"
    release.namespace.wait(f"jsonpath={started}=true", f"pod/{release.pod}")
    argv = ["kubectl", "--namespace", release.namespace.name, "logs", release.pod, "--container=restore", "--follow"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        lines = []
        for each in process.stdout or ():
            lines.append(each)
            if line in each:
                break
        release.namespace.kubectl("delete", "pod", release.pod, "--wait=false")
        lines += process.stdout or ()
    return "".join(lines)


def drain(release: Release, *options: str) -> None:
    """Drain the node, but for the pods of other releases."""
    selector = f"--pod-selector=app.kubernetes.io/instance={release.name}"
    run("kubectl", "drain", _node(), "--ignore-daemonsets", "--delete-emptydir-data", selector, *options)


def uncordon() -> None:
    """Let the node take pods again."""
    run("kubectl", "uncordon", _node())


def _node() -> str:
    return run("kubectl", "get", "nodes", "--output=jsonpath={.items[0].metadata.name}")
