"""Clusters: every server restores the same set, or the scenario is refused."""

from pathlib import Path
from typing import Any

import pytest
from tests.chart.helm import Helm
from tests.generator.charts.written import written
from tests.generator.conftest import Command
from tests.generator.inputs import make_scenario
from tests.support.says import says

from neo4j_scenarios.charts import chart
from neo4j_scenarios.charts.claims import claims
from neo4j_scenarios.errors import UsageError
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.render.steps import steps
from neo4j_scenarios.render.values_file import render

ENTERPRISE = {"scenario": "cluster", "edition": "enterprise", "accept_license": "yes"}
LABS = {**ENTERPRISE, "target": "neo4j-helm", "timestamp": "2026-01-31T02:00:00Z"}
OURS = {**LABS, "target": "neo4j-restore", "neo4j_tag": "4.4.48-enterprise", "read_replicas": "1"}
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


def test_a_cluster_without_a_target_is_of_this_project_s_chart() -> None:
    values = written(make_scenario(**{key: text for key, text in OURS.items() if key != "target"}))
    assert (values["servers"], values["readReplicas"]) == (3, 1)


@pytest.mark.parametrize("release", ["graph", "g" * 53])
@pytest.mark.parametrize("replicas", ["0", "2"])
def test_helm_makes_the_pods_and_claims_that_are_expected(helm: str, release: str, replicas: str) -> None:
    scenario = make_scenario(**OURS | {"release": release, "servers": "5", "read_replicas": replicas})
    pods, claims_made, containers = [], [], []
    sets = [each for each in rendered(helm, scenario) if each["kind"] == "StatefulSet"]
    for each in sorted(sets, key=lambda one: str(one["metadata"]["name"]).endswith("-replica")):
        spec = each["spec"]
        names = [f"{each['metadata']['name']}-{number}" for number in range(spec["replicas"])]
        pods += names
        claims_made += [f"{spec['volumeClaimTemplates'][0]['metadata']['name']}-{name}" for name in names]
        containers.append(spec["template"]["spec"]["initContainers"][0])
    assert pods == list(chart(scenario.target).pods(scenario))
    assert claims_made == claims(scenario)
    for container in containers:
        environment = {each["name"]: each.get("value") for each in container["env"]}
        assert environment["TIMESTAMP"] == "2026-01-31T02:00:00Z"
        assert environment["ON_LIVING_CLUSTER"] == "catch-up"
        members = environment["CLUSTER_MEMBERS"].split(",")
        assert [member.partition(".")[0] for member in members] == pods[:5]


def test_once_is_taken_where_a_member_asks_the_others(helm: str) -> None:
    once = make_scenario(**OURS | {"force_overwrite": "once", "restore_id": "incident-42"})
    assert "StatefulSet" in {each["kind"] for each in rendered(helm, once)}
    with pytest.raises(UsageError, match="'true' replaces the data of one server"):
        make_scenario(**OURS | {"force_overwrite": "true", "accept_data_loss": "true"})


@pytest.mark.parametrize("tag", ["5.26.30-enterprise", "2026.08.1-enterprise"])
def test_a_first_bootstrap_of_later_versions_needs_the_word_for_it(helm: str, tag: str) -> None:
    later = {**OURS, "read_replicas": "0", "neo4j_tag": tag}
    with pytest.raises(UsageError, match="--accept-first-bootstrap: is missing"):
        make_scenario(**later)
    scenario = make_scenario(**later | {"accept_first_bootstrap": "true"})
    assert "StatefulSet" in {each["kind"] for each in rendered(helm, scenario)}
    assert "neo4j-scenarios emit seed" in " ".join(render(scenario).replace("#", " ").split())
    with pytest.raises(UsageError, match="has no read replicas: databases of 5 and later have secondaries"):
        make_scenario(**later | {"accept_first_bootstrap": "true", "read_replicas": "1"})
    with pytest.raises(UsageError, match="'system' says which of the old servers"):
        make_scenario(**later | {"accept_first_bootstrap": "true", "database": "neo4j,system"})


def test_a_tag_without_a_version_is_refused_as_helm_would() -> None:
    with pytest.raises(UsageError, match="'production' does not begin with a version"):
        make_scenario(**OURS | {"neo4j_tag": "production", "read_replicas": "0", "accept_first_bootstrap": "true"})


def test_values_of_a_cluster_are_imported_and_valid(neo4j_scenarios: Command, tmp_path: Path) -> None:
    scenario = make_scenario(**OURS | {"timestamp": "latest", "unpinned": "true", "servers": "5"})
    path = tmp_path / "values.yaml"
    path.write_text(render(scenario))
    says(neo4j_scenarios(f"validate {path}"), 0)
    done = neo4j_scenarios(f"import {path}")
    says(done, 0, printed=("scenario: cluster\n", "servers: 5\n", "read-replicas: 1\n", "unpinned: true\n"))
    # Without the header, which holds the consent as well.
    body = [line for line in render(scenario).splitlines() if not line.startswith("#")]
    path.write_text("\n".join(body).replace("acceptUnpinned: true", "acceptUnpinned: false"))
    says(neo4j_scenarios(f"validate {path}"), 1, "TIMESTAMP: with 'latest', each server of a cluster chooses by itself")


def rendered(helm: str, scenario: Scenario) -> list[dict[str, Any]]:
    """Return the objects that Helm makes of a scenario for this project's chart."""
    return list(Helm(Path(helm), 3).template(render(scenario), release=scenario.release))


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
