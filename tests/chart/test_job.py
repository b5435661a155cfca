"""`restore.mode: job` renders a Job for each claim, and no Neo4j."""

from pathlib import Path

import pytest
from tests.chart.helm import CHART, Helm, Object, Rendered, Values, env, load, make_values, mounts, volumes
from tests.chart.notes import notes

from neo4j_restore import settings, spec

CLUSTER = load(CHART / "ci" / "job-cluster-values.yaml")


def make_job(restore: Values | None = None, **others: object) -> Values:
    return make_values({"mode": "job", "into": ["data-prod-0"], **(restore or {})}, **others)


def jobs(rendered: Rendered) -> list[Object]:
    return [item for item in rendered if item["kind"] == "Job"]


def pod(job: Object) -> Object:
    spec: Object = job["spec"]["template"]["spec"]
    return spec


def container(job: Object) -> Object:
    (spec,) = pod(job)["containers"]
    one: Object = spec
    return one


def test_a_release_that_restores_into_another_one_s_claim_has_one_job_and_no_neo4j(helm: Helm) -> None:
    rendered = helm.template(make_job())
    assert sorted(item["kind"] for item in rendered) == ["Job", "ServiceAccount"]
    (job,) = jobs(rendered)
    assert volumes(pod(job))["data"]["persistentVolumeClaim"] == {"claimName": "data-prod-0"}


def test_without_the_mode_there_is_no_job_and_no_claim(helm: Helm) -> None:
    assert not {"Job", "PersistentVolumeClaim"} & {item["kind"] for item in helm.template(make_values())}


