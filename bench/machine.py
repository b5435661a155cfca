"""Describes the machine and the system of a measurement."""

import os
import platform
import re
import subprocess
from pathlib import Path

from bench.places import ROOT


def describe(work: Path) -> dict[str, str]:
    """Return the facts that a reader needs to judge the figures. work: a folder on the disk that is written to."""
    return {
        "cores": f"{os.cpu_count()} ({_field('/proc/cpuinfo', 'model name')})",
        "memory": f"{int(_field('/proc/meminfo', 'MemTotal').split()[0]) / 1024 / 1024:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release().split('-')[0]}",
        "system": _field("/etc/os-release", "PRETTY_NAME").strip('"'),
        "disk": _disk(work),
        "python": platform.python_version(),
        "commit": _git("rev-parse", "--short", "HEAD"),
        "date": _git("log", "-1", "--format=%cs"),
    }


def load() -> float:
    """Return the load of the last minute. Figures of a busy machine mean little."""
    return os.getloadavg()[0]


def _field(file: str, name: str) -> str:
    match = re.search(rf"^{name}\s*[:=]\s*(.*)$", Path(file).read_text(), re.MULTILINE)
    return match[1].strip() if match else "unknown"


def _disk(work: Path) -> str:
    """Return the file system and the kind of device below `work`."""
    device = work.stat().st_dev
    mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    number = f"{os.major(device)}:{os.minor(device)}"
    mount = next((words for words in mounts if words[2] == number), None)
    if not mount:
        return "unknown"
    after = mount.index("-") + 1
    return f"{mount[after]} on {Path(mount[after + 1]).name}"


def _git(*words: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)  # noqa: S607
    return done.stdout.strip() or "unknown"
