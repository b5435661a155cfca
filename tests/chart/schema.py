"""Walks the chart's schema and its values, key by key."""

import json
from collections.abc import Iterator
from typing import Any

import yaml
from tests.chart.helm import CHART, Values, load

Schema = dict[str, Any]

SCHEMA: Schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
DEFAULTS: Values = load(CHART / "values.yaml")

Path = tuple[str, ...]

_TABLE = yaml.safe_load((CHART / "forms.yaml").read_text(encoding="utf-8"))

# The keys of each form that the template checks, and the patterns by their keys.
FORM_KEYS: list[list[str]] = [form["keys"] for form in _TABLE]
FORMS: dict[str, str] = {key: form["pattern"] for form in _TABLE for key in form["keys"]}

# Keys that only a chart that has this one as a part sets. Helm reads them, and nothing here does.
PARENTS = {("enabled",), ("global",)}


def resolve(node: Schema) -> Schema:
    """Return a schema, or the definition that it refers to."""
    if "$ref" not in node:
        return node
    definition: Schema = SCHEMA["definitions"][node["$ref"].removeprefix("#/definitions/")]
    return definition


def of(*path: str) -> Schema:
    """Return the schema of the value at a path of keys."""
    node = SCHEMA
    for key in path:
        node = resolve(node["properties"][key])
    return node


def blocks(node: Schema = SCHEMA, path: Path = ()) -> Iterator[tuple[Path, Schema]]:
    """Yield each object whose keys the chart knows, with its path. The values as a whole come first."""
    if "properties" in node:
        yield path, node
        for key, child in node["properties"].items():
            yield from blocks(resolve(child), (*path, key))


def knobs(node: Schema = SCHEMA, path: Path = ()) -> Iterator[Path]:
    """Yield the path of each value that an operator can set, in the schema's order."""
    for key, child in node["properties"].items():
        below = resolve(child)
        if "properties" in below:
            yield from knobs(below, (*path, key))
        elif (*path, key) not in PARENTS:
            yield (*path, key)
