"""Finds out which chart a values file is for, by its keys."""

from collections.abc import Mapping
from typing import Final

from neo4j_scenarios.errors import InputFileError, Problem
from neo4j_scenarios.targets import NEO4J, NEO4J_HELM, NEO4J_RESTORE, TARGETS, Target
from neo4j_scenarios.yaml.located import Located, Steps

# Keys that only one chart has.
_SIGNS: Final = {
    NEO4J_RESTORE.name: (("restore",), ("data", "size"), ("data", "storageClass")),
    NEO4J.name: (("neo4j",), ("podSpec",), ("volumes",), ("additionalVolumes",), ("image", "customImage")),
    NEO4J_HELM.name: (("core",), ("readReplica",), ("imageTag",), ("neo4jPassword",), ("existingPasswordSecret",)),
}


# Keys that two charts have. They only count if the file has none of the others.
_WEAK: Final = {NEO4J_RESTORE.name: (("image", "repository"),)}


def chart_of(values: Located, flag: str) -> Target:
    """Return the chart whose keys the file has. Raises InputFileError for keys of no chart, or of several.

    flag: the option that names the chart on the command line.
    """
    names = _named(values, _SIGNS) or _named(values, _WEAK)
    if len(names) == 1:
        return TARGETS[names[0]]
    what = f"has keys of {' and of '.join(names)}" if names else f"has no key of {', '.join(TARGETS)}"
    raise InputFileError(Problem(values.file, f"{what}, so its chart is not clear", f"name the chart with {flag}"))


def _named(values: Located, charts: Mapping[str, tuple[Steps, ...]]) -> list[str]:
    return [name for name, signs in charts.items() if any(values.get(*sign) is not None for sign in signs)]
