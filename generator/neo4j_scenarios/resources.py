"""The CPU and memory of the restore container, as Kubernetes writes them."""

from neo4j_scenarios import memory
from neo4j_scenarios.fields.deployment import AUTO, NONE
from neo4j_scenarios.scenario import Scenario
from neo4j_scenarios.volumes import Values


def resources(scenario: Scenario) -> Values:
    """Return the block `resources` of a container; empty where nothing is asked for."""
    return block(*cpu(scenario), memory.quantity(scenario))


def block(cpu_request: str, cpu_limit: str, amount: str) -> Values:
    """Return a block of CPU and memory; an empty text is left out. Memory is request and limit alike."""
    requests = {"cpu": cpu_request, "memory": amount}
    limits = {"cpu": cpu_limit, "memory": amount}
    parts = {"requests": requests, "limits": limits}
    said = {part: {key: text for key, text in held.items() if text} for part, held in parts.items()}
    return {part: held for part, held in said.items() if held}


def cpu(scenario: Scenario) -> tuple[str, str]:
    """Return request and limit of the CPU; an empty text for neither."""
    if scenario.restore_cpu in {AUTO, NONE}:
        return "", ""
    request, slash, limit = scenario.restore_cpu.partition("/")
    return request, "" if limit == NONE else limit if slash else request
