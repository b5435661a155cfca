"""The claim of the data: labels, source, and what happens to it at the end."""

import pytest
from tests.chart.helm import Helm, Object, make_values


def workload(helm: Helm, **data: object) -> Object:
    """Return the spec of the StatefulSet."""
    spec: Object = helm.template(make_values(data=data)).only("StatefulSet")["spec"]
    return spec


def test_a_claim_has_labels_and_annotations_of_the_values(helm: Helm) -> None:
    (claim,) = workload(helm, labels={"backup": "nightly"}, annotations={"tier": "fast"})["volumeClaimTemplates"]
    assert claim["metadata"]["labels"]["backup"] == "nightly"
    assert claim["metadata"]["annotations"] == {"tier": "fast"}


def test_a_claim_can_start_from_a_snapshot(helm: Helm) -> None:
    source = {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "graph"}
    (claim,) = workload(helm, dataSource=source)["volumeClaimTemplates"]
    assert claim["spec"]["dataSource"] == source


@pytest.mark.parametrize(
    ("retention", "expected"),
    [
        ({}, None),
        ({"whenDeleted": "Delete"}, {"whenDeleted": "Delete", "whenScaled": "Retain"}),
        ({"whenScaled": "Delete"}, {"whenDeleted": "Retain", "whenScaled": "Delete"}),
    ],
    ids=["unsaid", "deleted", "scaled"],
)
def test_a_claim_stays_unless_the_values_say_otherwise(helm: Helm, retention: Object, expected: Object | None) -> None:
    assert workload(helm, retention=retention).get("persistentVolumeClaimRetentionPolicy") == expected
