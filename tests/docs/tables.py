"""Writes the tables that are made of the code: `python -m tests.docs.tables`, or make docs.

The image's README has its variables, the generator's README its inputs. Tests compare them.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.docs.pages import ROOT

from neo4j_restore.variables import VARIABLES, Variable
from neo4j_scenarios.inputs.fields import FIELDS, Field
from neo4j_scenarios.inputs.fields.deployment import SCENARIO

IMAGE = ROOT / "tools" / "restore" / "README.md"
GENERATOR = ROOT / "generator" / "README.md"


def variable_row(variable: Variable[Any]) -> str:
    """Return the row of a variable."""
    default = "required" if variable.required else f"`{variable.default}`" if variable.default else ""
    return f"| `{variable.name}` | {variable.meaning} | {default} |".replace("|  |", "| |")


def input_row(field: Field[object]) -> str:
    """Return the row of an input."""
    return f"| `--{field.key}` | {field.meaning} | {field.default_in_words} |"


def with_rows(page: str, first: str, end: str, rows: Iterable[str]) -> str:
    """Return a page with these rows in the place of those from the one that begins with `first` to the line `end`."""
    before, heading, rest = page.partition(f"\n{first}")
    _, closed, after = rest.partition(f"\n{end}")
    assert heading, first
    assert closed, end
    return "\n".join([before, *rows, f"{end}{after}"])


def image() -> str:
    """Return the README of the image as it should be."""
    return with_rows(_text(IMAGE), "| `BUCKET` |", "\n", map(variable_row, VARIABLES))


def generator() -> str:
    """Return the README of the generator as it should be."""
    inputs = [field for field in FIELDS if field is not SCENARIO]
    return with_rows(_text(GENERATOR), f"| `--{inputs[0].key}` |", "| `--interactive`", map(input_row, inputs))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


if __name__ == "__main__":
    IMAGE.write_text(image(), encoding="utf-8")
    GENERATOR.write_text(generator(), encoding="utf-8")
