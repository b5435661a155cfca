"""What users add to the pods: containers, variables, labels, names, probes."""

import pytest
from tests.chart.helm import CHART, Helm, Object, Values, load, make_values, mounts, volumes

ALL = load(CHART / "ci" / "all-values.yaml")


def labels(item: Object) -> dict[str, str]:
    """Return the labels of an object."""
    texts: dict[str, str] = item["metadata"]["labels"]
    return texts


def test_every_object_and_every_pod_has_the_common_labels_and_no_selector_has(helm: Helm) -> None:
    common = {"cost-center": "4711"}
    rendered = helm.template(ALL)
    for item in rendered:
        assert common.items() <= labels(item).items()
    for kind in ("StatefulSet", "Job"):
        assert common.items() <= labels(rendered.only(kind)["spec"]["template"]).items()
    workload = rendered.only("StatefulSet")["spec"]
    assert not common.keys() & workload["selector"]["matchLabels"].keys()
    assert not common.keys() & rendered.service["spec"]["selector"].keys()


def test_a_claim_has_no_common_labels_because_an_upgrade_can_not_change_them(helm: Helm) -> None:
    (claim,) = helm.template(ALL).only("StatefulSet")["spec"]["volumeClaimTemplates"]
    assert "cost-center" not in labels(claim)


def test_variables_of_a_secret_reach_the_container_that_they_are_for(helm: Helm) -> None:
    def sources(name: str) -> list[Values]:
        return [{"secretRef": {"name": name}}]

    values = make_values(
        {"extraEnvFrom": sources("proxy")},
        extraEnvFrom=sources("ldap"),
        auth={"existingSecret": "login"},
        finalize={"enabled": True, "extraEnvFrom": sources("bolt")},
    )
    rendered = helm.template(values)
    (finalize,) = rendered.only("Job")["spec"]["template"]["spec"]["containers"]
    (plan,) = rendered.reader("plan")["spec"]["containers"]
    (verify,) = rendered.reader("verify")["spec"]["containers"]
    containers = {"neo4j": rendered.neo4j, "restore": rendered.restore, "finalize": finalize, "plan": plan}
    secrets = {name: each["envFrom"][0]["secretRef"]["name"] for name, each in containers.items()}
    assert secrets == {"neo4j": "ldap", "restore": "proxy", "finalize": "bolt", "plan": "proxy"}
    assert "envFrom" not in verify


def test_the_pod_that_finalizes_has_containers_and_volumes_of_the_users(helm: Helm) -> None:
    pod = helm.template(ALL).only("Job")["spec"]["template"]["spec"]
    assert [each["name"] for each in pod["initContainers"]] == ["wait-for-mesh"]
    assert mounts(pod["containers"][0])["certificates"]["mountPath"] == "/company"
    assert "certificates" in volumes(pod)


def test_names_of_hosts_and_dns_reach_the_pod(helm: Helm) -> None:
    pod = helm.template(ALL).pod
    assert pod["hostAliases"] == [{"ip": "10.0.0.5", "hostnames": ["storage.example.org"]}]
    assert (pod["dnsPolicy"], pod["dnsConfig"]) == ("None", {"nameservers": ["10.0.0.10"]})


@pytest.mark.parametrize("probe", ["startup", "readiness", "liveness"])
def test_a_probe_can_be_replaced_or_left_out(helm: Helm, probe: str) -> None:
    mine = {"exec": {"command": ["true"]}, "periodSeconds": 3}
    assert helm.template(make_values(probes={probe: {"override": mine}})).neo4j[f"{probe}Probe"] == mine
    assert f"{probe}Probe" not in helm.template(make_values(probes={probe: {"enabled": False}})).neo4j


def test_hooks_of_the_container_and_the_order_of_pods_are_those_of_the_values(helm: Helm) -> None:
    rendered = helm.template(ALL)
    workload = rendered.only("StatefulSet")["spec"]
    assert rendered.neo4j["lifecycle"] == ALL["lifecycle"]
    assert (workload["podManagementPolicy"], workload["updateStrategy"]) == ("OrderedReady", {"type": "OnDelete"})


def test_a_platform_that_chooses_the_user_is_given_none(helm: Helm) -> None:
    values = load(CHART / "ci" / "any-user-values.yaml") | {
        "auth": {"existingSecret": "login"},
        "finalize": {"enabled": True},
    }
    rendered = helm.template(values)
    pods = [rendered.pod, rendered.only("Job")["spec"]["template"]["spec"], rendered.reader("plan")["spec"]]
    for pod in pods:
        assert not pod["securityContext"].keys() & {"runAsUser", "runAsGroup", "fsGroup"}
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod["containers"]:
            assert not container["securityContext"].keys() & {"runAsUser", "runAsGroup"}
