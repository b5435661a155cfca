"""Which chart a values file is for, by what it says."""

from typing import Final

from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.located import Located
from neo4j_scenarios.targets import NEO4J, NEO4J_HELM, NEO4J_RESTORE, TARGETS, Target

# Keys that one chart alone has.
_SIGNS: Final = {
    NEO4J_RESTORE.name: (("restore",), ("data", "size"), ("data", "storageClass"), ("image", "repository")),
    NEO4J.name: (("neo4j",), ("podSpec",), ("volumes",), ("additionalVolumes",), ("image", "customImage")),
    NEO4J_HELM.name: (("core",), ("readReplica",), ("imageTag",), ("neo4jPassword",), ("existingPasswordSecret",)),
}


def chart_of(values: Located, flag: str) -> Target:
    """Return the chart whose keys the file has. Raises InputFileError where that is none, or more than one.

    flag: names the chart on the command line.
    """
    found = [name for name, signs in _SIGNS.items() if any(values.get(*sign) is not None for sign in signs)]
    if len(found) == 1:
        return TARGETS[found[0]]
    what = f"has keys of {' and of '.join(found)}" if found else f"has no key that tells one of {', '.join(TARGETS)}"
    raise InputFileError(Problem(values.file, f"{what}: for which chart is it?", f"name the chart by {flag}"))
