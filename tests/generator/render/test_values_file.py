"""Scenario -> text: deterministic, faithful, explained."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from tests.generator.inputs import all_inputs, make_scenario
from tests.generator.render.containers import RESTORE_CONTAINER

from neo4j_scenarios.charts.environment import environment
from neo4j_scenarios.errors import RenderError
from neo4j_scenarios.parse import parse
from neo4j_scenarios.render.values_file import render
from neo4j_scenarios.targets import TARGETS

GSA = "restore@project.iam.gserviceaccount.com"
RECLAIM = {"space_mode": "reclaim", "force_overwrite": "true", "accept_data_loss": "true"}


@settings(deadline=None)
@given(all_inputs())
def test_the_same_scenario_gives_the_same_bytes(given: dict[str, str]) -> None:
    text = render(parse(given))
    assert text == render(parse(dict(reversed(given.items()))))
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "\r" not in text
    assert all(line == line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize(("locale", "seed"), [("C", "0"), ("en_US.ISO-8859-1", "1"), ("C.UTF-8", "random")])
def test_locale_and_hash_seed_do_not_change_a_byte(locale: str, seed: str) -> None:
    program = str(Path(sys.executable).with_name("neo4j-scenarios"))
    flags = ["--bucket", "gs://bbb/größe", "--database", "neo4j"]
    surroundings = {"PATH": os.environ["PATH"], "LC_ALL": locale, "PYTHONHASHSEED": seed}
    done = subprocess.run(
        [program, "new", "single-instance", *flags], capture_output=True, check=True, env=surroundings
    )
    assert done.stdout.decode() == render(make_scenario(bucket="gs://bbb/größe"))


@settings(deadline=None)
@given(all_inputs())
def test_the_container_of_a_foreign_chart_has_just_the_environment_asked_for(given: dict[str, str]) -> None:
    scenario = parse(given)
    values = yaml.safe_load(render(scenario))
    if scenario.target.name in RESTORE_CONTAINER:
        variables = RESTORE_CONTAINER[scenario.target.name](values)["env"]
        assert {item["name"]: item["value"] for item in variables} == environment(scenario)
        assert all(isinstance(item["value"], str) for item in variables)


@pytest.mark.parametrize("target", TARGETS)
def test_texts_that_look_like_other_types_stay_texts(target: str) -> None:
    given = {"force_overwrite": "once", "restore_id": "007", "timestamp": "2026-01-31", "backup_set_dir": "off"}
    text = render(make_scenario(target=target, **given))
    for value in ["once", "007", "2026-01-31", "off", "neo4j"]:
        assert f': "{value}"' in text


@pytest.mark.parametrize("target", RESTORE_CONTAINER)
def test_a_foreign_charts_container_is_unprivileged_and_has_all_its_mounts(target: str) -> None:
    container = RESTORE_CONTAINER[target](yaml.safe_load(render(make_scenario(target=target))))
    mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
    assert sorted(mounts) == ["/auth", "/data", "/tmp"]  # noqa: S108 - in the pod
    assert mounts["/auth"]["readOnly"] is True
    assert container["securityContext"]["runAsUser"] == 7474
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_the_official_charts_data_volume_is_mounted_as_that_chart_mounts_it() -> None:
    values = yaml.safe_load(render(make_scenario(target="neo4j/neo4j")))
    assert {"name": "data", "mountPath": "/data", "subPathExpr": "data"} in values["podSpec"]["initContainers"][0][
        "volumeMounts"
    ]


def test_the_offline_maintenance_mode_keeps_the_container_and_is_ended_by_the_header() -> None:
    text = render(make_scenario(target="neo4j/neo4j", offline_maintenance="true"))
    values = yaml.safe_load(text)
    assert values["neo4j"]["offlineMaintenanceModeEnabled"] is True
    assert values["podSpec"]["initContainers"][0]["enabledInOfflineMaintenanceMode"] is True
    assert "helm upgrade neo4j neo4j/neo4j -f values.yaml --set neo4j.offlineMaintenanceModeEnabled=false" in text


def test_the_header_binds_the_service_account_that_the_official_chart_does_not_make() -> None:
    text = render(make_scenario(target="neo4j/neo4j", workload_identity=GSA))
    assert yaml.safe_load(text)["podSpec"]["serviceAccountName"] == "neo4j-restore"
    assert "#   kubectl create serviceaccount neo4j-restore\n" in text
    assert f"#   kubectl annotate serviceaccount neo4j-restore iam.gke.io/gcp-service-account={GSA}\n" in text


def test_the_labs_chart_runs_alone_and_its_volume_belongs_to_neo4j() -> None:
    values = yaml.safe_load(render(make_scenario(target="neo4j-helm", storage_class="fast")))
    assert values["core"]["standalone"] is True
    assert values["core"]["persistentVolume"] == {"size": "10Gi", "storageClass": "fast"}
    assert values["securityContext"]["fsGroup"] == 7474


@pytest.mark.parametrize("target", TARGETS)
def test_with_a_workload_identity_no_key_is_mounted(target: str) -> None:
    text = render(make_scenario(target=target, workload_identity=GSA, service_account="graph"))
    assert "restore-service-key" not in text
    assert "/auth" not in text
    assert '"graph"' in text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"database": "neo4j,system"}, "users and passwords become those of the backup"),
        ({"database": "graph"}, "does not know graph without system"),
        ({"force_overwrite": "once"}, "replaces the databases on the volume"),
        ({"force_overwrite": "true", "accept_data_loss": "true"}, "HAZARD, accepted by --accept-data-loss"),
        ({"emulator_host": "http://gcs:9023"}, "HAZARD: this is an emulated GCS"),
        ({"on_missing": "start-empty"}, "Neo4j starts without its data. A wrong bucket or path looks the same."),
        ({"on_stale_latest": "latest"}, "is restored even if a stamped set is newer"),
        ({"on_stale_latest": "newest"}, "that set is restored"),
        ({"ignore_objects": "old/*"}, "objects that match these patterns are never used as backups"),
        ({"require_checksum": "true"}, "can't be verified by the store"),
        ({"consistency_check": "true"}, "looks for inconsistencies in each staged store"),
        (RECLAIM, "HAZARD, accepted by --accept-data-loss: the old data is deleted before the new data is there"),
        ({"keep_previous": "true"}, "neo4j-restore rollback puts it back"),
        ({"not_after": "2026-02-28T00:00:00Z"}, "a pod without a requested database does not start"),
    ],
    ids=[
        *("system", "other database", "once", "true", "emulator", "start empty", "stale", "newest", "ignored"),
        *("checksum", "check", "reclaim", "previous", "expiry"),
    ],
)
@pytest.mark.parametrize("target", TARGETS)
def test_a_hazard_is_told_beside_its_setting(target: str, changes: dict[str, str], expected: str) -> None:
    text = render(make_scenario(target=target, **changes))
    assert expected in " ".join(text.replace("#", " ").split())


def test_auth_files_of_3_x_are_told_beside_their_setting() -> None:
    text = render(make_scenario(target="neo4j-restore", auth_files="true", database="graph.db", neo4j_tag="3.5.35"))
    said = " ".join(text.replace("#", " ").split())
    assert "become those of the files auth and roles" in said
    assert "data/dbms, which are restored too, as below" in said
    assert "stay those of this server" not in said


@pytest.mark.parametrize(
    ("target", "tag", "migrate", "expected"),
    [
        ("neo4j-restore", "5.26.30", "true", "is migrated by neo4j-admin before it goes live"),
        ("neo4j/neo4j", "2026.08.1", "true", "is migrated by neo4j-admin before it goes live"),
        ("neo4j-helm", "4.4.10", "by-server", "HAZARD: a store of an older Neo4j is restored as it is"),
        ("neo4j-restore", "4.4.48", "by-server", "if it has dbms.allow_upgrade=true"),
    ],
)
def test_a_migration_is_told_beside_it(target: str, tag: str, migrate: str, expected: str) -> None:
    text = render(make_scenario(target=target, neo4j_tag=tag, migrate=migrate))
    assert expected in " ".join(text.replace("#", " ").split())


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("120", "committed with this transaction or a later one is not restored"),
        ("2026-01-31T02:30:00Z", "committed from this time on is not restored"),
    ],
)
@pytest.mark.parametrize("target", ["neo4j-restore", "neo4j/neo4j"])
def test_the_point_of_a_restore_is_told_beside_it(target: str, until: str, expected: str) -> None:
    enterprise = {"edition": "enterprise", "accept_license": "yes"}
    text = render(make_scenario(target=target, restore_until=until, **enterprise))
    assert expected in " ".join(text.replace("#", " ").split())


@pytest.mark.parametrize(
    ("changes", "room"),
    [
        ({}, "Space for the databases, and as much again while a restore runs."),
        ({"keep_previous": "true"}, "as much again for the data that is kept, and as much again while"),
        (RECLAIM, "Space for the databases. Replaced data is removed first."),
    ],
    ids=["usual", "previous", "reclaim"],
)
@pytest.mark.parametrize("target", TARGETS)
def test_the_room_that_the_volume_needs_is_told_beside_its_size(
    target: str, changes: dict[str, str], room: str
) -> None:
    text = render(make_scenario(target=target, **changes))
    assert room in " ".join(text.replace("#", " ").split())


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "broken",
    [{"release": "graph\nevil: true"}, {"restore_id": "a\x85b"}, {"storage_size": "much"}],
    ids=["comment that breaks out", "text that YAML folds", "against the schema"],
)
def test_a_text_that_does_not_say_what_was_asked_for_is_never_given_out(target: str, broken: dict[str, str]) -> None:
    scenario = make_scenario(target=target)._replace(**broken)  # type: ignore[arg-type] # past the rules
    with pytest.raises(
        RenderError, match=r"differs from the scenario|is not YAML|is not valid|does not match|is not an amount"
    ):
        render(scenario)


@pytest.mark.parametrize(
    ("target", "place", "key"),
    [
        ("neo4j-restore", ("auth", "existingSecret"), "NEO4J_AUTH"),
        ("neo4j/neo4j", ("neo4j", "passwordFromSecret"), "NEO4J_AUTH"),
        ("neo4j-helm", ("existingPasswordSecret",), "neo4j-password"),
    ],
)
def test_the_first_password_comes_from_a_secret_in_every_chart(target: str, place: tuple[str, ...], key: str) -> None:
    text = render(make_scenario(target=target, password_secret="first"))
    values = yaml.safe_load(text)
    for step in place:
        values = values[step]
    assert values == "first"
    assert f"kubectl create secret generic first --from-file={key}=AUTH-FILE" in text
    assert all(word not in render(make_scenario(target=target)) for word in ("AUTH-FILE", place[-1]))
