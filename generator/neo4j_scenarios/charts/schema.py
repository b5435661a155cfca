"""Validates values against the schemas of the target charts."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from neo4j_restore.variables import VARIABLES
from neo4j_scenarios.charts.environment import LICENCE
from neo4j_scenarios.charts.forms import Forms, read_forms
from neo4j_scenarios.targets import Target
from neo4j_scenarios.yaml.located import Steps
from neo4j_scenarios.yaml.overlay import completed
from neo4j_scenarios.yaml.text import parse_yaml

if TYPE_CHECKING:
    from jsonschema_rs import Validator

# neo4j-restore.* are links to the chart's own files. The others describe the part of foreign charts that we write.
SCHEMAS: Final = Path(__file__).parent / "schemas"


def validate(target: Target, values: Mapping[str, Any]) -> list[str]:
    """Return the errors of `values` by the target's schema, as `path: message`.

    If the chart is ours, `values` are first merged over its defaults, as Helm does.
    """
    return sorted(f"{_path(steps)}: {message}" for steps, message in errors(target, values))


def errors(target: Target, values: Mapping[str, Any]) -> Iterator[tuple[Steps, str]]:
    """Yield the same errors as `validate`, each as a path of keys and indices, and a message."""
    # The chart's own values have the right form, by a test. There are ten times as many of them as a file has.
    yield from _forms(target.slug).complaints(values)
    complete = completed(_defaults(target.slug), values)
    validator = _validator(target.slug)
    if validator.is_valid(complete):  # nearly always true, and much faster than listing the errors
        return
    for error in validator.iter_errors(complete):
        yield tuple(error.instance_path), error.message


def _path(steps: Sequence[str | int]) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def defaults(target: Target) -> Mapping[str, Any]:
    """Return the default values of the target's chart. They are empty if we do not know them."""
    return _defaults(target.slug)


@cache
def _defaults(slug: str) -> dict[str, Any]:
    path = SCHEMAS / f"{slug}.values.yaml"
    return dict(parse_yaml(path.read_text(encoding="utf-8"))) if path.exists() else {}


def schema(target: Target) -> Mapping[str, Any]:
    """Return the target's schema."""
    return dict(_schema(target.slug))


@cache
def _forms(slug: str) -> Forms:
    path = SCHEMAS / f"{slug}.forms.yaml"
    return read_forms(path.read_text(encoding="utf-8")) if path.exists() else Forms()


@cache
def _validator(slug: str) -> "Validator":
    # Imported here, because only the commands that render need it.
    import jsonschema_rs

    shared = jsonschema_rs.Registry([("json-schema:///restore-container.json", _container())])
    return jsonschema_rs.validator_for(_schema(slug), registry=shared)


def _container() -> Any:
    """Return the schema of the restore container, which has no other variables than those of the image."""
    schema = _schema("restore-container")
    schema["$defs"]["variable"]["properties"]["name"] = {"enum": [*(each.name for each in VARIABLES), LICENCE]}
    return schema


def _schema(slug: str) -> Any:
    return json.loads((SCHEMAS / f"{slug}.json").read_text(encoding="utf-8"))
