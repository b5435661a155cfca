"""Clusters: every server restores the same set, or the scenario is refused."""

import pytest
from tests.generator.charts.written import written
from tests.generator.conftest import Command
from tests.generator.inputs import make_scenario
from tests.support.says import says

from neo4j_scenarios.errors import UsageError
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.render.steps import steps
from neo4j_scenarios.render.values_file import render

ENTERPRISE = {"scenario": "cluster", "edition": "enterprise", "accept_license": "yes"}
LABS = {**ENTERPRISE, "target": "neo4j-helm", "timestamp": "2026-01-31T02:00:00Z"}
OFFICIAL = {**LABS, "target": "neo4j/neo4j", "accept_first_bootstrap": "true"}


def make_cluster(**changes: str) -> Scenario:
    return make_scenario(**{**OFFICIAL, **changes})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({**LABS, "timestamp": "latest"}, "--timestamp: with 'latest', each server chooses by itself"),
        ({**OFFICIAL, "timestamp": "latest"}, "--timestamp: with 'latest', each server chooses by itself"),
        ({**LABS, "force_overwrite": "once"}, "--force-overwrite: 'once' replaces the data of one server"),
        (
            {**LABS, "force_overwrite": "true", "accept_data_loss": "true"},
            "--force-overwrite: 'true' replaces the data of one server",
        ),
        ({**LABS, "on_missing": "start-empty"}, "--on-missing: 'start-empty' lets a server start without data"),
        ({**LABS, "edition": "community", "accept_license": ""}, "--edition: the community edition has no clusters"),
        ({**OFFICIAL, "read_replicas": "1"}, "--read-replicas: the chart neo4j/neo4j has no read replicas"),
        ({**OFFICIAL, "accept_first_bootstrap": "false"}, "--accept-first-bootstrap: is missing"),
        ({**OFFICIAL, "database": "neo4j,system"}, "--database: in a cluster of Neo4j 5 or later, 'system'"),
        ({**OFFICIAL, "servers": "2"}, "--servers: '2' is not a whole number from 3 to 99"),
        ({"servers": "5"}, "--servers: '5' has no effect in the scenario single-instance"),
        ({"read_replicas": "1"}, "--read-replicas: '1' has no effect in the scenario single-instance"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_servers_that_would_differ_are_refused(changes: dict[str, str], expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_scenario(**changes)
    assert [str(caught.value)[: len(expected)]] == [expected]
    assert all(problem.hint for problem in caught.value.problems)


def test_a_chart_that_runs_one_server_names_those_that_run_clusters(neo4j_scenarios: Command) -> None:
    done = neo4j_scenarios("new cluster --bucket gs://graph-backups --database neo4j --timestamp 2026-01-31")
    says(
        done,
        2,
        "error: --target: there is no 'cluster' for the chart neo4j-restore yet: only single servers are written "
        "for it\n",
        "try: --target neo4j/neo4j (charts that can do it: neo4j/neo4j, neo4j-helm)\n",
    )


def test_an_unpinned_cluster_is_taken_with_the_word_for_it_and_told() -> None:
    text = render(make_scenario(**{**LABS, "timestamp": "latest", "unpinned": "true"}))
    assert "HERE IT IS latest, accepted by --unpinned" in " ".join(text.replace("#", " ").split())


def test_cores_and_read_replicas_of_the_labs_chart_restore_the_same() -> None:
    values = written(make_scenario(**LABS, read_replicas="2"))
    core, replica = values["core"], values["readReplica"]
    assert (core["standalone"], core["numberOfServers"], replica["numberOfServers"]) == (False, 3, 2)
    assert core["initContainers"] == replica["initContainers"]
    assert core["additionalVolumes"] == replica["additionalVolumes"]
    assert core["persistentVolume"] == replica["persistentVolume"]


def test_a_cluster_without_read_replicas_has_none() -> None:
    assert "readReplica" not in written(make_scenario(**LABS, servers="5"))


def test_the_releases_of_the_official_chart_share_one_file_and_one_name() -> None:
    scenario = make_cluster(release="graph", servers="5")
    assert written(scenario)["neo4j"] == {
        "name": "graph",
        "edition": "enterprise",
        "acceptLicenseAgreement": "yes",
        "passwordFromSecret": "graph-password",
        "minimumClusterSize": 5,
    }
    for number in range(1, 6):
        assert f"#   helm install graph-{number} neo4j/neo4j -f values.yaml\n" in render(scenario)


def test_the_way_that_neo4j_documents_stands_beside_the_one_that_it_does_not() -> None:
    text = " ".join(render(make_cluster()).replace("#", " ").split())
    assert "HAZARD, accepted by --accept-first-bootstrap" in text
    assert "OPTIONS {existingData: 'use', seedURI: 'gs://graph-backups/production/OBJECT'}" in text


def test_a_service_account_of_ones_own_needs_a_role_in_a_cluster_of_the_official_chart() -> None:
    assert "Bind a role to it" in render(make_cluster(service_account="graph"))
    assert "Bind a role to it" not in render(make_cluster())


def test_no_release_of_a_cluster_makes_what_another_one_makes() -> None:
    values = written(make_cluster(release="graph"))
    assert values["neo4j"]["passwordFromSecret"] == "graph-password"
    assert values["services"] == {"neo4j": {"enabled": False}}
    assert written(make_cluster(password_secret="first"))["neo4j"]["passwordFromSecret"] == "first"


def test_the_servers_password_is_made_before_the_first_release() -> None:
    commands = list(steps(make_cluster(release="graph")))
    made = commands.index("kubectl create secret generic graph-password --from-file=NEO4J_AUTH=AUTH-FILE")
    assert made < next(number for number, each in enumerate(commands) if each.startswith("helm install"))


def test_the_header_names_the_releases_that_there_are() -> None:
    commands = list(steps(make_cluster(release="graph", offline_maintenance="true")))
    servers = [f"graph-{number}" for number in (1, 2, 3)]
    assert [each.split()[2] for each in commands if each.startswith("helm install")] == servers
    assert [each.split()[2] for each in commands if each.startswith("helm upgrade")] == servers
    assert [each.split()[3] for each in commands if each.startswith("kubectl wait")] == [
        f"pod/{name}-0" for name in servers
    ]


def test_a_name_is_counted_with_the_number_of_its_server() -> None:
    make_cluster(release="r" * 50, servers="9")
    with pytest.raises(UsageError, match="of 53 characters, but Kubernetes allows 52"):
        make_cluster(release="r" * 50, servers="10")


def test_the_servers_share_a_name_that_may_be_another_than_the_releases() -> None:
    scenario = make_cluster(release="graph", neo4j_name="company-graph")
    assert written(scenario)["neo4j"]["name"] == "company-graph"
    assert "--set neo4j.name=company-graph" in " ".join(render(scenario).split())
    assert written(make_cluster(release="graph"))["neo4j"]["name"] == "graph"


def test_commands_install_the_version_that_was_asked_for_from_a_repository_that_helm_knows() -> None:
    commands = [each for each in steps(make_cluster(chart_version="5.26.0")) if each.startswith("helm ")]
    assert commands == [
        "helm repo add neo4j https://helm.neo4j.com/neo4j",
        *(f"helm install neo4j-{number} neo4j/neo4j --version 5.26.0 -f values.yaml" for number in (1, 2, 3)),
    ]
