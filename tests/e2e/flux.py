"""Flux's own controllers, beside the cluster of the current kubeconfig, and what an operator asks them."""

import json
import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.cluster import DEADLINE, Namespace, Object, run
from tests.support.servers import free_port

SYSTEM = Namespace("flux-system")

# Kinds that the controllers finish before they go, as they hold finalizers: the releases are uninstalled first.
OURS = ("kustomizations", "helmreleases", "helmcharts", "helmrepositories", "gitrepositories")


@dataclass(frozen=True)
class Flux:
    """The controllers of `folder`, whose logs are in `work`."""

    folder: Path
    work: Path

    @contextmanager
    def running(self) -> Iterator[None]:
        """Install the schemas and run the controllers. At the end remove Flux's objects, then end the controllers."""
        run("kubectl", "apply", "--server-side", "--filename", self.folder / "crds")
        run(
            "kubectl",
            "wait",
            "--for=condition=Established",
            "--filename",
            self.folder / "crds",
            f"--timeout={DEADLINE}",
        )
        run("kubectl", "create", "namespace", SYSTEM.name)
        with ExitStack() as stack:
            stack.callback(run, "kubectl", "delete", "--filename", str(self.folder / "crds"), f"--timeout={DEADLINE}")
            stack.callback(run, "kubectl", "delete", "namespace", SYSTEM.name, f"--timeout={DEADLINE}")
            storage = f"127.0.0.1:{free_port()}"
            (self.work / "artifacts").mkdir()
            where = (f"--storage-path={self.work}/artifacts", f"--storage-addr={storage}")
            stack.enter_context(self._controller("source-controller", *where, f"--storage-adv-addr={storage}"))
            for name in ("helm-controller", "kustomize-controller"):
                stack.enter_context(self._controller(name, "--requeue-dependency=2s", "--concurrent=8"))
            stack.callback(self._remove)
            yield

    def _remove(self) -> None:
        for kind in OURS:
            SYSTEM.kubectl("delete", kind, "--all", f"--timeout={DEADLINE}")

    @contextmanager
    def _controller(self, name: str, *flags: str) -> Iterator[None]:
        # Any free port for metrics and probes: nobody asks them here.
        loopback = ("--metrics-addr=127.0.0.1:0", "--health-addr=127.0.0.1:0")
        environment = {**os.environ, "RUNTIME_NAMESPACE": SYSTEM.name}
        with (self.work / f"{name}.log").open("wb") as log:
            argv = [str(self.folder / name), *loopback, *flags]
            # A session of its own: Ctrl-C ends the test, and the controllers after what they still have to remove.
            process = subprocess.Popen(argv, env=environment, stdout=log, stderr=log, start_new_session=True)
            try:
                yield
            finally:
                process.terminate()
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def wait(self, condition: str, what: str) -> None:
        """Wait until `what` (`helmrelease/x`) meets a condition of kubectl. On failure Flux's state is told."""
        try:
            SYSTEM.kubectl("wait", "--for=create", what, f"--timeout={DEADLINE}")
            SYSTEM.kubectl("wait", f"--for={condition}", what, f"--timeout={DEADLINE}")
        except AssertionError as error:
            error.add_note(self.state())
            raise

    def state(self) -> str:
        """Return what an operator would look at: the objects with their conditions, the pods, the logs' ends."""
        logs = [path.read_text()[-3000:] for path in sorted(self.work.glob("*.log"))]
        objects = SYSTEM.kubectl("get", "gitrepositories,kustomizations,helmrepositories,helmreleases")
        return "\n".join([objects, run("kubectl", "get", "pods", "--all-namespaces"), *logs])

    def condition(self, what: str, kind: str) -> Object:
        """Return a condition of `what`, such as Ready, with its status, reason and message."""
        resource = json.loads(SYSTEM.kubectl("get", what, "--output", "json"))
        (condition,) = (each for each in resource["status"]["conditions"] if each["type"] == kind)
        return dict(condition)

    def reconcile(self, what: str) -> None:
        """Have Flux look at `what` now, as `flux reconcile` does."""
        request = f"reconcile.fluxcd.io/requestedAt={secrets.token_hex(4)}"
        SYSTEM.kubectl("annotate", "--overwrite", what, request)

    def names(self, kind: str) -> set[str]:
        """Return the names of all objects of a kind."""
        return set(SYSTEM.kubectl("get", kind, "--output=jsonpath={.items[*].metadata.name}").split())


def history(namespace: str) -> list[tuple[str, int, str]]:
    """Return Helm's record in a namespace: name, revision and status of each revision, the oldest first."""
    secrets = json.loads(run("kubectl", "--namespace", namespace, "get", "secrets", "-lowner=helm", "--output", "json"))
    labels = [each["metadata"]["labels"] for each in secrets["items"]]
    return sorted((each["name"], int(each["version"]), each["status"]) for each in labels)
