"""A real API server takes what every example of the chart renders, under the restricted Pod Security Standard."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from tests.e2e.cluster import DEADLINE, Namespace, Object, run
from tests.e2e.release import CHART, ROOT

pytestmark = pytest.mark.e2e

# A cluster knows these after somebody has installed their definitions.
DEFINED_BY_OTHERS = ("gateway.networking.k8s.io/", "monitoring.coreos.com/")

EXAMPLES = sorted((CHART / "ci").glob("*.yaml"))


@pytest.fixture(scope="module")
def restricted(context: str) -> Iterator[Namespace]:
    """Make a namespace that refuses a pod outside the standard."""
    made = Namespace(f"neo4j-restore-e2e-{secrets.token_hex(3)}")
    run("kubectl", "create", "namespace", made.name)
    run("kubectl", "label", "namespace", made.name, "pod-security.kubernetes.io/enforce=restricted")
    yield made
    run("kubectl", "delete", "namespace", made.name, f"--timeout={DEADLINE}")


def rendered(example: Path) -> list[Object]:
    """Return the objects of an example, and the pod that its StatefulSet or its first Job would make."""
    helm = run(ROOT / "tools" / "helm", "any").strip()
    objects = [item for item in yaml.safe_load_all(run(helm, "template", "graph", CHART, "-f", example)) if item]
    workloads = [item for kind in ("StatefulSet", "Job") for item in objects if item["kind"] == kind]
    template = workloads[0]["spec"]["template"]
    pod = {"apiVersion": "v1", "kind": "Pod", **template, "metadata": {"name": "graph-0", **template["metadata"]}}
    claim = {"name": "data", "persistentVolumeClaim": {"claimName": "data-graph-0"}}
    if "data" not in {volume["name"] for volume in pod["spec"]["volumes"]}:
        pod["spec"]["volumes"].append(claim)
    # Objects of the cluster, which nobody makes for a dry run.
    pod["spec"].pop("priorityClassName", None)
    return [*objects, pod]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_api_server_takes_what_an_example_renders(restricted: Namespace, example: Path) -> None:
    objects = rendered(example)
    for account in {item["spec"]["serviceAccountName"] for item in objects if item["kind"] == "Pod"}:
        restricted.apply(json.dumps({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account}}))
    for item in objects:
        if item["kind"] != "ServiceAccount" and not item["apiVersion"].startswith(DEFINED_BY_OTHERS):
            restricted.kubectl("create", "--dry-run=server", "--validate=strict", "-f", "-", stdin=json.dumps(item))
