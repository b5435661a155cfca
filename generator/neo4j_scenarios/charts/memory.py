"""The memory of the restore container, as a quantity of Kubernetes."""

import re
from typing import Final

from neo4j_restore import memory
from neo4j_scenarios.inputs.fields.deployment import AUTO, NONE
from neo4j_scenarios.inputs.scenario import Scenario

# Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
_BYTES: Final = {
    "": 1,
    **{unit: 1000**power for power, unit in enumerate("kMGTPE", 1)},
    **{f"{unit}i": 1024**power for power, unit in enumerate("KMGTPE", 1)},
}
_QUANTITY: Final = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,9})?)([KMGTPE]i|[kMGTPE]|)")


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
