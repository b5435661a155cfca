"""The schemas of Kubernetes, from the package kubernetes-validate, which has those of every version."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs
from tests.chart.helm import Object

# The oldest version that Chart.yaml allows, one between, and the newest.
VERSIONS = ("1.25", "1.31", "1.37")

# What a cluster only knows by a CustomResourceDefinition.
CUSTOM = {"monitoring.coreos.com/v1", "gateway.networking.k8s.io/v1"}


def problems(item: Object, version: str) -> list[str]:
    """Return what a version refuses in an object: unknown keys too."""
    if item["apiVersion"] in CUSTOM:
        return []
    errors = _validator(version, item["kind"], item["apiVersion"]).iter_errors(item)
    return [f"{item['kind']} at {'/'.join(map(str, error.instance_path))}: {error.message}" for error in errors]


@cache
def _validator(version: str, kind: str, api: str) -> jsonschema_rs.Validator:
    group, _, number = api.rpartition("/")
    name = "-".join(filter(None, (kind, group.partition(".")[0], number))).lower()
    schema = _load(version, name)
    del schema["$id"]
    return jsonschema_rs.validator_for(schema | {"$defs": _load(version, "_definitions")["$defs"]})


@cache
def _load(version: str, name: str) -> dict[str, Any]:
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{version}.0-local-strict"
    text = (folder / f"{name}.json").read_text(encoding="utf-8")
    definitions: dict[str, Any] = json.loads(text.replace("/api/_definitions.json#/", "#/"))
    return definitions
