"""The CPU and memory of the restore container, as Kubernetes writes them."""

import re
from typing import Final

from neo4j_restore import memory
from neo4j_scenarios.charts.volumes import Values
from neo4j_scenarios.inputs.fields.deployment import AUTO, NONE
from neo4j_scenarios.inputs.scenario import Scenario

# Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
_BYTES: Final = {
    "": 1,
    **{unit: 1000**power for power, unit in enumerate("kMGTPE", 1)},
    **{f"{unit}i": 1024**power for power, unit in enumerate("KMGTPE", 1)},
}
_QUANTITY: Final = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,9})?)([KMGTPE]i|[kMGTPE]|)")


def resources(scenario: Scenario) -> Values:
    """Return the block `resources` of a container. It is empty if nothing is requested."""
    return block(*cpu(scenario), quantity(scenario))


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


def quantity(scenario: Scenario) -> str:
    """Return the container's memory as a quantity such as `1280Mi`. It is empty for no limit."""
    if scenario.restore_memory == NONE:
        return ""
    return reckoned(scenario.heap_size) if scenario.restore_memory == AUTO else scenario.restore_memory


def reckoned(heap_size: str) -> str:
    """Return the quantity that the image's rule gives for a heap size."""
    return f"{memory.limit_mib(heap_size)}Mi"


def mebibytes(text: str) -> float | None:
    """Return a quantity in MiB. Return None for a text that is not a quantity, or has an exponent."""
    found = _QUANTITY.fullmatch(text)
    return float(found[1]) * _BYTES[found[2]] / 1024**2 if found else None
