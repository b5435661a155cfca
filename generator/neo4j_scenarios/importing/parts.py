"""Reads the parts that several charts share."""

from neo4j_scenarios import identity
from neo4j_scenarios.fields.deployment import RESTORE_MEMORY
from neo4j_scenarios.importing.found import Found


def read_licence(found: Found, *steps: str | int) -> None:
    """Read the accepted licence. `no` means that none is accepted."""
    if found.text(*steps) in {"no", "false"}:
        found.skip(*steps)
        return
    found.take("accept-license", *steps)


def read_service_account(found: Found) -> None:
    """Read the `serviceAccount` block: an existing account, or one that the chart makes for an identity."""
    if found.values.get("serviceAccount", "create") is False:
        found.take("service-account", "serviceAccount", "name")
    for annotation in identity.ANNOTATIONS:
        found.take("workload-identity", "serviceAccount", "annotations", annotation)
    if {"service-account", "workload-identity"} & found.origins.keys():
        found.skip("serviceAccount", "create")


def read_memory(found: Found, *block: str | int) -> bool:
    """Read the memory of the resources at `block`. Return whether they set any, even one that no input can hold."""
    request, limit = (found.text(*block, part, "memory") for part in ("requests", "limits"))
    if limit and request in {limit, ""}:
        found.give(RESTORE_MEMORY.key, limit, *block, "limits", "memory")
        found.skip(*block, "requests", "memory")
    return request != "" or limit != ""


def read_edition(found: Found) -> None:
    """Find out the edition, which no key holds: by the image's tag, or else by the accepted licence."""
    if "enterprise" in found.inputs.get("neo4j-tag", ""):
        found.inputs["edition"] = "enterprise"
    elif "accept-license" in found.inputs:
        found.inputs.setdefault("edition", "enterprise")
