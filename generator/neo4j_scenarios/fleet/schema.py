"""JSON Schemas of fleet files, locks and scenario.yaml, made from the inputs. Editors complete and explain with them.

They check less than the commands do: no rule that depends on several inputs or on layers is in them.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Final

from neo4j_restore.rules import Choice, Matching
from neo4j_scenarios.fleet.layers import GROUP, LABELS, LISTS, REGION, VARIABLES
from neo4j_scenarios.fleet.lockfile import FORMAT
from neo4j_scenarios.fleet.overrides import REST
from neo4j_scenarios.inputs import data_volume
from neo4j_scenarios.inputs.asked import ASKED
from neo4j_scenarios.inputs.fields import FIELDS, Field, deployment
from neo4j_scenarios.inputs.rules import LABEL_VALUE, NAME, Either, Optionally
from neo4j_scenarios.inputs.structure import ListOf
from neo4j_scenarios.pin import Pin
from neo4j_scenarios.targets import KINDS, TARGETS

Schema = dict[str, Any]

# The dialect that most editors support.
_DIALECT: Final = "http://json-schema.org/draft-07/schema#"

_NAMES: Final = {deployment.SCENARIO.key: tuple(KINDS), deployment.TARGET.key: tuple(TARGETS)}

_PIN: Final = tuple(each.name for each in fields(Pin))

# An editor may take a text without quotes for a number or a boolean, as YAML does.
_SCALARS: Final = ["string", "number", "boolean"]

_EXPRESSION: Final[Schema] = {"type": "string", "pattern": r"\{\{"}


def scenario_schema() -> Schema:
    """Return the schema of a scenario.yaml."""
    return {
        "$schema": _DIALECT,
        "title": "scenario.yaml of neo4j-scenarios",
        "type": "object",
        "additionalProperties": False,
        "required": [field.key for field in FIELDS if field.required],
        "properties": {field.key: {**_told(field), "anyOf": _texts(field)} for field in FIELDS},
    }


def fleet_schema() -> Schema:
    """Return the schema of a fleet file. Its definition `clusters` is the schema of an inventory in JSON or YAML."""
    layer = {"$ref": "#/definitions/layer"}
    cluster = {"$ref": "#/definitions/cluster"}
    place = {GROUP: _label("group, whose layer overrides the defaults"), REGION: _label("region")}
    part = {"type": ["object", "null"], "additionalProperties": {"anyOf": [layer, {"type": "null"}]}}
    return {
        "$schema": _DIALECT,
        "title": "fleet file of neo4j-scenarios",
        "type": "object",
        "additionalProperties": False,
        "anyOf": [{"required": [source]} for source in ("clusters", "inventory", "matrix")],
        "properties": {
            "name": {
                "type": "string",
                "pattern": f"^(?:{NAME.pattern})$",
                "description": "name of the fleet, which emit uses in names [default: the file's name]",
            },
            "defaults": {**layer, "description": "inputs of every cluster"},
            "groups": {**part, "description": "layers above the defaults, by name"},
            "regions": {**part, "description": "layers above the groups, by name"},
            "clusters": {"$ref": "#/definitions/clusters"},
            "inventory": {"type": "string", "description": "CSV, JSON or YAML file beside this one, with clusters"},
            "matrix": _matrix(),
            "overrides": {
                "type": "array",
                "items": _override(),
                "description": "inputs of some clusters for a limited time",
            },
        },
        "definitions": {
            "clusters": {
                "description": "the clusters: a map by name, or a list",
                "anyOf": [
                    {"type": ["object", "null"], "additionalProperties": {"anyOf": [cluster, {"type": "null"}]}},
                    {"type": "array", "items": cluster},
                ],
            },
            "layer": _object({**_layer(), **place}),
            "cluster": _object(
                {
                    **_layer(),
                    **place,
                    "name": {"type": "string", "description": "name of the cluster, if clusters are a list"},
                }
            ),
        },
    }


def lock_schema() -> Schema:
    """Return the schema of a lock, which commands write and people read."""
    text: Schema = {"type": "string"}
    pin = {key.replace("_", "-"): {"type": "integer"} if key == "size_bytes" else text for key in _PIN}
    databases = {"type": "object", "additionalProperties": _whole(pin)}
    inputs = {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(ASKED, text)}
    cluster = _whole({"asked": inputs, "timestamp": text, "databases": databases})
    clusters = {"type": "object", "additionalProperties": cluster}
    whole = _whole({"format": {"const": int(FORMAT)}, "clusters": clusters})
    return {"$schema": _DIALECT, "title": "lock of a fleet, written by neo4j-scenarios lock", **whole}


SCHEMAS: Final[Mapping[str, Callable[[], Schema]]] = {
    "fleet": fleet_schema,
    "scenario": scenario_schema,
    "lock": lock_schema,
}


def _layer() -> Schema:
    inputs = {field.key: {**_told(field), "anyOf": [*_texts(field), *_in_layers(field)]} for field in FIELDS}
    maps = {
        LABELS: "labels, for selections and expressions",
        VARIABLES: "texts for expressions: {{ name }}",
    }
    return inputs | {
        key: {"type": ["object", "null"], "description": meaning, "additionalProperties": {"type": [*_SCALARS, "null"]}}
        for key, meaning in maps.items()
    }


def _in_layers(field: Field[object]) -> list[Schema]:
    null = {"type": "null", "description": "removes the value of lower layers"}
    items: Schema = {"type": "array", "minItems": 1, "items": {"type": "string"}}
    return [_EXPRESSION, null, *([items] if field.key in LISTS else [])]


def _texts(field: Field[object]) -> list[Schema]:
    """Return the schemas of a field's text, as far as its rule can be expressed in a schema."""
    rule: object = field.parse
    words: tuple[str, ...] = _NAMES.get(field.key, ())
    while isinstance(rule, Optionally):
        rule = rule.rule
    if isinstance(rule, Choice):
        words = tuple(rule.words)
    if words:
        booleans = [word == "true" for word in words if word in ("true", "false")]
        listed = [{"type": "string", "pattern": ","}] if field.key in LISTS else []
        return [{"enum": [*words, *booleans]}, *listed]
    if isinstance(rule, ListOf):
        item = {"type": "object", "required": list(rule.keys)}
        return [{"type": "string"}, {"type": "array", "items": item}]
    if field.key == deployment.DATA_VOLUME.key:
        modes = {mode: {"type": "object"} for mode in (data_volume.VOLUME, data_volume.TEMPLATE)}
        block = {"type": "object", "maxProperties": 1, "minProperties": 1, "additionalProperties": False}
        return [{"type": "string"}, {**block, "properties": modes}]
    if isinstance(rule, Either):
        return [{"enum": list(rule.words)}, {"type": "string", "pattern": f"^(?:{rule.rule.pattern})$"}]
    if isinstance(rule, Matching):
        return [{"type": "string", "pattern": f"^(?:{rule.pattern})$"}, {"type": "number"}]
    return [{"type": _SCALARS}]


