"""Names, labels and the objects beside the pod."""

import pytest
from tests.chart.helm import CHART, CI_FILES, Helm, Object, args, commands, env, load, make_values, mounts, volumes
from tests.support.says import says

# What `helm test` runs, in its order.
READERS = ("verify", "status", "plan")

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
    pods = {item["metadata"]["name"] for item in rendered if item["kind"] == "Pod"}
    assert pods == {"graph-production-restored", "graph-production-status", "graph-production-plan"}
    assert {item["metadata"]["name"] for item in rendered} - pods == {"graph-production"}


def test_the_service_and_the_statefulset_select_the_pod_of_neo4j_and_not_that_of_the_test(helm: Helm) -> None:
    rendered = helm.template(make_values())
    selector = rendered.only("Service")["spec"]["selector"]
    workload = rendered.only("StatefulSet")["spec"]
    assert workload["selector"]["matchLabels"] == selector
    assert selector.items() <= workload["template"]["metadata"]["labels"].items()
    for command in READERS:
        assert not selector.items() <= rendered.reader(command)["metadata"]["labels"].items()


def test_the_service_offers_bolt_and_http(helm: Helm) -> None:
    ports = helm.template(make_values()).only("Service")["spec"]["ports"]
    assert {port["name"]: port["port"] for port in ports} == {"bolt": 7687, "http": 7474}


def test_a_drain_stops_a_single_server_unless_a_budget_forbids_it(helm: Helm) -> None:
    rendered = helm.template(make_values(podDisruptionBudget={"enabled": True}))
    budget = rendered.only("PodDisruptionBudget")["spec"]
    assert budget["maxUnavailable"] == 0
    assert budget["selector"] == rendered.workload()["spec"]["selector"]
    assert "PodDisruptionBudget" not in {each["kind"] for each in helm.template(make_values())}


def test_a_given_service_account_is_used_and_none_is_made(helm: Helm) -> None:
    rendered = helm.template(make_values(serviceAccount={"create": False, "name": "graph-restore"}))
    assert rendered.pod["serviceAccountName"] == "graph-restore"
    assert "ServiceAccount" not in {item["kind"] for item in rendered}


@pytest.mark.parametrize("file", CI_FILES, ids=lambda file: file.stem)
def test_every_example_lints_strictly(helm: Helm, file: object) -> None:
    done = helm.run("lint", "--strict", str(CHART), values=load(CHART / "ci" / str(file)))
    says(done, 0)


def test_the_same_values_render_the_same_bytes(helm: Helm) -> None:
    values = load(CHART / "ci" / "all-values.yaml")
    assert helm.text(values) == helm.text(values)


def test_helm_test_asks_the_receipt_for_the_same_wish(helm: Helm) -> None:
    rendered = helm.template(make_values({"forceOverwrite": "once"}))
    (verify,) = rendered.reader("verify")["spec"]["containers"]
    assert verify["args"] == ["verify"]
    assert verify["image"] == rendered.restore["image"]
    assert env(verify) == env(rendered.restore)


def test_helm_test_checks_the_volume_first_and_each_pod_has_one_container_whose_log_it_can_print(helm: Helm) -> None:
    pods = [item for item in helm.template(make_values()) if item["kind"] == "Pod"]
    order = sorted(pods, key=lambda pod: int(pod["metadata"]["annotations"]["helm.sh/hook-weight"]))
    assert [args(pod) for pod in order] == [[command] for command in READERS]
    assert {pod["metadata"]["annotations"]["helm.sh/hook"] for pod in pods} == {"test"}


def test_a_pod_of_helm_test_is_deleted_when_it_has_ended_and_its_log_is_printed_first(helm: Helm) -> None:
    for command in READERS:
        annotations = helm.template(make_values()).reader(command)["metadata"]["annotations"]
        ended = {"hook-succeeded", "hook-failed"}
        assert set(annotations["helm.sh/hook-delete-policy"].split(",")) == ended | {"before-hook-creation"}
        assert set(annotations["helm.sh/hook-output-log-policy"].split(",")) == ended


def test_the_pods_of_helm_test_have_resources(helm: Helm) -> None:
    mine = {"limits": {"memory": "1Gi"}}
    for values, limit in ((make_values(), "512Mi"), (make_values(tests={"resources": mine}), "1Gi")):
        for command in READERS:
            (container,) = helm.template(values).reader(command)["spec"]["containers"]
            assert container["resources"]["limits"]["memory"] == limit


def test_the_commands_that_read_are_those_of_the_image() -> None:
    assert set(READERS) <= commands()


def test_only_the_plan_gets_the_key_and_the_volumes_of_the_store(helm: Helm) -> None:
    store = {"extraVolumes": [{"name": "store", "emptyDir": {}}]}
    rendered = helm.template(make_values({"extraVolumeMounts": [{"name": "store", "mountPath": "/store"}]}, **store))
    for command in READERS:
        pod: Object = rendered.reader(command)["spec"]
        given = volumes(pod).keys() - {"data", "restore-tmp"}
        assert given == ({"restore-service-key", "store"} if command == "plan" else set())
        assert mounts(pod["containers"][0]).keys() == volumes(pod).keys()
    plan = rendered.reader("plan")["spec"]
    assert volumes(plan)["restore-service-key"] == volumes(rendered.pod)["restore-service-key"]


def test_what_asks_the_store_has_the_pod_s_labels_by_which_a_cloud_knows_it(helm: Helm) -> None:
    labels = {"azure.workload.identity/use": "true"}
    rendered = helm.template(make_values(podLabels=labels))
    for command in READERS:
        given = rendered.reader(command)["metadata"]["labels"]
        assert (labels.items() <= given.items()) is (command == "plan")


@pytest.mark.parametrize("command", READERS)
def test_helm_test_reads_the_volume_on_the_node_of_neo4j(helm: Helm, command: str) -> None:
    rendered = helm.template(make_values())
    pod: Object = rendered.reader(command)["spec"]
    (term,) = pod["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert term["topologyKey"] == "kubernetes.io/hostname"
    assert term["labelSelector"]["matchLabels"] == rendered.only("Service")["spec"]["selector"]
    assert volumes(pod)["data"]["persistentVolumeClaim"] == {"claimName": "data-graph-neo4j-restore-0"}
    assert mounts(pod["containers"][0])["data"] == {"name": "data", "mountPath": "/data", "readOnly": True}


@pytest.mark.parametrize(
    "data", [{"emptyDir": True}, {"accessModes": ["ReadWriteOncePod"]}], ids=["empty-dir", "one-pod"]
)
def test_helm_test_is_left_out_where_it_cannot_see_the_volume(helm: Helm, data: Object) -> None:
    assert "Pod" not in {item["kind"] for item in helm.template(make_values(data=data))}
