"""The real command as a process of its own, to be interrupted; its neo4j-admin; and waits that end."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

# A pod is given thirty seconds to end, and has more containers than this.
DEADLINE_SECONDS = 10.0


@dataclass(frozen=True)
class Started:
    """A running command; what it says goes to the file `log`."""

    process: subprocess.Popen[bytes]
    log: Path

    def ended(self) -> int:
        """Return its exit code, once it has ended; fail if that takes too long."""
        return self.process.wait(DEADLINE_SECONDS)

    def said(self) -> str:
        """Return what it has said so far."""
        return self.log.read_text()


@contextmanager
def started(environment: Mapping[str, str], log: Path, *argv: str) -> Iterator[Started]:
    """Run `neo4j-restore ARGV`, or the program ARGV with a path; it ends with the block at the latest."""
    command = [str(Path(sys.executable).with_name("neo4j-restore")), *argv]
    with log.open("wb") as said:
        process = subprocess.Popen(command if "/" not in argv[0] else argv, env=environment, stdout=said, stderr=said)
    try:
        yield Started(process, log)
    finally:
        process.kill()
        process.wait()


def until(happened: Callable[[], object], what: str) -> None:
    """Return once `happened` is true; fail if that takes too long, with what was waited for."""
    deadline = time.monotonic() + 3 * DEADLINE_SECONDS
    while not happened():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.01)


def of_home(home: str) -> list[int]:
    """Return the ids of the processes that run a program below the folder `home`."""
    found = []
    for folder in Path("/proc").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            argv = (folder / "cmdline").read_bytes().split(b"\0") if folder.name.isdigit() else []
            if any(each.startswith(os.fsencode(f"{home}/bin/")) for each in argv):
                found.append(int(folder.name))
    return found
