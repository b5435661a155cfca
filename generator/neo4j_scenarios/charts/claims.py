"""Scenario -> the claims with the data, by the names that Kubernetes gives them. They need not exist yet."""

from neo4j_scenarios.charts import chart
from neo4j_scenarios.inputs import data_volume
from neo4j_scenarios.inputs.scenario import Scenario


def claims(scenario: Scenario) -> list[str]:
    """Return the claims of the servers. There are none if the data volume is not a claim, or its name is not known."""
    volume = data_volume.parse(scenario.data_volume)
    if volume.claim:
        return [volume.claim]
    if volume.kind == data_volume.VOLUME:
        return []
    # A StatefulSet joins the name of its claim template and the name of the pod.
    target = chart(scenario.target)
    return [f"{target.data_template}-{pod}" for pod in target.pods(scenario)]


def folder(scenario: Scenario) -> str:
    """Return the folder in the claims that the chart mounts, or an empty text for the whole volume."""
    return "" if scenario.data_sub_path == "/" else scenario.data_sub_path
