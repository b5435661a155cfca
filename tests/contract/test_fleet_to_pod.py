"""What a fleet file asks for is what each cluster's restore container gets: fleet -> files -> pod -> settings."""

from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from tests.chart.helm import Helm
from tests.contract.meaning import meant
from tests.generator.fleets import GOOD, as_yaml, fleets, make_fleet
from tests.generator.render.containers import RESTORE_CONTAINER
from tests.support.patience import SHARED_FIXTURES

from neo4j_restore.settings import from_environment
from neo4j_scenarios.charts.environment import environment
from neo4j_scenarios.fleet.fleet import Fleet, load
from neo4j_scenarios.output.build import path, tree


def containers(fleet: Fleet) -> Any:
    """Yield each scenario of a fleet with the environment that its file gives to a foreign chart's container."""
    files = tree(fleet).files
    for cluster in fleet.clusters:
        for scenario in cluster.scenarios:
            if scenario.target.name in RESTORE_CONTAINER:
                values = yaml.safe_load(files[path(cluster, scenario)])
                variables = RESTORE_CONTAINER[scenario.target.name](values)["env"]
                yield scenario, {item["name"]: item["value"] for item in variables}


@settings(deadline=None, suppress_health_check=SHARED_FIXTURES)
@given(fleets())
def test_a_file_of_a_fleet_gives_the_settings_that_its_cluster_means(tmp_path: Path, fleet: dict[str, Any]) -> None:
    for scenario, variables in containers(load(make_fleet(tmp_path, as_yaml(fleet)))):
        assert variables == environment(scenario)
        meant(scenario, from_environment(variables))


def test_helm_gives_each_cluster_of_a_fleet_what_its_layers_say(chart: Helm, tmp_path: Path) -> None:
    fleet = load(make_fleet(tmp_path, GOOD.replace("eu-2: {}", "eu-2: {force-overwrite: once, restore-id: '007'}")))
    files = tree(fleet).files
    for cluster in fleet.clusters:
        (scenario,) = cluster.scenarios
        workload = chart.template(files[path(cluster, scenario)], release=cluster.name).only("StatefulSet")
        variables = workload["spec"]["template"]["spec"]["initContainers"][0]["env"]
        meant(scenario, from_environment({item["name"]: item["value"] for item in variables}))
        claim = workload["spec"]["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"]
        assert claim == cluster.inputs.get("storage-size", "10Gi")
