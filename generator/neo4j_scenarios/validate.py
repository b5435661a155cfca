"""The target charts' schemas: what their values files may say."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from neo4j_scenarios.overlay import completed
from neo4j_scenarios.targets import Target
from neo4j_scenarios.yamltext import parse_yaml

if TYPE_CHECKING:
    from jsonschema_rs import Validator

# neo4j-restore.* are links to the chart's own files; the others describe the part of foreign charts that we write.
SCHEMAS: Final = Path(__file__).parent / "schemas"


def validate(target: Target, values: Mapping[str, Any]) -> list[str]:
    """Return what the target's schema has against `values`, as `path: complaint`; empty if nothing.

    As Helm does, `values` are laid over the chart's defaults first, where the chart is ours.
    """
    return sorted(f"{_path(steps)}: {message}" for steps, message in errors(target, values))


def errors(target: Target, values: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the same as `validate`, each with its path as keys and indices."""
    complete = completed(_defaults(target.slug), values)
    validator = _validator(target.slug)
    if validator.is_valid(complete):  # as all but our bugs are; it is found out faster than the complaints
        return
    for error in validator.iter_errors(complete):
        yield tuple(error.instance_path), error.message


def _path(steps: Sequence[str | int]) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def defaults(target: Target) -> Mapping[str, Any]:
    """Return the values that the target's chart has by itself; empty where they are not known."""
    return _defaults(target.slug)


@cache
def _defaults(slug: str) -> dict[str, Any]:
    path = SCHEMAS / f"{slug}.values.yaml"
    return dict(parse_yaml(path.read_text(encoding="utf-8"))) if path.exists() else {}


def schema(target: Target) -> Mapping[str, Any]:
    """Return the target's schema."""
    return dict(_schema(target.slug))


@cache
def _validator(slug: str) -> "Validator":
    # Imported here: only what renders needs it.
    import jsonschema_rs

    shared = jsonschema_rs.Registry([("json-schema:///restore-container.json", _schema("restore-container"))])
    return jsonschema_rs.validator_for(_schema(slug), registry=shared)


def _schema(slug: str) -> Any:
    return json.loads((SCHEMAS / f"{slug}.json").read_text(encoding="utf-8"))
