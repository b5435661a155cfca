"""Scenario -> the pod's service account, and what binds it to an identity of the cloud."""

from typing import Any

from neo4j_scenarios.scenario import Scenario

GOOGLE: str = "iam.gke.io/gcp-service-account"


def annotations(scenario: Scenario) -> dict[str, str]:
    """Return the annotations of the service account."""
    return {GOOGLE: scenario.workload_identity} if scenario.workload_identity else {}


def service_account(scenario: Scenario) -> dict[str, Any]:
    """Return the block `serviceAccount` of charts that make one; empty for their default."""
    if scenario.service_account:
        return {"serviceAccount": {"create": False, "name": scenario.service_account}}
    if scenario.workload_identity:
        return {"serviceAccount": {"create": True, "annotations": annotations(scenario)}}
    return {}
