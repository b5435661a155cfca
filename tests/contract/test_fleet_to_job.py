"""What a fleet file asks for is what each of its Jobs gets: fleet -> `emit job` -> Helm -> settings."""

from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from tests.chart.helm import Helm
from tests.contract.meaning import meant
from tests.generator.emit.engines import FLEET
from tests.generator.fleets import as_yaml, fleets, make_fleet

from neo4j_restore.settings import from_environment
from neo4j_scenarios.charts import schema
from neo4j_scenarios.charts.claims import claims, folder
from neo4j_scenarios.emit.job import values
from neo4j_scenarios.fleet.fleet import load
from neo4j_scenarios.inputs.scenario import Scenario
from neo4j_scenarios.targets import NEO4J_RESTORE


def jobs(chart: Helm, scenario: Scenario) -> list[dict[str, Any]]:
    """Return the Jobs that Helm makes of a scenario."""
    return [item for item in chart.template(yaml.safe_dump(dict(values(scenario)))) if item["kind"] == "Job"]


def test_each_job_gets_the_request_and_the_claim_of_its_server(chart: Helm, tmp_path: Path) -> None:
    for cluster in load(make_fleet(tmp_path, FLEET)).clusters:
        (scenario,) = cluster.scenarios
        made = jobs(chart, scenario)
        pods = [job["spec"]["template"]["spec"] for job in made]
        assert [pod["volumes"][0]["persistentVolumeClaim"]["claimName"] for pod in pods] == claims(scenario)
        for pod in pods:
            (container,) = pod["containers"]
            meant(scenario, from_environment({item["name"]: item["value"] for item in container["env"]}))
            assert container["volumeMounts"][0].get("subPath", "") == folder(scenario)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fleets())
def test_the_chart_takes_the_values_of_any_job(tmp_path: Path, fleet: dict[str, Any]) -> None:
    for cluster in load(make_fleet(tmp_path, as_yaml(fleet))).clusters:
        for scenario in cluster.scenarios:
            assert schema.validate(NEO4J_RESTORE, values(scenario)) == []
