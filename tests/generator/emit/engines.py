"""A fleet for engines, the flags that they need, and the schemas that what is emitted has to fit."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml
from tests.generator.emit.published import schemas

ROOT = Path(__file__).parents[3]
KINDS = {
    "ApplicationSet": "argoproj.io/v1alpha1",
    "AppProject": "argoproj.io/v1alpha1",
    "HelmRelease": "helm.toolkit.fluxcd.io/v2",
    "Kustomization": "kustomize.toolkit.fluxcd.io/v1",
    "HelmRepository": "source.toolkit.fluxcd.io/v1",
}

FLEET = """\
defaults:
  scenario: single-instance
  bucket: gs://backups/{{ name }}
  database: [neo4j, system]
  labels: {wave: "0"}
groups:
  prod: {labels: {wave: "10"}}
  graph:
    scenario: cluster
    target: neo4j/neo4j
    database: neo4j
    timestamp: "2026-01-31T02:00:00Z"
    edition: enterprise
    accept-license: "yes"
    accept-first-bootstrap: "true"
    labels: {wave: "2"}
clusters:
  live: {group: prod, variables: {kubernetes: us-prod, namespace: graph}}
  big: {group: graph}
  trial: {}
"""
CHARTS = (
    "--chart neo4j-restore=oci://registry.example:5000/charts/neo4j-restore:0.1.0"
    " --chart neo4j/neo4j=https://helm.example/charts/neo4j:5.26.0"
)
GIT = "--repository https://git.example/graphs.git --path fleets/prod/"

Object = dict[str, Any]


def objects(path: Path) -> list[Object]:
    """Return the documents of a file."""
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def valid(resources: list[Object]) -> None:
    """Assert that each object is what the schema of its kind takes."""
    for each in resources:
        schema = schemas()[each["apiVersion"], each["kind"]]
        problems = [
            f"{each['kind']} {error.instance_path}: {error.message}"
            for error in jsonschema_rs.validator_for(schema).iter_errors(each)
        ]
        assert problems == []


def run_emit(*argv: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("neo4j-scenarios")
    return subprocess.run([program, *argv], capture_output=True, text=True, check=False)


def files(folder: Path) -> dict[str, bytes]:
    """Return what a folder holds, by paths relative to it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
