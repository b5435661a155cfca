"""Files of other hands: what is carried over, and what is told with its place."""

from pathlib import Path

import pytest
import yaml
from tests.generator.conftest import Command
from tests.generator.importing.folder import SAMPLES
from tests.generator.inputs import make_scenario
from tests.support.says import says

from neo4j_scenarios.importing import import_values
from neo4j_scenarios.importing.imported import import_located
from neo4j_scenarios.render.values_file import render
from neo4j_scenarios.targets import TARGETS
from neo4j_scenarios.yaml.located import locate

LABS = {"scenario": "single-instance", "target": "neo4j-helm", "database": "neo4j,system"}
ENTERPRISE = {"edition": "enterprise", "accept-license": "yes"}

# What each sample becomes, and where it has what is not carried.
EXPECTED = {
    "labs-block.yaml": (
        LABS
        | ENTERPRISE
        | {
            "bucket": "gs://graph-backups",
            "purge-on-complete": "false",
            "secret": "neo4j-gcp-credentials",
            "secret-key": "credentials",
            "neo4j-tag": "4.4.10-enterprise",
            "storage-size": "50Gi",
            "storage-class": "premium-rwo",
        },
        [
            "6:1 neo4jPassword",
            "12:3 core.resources",
            "16:5 core.restore.image",
            "17:5 core.restore.imageTag",
            "23:5 core.restore.forceOverwrite",
        ],
    ),
    "labs-azure.yaml": (
        LABS
        | ENTERPRISE
        | {"secret": "azure-credentials", "secret-key": "credentials", "neo4j-tag": "4.4.10-enterprise"},
        ["6:3 core.restore.forceOverwrite", "11:5 core.restore.bucket"],
    ),
    "labs-init-container.yaml": (
        LABS
        | {
            "bucket": "gs://graph-backups/daily",
            "timestamp": "2026-01-31-02:00:00",
            "init-containers-before": '[{"name": "chown", "image": "busybox"}]',
            "restore-memory": "none",
            "secret": "neo4j-service-key",
            "neo4j-tag": "4.4.10",
        },
        [
            "9:7 core.initContainers[1].image",
            "10:7 core.initContainers[1].imagePullPolicy",
            "28:11 core.initContainers[1].env[5].value",
        ],
    ),
    "labs-cluster.yaml": (
        LABS
        | ENTERPRISE
        | {
            "scenario": "cluster",
            "bucket": "gs://graph-backups",
            "secret": "neo4j-gcp-credentials",
            "secret-key": "credentials",
            "read-replicas": "1",
            "neo4j-tag": "4.4.10-enterprise",
        },
        ["12:5 core.restore.timestamp"],
    ),
    "official.yaml": (
        {
            "scenario": "single-instance",
            "target": "neo4j/neo4j",
            "bucket": "gs://graph-backups",
            "database": "neo4j",
            "force-overwrite": "once",
            "restore-id": "incident-42",
            "secret": "graph-key",
            "secret-key": "key.json",
            "service-account": "graph",
            "release": "graph",
            "neo4j-image": "registry.example:5000/neo4j",
            "neo4j-tag": "5.26.1-enterprise",
            "restore-image": "registry.example:5000/neo4j-restore",
            "restore-digest": "sha256:" + "0a" * 32,
            "restore-memory": "none",
            "storage-size": "200Gi",
            "storage-class": "premium-rwo",
        }
        | ENTERPRISE,
        [
            "6:3 neo4j.password",
            "16:1 services",
            "30:33 podSpec.initContainers[0].env[5].value",
            "31:11 podSpec.initContainers[0].env[6]",
            "33:11 podSpec.initContainers[0].env[7].value",
            "35:11 podSpec.initContainers[0].volumeMounts[0]",
        ],
    ),
    "own.yaml": (
        {
            "scenario": "single-instance",
            "target": "neo4j-restore",
            "bucket": "gs://graph-backups/production",
            "database": "neo4j",
            "force-overwrite": "true",
            "accept-data-loss": "true",
            "workload-identity": "restore@project.iam.gserviceaccount.com",
            "neo4j-tag": "5.26.1-enterprise",
            "storage-size": "100Gi",
        }
        | ENTERPRISE,
        ["7:3 restore.retrySeconds", "18:1 config"],
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_files_of_other_hands_are_carried_and_the_rest_is_told_with_its_place(name: str) -> None:
    imported = import_values(SAMPLES / name)
    inputs, left = EXPECTED[name]
    assert imported.inputs == inputs
    assert [f"{each.place.line}:{each.place.column} {each.key}" for each in imported.left] == left


@pytest.mark.parametrize("name", sorted(EXPECTED.keys() - {"labs-azure.yaml", "labs-cluster.yaml"}))
def test_what_is_written_can_be_built(neo4j_scenarios: Command, tmp_path: Path, name: str) -> None:
    done = neo4j_scenarios("import", SAMPLES / name, "-o", tmp_path / "scenario.yaml")
    says(done, 3)
    assert done.out == ""
    assert "not imported: " in done.err
    says(neo4j_scenarios("build", tmp_path), 0)
    (values,) = tmp_path.glob("values.*.yaml")
    again = neo4j_scenarios("import", values)
    says(again, 0)
    assert again.err == ""


def test_what_only_a_person_can_decide_is_named_and_build_asks_for_it(neo4j_scenarios: Command, tmp_path: Path) -> None:
    neo4j_scenarios("import", SAMPLES / "labs-azure.yaml", "-o", tmp_path / "scenario.yaml")
    assert "# Missing, you must decide: bucket\n" in (tmp_path / "scenario.yaml").read_text()
    done = neo4j_scenarios("build", tmp_path)
    assert done.code != 0
    assert "bucket: is missing" in done.err


@pytest.mark.parametrize("name", EXPECTED)
def test_secrets_are_neither_shown_nor_written(neo4j_scenarios: Command, name: str) -> None:
    for done in (neo4j_scenarios("import", SAMPLES / name), neo4j_scenarios("import --json", SAMPLES / name)):
        assert "correct-horse" not in done.out + done.err
        assert "wJalr" not in done.out + done.err


@pytest.mark.parametrize(
    ("limit", "request_", "expected", "left"),
    [
        ("4Gi", "4Gi", "4Gi", []),
        ("4Gi", "", "4Gi", []),
        ("1280Mi", "1280Mi", "", []),
        ("4Gi", "1Gi", "", ["resources"]),
        ("", "1Gi", "", ["resources"]),
        ("", "", "none", []),
    ],
    ids=["both", "limit", "reckoned", "differ", "request", "none"],
)
def test_the_memory_of_a_container_is_carried_where_an_input_can_say_it(
    limit: str, request_: str, expected: str, left: list[str]
) -> None:
    values = yaml.safe_load(render(make_scenario(target="neo4j/neo4j")))
    container = values["podSpec"]["initContainers"][0]
    parts = {"limits": limit, "requests": request_}
    container["resources"] = {part: {"memory": amount} for part, amount in parts.items() if amount}
    imported = import_located(
        locate(yaml.safe_dump(values), "values.yaml"), TARGETS["neo4j/neo4j"], TARGETS["neo4j/neo4j"]
    )
    assert imported.inputs.get("restore-memory", "") == expected
    assert {each.key.split(".")[2] for each in imported.left} == set(left)
