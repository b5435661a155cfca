"""What a scenario asks for is what the restore container gets: flags -> values file -> Helm -> pod -> settings."""

import json
from datetime import datetime
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.chart.helm import ROOT, Helm
from tests.contract.meaning import meant
from tests.generator.inputs import all_inputs, make_scenario

from neo4j_restore import spec
from neo4j_restore.errors import RestoreError
from neo4j_restore.settings import from_environment
from neo4j_scenarios.charts.environment import environment
from neo4j_scenarios.charts.volumes import mounts as _mounts
from neo4j_scenarios.charts.volumes import volumes as _volumes
from neo4j_scenarios.inputs.fields import access, deployment, request
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.output.scenario_folder import scenarios
from neo4j_scenarios.parse import parse
from neo4j_scenarios.render.values_file import render
from neo4j_scenarios.targets import NEO4J_RESTORE

GSA = "restore@project.iam.gserviceaccount.com"

SCENARIOS = {
    "least": {},
    "system": {"database": "neo4j,system"},
    "once": {"force_overwrite": "once", "restore_id": "007"},
    "always": {"force_overwrite": "true", "accept_data_loss": "true"},
    "previous": {"keep_previous": "true", "not_after": "2026-02-28T01:00:00+01:00"},
    "empty": {"on_missing": "start-empty"},
    "choice": {"on_stale_latest": "newest", "ignore_objects": "neo4j-test*, old/*", "require_checksum": "true"},
    "check": {"consistency_check": "true"},
    "auth files": {"auth_files": "true", "database": "graph.db", "neo4j_tag": "3.5.35"},
    "migrate": {"migrate": "true"},
    "by server": {"migrate": "by-server", "neo4j_tag": "4.4.48"},
    "until a time": {"restore_until": "2026-01-31T03:30:00+01:00", "edition": "enterprise", "accept_license": "yes"},
    "until a transaction": {"restore_until": "120", "edition": "enterprise", "accept_license": "yes"},
    "drill": {"drill": "true", "drill_assertions": '[{"query": "RETURN 1", "expect": 1}]'},
    "drill results": {"drill": "true", "drill_results_secret": "drill-key", "drill_cluster": "prod-eu.1"},
    "finalize": {"finalize": "true", "password_secret": "graph-login", "database": "neo4j,movies"},
    "virtual": {"bucket": "s3://graph-backups/p", "addressing_style": "virtual"},
    "reclaim": {"force_overwrite": "true", "accept_data_loss": "true", "space_mode": "reclaim"},
    "moment": {"timestamp": "2026-01-31T03:00:00+01:00"},
    "stamp": {"timestamp": "2026-01-31-02:00:00", "backup_set_dir": "backups/größe", "purge_on_complete": "false"},
    "identity": {"workload_identity": GSA},
    "given account": {"workload_identity": GSA, "service_account": "graph"},
    "enterprise": {"edition": "enterprise", "accept_license": "yes"},
    "emulator": {"emulator_host": "http://gcs:9023", "log_format": "json", "heap_size": "2g"},
    "aws": {
        "bucket": "s3://graph-backups/p",
        "endpoint_url": "https://minio:9000",
        "bucket_region": "eu-central-1",
        "ca_bundle": "configmap/authorities/root.pem",
        "requester_pays": "true",
        "encryption_key": "secret/sse",
        "secret_key": "aws.txt",
    },
    "aws role": {"bucket": "s3://graph-backups", "workload_identity": "arn:aws:iam::123456789012:role/restore"},
    "azure": {"bucket": "azb://graphbackups/neo4j/p", "ca_bundle": "secret/authorities"},
    "payer": {"requester_pays": "billing-project"},
    "age": {"age_identity": "secret/backup-age/id.txt"},
    "pace": {"connections": "8", "deadline_seconds": "3600", "start_jitter_seconds": "300"},
    "folder": {"bucket": "file:///backups/p", "backup_claim": "nas"},
    "rename": {"database": "staging=neo4j,system"},
    "images": {"restore_image": "registry.example:5000/team/restore", "restore_digest": "sha256:" + "0a" * 32},
}

