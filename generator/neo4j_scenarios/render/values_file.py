"""Scenario -> text of its values file. A template lays it out. It is parsed back and compared with the values. Pure."""

import textwrap
from functools import cache, lru_cache
from typing import Final

import jinja2
import yaml

from neo4j_scenarios.charts import values
from neo4j_scenarios.charts.schema import validate
from neo4j_scenarios.errors import Problem, RenderError
from neo4j_scenarios.inputs.fields import FIELDS
from neo4j_scenarios.inputs.scenario import Scenario, command
from neo4j_scenarios.render.environment import environment
from neo4j_scenarios.render.notes import Notebook
from neo4j_scenarios.render.steps import steps
from neo4j_scenarios.write import MARK
from neo4j_scenarios.yaml.text import parse_yaml, toyaml

# The width of a comment, with its indentation. Included parts are indented by 4 more columns.
_WIDTH: Final = 112


# Key in our chart, and variable, of each input that is rarely set.
_RARE: Final = tuple((field.value_key, field.variable) for field in FIELDS if field.rare)


def render(scenario: Scenario, writer: str = "") -> str:
    """Return the values file: the same bytes for the same scenario, with LF line ends.

    writer: the command that writes the file, for its header. By default `new` with all its flags.
    Raises RenderError if the text differs from `values`, or if the target chart's schema refuses it.
    """
    expected = values(scenario)
    template = _environment().get_template(f"{scenario.target.slug}.yaml.j2")
    made_by = writer or command(scenario)
    notes = notebook().of(scenario)
    rare = [(key, variable) for key, variable in _RARE if key in expected.get("restore", ())]
    text = template.render(
        s=scenario, v=expected, notes=notes, command=made_by, steps=steps(scenario), mark=MARK, rare=rare
    )
    try:
        data = parse_yaml(text)
    except yaml.YAMLError as error:
        raise RenderError(_bug(scenario, "is not YAML")) from error
    if data != expected:
        raise RenderError(_bug(scenario, "differs from the scenario"))
    if complaints := validate(scenario.target, data):
        raise RenderError(*(_bug(scenario, complaint) for complaint in complaints))
    return text


def note(name: str, scenario: Scenario) -> str:
    """Return the note of values files beside a setting such as `BUCKET`. It is empty if there is none."""
    return " ".join(getattr(notebook().of(scenario), name, "").split())


@cache
def notebook() -> Notebook:
    """Return the notes of values files."""
    return Notebook(_environment().get_template("_notes.j2").module)


def _bug(scenario: Scenario, what: str) -> Problem:
    hint = f"this is a bug of neo4j-scenarios: report it with the command `{command(scenario)}`"
    return Problem(f"values file for {scenario.target.name}", what, hint)


def _environment() -> jinja2.Environment:
    return environment(toyaml=toyaml, comment=_comment)


@lru_cache(maxsize=4096)  # the comments of a fleet's files are mostly the same
def _comment(text: str, indent: int) -> str:
    """Return `text` wrapped over lines. The first one follows a `# ` in the template, at `indent` columns."""
    lines = textwrap.wrap(text, _WIDTH - indent - 2, break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * indent}# ".join(lines)
