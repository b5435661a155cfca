"""Runs the real `neo4j-restore` as a pod's init container does, and looks at the volume before and after."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.real.neo4j import DEADLINE_SECONDS, SHORT_LIFE
from tests.real.unprivileged import give, unprivileged
from tests.support import used
from tests.support.archives import snapshot
from tests.support.stores import Bucket

COMMAND = Path(sys.executable).parent / "neo4j-restore"

# An operator's options for neo4j-admin of 5 and later. Without them a check or a migration runs with the compilers and
# the collector of a long life. neo4j-admin reads no HEAP_SIZE beside them.
SHORT_ADMIN = {"JAVA_OPTS": " ".join([*SHORT_LIFE, "-Xmx512m"])}


@dataclass(frozen=True)
class Ended:
    """How a run ended: exit code, what it said, and the pod's termination message."""

    code: int
    said: str
    reason: str

    def __str__(self) -> str:
        """Return what a failed assertion should show."""
        return f"exit {self.code}\n{self.said}"


@dataclass(frozen=True)
class Pod:
    """A data volume and the environment of a restore container that has it.

    home: of the Neo4j whose neo4j-admin is used. env: the container's variables, by their names.
    """

    home: Path
    data: Path
    env: dict[str, str]

    def restore(self, **changed: str) -> Ended:
        """Run `neo4j-restore run` without root's rights, on the pod's environment with `changed` in it."""
        used.real(self.home)
        return self.command("run", **changed)

    def command(self, name: str, **changed: str) -> Ended:
        """Run another command in the same way."""
        message = self.data.parent / "termination-log"
        message.write_text("")
        give(message)
        passed = {name: os.environ[name] for name in ("PATH", "JAVA_HOME") if name in os.environ}
        env = {**passed, "NEO4J_HOME": str(self.home), "DATA_DIR": str(self.data), "TERMINATION_LOG": str(message)}
        argv = unprivileged([COMMAND, name], self.home, self.data.parent)
        done = subprocess.run(
            argv,
            env={**env, **self.env, **changed},
            cwd="/",
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
        return Ended(done.returncode, done.stdout + done.stderr, message.read_text())

    def receipt(self) -> dict[str, Any]:
        """Return what the receipt says of the last restore."""
        last: dict[str, Any] = json.loads((self.data / ".neo4j-restore" / "receipt.json").read_text())["last"]
        return last

    def photograph(self) -> dict[str, str]:
        """Return a hash of each file of Neo4j's on the volume, by its path."""
        return {path: hashlib.sha256(content).hexdigest() for path, content in snapshot(self.data).items()}

    def owners(self) -> set[int]:
        """Return the user ids that own what is on the volume."""
        return {path.lstat().st_uid for path in self.data.rglob("*")}

    def has_staged_files(self) -> bool:
        """Tell whether a run left files of a set, or of a replaced database, on the volume."""
        folder = self.data / ".neo4j-restore"
        return any(path.is_file() for name in ("staging", "previous") for path in (folder / name).rglob("*"))


def make_pod(folder: Path, home: Path, bucket: Bucket, prefix: str, data: Path | None = None, **env: str) -> Pod:
    """Return a pod whose volume, below `folder`, is empty or a copy of `data`."""
    folder.chmod(0o755)
    volume = folder / "data"
    if data:
        shutil.copytree(data, volume)
    else:
        volume.mkdir()
    give(volume)
    return Pod(home, volume, {"STORAGE_EMULATOR_HOST": bucket.host, "BUCKET": f"{bucket.url}/{prefix}", **env})
