"""What `helm template` prints, by Helm's own library: a process of it stays alive, so no call pays for Helm's start."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

_INSTALL = Path(__file__).parents[2] / "tools" / "renderer" / "install"


@dataclass(frozen=True)
class Renderer:
    """The library of one Helm, as a process: a line to `requests` is answered by one of `answers`."""

    requests: IO[str]
    answers: IO[str]

    def template(
        self, release: str, chart: Path, values: str, *, kubernetes: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Return how `helm template RELEASE CHART --values -` ends with these values, which are YAML, on its stdin.

        kubernetes: a version of it, or Helm's own. The chart has no charts below it.
        """
        request = {"release": release, "chart": str(chart), "values": values, "kubernetes": kubernetes}
        self.requests.write(f"{json.dumps(request)}\n")
        self.requests.flush()
        answer = json.loads(self.answers.readline())
        command = ["helm", "template", release, str(chart)]
        return subprocess.CompletedProcess(command, answer["code"], answer["out"], answer["err"])


@contextmanager
def renderer(major: int) -> Iterator[Renderer | None]:
    """Run the library of Helm 3 or 4 until the block ends. Gives None where there is no Go that could build it."""
    if not shutil.which("go"):
        yield None
        return
    built = subprocess.run([_INSTALL], stdout=subprocess.PIPE, text=True, check=False)
    if built.returncode:
        pytest.fail("tools/renderer/install failed: see above", pytrace=False)
    argv = [built.stdout.strip(), str(major)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        # It ends with its stdin, which Popen closes at the end of the block.
        yield Renderer(process.stdin, process.stdout)
