"""Runs a real Helm on the chart and hands back parsed objects."""

import copy
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from tests.support.renderer import Renderer
from tests.support.says import says

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "neo4j-restore"
CI_FILES = sorted((CHART / "ci").glob("*.yaml"))

# Parsed YAML: of the chart's values, and of a Kubernetes object.
Values = dict[str, Any]
Object = dict[str, Any]

_COMPONENT = "app.kubernetes.io/component"


def load(path: Path) -> Values:
    """Return the values in a file."""
    values: Values = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return values


def make_values(restore: Values | None = None, **others: object) -> Values:
    """Return the least values that install, with keys of the restore block and of the top level on top."""
    least = {"bucket": "gs://graph-backups/production", "database": "neo4j"}
    return {"restore": {**least, **(restore or {})}, **others}


@dataclass(frozen=True)
class Rendered:
    """What `helm template` printed. Objects are found by their kind."""

    objects: tuple[Object, ...]

    def __iter__(self) -> Iterator[Object]:
        return iter(self.objects)

    def only(self, kind: str) -> Object:
        """Return the one object of a kind."""
        (only_one,) = (item for item in self.objects if item["kind"] == kind)
        return only_one

    def workload(self, component: str = "database") -> Object:
        """Return the StatefulSet of the servers, or that of another component."""
        sets = [item for item in self.objects if item["kind"] == "StatefulSet"]
        (workload,) = (each for each in sets if each["spec"]["template"]["metadata"]["labels"][_COMPONENT] == component)
        return workload

    @property
    def pod(self) -> Object:
        """Return the spec of Neo4j's pod. Without a Neo4j, it is that of the first Job, which restores."""
        jobs = [item for item in self.objects if item["kind"] == "Job"]
        installed = any(item["kind"] == "StatefulSet" for item in self.objects)
        spec: Object = (self.workload() if installed else jobs[0])["spec"]["template"]["spec"]
        return spec

    @property
    def service(self) -> Object:
        """Return the Service of clients, which has the name of the StatefulSet."""
        name = self.only("StatefulSet")["metadata"]["name"]
        (service,) = (item for item in self.objects if (item["kind"], item["metadata"]["name"]) == ("Service", name))
        return service

    @property
    def restore(self) -> Object:
        """Return the container that restores."""
        every = [*self.pod.get("initContainers", []), *self.pod["containers"]]
        (container,) = (each for each in every if each["name"] == "restore")
        restoring: Object = container
        return restoring

    def reader(self, command: str) -> Object:
        """Return the pod of `helm test` that runs a command on the volume."""
        (pod,) = (item for item in self.objects if item["kind"] == "Pod" and command in args(item))
        return pod

    @property
    def neo4j(self) -> Object:
        """Return Neo4j's container."""
        (container,) = (each for each in self.pod["containers"] if each["name"] == "neo4j")
        server: Object = container
        return server


def args(pod: Object) -> list[str]:
    """Return the arguments of a pod's one container."""
    (container,) = pod["spec"]["containers"]
    words: list[str] = container["args"]
    return words


def env(container: Object) -> dict[str, Any]:
    """Return a container's variables, no name twice: the text of each, or where it comes from."""
    names = [item["name"] for item in container["env"]]
    assert len(names) == len(set(names)), names
    return {item["name"]: item["value"] if "value" in item else item["valueFrom"] for item in container["env"]}


def mounts(container: Object) -> dict[str, Object]:
    """Return a container's mounts by the name of their volume."""
    return {item["name"]: item for item in container["volumeMounts"]}


def volumes(pod: Object) -> dict[str, Object]:
    """Return a pod's volumes by name."""
    return {item["name"]: item for item in pod["volumes"]}


def commands() -> set[str]:
    """Return the commands that the restore image has, by its help."""
    program = Path(sys.executable).with_name("neo4j-restore")
    done = subprocess.run([program, "--help"], capture_output=True, text=True, check=True)
    return set(re.findall(r"^    ([a-z]+) ", done.stdout, re.MULTILINE))


@dataclass(frozen=True)
class Helm:
    """One Helm, of major version 3 or 4. renderer: its library, which answers `helm template` for it."""

    path: Path
    major: int
    renderer: Renderer | None = field(default=None, compare=False)

    def run(self, *args: str, values: Values | None = None) -> subprocess.CompletedProcess[str]:
        """Run Helm with `values` as a file on its stdin, and return the result."""
        given = ["--values", "-"] if values is not None else []
        return subprocess.run(
            [self.path, *args, *given], input=json.dumps(values), capture_output=True, text=True, check=False
        )

    def render(
        self, values: Values | str, *, release: str = "graph", chart: Path = CHART, kubernetes: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Return how `helm template` ends with values, given or as the text of their file.

        Helm's library answers, where it was built. kubernetes: a version of it, or Helm's own.
        """
        text = values if isinstance(values, str) else json.dumps(values)
        if self.renderer:
            return self.renderer.template(release, chart, text, kubernetes=kubernetes)
        version = ["--kube-version", kubernetes] if kubernetes else []
        argv: list[str | Path] = [self.path, "template", release, chart, "--values", "-", *version]
        return subprocess.run(argv, input=text, capture_output=True, text=True, check=False)

    def outcome(
        self, values: Values | str, *, release: str = "graph", kubernetes: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Return how `helm template` ended with these values, which it is asked once. kubernetes: a version of it."""
        text = values if isinstance(values, str) else json.dumps(values)
        return _outcome(self, release, text, kubernetes)

    def text(self, values: Values, *, release: str = "graph", chart: Path = CHART) -> str:
        """Return what `helm template` prints, each time anew."""
        done = self.render(values, release=release, chart=chart)
        says(done, 0)
        return done.stdout

    def template(self, values: Values | str, *, release: str = "graph", kubernetes: str = "") -> Rendered:
        """Return the objects that an installation would make. kubernetes: a version of it, or Helm's own."""
        done = self.outcome(values, release=release, kubernetes=kubernetes)
        says(done, 0)
        return Rendered(tuple(item for item in yaml.load_all(done.stdout, yaml.CSafeLoader) if item))

    def refusal(self, values: Values) -> str:
        """Return what Helm says of values that it must not take."""
        done = self.outcome(values)
        assert done.returncode != 0, done.stdout
        return done.stderr


@cache
def _outcome(helm: Helm, release: str, values: str, kubernetes: str) -> subprocess.CompletedProcess[str]:
    return helm.render(values, release=release, kubernetes=kubernetes)


def at(values: Values, path: tuple[str, ...]) -> Any:
    """Return the value at a path of keys. Raises KeyError."""
    for key in path:
        values = values[key]
    return values


def without(values: Values, path: tuple[str, ...]) -> Values:
    """Return a copy of the values in which the key at a path is left to its default."""
    changed = copy.deepcopy(values)
    del at(changed, path[:-1])[path[-1]]
    return changed


def merged(below: Values, above: Values) -> Values:
    """Return the values that Helm makes of two: maps are merged."""
    both = {
        key: merged(below[key], value) if isinstance(value, dict) and isinstance(below.get(key), dict) else value
        for key, value in above.items()
    }
    return below | both
