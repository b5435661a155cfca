"""Measures the memory that a program and its children take together."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import sleep

from bench.errors import BenchError

_SAMPLING_SECONDS = 0.1


def most_bytes(argv: Sequence[str], folder: Path, env: Mapping[str, str]) -> float:
    """Return the most memory that all processes of a program had at once. Raises BenchError if it fails.

    A page that several processes share counts once (PSS). Looking ten times a second costs a little time.
    """
    process = subprocess.Popen(argv, cwd=folder, env=dict(env), stdin=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        most = max(most, sum(map(_proportional_bytes, _tree(process.pid))))
        sleep(_SAMPLING_SECONDS)
    if process.returncode:
        message = f"{argv[0]} ended with {process.returncode}"
        raise BenchError(message, hint="run it by hand")
    return float(most)


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):  # it has ended
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from _tree(int(child))


def _proportional_bytes(pid: int) -> int:
    with suppress(OSError):  # it has ended
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
