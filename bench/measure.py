"""Measures one run of one program: time, memory, writes, and the most room that its folder took."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from bench.errors import BenchError

_SHIM = Path(__file__).with_name("shim.py")

_SAMPLING_SECONDS = 0.05

_LAST_BYTES = 2000


@dataclass(frozen=True)
class Sample:
    """The figures of one run. cpu_seconds, written_bytes: with all descendants. rss_bytes: of the largest process.

    disk_bytes: the most that the files of the folder held together, or 0 if they were not watched.
    """

    wall_seconds: float
    cpu_seconds: float
    rss_bytes: int
    written_bytes: int
    disk_bytes: int = 0


def run(
    argv: list[str], folder: Path, env: Mapping[str, str], *, timeout_seconds: float, watched: bool = False
) -> Sample:
    """Run `argv` in `folder`. Its log is left beside the folder. Raises BenchError if it fails or takes too long.

    watched: measure the folder's files every 50 ms, which costs a little time.
    """
    result, log = folder.parent / "result", folder.parent / "log"
    result.unlink(missing_ok=True)
    shim = [sys.executable, "-S", "-E", str(_SHIM), str(result), *argv]
    with log.open("wb") as output, _watching(folder, watched=watched) as most:
        process = subprocess.Popen(
            shim, cwd=folder, env=dict(env), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(timeout_seconds)
        except subprocess.TimeoutExpired as error:
            message = f"it ran longer than {timeout_seconds:.0f} s"
            raise BenchError(message, hint=f"see {log}") from error
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return _sample(result, log, most[0] if most else 0)


def _sample(result: Path, log: Path, disk_bytes: int) -> Sample:
    last_output = log.read_bytes()[-_LAST_BYTES:].decode(errors="replace").strip()
    if not result.exists():
        message = f"it did not start: {last_output}"
        raise BenchError(message, hint=f"see {log}")
    wall, cpu, rss, written, code = result.read_text().split()
    if int(code):
        message = f"it ended with {code}: {last_output}"
        raise BenchError(message, hint=f"see {log}")
    return Sample(float(wall), float(cpu), int(rss), int(written), disk_bytes)


@contextmanager
def _watching(folder: Path, *, watched: bool) -> Iterator[list[int]]:
    """Yield a list. While the block runs, its one item is the most bytes that the files below `folder` had."""
    most: list[int] = []
    ended = Event()

    def watch() -> None:
        while not ended.wait(_SAMPLING_SECONDS):
            most[:] = [max([*most, size(folder)])]

    thread = Thread(target=watch)
    if watched:
        thread.start()
    try:
        yield most
    finally:
        ended.set()
        if watched:
            thread.join()


def size(folder: Path) -> int:
    """Return the bytes of all files below `folder`, without files that vanish meanwhile."""
    # By inode: a folder that is renamed during the walk is met twice.
    sizes: dict[int, int] = {}
    for top, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                status = os.lstat(os.path.join(top, name))  # noqa: PTH118 - many a second
                sizes[status.st_ino] = status.st_size
    return sum(sizes.values())
