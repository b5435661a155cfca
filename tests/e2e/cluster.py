"""The cluster of the current kubeconfig, by kubectl: one namespace of it, waits with deadlines, and forwarded ports."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Parsed JSON: a Kubernetes object.
Object = dict[str, Any]

# A pull-free start of Neo4j takes half a minute; a busy machine is given ten times that.
DEADLINE = "300s"


def run(*argv: str | Path, stdin: str | None = None) -> str:
    """Return the output of a command. If it fails, the error has its last lines, but not `stdin`, a possible secret."""
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode:
        words = (
            f"{shlex.join(map(str, argv))} ended with {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        )
        raise AssertionError(words)
    return done.stdout


def load_command(context: str) -> list[str]:
    """Return the command that brings the archive of an image, its last argument, into the cluster of a context.

    It is E2E_LOAD_IMAGE's, or that of kind or minikube. Empty for another cluster.
    """
    if given := os.environ.get("E2E_LOAD_IMAGE"):
        return shlex.split(given)
    if context.startswith("kind-"):
        return ["kind", "load", "image-archive", "--name", context.removeprefix("kind-")]
    return ["minikube", "image", "load"] if context == "minikube" else []


@dataclass(frozen=True)
class Namespace:
    """One namespace of the cluster."""

    name: str

    def kubectl(self, *args: str, stdin: str | None = None) -> str:
        """Return what kubectl prints."""
        return run("kubectl", "--namespace", self.name, *args, stdin=stdin)

    def apply(self, manifests: str) -> None:
        """Make or change the objects of YAML or JSON documents."""
        self.kubectl("apply", "--filename", "-", stdin=manifests)

    def pod(self, name: str) -> Object:
        """Return a pod as it is now."""
        pod: Object = json.loads(self.kubectl("get", "pod", name, "--output", "json"))
        return pod

    def wait(self, condition: str, what: str) -> None:
        """Wait until `what` (`pod/x`) meets a condition of kubectl. On failure the namespace's state is told."""
        self._told("wait", f"--for={condition}", what, f"--timeout={DEADLINE}")

    def rolled_out(self, what: str) -> None:
        """Wait until all pods of `what` (`statefulset/x`) are ready, and as it asks for now."""
        self._told("rollout", "status", what, f"--timeout={DEADLINE}")

    def _told(self, *args: str) -> None:
        try:
            self.kubectl(*args)
        except AssertionError as error:
            error.add_note(self.state())
            raise

    def state(self) -> str:
        """Return what an operator would look at: pods, their events, and the restore containers' logs."""
        logs = self.kubectl(
            "logs",
            "--all-containers",
            "--prefix",
            "--tail=40",
            "--ignore-errors",
            "--selector=app.kubernetes.io/name=neo4j-restore",
        )
        return "\n".join([self.kubectl("get", "pods"), self.kubectl("describe", "pods")[-6000:], logs[-6000:]])

    @contextmanager
    def forwarded(self, target: str, port: int) -> Iterator[int]:
        """Give a port on the loopback interface that leads to `port` of `target` (`service/x`)."""
        argv = ["kubectl", "--namespace", self.name, "port-forward", "--address=127.0.0.1", target, f":{port}"]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            try:
                # The first line comes when the port listens; none comes if kubectl ends.
                first = process.stdout.readline() if process.stdout else ""
                match = re.search(r"127\.0\.0\.1:(\d+) ->", first)
                assert match, f"kubectl port-forward {target}: {process.communicate()[1]}"
                yield int(match[1])
            finally:
                process.terminate()
