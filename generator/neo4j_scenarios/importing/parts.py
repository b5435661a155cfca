"""Parts that several charts have alike."""

from neo4j_scenarios import identity
from neo4j_scenarios.fields.deployment import RESTORE_MEMORY
from neo4j_scenarios.importing.found import Found


def read_licence(found: Found, *steps: str | int) -> None:
    """Take the accepted licence; `no` is none."""
    if found.text(*steps) in {"no", "false"}:
        found.skip(*steps)
        return
    found.take("accept-license", *steps)


def read_service_account(found: Found) -> None:
    """Take the block `serviceAccount`: an account that is there, or one that the chart makes for an identity."""
    if found.values.get("serviceAccount", "create") is False:
        found.take("service-account", "serviceAccount", "name")
    for annotation in identity.ANNOTATIONS:
        found.take("workload-identity", "serviceAccount", "annotations", annotation)
    if {"service-account", "workload-identity"} & found.origins.keys():
        found.skip("serviceAccount", "create")


def read_memory(found: Found, *block: str | int) -> bool:
    """Take the memory of the resources at `block`; return whether they say any, be it such that no input can say."""
    request, limit = (found.text(*block, part, "memory") for part in ("requests", "limits"))
    if limit and request in {limit, ""}:
        found.give(RESTORE_MEMORY.key, limit, *block, "limits", "memory")
        found.skip(*block, "requests", "memory")
    return request != "" or limit != ""


def read_edition(found: Found) -> None:
    """Take the edition, where no key says it: by the image's tag, or else by the accepted licence."""
    if "enterprise" in found.inputs.get("neo4j-tag", ""):
        found.inputs["edition"] = "enterprise"
    elif "accept-license" in found.inputs:
        found.inputs.setdefault("edition", "enterprise")
