"""An imported scenario -> the text of its scenario.yaml, and the list of the unsupported values."""

import json
import re
from typing import Any, Final

from neo4j_restore.secrecy import redact
from neo4j_scenarios.charts.reading import Unsupported
from neo4j_scenarios.fleet.layers import STRUCTURES
from neo4j_scenarios.importing.imported import Imported
from neo4j_scenarios.yaml.text import toyaml

# Texts that need no quotes: every value of a scenario.yaml is read as a text, even if it looks like a number.
_PLAIN: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9,:/._@+-]*[A-Za-z0-9])?")


def scenario_yaml(imported: Imported) -> str:
    """Return the file's text. It has no mark of ours, because the operator owns it from then on."""
    lines = [
        f"# Imported from {redact(imported.file)}, for the chart {imported.source.name}. Edit it by hand from here on.",
        "# The keys are the flags of `neo4j-scenarios new`. `neo4j-scenarios build` makes values files from this file.",
        *(f"# Missing, you must decide: {key}" for key in imported.open),
        *(_line(key, text) for key, text in imported.inputs.items()),
    ]
    return "\n".join(lines) + "\n"


def line(left: Unsupported) -> str:
    """Return the two lines about one unsupported value."""
    return f"not imported: {left.place}: {left.key}: {redact(left.why)}\ntry: {redact(left.instead)}"


def as_data(imported: Imported) -> dict[str, Any]:
    """Return the result as data: from, target, scenario (its inputs), open (missing inputs), left (key, place, why)."""
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


def _line(key: str, text: str) -> str:
    if key in STRUCTURES and text.startswith(("[", "{")):
        return f"{key}:\n{toyaml(json.loads(text), 2)}"
    return f"{key}: {_scalar(text)}"


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else toyaml(text)
