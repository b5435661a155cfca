"""What engines say of the objects that `emit` writes: the schemas in their CustomResourceDefinitions."""

import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_CRDS = Path(__file__).parents[3] / "tools" / "crds"


@cache
def schemas() -> dict[tuple[str, str], dict[str, Any]]:
    """Return the schema of each kind by `apiVersion` and `kind`, closed as the API server closes it."""
    folder = Path(subprocess.run([_CRDS], stdout=subprocess.PIPE, text=True, check=True).stdout.strip())
    closed = {}
    for path in folder.glob("*.yaml"):
        definition = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["spec"]
        for version in definition["versions"]:
            of = (f"{definition['group']}/{version['name']}", definition["names"]["kind"])
            closed[of] = _closed(version["schema"]["openAPIV3Schema"])
    return closed


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a structural schema that refuses what the API server would drop, without a word, from an object."""
    made = dict(schema)
    for name in ("items", "additionalProperties"):
        if isinstance(made.get(name), dict):
            made[name] = _closed(made[name])
    if "properties" in made:
        made["properties"] = {name: _closed(each) for name, each in made["properties"].items()}
        if not made.get("x-kubernetes-preserve-unknown-fields"):
            made.setdefault("additionalProperties", False)
    # What stands for text or number has a type of its own in Kubernetes.
    if made.get("x-kubernetes-int-or-string"):
        made.pop("type", None)
    return made
