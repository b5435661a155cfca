"""Names, labels and the objects beside the pod."""

import pytest
from tests.chart.helm import CHART, CI_FILES, Helm, Object, env, load, make_values, mounts, volumes

LONGEST = "r" * 53  # Helm's limit for a release's name


@pytest.mark.parametrize("release", ["g", "graph", LONGEST], ids=["short", "usual", "longest"])
def test_names_fit_the_labels_that_kubernetes_makes_of_them(helm: Helm, release: str) -> None:
    rendered = helm.template(make_values(), release=release)
    assert all(len(item["metadata"]["name"]) <= 63 for item in rendered)
    # The revision's label is the StatefulSet's name, a "-" and a hash of ten.
    assert len(rendered.only("StatefulSet")["metadata"]["name"]) <= 52


def test_a_release_named_as_the_chart_says_so_once(helm: Helm) -> None:
    assert helm.template(make_values(), release="neo4j-restore").only("Service")["metadata"]["name"] == "neo4j-restore"


def test_a_given_name_is_taken_for_every_object(helm: Helm) -> None:
    rendered = helm.template(make_values(fullnameOverride="graph-production"))
    names = {item["kind"]: item["metadata"]["name"] for item in rendered}
    assert names.pop("Pod") == "graph-production-restored"
    assert set(names.values()) == {"graph-production"}


def test_the_service_and_the_statefulset_select_the_pod_of_neo4j_and_not_that_of_the_test(helm: Helm) -> None:
    rendered = helm.template(make_values())
    selector = rendered.only("Service")["spec"]["selector"]
    workload = rendered.only("StatefulSet")["spec"]
    assert workload["selector"]["matchLabels"] == selector
    assert selector.items() <= workload["template"]["metadata"]["labels"].items()
    assert not selector.items() <= rendered.only("Pod")["metadata"]["labels"].items()


def test_the_service_offers_bolt_and_http(helm: Helm) -> None:
    ports = helm.template(make_values()).only("Service")["spec"]["ports"]
    assert {port["name"]: port["port"] for port in ports} == {"bolt": 7687, "http": 7474}


def test_a_given_service_account_is_used_and_none_is_made(helm: Helm) -> None:
    rendered = helm.template(make_values(serviceAccount={"create": False, "name": "graph-restore"}))
    assert rendered.pod["serviceAccountName"] == "graph-restore"
    assert "ServiceAccount" not in {item["kind"] for item in rendered}


@pytest.mark.parametrize("file", CI_FILES, ids=lambda file: file.stem)
def test_every_example_lints_strictly(helm: Helm, file: object) -> None:
    done = helm.run("lint", "--strict", str(CHART), values=load(CHART / "ci" / str(file)))
    assert done.returncode == 0, done.stdout


def test_the_same_values_render_the_same_bytes(helm: Helm) -> None:
    values = load(CHART / "ci" / "all-values.yaml")
    assert helm.text(values) == helm.text(values)


def test_helm_test_asks_the_receipt_for_the_same_wish(helm: Helm) -> None:
    rendered = helm.template(make_values({"forceOverwrite": "once"}))
    (verify,) = rendered.only("Pod")["spec"]["containers"]
    assert verify["args"] == ["verify"]
    assert verify["image"] == rendered.restore["image"]
    assert env(verify) == env(rendered.restore)


def test_helm_test_reads_the_volume_on_the_node_of_neo4j_and_needs_no_key(helm: Helm) -> None:
    rendered = helm.template(make_values())
    pod: Object = rendered.only("Pod")["spec"]
    (term,) = pod["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert term["topologyKey"] == "kubernetes.io/hostname"
    assert term["labelSelector"]["matchLabels"] == rendered.only("Service")["spec"]["selector"]
    assert volumes(pod)["data"]["persistentVolumeClaim"] == {"claimName": "data-graph-neo4j-restore-0"}
    assert mounts(pod["containers"][0])["data"] == {"name": "data", "mountPath": "/data", "readOnly": True}
    assert volumes(pod).keys() == {"data", "tmp"}


@pytest.mark.parametrize(
    "data", [{"emptyDir": True}, {"accessModes": ["ReadWriteOncePod"]}], ids=["empty-dir", "one-pod"]
)
def test_helm_test_is_left_out_where_it_cannot_see_the_volume(helm: Helm, data: Object) -> None:
    assert "Pod" not in {item["kind"] for item in helm.template(make_values(data=data))}
