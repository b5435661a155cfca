"""`finalize.enabled` renders a Job of Helm that finalizes with the login and the volume of the release."""

import pytest
from tests.chart.helm import CHART, Helm, Object, Values, env, load, make_values, mounts, volumes

from neo4j_restore.finalize import options

ALL = load(CHART / "ci" / "all-values.yaml")


def make_finalize(finalize: Values | None = None, restore: Values | None = None, **others: object) -> Values:
    least: Values = {"auth": {"existingSecret": "graph-login"}, **others}
    return make_values(restore, finalize={"enabled": True, **(finalize or {})}, **least)


def pod(helm: Helm, values: Values) -> Object:
    spec: Object = helm.template(values).only("Job")["spec"]["template"]["spec"]
    return spec


def container(helm: Helm, values: Values) -> Object:
    (asking,) = pod(helm, values)["containers"]
    one: Object = asking
    return one


def test_there_is_no_job_unless_asked_for(helm: Helm) -> None:
    assert "Job" not in {item["kind"] for item in helm.template(make_values())}


def test_helm_runs_it_after_each_install_and_upgrade(helm: Helm) -> None:
    job = helm.template(make_finalize()).only("Job")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "post-install,post-upgrade"
    assert job["spec"]["backoffLimit"] == 0
    assert job["spec"]["activeDeadlineSeconds"] > 3600
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_the_least_values_ask_the_service_of_the_release_with_its_secret(helm: Helm) -> None:
    values = make_finalize()
    rendered = helm.template(values)
    asking = container(helm, values)
    assert asking["args"] == ["finalize"]
    assert asking["image"] == rendered.restore["image"]
    assert env(asking) == {
        "START_ID": env(rendered.restore)["START_ID"],
        "BOLT_URI": f"bolt://{rendered.only('Service')['metadata']['name']}:7687",
        "BOLT_AUTH_FILE": "/login",
        "DATABASE": "neo4j",
        "DATA_DIR": "/data",
        "METADATA": "privileges",
        "FINALIZE_SECONDS": "3600",
        "LOG_FORMAT": "text",
        "TERMINATION_LOG": "/dev/termination-log",
    }
    assert volumes(pod(helm, values))["login"]["secret"]["secretName"] == "graph-login"
    assert options.from_environment(env(asking)).server.address.endswith(":7687")


def test_the_job_waits_for_the_pod_of_its_values(helm: Helm) -> None:
    def start_id(values: Values) -> str:
        rendered = helm.template(values)
        assert env(container(helm, values))["START_ID"] == env(rendered.restore)["START_ID"]
        return str(env(rendered.restore)["START_ID"])

    least = start_id(make_finalize())
    assert start_id(make_finalize({"deadlineSeconds": 60})) == least
    assert start_id(make_finalize(restore={"forceOverwrite": "once", "restoreId": "incident-42"})) != least
    assert start_id(make_finalize(restore={"command": "rollback"})) != least


def test_a_job_that_can_not_read_the_volume_waits_for_no_start(helm: Helm) -> None:
    values = make_finalize(data={"accessModes": ["ReadWriteOncePod"]})
    assert "START_ID" not in env(container(helm, values)) | env(helm.template(values).restore)
    assert "START_ID" not in env(helm.template(make_values()).restore)


def test_all_values_reach_the_container_and_are_taken_by_the_image(helm: Helm) -> None:
    asking = container(helm, ALL)
    taken = options.from_environment(env(asking))
    assert (taken.server.address, taken.metadata, taken.default) == (
        "neo4j+s://graph.example.org:7687",
        "users",
        "movies",
    )
    assert (taken.seconds, str(taken.server.ca_file)) == (7200, "/bolt-certificates/ca.crt")
    assert mounts(asking)["bolt-certificates"]["readOnly"]
    assert asking["resources"] == ALL["finalize"]["resources"]
    by_name = volumes(pod(helm, ALL))
    assert by_name["login"]["secret"]["secretName"] == "graph-login"
    assert by_name["bolt-certificates"]["secret"]["items"] == [{"key": "authorities.pem", "path": "ca.crt"}]


def test_it_is_as_confined_as_the_restore_container(helm: Helm) -> None:
    rendered = helm.template(make_finalize())
    asking = container(helm, make_finalize())
    assert asking["securityContext"] == rendered.restore["securityContext"]
    spec = pod(helm, make_finalize())
    assert spec["securityContext"] == rendered.pod["securityContext"]
    assert spec["automountServiceAccountToken"] is False
    assert (
        not rendered.only("Service")["spec"]["selector"].items()
        <= rendered.only("Job")["spec"]["template"]["metadata"]["labels"].items()
    )


def test_it_uses_the_volume_on_the_node_of_neo4j(helm: Helm) -> None:
    spec = pod(helm, make_finalize(data={"subPath": "graph"}))
    assert volumes(spec)["data"]["persistentVolumeClaim"]["claimName"].startswith("data-")
    assert mounts(spec["containers"][0])["data"] == {"name": "data", "mountPath": "/data", "subPath": "graph"}
    (term,) = spec["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert term["labelSelector"]["matchLabels"]["app.kubernetes.io/component"] == "database"


@pytest.mark.parametrize("data", [{"emptyDir": True}, {"accessModes": ["ReadWriteOncePod"]}], ids=str)
def test_without_a_claim_for_two_pods_it_goes_by_the_names_alone(helm: Helm, data: Values) -> None:
    spec = pod(helm, make_finalize(data=data))
    assert "affinity" not in spec
    assert "data" not in volumes(spec)
    assert "data" not in mounts(spec["containers"][0])


def test_without_authentication_there_is_no_login(helm: Helm) -> None:
    values = make_finalize(auth={"enabled": False})
    assert "login" not in volumes(pod(helm, values))
    assert "BOLT_AUTH_FILE" not in env(container(helm, values))


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (make_finalize(auth={}), "finalize.enabled needs a login"),
        (make_finalize(restore={"enabled": False}), "has nothing to finalize"),
        (
            make_finalize({"caBundle": {"configMapName": "a", "secretName": "b"}}),
            "finalize.caBundle names the ConfigMap",
        ),
    ],
)
def test_what_can_not_work_is_refused(helm: Helm, values: Values, problem: str) -> None:
    assert problem in helm.refusal(values)


@pytest.mark.parametrize(
    "wrong",
    [
        {"boltUri": "graph:7687"},
        {"boltUri": "bolt://user:password@graph"},
        {"metadata": "all"},
        {"defaultDatabase": "neo*"},
        {"deadlineSeconds": 0},
        {"password": "hunter2"},
    ],
    ids=str,
)
def test_the_schema_refuses_what_the_image_refuses(helm: Helm, wrong: Values) -> None:
    assert "finalize" in helm.refusal(make_finalize(wrong))
