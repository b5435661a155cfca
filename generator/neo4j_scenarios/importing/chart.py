"""Which chart a values file is for, by what it says."""

from collections.abc import Mapping
from typing import Final

from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.located import Located, Steps
from neo4j_scenarios.targets import NEO4J, NEO4J_HELM, NEO4J_RESTORE, TARGETS, Target

# Keys that one chart alone has.
_SIGNS: Final = {
    NEO4J_RESTORE.name: (("restore",), ("data", "size"), ("data", "storageClass")),
    NEO4J.name: (("neo4j",), ("podSpec",), ("volumes",), ("additionalVolumes",), ("image", "customImage")),
    NEO4J_HELM.name: (("core",), ("readReplica",), ("imageTag",), ("neo4jPassword",), ("existingPasswordSecret",)),
}


# A key that two charts have: it tells only where no other does.
_WEAK: Final = {NEO4J_RESTORE.name: (("image", "repository"),)}


def chart_of(values: Located, flag: str) -> Target:
    """Return the chart whose keys the file has. Raises InputFileError where that is none, or more than one.

    flag: names the chart on the command line.
    """
    found = _named(values, _SIGNS) or _named(values, _WEAK)
    if len(found) == 1:
        return TARGETS[found[0]]
    what = f"has keys of {' and of '.join(found)}" if found else f"has no key that tells one of {', '.join(TARGETS)}"
    raise InputFileError(Problem(values.file, f"{what}: for which chart is it?", f"name the chart by {flag}"))


def _named(values: Located, charts: Mapping[str, tuple[Steps, ...]]) -> list[str]:
    return [name for name, signs in charts.items() if any(values.get(*sign) is not None for sign in signs)]
