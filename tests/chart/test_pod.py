"""What the pod may do, what it runs and what it keeps."""

import pytest
from tests.chart.helm import CHART, CI_FILES, Helm, Object, env, load, make_values, mounts, volumes

DIGEST = "sha256:" + "a" * 64

# https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
ALLOWED_VOLUMES = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral"),
    *("persistentVolumeClaim", "projected", "secret"),
}
FORBIDDEN_OF_PODS = {"hostNetwork", "hostPID", "hostIPC"}


def violations(pod: Object) -> list[str]:
    """Return what the Pod Security Standard `restricted` refuses in a pod's spec."""
    context = pod["securityContext"]
    containers = [*pod.get("initContainers", []), *pod["containers"]]
    problems = [f"{key} is set" for key in FORBIDDEN_OF_PODS & pod.keys()]
    problems += [volume["name"] for volume in pod["volumes"] if not (volume.keys() - {"name"}) <= ALLOWED_VOLUMES]
    if context["runAsNonRoot"] is not True or context.get("runAsUser") == 0:
        problems.append("may run as root")
    if context["seccompProfile"]["type"] not in {"RuntimeDefault", "Localhost"}:
        problems.append("no seccomp profile")
    for container in containers:
        limits = container["securityContext"]
        if limits["allowPrivilegeEscalation"] is not False or limits["capabilities"] != {"drop": ["ALL"]}:
            problems.append(f"{container['name']} may gain privileges")
        if limits.keys() & {"privileged", "runAsUser", "runAsNonRoot", "seccompProfile", "procMount"}:
            problems.append(f"{container['name']} has limits of its own")
    return problems


@pytest.mark.parametrize("file", CI_FILES, ids=lambda file: file.stem)
def test_every_pod_satisfies_the_restricted_pod_security_standard(helm: Helm, file: object) -> None:
    rendered = helm.template(load(CHART / "ci" / str(file)))
    pods = [item["spec"]["template"]["spec"] for item in rendered if item["kind"] == "StatefulSet"]
    pods += [item["spec"] for item in rendered if item["kind"] == "Pod"]
    assert [violations(pod) for pod in pods] == [[] for _ in pods]


def test_the_restore_container_runs_unprivileged_on_a_read_only_root(helm: Helm) -> None:
    rendered = helm.template(make_values())
    context = rendered.pod["securityContext"]
    assert [context[key] for key in ("runAsUser", "runAsGroup", "fsGroup")] == [7474, 7474, 7474]
    assert context["fsGroupChangePolicy"] == "OnRootMismatch"
    assert rendered.restore["securityContext"]["readOnlyRootFilesystem"] is True
    assert mounts(rendered.restore)["restore-tmp"]["mountPath"] == "/tmp"  # noqa: S108 - in the pod
    assert volumes(rendered.pod)["restore-tmp"]["emptyDir"] == {}


def test_the_pod_holds_no_token_of_the_kubernetes_api(helm: Helm) -> None:
    rendered = helm.template(make_values())
    assert rendered.pod["automountServiceAccountToken"] is False
    assert rendered.only("ServiceAccount")["automountServiceAccountToken"] is False


def test_the_reason_of_a_failed_restore_becomes_the_container_s_message(helm: Helm) -> None:
    restore = helm.template(make_values()).restore
    assert restore["terminationMessagePath"] == env(restore)["TERMINATION_LOG"]
    assert restore["terminationMessagePolicy"] == "FallbackToLogsOnError"


def test_the_init_container_restores_and_by_another_word_puts_back(helm: Helm) -> None:
    assert helm.template(make_values()).restore["args"] == ["run"]
    assert helm.template(make_values({"command": "rollback"})).restore["args"] == ["rollback"]


def test_a_rollback_starts_a_new_pod_on_the_same_volume(helm: Helm) -> None:
    before, after = (helm.template(make_values({"command": word})).only("StatefulSet") for word in ("run", "rollback"))
    assert before["spec"].pop("template") != after["spec"].pop("template")
    assert before == after


def test_corrected_values_replace_a_pod_that_waits_in_init(helm: Helm) -> None:
    assert helm.template(make_values()).only("StatefulSet")["spec"]["podManagementPolicy"] == "Parallel"


def test_both_containers_see_the_same_data_folder(helm: Helm) -> None:
    rendered = helm.template(make_values())
    assert mounts(rendered.restore)["data"] == mounts(rendered.neo4j)["data"] == {"name": "data", "mountPath": "/data"}
    assert env(rendered.restore)["DATA_DIR"] == "/data"


def test_a_folder_of_the_volume_is_mounted_in_each_container_that_sees_the_data(helm: Helm) -> None:
    rendered = helm.template(make_values(data={"existingClaim": "data-graph-0", "subPath": "data"}))
    mount = {"name": "data", "mountPath": "/data", "subPath": "data"}
    assert mounts(rendered.restore)["data"] == mounts(rendered.neo4j)["data"] == mount
    for command in ("verify", "status", "plan"):
        (container,) = rendered.reader(command)["spec"]["containers"]
        assert mounts(container)["data"] == {**mount, "readOnly": True}


def test_neo4j_s_image_runs_as_it_is(helm: Helm) -> None:
    rendered = helm.template(make_values())
    assert not rendered.neo4j.keys() & {"command", "args", "lifecycle"}
    assert rendered.pod["enableServiceLinks"] is False


def test_a_claim_is_made_for_the_data(helm: Helm) -> None:
    values = make_values(data={"size": "500Gi", "storageClass": "fast", "accessModes": ["ReadWriteOncePod"]})
    (claim,) = helm.template(values).only("StatefulSet")["spec"]["volumeClaimTemplates"]
    assert claim["metadata"]["name"] == "data"
    assert claim["spec"] == {
        "accessModes": ["ReadWriteOncePod"],
        "storageClassName": "fast",
        "resources": {"requests": {"storage": "500Gi"}},
    }


