"""The real command and its neo4j-admin, as processes that tests interrupt."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.patience import HANGS_AFTER_SECONDS


@dataclass(frozen=True)
class Started:
    """A running command. What it says goes to the file `log`."""

    process: subprocess.Popen[bytes]
    log: Path

    def ended(self) -> int:
        """Return its exit code once it has ended, and fail if it hangs."""
        return self.process.wait(HANGS_AFTER_SECONDS)

    def said(self) -> str:
        """Return what it has said so far."""
        return self.log.read_text()


@contextmanager
def started(environment: Mapping[str, str], log: Path, *argv: str) -> Iterator[Started]:
    """Run `neo4j-restore ARGV`, or the program ARGV with a path. It ends with the block at the latest."""
    command = [str(Path(sys.executable).with_name("neo4j-restore")), *argv]
    with log.open("wb") as said:
        process = subprocess.Popen(command if "/" not in argv[0] else argv, env=environment, stdout=said, stderr=said)
    try:
        yield Started(process, log)
    finally:
        process.kill()
        process.wait()


def of_home(home: str) -> list[int]:
    """Return the ids of the processes that run a program below the folder `home`."""
    pids = []
    for folder in Path("/proc").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            argv = (folder / "cmdline").read_bytes().split(b"\0") if folder.name.isdigit() else []
            if any(each.startswith(os.fsencode(f"{home}/bin/")) for each in argv):
                pids.append(int(folder.name))
    return pids
