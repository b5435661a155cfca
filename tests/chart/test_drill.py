"""`drill.enabled` renders a CronJob that restores into a volume of its own, and asks a Neo4j that runs there."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.chart.helm import CHART, Helm, Object, Values, env, load, make_values, mounts, volumes
from tests.chart.notes import notes

from neo4j_restore import settings, spec
from neo4j_restore.drill import options

ALL = load(CHART / "ci" / "drill-values.yaml")
COUNT = {"query": "MATCH (n) RETURN count(n)", "expect": {"atLeast": 1000}}


def make_drill(drill: Values | None = None, restore: Values | None = None, **others: object) -> Values:
    return make_values(restore, drill={"enabled": True, "assertions": [COUNT], **(drill or {})}, **others)


def job(helm: Helm, values: Values) -> Object:
    spec: Object = helm.template(values).only("CronJob")["spec"]["jobTemplate"]["spec"]
    return spec


def pod(helm: Helm, values: Values) -> Object:
    spec: Object = job(helm, values)["template"]["spec"]
    return spec


def containers(helm: Helm, values: Values) -> dict[str, Object]:
    spec = pod(helm, values)
    return {each["name"]: each for each in [*spec["initContainers"], *spec["containers"]]}


def test_there_is_no_drill_unless_asked_for(helm: Helm) -> None:
    assert not {"CronJob", "PrometheusRule"} & {item["kind"] for item in helm.template(make_values())}


def test_neo4j_starts_after_the_restore_and_runs_while_it_is_asked(helm: Helm) -> None:
    restore, neo4j = pod(helm, make_drill())["initContainers"]
    (drill,) = pod(helm, make_drill())["containers"]
    assert (restore["name"], neo4j["name"], drill["name"]) == ("restore", "neo4j", "drill")
    assert (neo4j["restartPolicy"], "restartPolicy" in restore) == ("Always", False)
    assert (restore["args"], drill["args"]) == (["run"], ["drill", "--json"])
    assert restore["image"] == drill["image"]
    assert neo4j["image"] == helm.template(make_drill()).neo4j["image"]


@pytest.mark.parametrize("data", [{}, {"existingClaim": "graph"}, {"subPath": "data"}], ids=str)
def test_it_never_sees_the_volume_of_the_release(helm: Helm, data: Values) -> None:
    spec = pod(helm, make_drill(data=data))
    assert "persistentVolumeClaim" not in json.dumps(spec["volumes"])
    data_volume = volumes(spec)["data"]
    assert data_volume["ephemeral"]["volumeClaimTemplate"]["spec"]["resources"]["requests"]["storage"] == "10Gi"
    places = [mounts(each)["data"] for each in containers(helm, make_drill(data=data)).values()]
    assert all(place == places[0] for place in places)


def test_the_disk_of_the_node_is_bounded(helm: Helm) -> None:
    spec = pod(helm, make_drill({"volume": {"emptyDir": True, "size": "20Gi"}}))
    assert volumes(spec)["data"] == {"name": "data", "emptyDir": {"sizeLimit": "20Gi"}}


def test_it_restores_the_newest_set_whatever_the_release_asks_for(helm: Helm) -> None:
    request = {
        "timestamp": "2026-01-31T02:00:00Z",
        "restoreUntil": "2026-01-31T01:00:00Z",
        "forceOverwrite": "true",
        "acceptDataLoss": True,
        "spaceMode": "reclaim",
        "notAfter": "2026-01-31T02:00:00Z",
        "onMissing": "start-empty",
        "command": "run",
    }
    given = env(containers(helm, make_drill({}, request))["restore"])
    taken = settings.from_environment(given)
    assert (given["TIMESTAMP"], given["CONSISTENCY_CHECK"], given["BUCKET"]) == (
        "latest",
        "true",
        "gs://graph-backups/production",
    )
    assert taken.policy.overwrite is spec.Overwrite.NEVER
    assert taken.policy.on_missing is spec.OnMissing.FAIL
    assert (taken.request.not_after, taken.request.until, taken.request.restore_id) == (None, None, "")
    # The copy is on no volume of the release, and its Neo4j is not a member of a cluster.
    assert not {"VOLUME_ID", "ON_FOREIGN_VOLUME", "CLUSTER_MEMBERS", "ON_LIVING_CLUSTER"} & given.keys()


def test_all_values_reach_the_container_that_asks_and_are_taken_by_the_image(helm: Helm) -> None:
    by_name = containers(helm, ALL)
    taken = options.from_environment(env(by_name["drill"]))
    assert [assertion.database for assertion in taken.assertions] == ["neo4j", "", ""]
    assert (taken.seconds, str(taken.metrics_file)) == (600, "/metrics/drill.prom")
    assert taken.pushgateway == "http://pushgateway.monitoring:9091"
    assert taken.name == "eu-west.default.graph-neo4j-restore"
    assert env(by_name["drill"])["NO_PROXY"] == "monitoring"
    assert env(by_name["neo4j"])["NEO4J_server_memory_heap_max__size"] == "1g"
    assert by_name["neo4j"]["resources"] == ALL["drill"]["resources"]
    cron = helm.template(ALL).only("CronJob")["spec"]
    assert (cron["schedule"], cron["timeZone"], cron["suspend"]) == ("45 2 * * 1-5", "Europe/Berlin", True)


@pytest.mark.parametrize(
    ("tag", "setting"),
    [
        ("2026.08.1", "NEO4J_server_default__listen__address"),
        ("5.26.30-enterprise", "NEO4J_server_default__listen__address"),
        ("4.4.48", "NEO4J_dbms_default__listen__address"),
        ("3.5.35", "NEO4J_dbms_connectors_default__listen__address"),
    ],
)
def test_only_the_pod_itself_reaches_the_copy_which_asks_for_no_password(helm: Helm, tag: str, setting: str) -> None:
    values = make_drill(image={"tag": tag}, auth={"existingSecret": "graph-password"})
    environment = env(containers(helm, values)["neo4j"])
    assert (environment["NEO4J_AUTH"], environment[setting]) == ("none", "localhost")
    # No query reads a file of the pod, such as one that the restore left in the data folder.
    assert environment["NEO4J_dbms_security_allow__csv__import__from__file__urls"] == "false"
    assert "ports" not in containers(helm, values)["neo4j"]


def test_what_the_next_pod_would_have_too_is_not_tried_again(helm: Helm) -> None:
    rules = job(helm, make_drill())["podFailurePolicy"]["rules"]
    codes = {each["onExitCodes"]["containerName"]: each["onExitCodes"]["values"] for each in rules[1:]}
    assert {2, 10, 11, 31} <= set(codes["restore"])
    assert 42 in codes["drill"]
    assert 40 not in codes["drill"]
    assert {code for each in codes.values() for code in each} <= spec.EXIT_CODES.keys()
    assert rules[0]["action"] == "Ignore"


def test_it_is_as_confined_as_neo4j_and_no_service_selects_it(helm: Helm) -> None:
    rendered = helm.template(make_drill())
    spec = pod(helm, make_drill())
    assert spec["securityContext"] == rendered.pod["securityContext"]
    assert containers(helm, make_drill())["drill"]["securityContext"] == rendered.restore["securityContext"]
    labels = job(helm, make_drill())["template"]["metadata"]["labels"]
    assert not rendered.only("Service")["spec"]["selector"].items() <= labels.items()


def test_alerts_are_about_the_metrics_of_this_release(helm: Helm) -> None:
    given = {"pushgatewayUrl": "http://gateway:9091", "prometheusRule": {"enabled": True, "maxAgeSeconds": 90000}}
    rule = helm.template(make_drill(given)).only("PrometheusRule")
    alerts = {each["alert"]: each["expr"] for each in rule["spec"]["groups"][0]["rules"]}
    name = env(containers(helm, make_drill(given))["drill"])["DRILL_NAME"]
    assert alerts.keys() == {"Neo4jDrillMissing", "Neo4jDrillAssertionsFailed", "Neo4jBackupOld"}
    assert all(f'{{name="{name}"}}' in each for each in alerts.values())
    assert "> 90000" in alerts["Neo4jDrillMissing"]


@pytest.mark.parametrize("release", ["g", "r" * 53], ids=["short", "longest"])
def test_the_name_leaves_room_for_that_of_its_jobs(helm: Helm, release: str) -> None:
    assert len(helm.template(make_drill(), release=release).only("CronJob")["metadata"]["name"]) <= 52


def test_the_notes_say_how_to_run_one_now(helm: Helm, speaking_chart: Path) -> None:
    said = notes(helm, speaking_chart, make_drill())
    name = "graph-neo4j-restore-drill"
    assert f"kubectl --namespace default create job {name}-now --from=cronjob/{name}" in said
    assert "It starts Neo4j there and queries it, assertions: 1." in said
    assert "drill.assertions is empty" in notes(helm, speaking_chart, make_drill({"assertions": []}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"schedule": "nightly"},
        {"assertions": [{"expect": 1}]},
        {"assertions": [{"query": "RETURN 1", "expect": {}}]},
        {"assertions": [{"query": "RETURN 1", "expect": {"atLeast": "1"}}]},
        {"assertions": [{"query": "RETURN 1", "expected": 1}]},
        {"pushgatewayUrl": "gateway:9091"},
        {"metricsFile": "drill.prom"},
        {"timestamp": 20260131},
    ],
    ids=str,
)
def test_the_schema_refuses_what_the_image_refuses(helm: Helm, wrong: Values) -> None:
    key = next(iter(wrong))
    refusal = helm.refusal(make_drill(wrong))
    assert f"/drill/{key}" in refusal or f"drill.{key}" in refusal


def test_alerts_without_metrics_are_refused(helm: Helm) -> None:
    refusal = helm.refusal(make_drill({"prometheusRule": {"enabled": True}}))
    assert "drill.prometheusRule.enabled needs metrics: set drill.pushgatewayUrl, or drill.metricsFile" in refusal


def test_a_cluster_without_native_sidecars_is_told(helm: Helm) -> None:
    done = helm.outcome(make_drill(), kubernetes="1.28")
    assert "drill.enabled needs Kubernetes 1.29 or later" in done.stderr


def test_the_container_that_asks_reaches_the_bucket_as_the_restore_does(helm: Helm) -> None:
    restore = {
        "bucket": "s3://graph-backups/production",
        "endpointUrl": "https://minio.example:9000",
        "region": "eu-central-1",
        "caBundle": {"configMapName": "ca"},
        "encryptionKey": {"secretName": "encryption"},
        "ageIdentity": {"secretName": "age"},
        "extraEnv": [{"name": "AWS_ROLE_ARN", "value": "role"}],
    }
    values = make_drill({}, restore)
    by_name = containers(helm, values)
    asks, restores = env(by_name["drill"]), env(by_name["restore"])
    taken = options.from_environment(asks).bucket
    assert taken is not None
    assert taken.access == replace(settings.from_environment(restores).access, age_identity=None)
    assert taken.request.bucket == settings.from_environment(restores).request.bucket
    assert {"AWS_ROLE_ARN", "CREDENTIALS_FILE"} <= asks.keys()
    places = mounts(by_name["drill"])
    assert {"restore-service-key", "restore-certificates", "restore-encryption-key"} <= places.keys()
    # Only a set may be encrypted with age.
    assert "restore-age-identity" not in places


def test_a_key_of_its_own_may_write_and_the_restore_keeps_the_one_that_reads(helm: Helm) -> None:
    values = make_drill({"results": {"secretName": "drill-key"}})
    by_name = containers(helm, values)
    key = env(by_name["drill"])["GOOGLE_APPLICATION_CREDENTIALS"]
    assert key == env(by_name["restore"])["GOOGLE_APPLICATION_CREDENTIALS"]
    assert {name for name in mounts(by_name["drill"]) if mounts(by_name["drill"])[name]["mountPath"] == "/auth"} == {
        "drill-result-key"
    }
    assert "drill-result-key" not in mounts(by_name["restore"])
    secret = volumes(pod(helm, values))["drill-result-key"]["secret"]
    assert (secret["secretName"], secret["optional"]) == ("drill-key", True)
    assert env(by_name["drill"])["SECRET_NAME"] == "drill-key"


def test_without_results_the_container_that_asks_has_no_key(helm: Helm) -> None:
    by_name = containers(helm, make_drill({"results": {"enabled": False, "secretName": "drill-key"}}))
    assert options.from_environment(env(by_name["drill"])).bucket is None
    assert mounts(by_name["drill"]).keys() == {"data", "restore-tmp"}


def test_a_bucket_of_files_is_mounted_for_the_result_too(helm: Helm) -> None:
    mount = {"name": "backups", "mountPath": "/backups"}
    claim = {"name": "backups", "persistentVolumeClaim": {"claimName": "backups"}}
    restore = {"bucket": "file:///backups", "secretName": "", "extraVolumeMounts": [mount]}
    values = make_drill({}, restore, extraVolumes=[claim])
    assert mounts(containers(helm, values)["drill"])["backups"]["mountPath"] == "/backups"


def test_the_notes_say_where_the_result_is_and_who_says_how_long_a_restore_takes(
    helm: Helm, speaking_chart: Path
) -> None:
    said = notes(helm, speaking_chart, make_drill())
    assert (
        "below gs://graph-backups/production/drills/, if the key in the secret restore-service-key may create" in said
    )
    assert "`helm test` says how long a restore of this release will take (forecast)." in said
    own = notes(helm, speaking_chart, make_drill({"results": {"secretName": "drill-key"}}))
    assert "if the key in the secret drill-key may create objects there" in own
    assert "/drills/" not in notes(helm, speaking_chart, make_drill({"results": {"enabled": False}}))


def test_the_notes_of_a_release_that_only_restores_have_the_drill_too(helm: Helm, speaking_chart: Path) -> None:
    values = make_drill({}, {"mode": "job", "into": ["data-prod-0"]})
    said = notes(helm, speaking_chart, values)
    assert "create job graph-neo4j-restore-drill-now --from=cronjob/graph-neo4j-restore-drill" in said
    assert "/drills/, if the key" in said
    assert "helm test" not in said
    assert not {"StatefulSet", "Service"} & {item["kind"] for item in helm.template(values)}


def test_a_network_policy_lets_the_drill_reach_its_pushgateway(helm: Helm) -> None:
    for url, port in (("http://gateway:9091", 9091), ("https://gateway", 443), ("http://gateway/p", 80)):
        policy = helm.template(make_drill({"pushgatewayUrl": url}, networkPolicy={"enabled": True}))
        rules = policy.only("NetworkPolicy")["spec"]["egress"]
        assert port in [each["port"] for rule in rules for each in rule.get("ports", [])]