def _told(field: Field[object]) -> Schema:
    return {"description": field.help, "examples": [field.example]}


def _label(meaning: str) -> Schema:
    return {"type": ["string", "number", "null"], "pattern": f"^(?:{LABEL_VALUE.pattern})$", "description": meaning}


def _matrix() -> Schema:
    entry = {"type": "object", "minProperties": 1}
    axis = {"type": "array", "minItems": 1, "items": {"type": _SCALARS}}
    return {
        "description": "one cluster for each combination of axes",
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "axes"],
        "properties": {
            "name": {"type": "string", "description": "name of each cluster, such as {{ region }}-{{ env }}"},
            "axes": {"type": "object", "minProperties": 1, "additionalProperties": axis},
            "exclude": {"type": "array", "items": entry, "description": "removes the combinations that match"},
            "include": {
                "type": "array",
                "items": entry,
                "description": "adds keys to the combinations that match, or a combination",
            },
        },
    }


def _override() -> Schema:
    text: Schema = {"type": "string"}
    texts: Schema = {"anyOf": [text, {"type": "array", "minItems": 1, "items": text}]}
    size = {"anyOf": [{"type": "integer", "minimum": 1}, {"const": REST}]}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "set", "until"],
        "anyOf": [{"required": ["select"]}, {"required": ["only"]}],
        "properties": {
            "name": {**text, "description": "name, and the RESTORE_ID of its restores"},
            "select": {**texts, "description": "clusters by labels, in the form of -l"},
            "only": {**texts, "description": "clusters by name, in the form of --only"},
            "set": {**_object(_layer()), "description": "inputs that override those of the clusters"},
            "until": {"type": "string", "description": "RFC 3339 time at which it ends"},
            "waves": {
                "type": "array",
                "minItems": 1,
                "items": size,
                "description": "number of clusters of each wave, then rest",
            },
        },
    }


def _object(properties: Schema) -> Schema:
    return {"type": ["object", "null"], "additionalProperties": False, "properties": properties}


def _whole(properties: Schema) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }
