"""An imported scenario -> the text of its scenario.yaml, and the list of what was not carried."""

import re
from typing import Any, Final

from neo4j_scenarios.importing.found import Left
from neo4j_scenarios.importing.imported import Imported
from neo4j_scenarios.secrecy import redact
from neo4j_scenarios.yamltext import toyaml

# Texts that need no quotes in YAML; the keys of a scenario.yaml are read as texts, whatever they look like.
_PLAIN: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9,:/._@+-]*[A-Za-z0-9])?")


def scenario_yaml(imported: Imported) -> str:
    """Return the file's text; it is the reader's from then on, so it has no mark of ours."""
    lines = [
        f"# Imported from {redact(imported.file)}, for the chart {imported.source.name}; from here on by hand.",
        "# The keys are the flags of `neo4j-scenarios new`; `neo4j-scenarios build` makes values files of this one.",
        *(f"# Missing, and yours to decide: {key}" for key in imported.open),
        *(f"{key}: {_scalar(text)}" for key, text in imported.inputs.items()),
    ]
    return "\n".join(lines) + "\n"


def line(left: Left) -> str:
    """Return the two lines that tell of one thing that was not carried."""
    return f"not carried: {left.place}: {left.key}: {redact(left.why)}\ntry: {redact(left.instead)}"


def as_data(imported: Imported) -> dict[str, Any]:
    """Return all of it: from, target, scenario (its inputs), open (what is missing) and left (key, place, why)."""
    return {
        "from": imported.source.name,
        "target": imported.target.name,
        "scenario": dict(imported.inputs),
        "open": list(imported.open),
        "left": [
            {"key": left.key, **left.place._asdict(), "why": redact(left.why), "instead": left.instead}
            for left in imported.left
        ],
    }


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else toyaml(text)