def test_the_default_claim_is_of_the_cluster_s_default_class(helm: Helm) -> None:
    (claim,) = helm.template(make_values()).only("StatefulSet")["spec"]["volumeClaimTemplates"]
    assert "storageClassName" not in claim["spec"]


@pytest.mark.parametrize(
    ("data", "source"),
    [
        ({"existingClaim": "old"}, {"persistentVolumeClaim": {"claimName": "old"}}),
        ({"emptyDir": True}, {"emptyDir": {}}),
    ],
    ids=["existing-claim", "empty-dir"],
)
def test_a_given_volume_replaces_the_claim(helm: Helm, data: Object, source: Object) -> None:
    rendered = helm.template(make_values(data=data))
    assert "volumeClaimTemplates" not in rendered.only("StatefulSet")["spec"]
    assert volumes(rendered.pod)["data"] == {"name": "data", **source}


def test_an_image_is_taken_by_its_digest_before_its_tag(helm: Helm) -> None:
    values = make_values({"image": {"digest": DIGEST, "tag": "1"}}, image={"digest": DIGEST, "tag": "2"})
    rendered = helm.template(values)
    assert rendered.restore["image"] == f"neo4j-restore@{DIGEST}"
    assert rendered.neo4j["image"] == f"neo4j@{DIGEST}"


def test_the_restore_image_is_of_the_chart_s_app_version(helm: Helm) -> None:
    rendered = helm.template(make_values())
    assert rendered.restore["image"] == f"neo4j-restore:{load(CHART / 'Chart.yaml')['appVersion']}"
    assert rendered.neo4j["image"] == "neo4j:5.26.30"


def test_without_a_restore_nothing_of_it_is_left(helm: Helm) -> None:
    rendered = helm.template({"restore": {"enabled": False}})
    assert "initContainers" not in rendered.pod
    assert volumes(rendered.pod).keys() == {"logs"}
    assert [item["kind"] for item in rendered if item["kind"] == "Pod"] == []


def test_the_probes_ask_the_bolt_port_and_wait_an_hour_for_the_start(helm: Helm) -> None:
    neo4j = helm.template(make_values()).neo4j
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert neo4j[probe]["tcpSocket"] == {"port": "bolt"}
    assert neo4j["startupProbe"]["periodSeconds"] * neo4j["startupProbe"]["failureThreshold"] == 3600
    assert {port["name"]: port["containerPort"] for port in neo4j["ports"]} == {"bolt": 7687, "http": 7474}


@pytest.mark.parametrize(
    ("restore", "expected"),
    [
        ({}, {"requests": {"cpu": "250m", "memory": "1280Mi"}, "limits": {"memory": "1280Mi"}}),
        ({"limitMemory": False}, {"requests": {"cpu": "250m"}}),
        ({"limitMemory": False, "resources": {"requests": None}}, {}),
        ({"resources": {"limits": {"memory": "512Mi"}}}, {"requests": {"cpu": "250m"}, "limits": {"memory": "512Mi"}}),
        ({"resources": {"requests": {"memory": "2Gi"}}}, {"requests": {"cpu": "250m", "memory": "2Gi"}}),
        (
            {"resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "1"}}},
            {"requests": {"cpu": "1", "memory": "1280Mi"}, "limits": {"cpu": "1", "memory": "1280Mi"}},
        ),
        ({"resources": {"requests": None}}, {"requests": {"memory": "1280Mi"}, "limits": {"memory": "1280Mi"}}),
    ],
    ids=["reckoned", "none", "nothing", "own limit", "own request", "guaranteed", "no cpu"],
)
def test_memory_is_reckoned_where_the_values_do_not_say_it(
    helm: Helm, restore: dict[str, object], expected: dict[str, object]
) -> None:
    resources = helm.template(make_values(restore)).restore["resources"]
    assert {part: amounts for part, amounts in resources.items() if amounts} == expected


def test_containers_of_the_users_stand_around_the_restore_and_beside_neo4j(helm: Helm) -> None:
    before, after, beside = ([{"name": name, "image": "tools:1"}] for name in ("before", "after", "beside"))
    values = make_values(initContainersBefore=before, initContainersAfter=after, extraContainers=beside)
    pod = helm.template(values).pod
    assert [each["name"] for each in pod["initContainers"]] == ["before", "restore", "after"]
    assert [each["name"] for each in pod["containers"]] == ["neo4j", "beside"]
    pod = helm.template(make_values({"enabled": False}, initContainersAfter=after)).pod
    assert [each["name"] for each in pod["initContainers"]] == ["after"]


@pytest.mark.parametrize(("cpu", "expected"), [("1", "Guaranteed"), ("", "Burstable")])
def test_a_guaranteed_pod_stays_guaranteed(helm: Helm, cpu: str, expected: str) -> None:
    alike = {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"cpu": "1", "memory": "2Gi"}}
    mine = {"resources": {"requests": {"cpu": cpu}, "limits": {"cpu": cpu}}} if cpu else {}
    assert quality(helm.template(make_values(mine, resources=alike)).pod) == expected


def quality(pod: Object) -> str:
    """Return the QoS class of a pod, by Kubernetes' rule: in all containers requests equal limits."""
    amounts = [each.get("resources", {}) for each in [*pod.get("initContainers", []), *pod["containers"]]]
    alike = all(
        held.get("limits", {}).keys() >= {"cpu", "memory"} and held.get("requests") == held["limits"]
        for held in amounts
    )
    return "Guaranteed" if alike else "Burstable"
