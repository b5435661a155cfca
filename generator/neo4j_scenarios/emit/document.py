"""Data -> a file of YAML for an engine: a header that says what writes it, then the documents."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

from neo4j_scenarios.errors import Problem, RenderError
from neo4j_scenarios.write import MARK
from neo4j_scenarios.yamltext import toyaml

_HINT: Final = "this is a mistake of neo4j-scenarios: report it with the fleet file"

Object = Mapping[str, Any]


def header(command: str, *notes: str) -> str:
    """Return the comment at the top of a file: what writes it again, and what to know of it, one line each."""
    lines = [f"{MARK}. Edits are lost when it is written again, which this command does:", f"#   {command}"]
    return "".join(f"{line}\n" for line in [*lines, *(f"# {note}".rstrip() for note in notes)])


def document(head: str, *objects: Object) -> str:
    """Return the file. Raises RenderError if it does not say what the objects do, which would be our bug."""
    text = head + "---\n" + "---\n".join(f"{toyaml(dict(each), 0)}\n" for each in objects)
    try:
        said = list(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError as error:
        raise RenderError(Problem("the engine's file", "is not YAML", _HINT)) from error
    if said != [dict(each) for each in objects]:
        raise RenderError(Problem("the engine's file", "says something else than the fleet", _HINT))
    return text


def without_empty(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return `data` without what is empty."""
    empty: Sequence[object] = ("", None, {}, [])
    return {key: value for key, value in data.items() if value not in empty}
