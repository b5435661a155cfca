"""Data -> a YAML file for an engine: a header with the command that writes it, then the documents."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

from neo4j_scenarios.errors import Problem, RenderError
from neo4j_scenarios.write import WORDS
from neo4j_scenarios.yaml.text import toyaml

_HINT: Final = "this is a bug of neo4j-scenarios: report it with the fleet file"

Object = Mapping[str, Any]


def header(command: str, *notes: str, sign: str = "#") -> str:
    """Return the comment at the top of a file: the command that writes it, and notes, one line each.

    sign: begins a comment.
    """
    lines = [f"{WORDS}. This command writes it again, and edits are lost then:", f"  {command}", *notes]
    return "".join(f"{f'{sign} {line}'.rstrip()}\n" for line in lines)


def document(head: str, *objects: Object) -> str:
    """Return the file. Raises RenderError if it differs from the objects, which would be our bug."""
    text = head + "---\n" + "---\n".join(f"{toyaml(dict(each), 0)}\n" for each in objects)
    try:
        parsed = list(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError as error:
        raise RenderError(Problem("the engine's file", "is not YAML", _HINT)) from error
    if parsed != [dict(each) for each in objects]:
        raise RenderError(Problem("the engine's file", "differs from the fleet", _HINT))
    return text


def without_empty(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return `data` without its empty values."""
    empty: Sequence[object] = ("", None, {}, [])
    return {key: value for key, value in data.items() if value not in empty}
