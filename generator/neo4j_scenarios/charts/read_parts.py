"""Reads the parts that several charts share."""

from neo4j_scenarios.charts import identity
from neo4j_scenarios.charts.reading import Reading
from neo4j_scenarios.inputs.fields.deployment import RESTORE_MEMORY


def read_licence(reading: Reading, *steps: str | int) -> None:
    """Read the accepted licence. `no` means that none is accepted."""
    if reading.text(*steps) in {"no", "false"}:
        reading.skip(*steps)
        return
    reading.take("accept-license", *steps)


def read_service_account(reading: Reading) -> None:
    """Read the `serviceAccount` block: an existing account, or one that the chart makes for an identity."""
    if reading.values.get("serviceAccount", "create") is False:
        reading.take("service-account", "serviceAccount", "name")
    for annotation in identity.ANNOTATIONS:
        reading.take("workload-identity", "serviceAccount", "annotations", annotation)
    if {"service-account", "workload-identity"} & reading.origins.keys():
        reading.skip("serviceAccount", "create")


def read_memory(reading: Reading, *block: str | int) -> bool:
    """Read the memory of the resources at `block`. Return whether they set any, even one that no input can hold."""
    request, limit = (reading.text(*block, part, "memory") for part in ("requests", "limits"))
    if limit and request in {limit, ""}:
        reading.give(RESTORE_MEMORY.key, limit, *block, "limits", "memory")
        reading.skip(*block, "requests", "memory")
    return request != "" or limit != ""


def read_edition(reading: Reading) -> None:
    """Find out the edition, which no key holds: by the image's tag, or else by the accepted licence."""
    if "enterprise" in reading.inputs.get("neo4j-tag", ""):
        reading.inputs["edition"] = "enterprise"
    elif "accept-license" in reading.inputs:
        reading.inputs.setdefault("edition", "enterprise")
