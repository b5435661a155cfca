"""An upgrade from the chart of an earlier version: Kubernetes takes it, and the new pod finds its data.

The charts are in tests/support/released. That of 0.1.0 was made by `git archive aa52c3e charts/neo4j-restore` and
`helm package`. This is the last commit before the chart got clusters, Jobs and drills. No version has a tag yet. With
each release, add the chart as `make package` wrote it.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.chart.helm import CHART, Helm, Object, Values, load, make_values

RELEASED = sorted((Path(__file__).parents[1] / "support" / "released").glob("*.tgz"))

# All that an API server lets an upgrade change in the spec of a StatefulSet.
CHANGEABLE = {
    "minReadySeconds",
    "ordinals",
    "persistentVolumeClaimRetentionPolicy",
    "replicas",
    "revisionHistoryLimit",
    "template",
    "updateStrategy",
}

VALUES: dict[str, Values] = {
    "least": make_values(),
    "named": make_values(nameOverride="graph", fullnameOverride="graph-production"),
    "volume": make_values(data={"size": "50Gi", "storageClass": "fast", "accessModes": ["ReadWriteOncePod"]}),
    "claim": make_values(data={"existingClaim": "data-graph-0"}),
    "service": make_values(service={"type": "LoadBalancer", "annotations": {"a": "b"}}),
    "account": make_values(serviceAccount={"create": False, "name": "restore"}),
    "enterprise": load(CHART / "ci" / "overwrite-once-values.yaml"),
}


def rendered(helm: Helm, chart: Path, values: Values) -> dict[tuple[str, str], Object]:
    """Return the objects of a release by kind and name, without the pods of `helm test`."""
    objects = yaml.safe_load_all(helm.text(values, chart=chart))
    return {(item["kind"], item["metadata"]["name"]): item for item in objects if item and item["kind"] != "Pod"}


def fixed(spec: dict[str, Any]) -> dict[str, Any]:
    """Return what an upgrade can't change in the spec of a StatefulSet."""
    return {key: value for key, value in spec.items() if key not in CHANGEABLE}


@pytest.mark.parametrize("chart", RELEASED, ids=lambda path: path.stem)
@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_an_upgrade_changes_nothing_that_kubernetes_keeps(helm: Helm, chart: Path, values: Values) -> None:
    before, after = rendered(helm, chart, values), rendered(helm, CHART, values)
    # An object that goes away takes its address, its token or its volume along.
    assert before.keys() <= after.keys()
    for (kind, name), old in before.items():
        new = after[kind, name]
        if kind == "StatefulSet":
            assert fixed(new["spec"]) == fixed(old["spec"])
            labels = new["spec"]["template"]["metadata"]["labels"]
            assert new["spec"]["selector"]["matchLabels"].items() <= labels.items()
        if kind == "Service":
            assert new["spec"]["selector"] == old["spec"]["selector"]
            assert new["spec"].get("clusterIP") == old["spec"].get("clusterIP")


@pytest.mark.parametrize("chart", RELEASED, ids=lambda path: path.stem)
def test_the_restore_of_an_upgraded_release_is_the_same_request(helm: Helm, chart: Path) -> None:
    request = ("BUCKET", "DATABASE", "TIMESTAMP", "FORCE_OVERWRITE", "RESTORE_ID", "DATA_DIR")
    values = make_values({"forceOverwrite": "once", "restoreId": "incident-42"})
    requests = []
    for each in (chart, CHART):
        objects = rendered(helm, each, values)
        (workload,) = (item for (kind, _), item in objects.items() if kind == "StatefulSet")
        (container,) = workload["spec"]["template"]["spec"]["initContainers"]
        requests.append([item for item in container["env"] if item["name"] in request])
    assert requests[0] == requests[1]