READY_MADE = {
    f"{path.parent.name}-{scenario.target.slug}": scenario
    for path in sorted((ROOT / "scenarios").glob("*/scenario.yaml"))
    for scenario in scenarios(path)
}


def pod(chart: Helm, scenario: Scenario) -> dict[str, Any]:
    """Return the spec of the pod that the chart makes of a scenario's values file."""
    (made,) = pods(chart, scenario)
    return made


def pods(chart: Helm, scenario: Scenario) -> list[dict[str, Any]]:
    """Return the specs of the pods: one for the servers, and one for the read replicas."""
    made = chart.template(render(scenario), release=scenario.release)
    return [item["spec"]["template"]["spec"] for item in made if item["kind"] == "StatefulSet"]


@pytest.mark.parametrize("changes", SCENARIOS.values(), ids=SCENARIOS)
def test_the_charts_restore_container_gets_what_the_scenario_asks_for(chart: Helm, changes: dict[str, str]) -> None:
    scenario = make_scenario(**changes)
    (container,) = pod(chart, scenario)["initContainers"]
    variables = {item["name"]: item["value"] for item in container["env"]}
    added = {name: variables[name] for name in variables.keys() - environment(scenario).keys()}
    assert {name: variables[name] for name in environment(scenario)} == environment(scenario)
    # The chart knows the claim, and a scenario does not.
    assert added.pop("VOLUME_ID").startswith("default/data-")
    assert bool(added.pop("START_ID", "")) == scenario.finalize
    assert added.items() <= {variable.name: variable.default for variable in spec.VARIABLES}.items()
    meant(scenario, from_environment(variables))


def test_the_charts_job_logs_in_as_the_scenario_says(chart: Helm) -> None:
    text = render(make_scenario(**SCENARIOS["finalize"]))
    spec = chart.template(text).only("Job")["spec"]["template"]["spec"]
    assert "graph-login" in {volume.get("secret", {}).get("secretName") for volume in spec["volumes"]}
    assert "The Job of finalize, below, runs CREATE DATABASE" in " ".join(text.replace("#", " ").split())


