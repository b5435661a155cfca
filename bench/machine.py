"""What was measured on: the machine, the system, and the versions of the programs."""

import os
import platform
import re
import subprocess
from pathlib import Path

from bench.places import ROOT


def describe(work: Path) -> dict[str, str]:
    """Return what a reader needs to judge the figures; `work` is on the disk that was written to."""
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
    """Return the load of the last minute: a busy machine makes figures worth little."""
    return os.getloadavg()[0]


def _field(file: str, name: str) -> str:
    found = re.search(rf"^{name}\s*[:=]\s*(.*)$", Path(file).read_text(), re.MULTILINE)
    return found[1].strip() if found else "unknown"


def _disk(work: Path) -> str:
    """Return the file system and the kind of device below `work`."""
    device = work.stat().st_dev
    mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    number = f"{os.major(device)}:{os.minor(device)}"
    found = next((words for words in mounts if words[2] == number), None)
    if not found:
        return "unknown"
    after = found.index("-") + 1
    return f"{found[after]} on {Path(found[after + 1]).name}"


def _git(*words: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)  # noqa: S607
    return done.stdout.strip() or "unknown"
