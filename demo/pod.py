"""Stands in for the pod: a data folder in the place of its volume, and this machine's programs for the image's."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from demo.chart import Container
from tests.real.unprivileged import give, unprivileged

# The programs of this checkout. In the image they are in /opt/neo4j-restore/bin.
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Pod:
    """A pod. data: its volume. home: the Neo4j of the image, or None if there is no Java to run it."""

    data: Path
    home: Path | None

    @property
    def receipt(self) -> Path:
        """Return the path of the receipt."""
        return self.data / ".neo4j-restore" / "receipt.json"

    def run(self, container: Container, command: str = "") -> str:
        """Run the container's program, or another of its commands, and return its output.

        Raises CalledProcessError.
        """
        self.data.mkdir(exist_ok=True)
        log = self.data.with_name("termination-log")
        log.touch()
        program, *words = container.argv
        argv = [str(BIN / Path(program).name), *([command] if command else words)]
        needs = [give(self.data).parent, give(log).parent, *([self.home] if self.home else [])]
        done = subprocess.run(
            unprivileged(argv, *needs),
            env=self.env(container, log),
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
        )
        return done.stdout

    def env(self, container: Container, log: Path) -> dict[str, str]:
        """Return the container's environment, with paths of this machine in place of the pod's mounts."""
        # The emulated bucket needs no key, so there is none at /auth.
        image = {name: os.environ[name] for name in ("PATH", "JAVA_HOME") if name in os.environ}
        if self.home:
            image["NEO4J_HOME"] = str(self.home)
        manifest = {name: value for name, value in container.env.items() if name != "GOOGLE_APPLICATION_CREDENTIALS"}
        return {**image, **manifest, "DATA_DIR": str(self.data), "TERMINATION_LOG": str(log)}
