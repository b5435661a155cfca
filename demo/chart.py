"""From a bucket to the container that a cluster would run: the generator, the chart, and the image's command."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]

CHART = ROOT / "charts" / "neo4j-restore"
DOCKERFILE = ROOT / "tools" / "restore" / "Dockerfile"


@dataclass(frozen=True)
class Container:
    """The argv and the environment with which the kubelet would start the container."""

    argv: list[str]
    env: dict[str, str]


def scenario(bucket: str, database: str, emulator: str, values: Path) -> list[str]:
    """Return the argv that writes a scenario's values file."""
    program = str(Path(sys.executable).with_name("neo4j-scenarios"))
    where = ["--bucket", bucket, "--database", database, "--emulator-host", emulator]
    return [program, "new", "single-instance", *where, "--output", str(values)]


def template(values: Path) -> list[str]:
    """Return the argv that renders the chart with a values file."""
    helm = subprocess.run([str(ROOT / "tools" / "helm"), "any"], stdout=subprocess.PIPE, text=True, check=True)
    return [helm.stdout.strip(), "template", "demo", str(CHART), "--values", str(values)]


def restore_container(manifests: str) -> Container:
    """Return the restore init container of the StatefulSet in `manifests`."""
    stateful_sets = [each for each in yaml.safe_load_all(manifests) if each and each["kind"] == "StatefulSet"]
    containers = stateful_sets[0]["spec"]["template"]["spec"]["initContainers"]
    return _started(next(each for each in containers if each["name"] == "restore"), DOCKERFILE.read_text())


def _started(container: dict[str, Any], dockerfile: str) -> Container:
    """Return the container with the defaults of the image. In Kubernetes a command drops the image's args."""
    command = container.get("command") or _exec_form(dockerfile, "ENTRYPOINT")
    args = container.get("args") or ([] if container.get("command") else _exec_form(dockerfile, "CMD"))
    return Container([*command, *args], {each["name"]: each["value"] for each in container["env"]})


def _exec_form(dockerfile: str, instruction: str) -> list[str]:
    words: list[str] = json.loads(re.findall(rf"^{instruction} (\[.*\])$", dockerfile, re.MULTILINE)[-1])
    return words