def test_the_drills_of_a_fleet_are_spread_over_the_night_and_ask_what_the_scenario_says(chart: Helm) -> None:
    times = set()
    for name in ("eu-1", "eu-2", "us-1"):
        text = render(make_scenario(**SCENARIOS["drill"], bucket=f"gs://backups/{name}"))
        cron = chart.template(text).only("CronJob")
        times.add(cron["spec"]["schedule"])
        (asking,) = cron["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
        (assertions,) = (each["value"] for each in asking["env"] if each["name"] == "DRILL_ASSERTIONS")
        assert json.loads(assertions) == [{"query": "RETURN 1", "expect": 1}]
    assert len(times) == 3
    assert all(0 <= int(time.split()[1]) < 6 for time in times)


def test_a_drill_leaves_its_results_with_a_key_and_under_a_name_of_its_own(chart: Helm) -> None:
    text = render(make_scenario(**SCENARIOS["drill results"]))
    spec = chart.template(text).only("CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (asking,) = spec["containers"]
    variables = {each["name"]: each.get("value", "") for each in asking["env"]}
    assert variables["SECRET_NAME"] == "drill-key"
    assert variables["DRILL_NAME"].startswith("prod-eu.1.")
    assert "drill-key" in {volume.get("secret", {}).get("secretName") for volume in spec["volumes"]}
    assert "--key-file DRILL-KEY.json --name drill-key | kubectl apply" in text


@pytest.mark.parametrize("scenario", READY_MADE.values(), ids=READY_MADE)
def test_a_ready_made_file_gives_the_restore_container_what_its_scenario_means(chart: Helm, scenario: Scenario) -> None:
    containers = restore_containers(chart, scenario)
    assert len(containers) == (2 if scenario.read_replicas else 1)
    for container in containers:
        # Kubernetes puts the name of the pod into that of a member's volume.
        variables = {
            item["name"]: item.get("value", "graph-0").replace("$(POD_NAME)", "graph-0") for item in container["env"]
        }
        assert {name: variables[name] for name in environment(scenario)} == environment(scenario)
        meant(scenario, from_environment(variables))


def restore_containers(chart: Helm, scenario: Scenario) -> list[dict[str, Any]]:
    """Return the restore containers: those of our chart's pod, or as a foreign chart is given them."""
    if scenario.target is NEO4J_RESTORE:
        return [container for made in pods(chart, scenario) for container in made["initContainers"]]
    values = yaml.safe_load(render(scenario))
    blocks = [values[name] for name in ("podSpec", "core", "readReplica") if name in values]
    return [container for block in blocks for container in block["initContainers"]]


@pytest.mark.parametrize("changes", SCENARIOS.values(), ids=SCENARIOS)
def test_images_and_volumes_of_the_pod_are_those_of_the_scenario(chart: Helm, changes: dict[str, str]) -> None:
    scenario = make_scenario(**changes)
    made = pod(chart, scenario)
    ending = f"@{scenario.restore_digest}" if scenario.restore_digest else f":{scenario.restore_tag}"
    assert made["initContainers"][0]["image"].startswith(scenario.restore_image)
    assert made["initContainers"][0]["image"].endswith(ending)
    assert made["containers"][0]["image"] == f"{scenario.neo4j_image}:{scenario.neo4j_tag}"
    volumes = {volume["name"]: volume for volume in made["volumes"]}
    mounts = {mount["name"]: mount["mountPath"] for mount in made["initContainers"][0]["volumeMounts"]}
    for asked, mount in zip(_volumes(scenario), _mounts(scenario), strict=True):
        assert volumes[asked["name"]] == asked
        assert mounts[asked["name"]] == mount["mountPath"]
    assert {name for name in volumes if "secret" in volumes[name]} == {
        asked["name"] for asked in _volumes(scenario) if "secret" in asked
    }


@settings(deadline=None)
@given(all_inputs())
def test_the_image_understands_every_environment_that_a_scenario_gives(given: dict[str, str]) -> None:
    scenario = parse(given)
    meant(scenario, from_environment(environment(scenario)))


@settings(deadline=None)
@given(st.data())
def test_generator_and_image_draw_the_same_line(data: st.DataObject) -> None:
    tied = {
        request.RESTORE_ID: "RESTORE_ID",
        deployment.HEAP_SIZE: "HEAP_SIZE",
        access.EMULATOR_HOST: "STORAGE_EMULATOR_HOST",
        access.ENDPOINT_URL: "ENDPOINT_URL",
        access.BUCKET_REGION: "REGION",
    }
    field = data.draw(st.sampled_from(list(tied)), label="field")
    text = data.draw(st.text(st.sampled_from("aA0:._+-kmGh/@tps "), min_size=1, max_size=12), label="text").strip()
    assume(text)
    both = {"BUCKET": "gs://graph-backups", "DATABASE": "neo4j"}
    assert taken(lambda: field.parse(text)) == taken(lambda: from_environment({**both, tied[field]: text}))


def test_a_time_is_the_same_moment_at_both_ends() -> None:
    scenario = make_scenario(timestamp="2026-01-31T03:00:00+01:00")
    assert scenario.timestamp == "2026-01-31T02:00:00Z"
    assert spec.parse_timestamp(scenario.timestamp).moment == datetime.fromisoformat("2026-01-31T02:00:00+00:00")


def taken(call: Any) -> bool:
    """Return whether a rule takes its text."""
    try:
        call()
    except (spec.Invalid, RestoreError):
        return False
    return True