def test_the_job_runs_what_the_init_container_would_run(helm: Helm) -> None:
    values = {"keepPrevious": True, "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}]}
    (job,) = jobs(helm.template(make_job(values)))
    rendered = helm.template(make_values(values))
    mine, its = env(container(job)), env(rendered.restore)
    # Each is named by its claim, for the receipt.
    assert (mine.pop("VOLUME_ID"), its.pop("VOLUME_ID")) == (
        "default/data-prod-0",
        "default/data-graph-neo4j-restore-0",
    )
    assert (mine, container(job) | {"env": []}) == (its, rendered.restore | {"env": []})
    assert pod(job)["securityContext"] == rendered.pod["securityContext"]
    assert mounts(container(job)).keys() == volumes(pod(job)).keys()
    assert settings.from_environment(env(container(job))).policy.keep_previous


def test_each_claim_of_a_cluster_gets_its_own_job_for_the_same_set(helm: Helm) -> None:
    made = jobs(helm.template(CLUSTER))
    claims = [volumes(pod(job))["data"]["persistentVolumeClaim"]["claimName"] for job in made]
    assert claims == CLUSTER["restore"]["into"]
    assert len({job["metadata"]["name"] for job in made}) == len(claims)
    first, *others = [env(container(job)) for job in made]
    assert [each.pop("VOLUME_ID") for each in (first, *others)] == [f"default/{claim}" for claim in claims]
    assert all(other == first for other in others)
    assert {mounts(container(job))["data"]["subPath"] for job in made} == {"data"}


def test_a_changed_request_is_a_new_job_and_the_same_values_are_the_same_one(helm: Helm) -> None:
    def name(values: Values) -> str:
        (job,) = jobs(helm.template(values))
        return str(job["metadata"]["name"])

    assert name(make_job()) == name(make_job(job={"backoffLimit": 9}))
    assert name(make_job()) != name(make_job({"timestamp": "2026-01-31T02:00:00Z"}))


@pytest.mark.parametrize("release", ["g", "r" * 53], ids=["short", "longest"])
@pytest.mark.parametrize("claim", ["a", "data-core.1", "c" * 253], ids=len)
def test_the_name_of_a_job_fits_the_label_that_kubernetes_makes_of_it(helm: Helm, release: str, claim: str) -> None:
    (job,) = jobs(helm.template(make_job({"into": [claim]}), release=release))
    assert len(job["metadata"]["name"]) <= 63
    assert "." not in job["metadata"]["name"]


def test_every_exit_code_ends_the_job_at_once_or_is_tried_again(helm: Helm) -> None:
    (job,) = jobs(helm.template(make_job()))
    disrupted, failed = job["spec"]["podFailurePolicy"]["rules"]
    disruption = {"type": "DisruptionTarget", "status": "True"}
    assert (disrupted["action"], disrupted["onPodConditions"]) == ("Ignore", [disruption])
    assert (failed["action"], failed["onExitCodes"]["containerName"]) == ("FailJob", container(job)["name"])
    # 40 to 42 are of `finalize` and `drill`.
    tried_again = {0, 13, 14, 20, 40, 41, 42}
    assert set(failed["onExitCodes"]["values"]) == spec.EXIT_CODES.keys() - tried_again
    assert pod(job)["restartPolicy"] == "Never"


def test_kubernetes_without_failure_policies_counts_every_failure(helm: Helm) -> None:
    (job,) = jobs(helm.template(make_job(), kubernetes="1.25"))
    assert "podFailurePolicy" not in job["spec"]


def test_the_limits_of_the_job_are_its_values_and_zero_is_none(helm: Helm) -> None:
    (job,) = jobs(helm.template(make_job()))
    assert [job["spec"][key] for key in ("backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished")] == [
        6,
        86400,
        86400,
    ]
    none = {"backoffLimit": 0, "activeDeadlineSeconds": 0, "ttlSecondsAfterFinished": 0}
    (job,) = jobs(helm.template(make_job(job=none)))
    assert job["spec"]["backoffLimit"] == 0
    assert not {"activeDeadlineSeconds", "ttlSecondsAfterFinished"} & job["spec"].keys()


def test_a_claim_is_created_only_where_that_is_asked_for_and_outlives_the_release(helm: Helm) -> None:
    data = {"size": "50Gi", "storageClass": "fast", "accessModes": ["ReadWriteOncePod"]}
    claim = helm.template(make_job(job={"createClaims": True}, data=data)).only("PersistentVolumeClaim")
    assert claim["metadata"]["name"] == "data-prod-0"
    assert claim["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"
    assert claim["spec"] == {
        "accessModes": ["ReadWriteOncePod"],
        "storageClassName": "fast",
        "resources": {"requests": {"storage": "50Gi"}},
    }


def test_the_pod_of_a_job_is_not_selected_by_a_service_of_neo4j(helm: Helm) -> None:
    labels = {"azure.workload.identity/use": "true"}
    (job,) = jobs(helm.template(make_job(podLabels=labels, podAnnotations={"a": "b"})))
    metadata = job["spec"]["template"]["metadata"]
    selector = helm.template(make_values()).only("Service")["spec"]["selector"]
    assert not selector.items() <= metadata["labels"].items()
    assert labels.items() <= metadata["labels"].items()
    assert metadata["annotations"] == {"a": "b"}


def test_init_containers_of_one_s_own_run_before_the_restore(helm: Helm) -> None:
    (job,) = jobs(helm.template(make_job(initContainersBefore=[{"name": "fetch-key"}])))
    assert [each["name"] for each in pod(job)["initContainers"]] == ["fetch-key"]


SAID = {
    "what": (make_job(), "A Job restores neo4j from gs://graph-backups/production, set: latest."),
    "rollback": (make_job({"command": "rollback"}), "A Job puts back the data that the last restore replaced"),
    "claim": (make_job(), "claim data-prod-0: job/graph-neo4j-restore-data-prod-0-"),
    "stop": (make_job(), "kubectl --namespace default scale statefulset NAME --replicas=0"),
    "missing": (make_job(), "With job.createClaims this release creates it."),
    "watch": (make_job(), "kubectl --namespace default logs job/graph-neo4j-restore-data-prod-0-"),
    "end": (make_job(), "--for=jsonpath='{.status.conditions}'"),
    "next": (make_job(), "Now install Neo4j so that it uses the claim, or scale it up again"),
    "again": (make_job(), "kubectl --namespace default delete job/graph-neo4j-restore-data-prod-0-"),
    "key": (make_job(), "create secret generic restore-service-key --from-file=credentials.json=KEY.json"),
    "uninstall": (make_job(), "The claims stay:\n  helm --namespace default uninstall graph"),
}


@pytest.mark.parametrize(("values", "said"), SAID.values(), ids=SAID)
def test_the_notes_say_how_to_watch_the_job_and_what_comes_next(
    helm: Helm, speaking_chart: Path, values: Values, said: str
) -> None:
    text = notes(helm, speaking_chart, values)
    assert said in text
    assert "port-forward" not in text


REFUSED = {
    "no-claim": (make_job({"into": []}), "restore.into is empty: name the claims"),
    "claim-twice": (make_job({"into": ["a", "a"], "timestamp": "2026-01-31"}), "names a claim twice in a, a"),
    "latest-of-each": (make_job({"into": ["a", "b"]}), "names 2 claims, and restore.timestamp is latest"),
    "other-mode": (make_values({"into": ["data-prod-0"]}), "set restore.mode: job, or clear restore.into"),
    "idle-create": (make_values(job={"createClaims": True}), "job.createClaims has no effect with restore.mode init"),
    "off": (make_job({"enabled": False}), "nothing to do with restore.enabled false"),
    "volume": (make_job(data={"existingClaim": "old"}), "data.existingClaim have no effect with restore.mode job"),
    "finalize": (
        make_job(finalize={"enabled": True}, auth={"existingSecret": "login"}),
        "finalize.enabled needs the Neo4j of this release",
    ),
}


@pytest.mark.parametrize(("values", "said"), REFUSED.values(), ids=REFUSED)
def test_what_a_job_can_not_do_is_refused_with_what_to_write_instead(helm: Helm, values: Values, said: str) -> None:
    refusal = helm.refusal(values)
    assert "error: a problem in the values:" in refusal
    assert said in refusal


@pytest.mark.parametrize("wrong", [{"mode": "pod"}, {"into": "data-prod-0"}, {"into": ["Data"]}], ids=str)
def test_a_malformed_value_is_refused_by_its_place(helm: Helm, wrong: Values) -> None:
    key = next(iter(wrong))
    refusal = helm.refusal(make_job(wrong))
    assert f"/restore/{key}" in refusal or f"restore.{key}" in refusal
