"""The CPU and memory of the restore container, as Kubernetes writes them."""

from neo4j_scenarios.charts import memory
from neo4j_scenarios.charts.volumes import Values
from neo4j_scenarios.inputs.fields.deployment import AUTO, NONE
from neo4j_scenarios.inputs.scenario import Scenario


def resources(scenario: Scenario) -> Values:
    """Return the block `resources` of a container. It is empty if nothing is requested."""
    return block(*cpu(scenario), memory.quantity(scenario))


def block(cpu_request: str, cpu_limit: str, amount: str) -> Values:
    """Return a block of CPU and memory without the empty texts. The memory is both request and limit."""
    requests = {"cpu": cpu_request, "memory": amount}
    limits = {"cpu": cpu_limit, "memory": amount}
    parts = {"requests": requests, "limits": limits}
    filled = {part: {key: text for key, text in amounts.items() if text} for part, amounts in parts.items()}
    return {part: amounts for part, amounts in filled.items() if amounts}


def cpu(scenario: Scenario) -> tuple[str, str]:
    """Return request and limit of the CPU. An empty text stands for none."""
    if scenario.restore_cpu in {AUTO, NONE}:
        return "", ""
    request, slash, limit = scenario.restore_cpu.partition("/")
    return request, "" if limit == NONE else limit if slash else request
