"""The target charts' schemas: what their values files may say."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from neo4j_scenarios.targets import Target
from neo4j_scenarios.yamltext import parse_yaml

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

# neo4j-restore.* are links to the chart's own files; the others describe the part of foreign charts that we write.
SCHEMAS: Final = Path(__file__).parent / "schemas"


def validate(target: Target, values: Mapping[str, Any]) -> list[str]:
    """Return what the target's schema has against `values`, as `path: complaint`; empty if nothing.

    As Helm does, `values` are laid over the chart's defaults first, where the chart is ours.
    """
    complete = _laid_over(_defaults(target.slug), values)
    errors = sorted(_validator(target.slug).iter_errors(complete), key=lambda error: error.json_path)
    return [f"{error.json_path}: {error.message}" for error in errors]


def _laid_over(defaults: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(defaults)
    for key, value in values.items():
        below = merged.get(key)
        merged[key] = _laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


@cache
def _defaults(slug: str) -> dict[str, Any]:
    path = SCHEMAS / f"{slug}.values.yaml"
    return dict(parse_yaml(path.read_text(encoding="utf-8"))) if path.exists() else {}


@cache
def _validator(slug: str) -> "Validator":
    # Imported here: the two cost as much as all other modules together, and only what renders needs them.
    import jsonschema
    import referencing

    container = referencing.Resource.from_contents(_schema("restore-container"))
    registry = referencing.Registry[Any]().with_resource("restore-container.json", container)
    schema = _schema(slug)
    return jsonschema.validators.validator_for(schema)(schema, registry=registry)


def _schema(slug: str) -> Any:
    return json.loads((SCHEMAS / f"{slug}.json").read_text(encoding="utf-8"))
