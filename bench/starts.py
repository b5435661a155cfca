"""Measures starts: one that has nothing to do, and one up to its first request for an object's bytes."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from bench.errors import BenchError
from bench.player import environment
from bench.servers import Distance
from bench.sets import Sets

from bench import measure, servers

_COMMAND = [str(Path(sys.executable).with_name("neo4j-restore")), "run"]

_TRIES = 5

_HELD_SECONDS = 60.0


def skip_cpu_seconds(backups: Sets, work: Path) -> float:
    """Return the processor seconds of a start on a volume that has the database. There is no store."""
    volume = servers.fresh(work / "volume")
    (volume / "databases" / "neo4j").mkdir(parents=True)
    (volume / "databases" / "neo4j" / "neostore").write_bytes(b"store")
    nowhere = servers.Endpoint("127.0.0.1", 9)
    env = environment(work, nowhere, backups.objects) | {"BUCKET": "gs://targz"}
    runs = [measure.run(_COMMAND, volume, env, timeout_seconds=_HELD_SECONDS) for _ in range(_TRIES)]
    return median(each.cpu_seconds for each in runs)


def first_cpu_seconds(backups: Sets, work: Path) -> float:
    """Return the processor seconds of a restore's own process until its first request for an object's bytes."""
    return median(_until_request(backups, work) for _ in range(_TRIES))


def _until_request(backups: Sets, work: Path) -> float:
    with servers.store(backups.objects, work, tls=False, distance=Distance(hold="alt=media")) as end:
        volume = servers.fresh(work / "volume")
        env = environment(work, end, backups.objects) | {"BUCKET": "gs://targz"}
        return _cpu_when_held(volume, env, work / f"proxy-{end.port}.log")


def _cpu_when_held(volume: Path, env: Mapping[str, str], log: Path) -> float:
    with subprocess.Popen(
        _COMMAND,
        cwd=volume,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            deadline = time.monotonic() + _HELD_SECONDS
            while "held" not in log.read_text():
                if process.poll() is not None or time.monotonic() > deadline:
                    message = "the restore did not ask for an object's bytes"
                    raise BenchError(message, hint=f"see {log}")
                time.sleep(0.01)
            return _cpu_seconds(process.pid)
        finally:
            process.kill()


def _cpu_seconds(pid: int) -> float:
    """Return the user and system seconds of a process, without its children's."""
    # Source: proc(5). The name, in brackets, may contain anything.
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
